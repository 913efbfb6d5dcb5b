import { processorTicks } from "./process-tree.ts";

/** What every engine is asked for; the same steps everywhere, each adds one to a number. */
export type WorkflowName = "one" | "three" | "fanOut" | "sequence";

export interface BenchEngine {
  /** Starts one workflow and resolves when the client knows that it has ended. */
  run(workflow: WorkflowName, size: number): Promise<void>;
}

export interface Plan {
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly concurrencies: readonly number[];
  readonly latencySamples: number;
  readonly fanOuts: readonly number[];
  readonly sequence: number;
  /** Instances that run when the process is killed. */
  readonly held: number;
  /** Instances that have ended when memory is looked at. */
  readonly finished: number;
  /** Virtual days for which instances wait, poll and continue as new every hour. */
  readonly days: number;
  /** The process that started all others of the benchmark. */
  readonly rootPid: number;
  /** A scenario that takes longer has no figure. */
  readonly limitMs: number;
}

export type Report = (figure: string, value: number) => void;

/** One measurement on an engine that runs; when it is given up, the engine must be started anew. */
export type Scenario = (engine: BenchEngine, plan: Plan, report: Report) => Promise<void>;

/** Everything that needs one start of the engine, by name, in the order in which it is measured. */
export function scenariosOf(plan: Plan): ReadonlyMap<string, Scenario> {
  return new Map<string, Scenario>([
    ["latency", measureLatency],
    ...plan.concurrencies.map((n): [string, Scenario] => [`three @${n}`, measureRate(n)]),
    ...plan.fanOuts.map((n): [string, Scenario] => [
      `fan-out ${n}`,
      measureSteps(`fan-out ${n}`, "fanOut", n, 3),
    ]),
    ["sequence", measureSteps("sequence", "sequence", plan.sequence, 2)],
  ]);
}

const measureRate =
  (concurrency: number): Scenario =>
  async (engine, plan, report) => {
    await keepBusy(engine, concurrency, plan.warmUpMs);
    const ticks = processorTicks(plan.rootPid);
    const began = performance.now();
    const rate = await keepBusy(engine, concurrency, plan.measureMs);
    const ended = (rate * (performance.now() - began)) / 1_000;
    report(`three @${concurrency}`, rate);
    report(`cpu @${concurrency}`, (10 * (processorTicks(plan.rootPid) - ticks)) / ended);
  };

/** Steps a second of one instance, in the best of some runs: noise of a shared machine only ever slows down. */
const measureSteps =
  (figure: string, workflow: WorkflowName, size: number, runs: number): Scenario =>
  async (engine, plan, report) => {
    let best = 0;
    for (let index = 0; index < runs; index += 1) {
      const began = performance.now();
      await engine.run(workflow, size);
      const elapsedMs = performance.now() - began;
      best = Math.max(best, (1_000 * size) / elapsedMs);
      if (elapsedMs > plan.limitMs / 10) {
        break;
      }
    }
    report(figure, best);
  };

const measureLatency: Scenario = async (engine, plan, report) => {
  await keepBusy(engine, 16, plan.warmUpMs);
  const latencies: number[] = [];
  const until = performance.now() + plan.limitMs / 3;
  while (latencies.length < plan.latencySamples && performance.now() < until) {
    const began = performance.now();
    await engine.run("one", 1);
    latencies.push(performance.now() - began);
  }
  latencies.sort((left, right) => left - right);
  report("step p50", at(latencies, 0.5));
  report("step p95", at(latencies, 0.95));
  report("step p99", at(latencies, 0.99));
};

/**
 * Ends three-step workflows until there are `count` or the time is over, and says how many; as many at a time as gave every
 * engine its best rate or near it.
 */
export async function finish(engine: BenchEngine, count: number, limitMs: number): Promise<number> {
  const until = performance.now() + limitMs;
  let begun = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (begun < count && performance.now() < until) {
        begun += 1;
        await engine.run("three", 3);
      }
    }),
  );
  return begun;
}

/** Starts so many instances, 64 at a time. */
export async function startMany(
  count: number,
  startOne: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (next < count) {
        next += 1;
        await startOne(next - 1);
      }
    }),
  );
}

/** Workflows a second with so many under way at any time. */
async function keepBusy(engine: BenchEngine, concurrency: number, forMs: number): Promise<number> {
  const began = performance.now();
  const until = began + forMs;
  let ended = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < until) {
        await engine.run("three", 3);
        ended += 1;
      }
    }),
  );
  // The last ones end after the time is up; they count with the time that they took.
  return (1_000 * ended) / (performance.now() - began);
}

/** The value, or null after the limit; a failure is printed and has no value either. */
export async function inTime<T>(limitMs: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, limitMs, null);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? "") : String(error)}\n`);
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
