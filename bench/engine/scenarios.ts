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
  /** The process that started all others of the benchmark. */
  readonly rootPid: number;
  /** A scenario that takes longer has no figure. */
  readonly limitMs: number;
}

export type Report = (figure: string, value: number) => void;

/** Everything that needs no second process: rates, latency, fan-outs, a long sequence. */
export async function measureScenarios(
  engine: BenchEngine,
  plan: Plan,
  report: Report,
): Promise<void> {
  await keepBusy(engine, 16, plan.warmUpMs);
  const latencies = await inTime(plan, measureLatencies(engine, plan.latencySamples));
  report("step p50", at(latencies ?? [], 0.5));
  report("step p95", at(latencies ?? [], 0.95));
  report("step p99", at(latencies ?? [], 0.99));
  for (const concurrency of plan.concurrencies) {
    await keepBusy(engine, concurrency, plan.warmUpMs);
    const ticks = processorTicks(plan.rootPid);
    const began = performance.now();
    const rate = await keepBusy(engine, concurrency, plan.measureMs);
    const ended = (rate * (performance.now() - began)) / 1_000;
    report(`three @${concurrency}`, rate);
    report(`cpu @${concurrency}`, (10 * (processorTicks(plan.rootPid) - ticks)) / ended);
  }
  for (const size of plan.fanOuts) {
    report(`fan-out ${size}`, await bestOf(3, plan, () => engine.run("fanOut", size), size));
  }
  const { sequence } = plan;
  report("sequence", await bestOf(2, plan, () => engine.run("sequence", sequence), sequence));
}

/** Ends three-step workflows until there are `count`; as many at a time as gave every engine its best rate or near it. */
export async function finish(engine: BenchEngine, count: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (left > 0) {
        left -= 1;
        await engine.run("three", 3);
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

async function measureLatencies(engine: BenchEngine, samples: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const began = performance.now();
    await engine.run("one", 1);
    latencies.push(performance.now() - began);
  }
  return latencies.sort((left, right) => left - right);
}

/** Steps a second in the best of some runs: noise of a shared machine only ever slows down. */
async function bestOf(
  runs: number,
  plan: Plan,
  run: () => Promise<void>,
  steps: number,
): Promise<number> {
  let best = Number.NaN;
  for (let index = 0; index < runs; index += 1) {
    const began = performance.now();
    const done = await inTime(
      plan,
      run().then(() => true),
    );
    if (done !== true) {
      return best;
    }
    const rate = (1_000 * steps) / (performance.now() - began);
    best = Number.isNaN(best) ? rate : Math.max(best, rate);
    if (performance.now() - began > plan.limitMs / 10) {
      return best;
    }
  }
  return best;
}

/** The value, or null after the plan's limit; a failure is printed and has no value either. */
export async function inTime<T>(plan: Plan, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, plan.limitMs, null);
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
