import type { Contestant } from "./contestant.ts";
import type { Plan } from "./scenarios.ts";

export interface Column {
  readonly contestant: Contestant;
  /** What each round of the benchmark gave; the table shows the median. */
  readonly figures: Map<string, number[]>;
}

interface Row {
  readonly figure: string;
  readonly title: string;
  readonly digits: number;
  readonly isLessBetter: boolean;
}

const rate = (figure: string, title: string): Row => ({
  figure,
  title,
  digits: 0,
  isLessBetter: false,
});
const cost = (figure: string, title: string, digits: number): Row => ({
  figure,
  title,
  digits,
  isLessBetter: true,
});
const count = (value: number): string => value.toLocaleString("en");

const print = (cells: readonly string[]): void => {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
};

const rowsOf = (plan: Plan): Row[] => {
  return [
    ...plan.concurrencies.map((n) => rate(`three @${n}`, `Three steps, ${n} at a time, a second`)),
    ...plan.concurrencies.map((n) =>
      cost(`cpu @${n}`, `Processor time of one, ${n} at a time, ms`, 2),
    ),
    ...["p50", "p95", "p99"].map((p) => cost(`step ${p}`, `One step, one at a time, ${p} ms`, 2)),
    ...plan.fanOuts.map((n) => rate(`fan-out ${n}`, `Fan-out of ${count(n)}, activities a second`)),
    rate("sequence", `${count(plan.sequence)} steps in a row, steps a second`),
    cost("recovery", `${count(plan.held)} running go on after kill -9, seconds`, 2),
    cost("memory", `Memory with ${count(plan.finished)} finished, MB`, 0),
    cost(
      "days wall",
      `${plan.days} virtual days, 100 instances, each hour a new execution, seconds`,
      1,
    ),
    cost("days cpu", "– processor time, seconds", 1),
    cost("days memory", "– memory at the end, MB", 0),
    cost("days data", "– database at the end, MB", 1),
    rate("days history", "– events in a history at the end"),
  ];
};

/** One Markdown table; the last column compares the first engine with the best other durable one. */
export function printTable(columns: readonly Column[], plan: Plan): void {
  const [first, ...others] = columns;
  const peers = others.filter(({ contestant }) => contestant.isDurable);
  process.stdout.write("\n");
  print(["", ...columns.map(({ contestant }) => contestant.name), "against the best durable peer"]);
  print(["---", ...columns.map(() => "--:"), "--:"]);
  const wasMeasured = ({ figure }: Row): boolean =>
    columns.some(({ figures }) => figures.has(figure));
  for (const { figure, title, digits, isLessBetter } of rowsOf(plan).filter(wasMeasured)) {
    const own = first === undefined ? Number.NaN : median(first, figure);
    const theirs = peers
      .map((peer) => median(peer, figure))
      .filter((value) => !Number.isNaN(value));
    const best = isLessBetter ? Math.min(...theirs) : Math.max(...theirs);
    const ratio = isLessBetter ? best / own : own / best;
    print([
      title,
      ...columns.map((column) => cell(column, figure, digits, plan)),
      theirs.length > 0 && Number.isFinite(ratio) ? `${ratio.toFixed(1)} ×` : "–",
    ]);
  }
  process.stdout.write("\n");
  for (const { contestant } of columns) {
    process.stdout.write(`- ${contestant.name}: ${contestant.durability()}\n`);
  }
}

/** The middle of what the rounds gave; NaN unless most of them gave something. */
function median({ figures }: Column, figure: string): number {
  const values = figures.get(figure) ?? [];
  const found = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return 2 * found.length <= values.length
    ? Number.NaN
    : (found[Math.floor((found.length - 1) / 2)] ?? Number.NaN);
}

function cell(column: Column, figure: string, digits: number, plan: Plan): string {
  const value = median(column, figure);
  if (Number.isNaN(value)) {
    return "–";
  }
  const text = value.toLocaleString("en", {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  });
  const finished = figure === "memory" ? median(column, "finished") : plan.finished;
  return finished < plan.finished ? `${text} (at ${count(finished)})` : text;
}
