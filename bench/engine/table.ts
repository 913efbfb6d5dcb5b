import type { Plan } from "./scenarios.ts";

export interface Column {
  readonly name: string;
  readonly durability: string;
  readonly isDurable: boolean;
  readonly figures: Map<string, number>;
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
  ];
};

/** One Markdown table; the last column compares the first engine with the best other durable one. */
export function printTable(columns: readonly Column[], plan: Plan): void {
  const [first, ...others] = columns;
  const peers = others.filter(({ isDurable }) => isDurable);
  process.stdout.write("\n");
  print(["", ...columns.map(({ name }) => name), "against the best durable peer"]);
  print(["---", ...columns.map(() => "--:"), "--:"]);
  for (const { figure, title, digits, isLessBetter } of rowsOf(plan)) {
    const own = first?.figures.get(figure) ?? Number.NaN;
    const theirs = peers
      .map(({ figures }) => figures.get(figure) ?? Number.NaN)
      .filter((value) => !Number.isNaN(value));
    const best = isLessBetter ? Math.min(...theirs) : Math.max(...theirs);
    const ratio = isLessBetter ? best / own : own / best;
    print([
      title,
      ...columns.map(({ figures }) => shown(figures.get(figure), digits)),
      theirs.length > 0 && Number.isFinite(ratio) ? `${ratio.toFixed(1)} ×` : "–",
    ]);
  }
  process.stdout.write("\n");
  for (const { name, durability } of columns) {
    process.stdout.write(`- ${name}: ${durability}\n`);
  }
}

const shown = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value)
    ? "–"
    : value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
