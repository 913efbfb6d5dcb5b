import type { Orchestrator } from "../../src/durable/orchestration.ts";
import {
  createDriver,
  type Driver,
  type DriverOptions,
  type TraceEntry,
} from "./orchestration-driver.ts";
import type { Generation } from "./orchestration-replay.ts";

export interface RunResult<Output> {
  readonly output: Output;
  readonly error: string | null;
  readonly trace: readonly TraceEntry[];
  readonly generations: readonly Generation[];
  readonly customStatus: unknown;
  /** Milliseconds of virtual time that it took. */
  readonly elapsedMs: number;
}

export interface RunOptions extends DriverOptions {
  /** Instance id of the orchestration under test. */
  readonly instanceId?: string;
  /** Called before the first turn: events and changes of the world by their instant. */
  readonly prepare?: (driver: Driver) => void;
}

/** Runs one orchestrator to its end and answers its output and everything it asked for on the way. */
export async function runOrchestrator<Output>(
  orchestrator: Orchestrator<Output>,
  input: unknown,
  options: RunOptions,
): Promise<RunResult<Output>> {
  const driver = createDriver(options);
  const instanceId = options.instanceId ?? "test";
  const startedAt = driver.now();
  driver.start(orchestrator.name, orchestrator, input, instanceId);
  options.prepare?.(driver);
  await driver.settle();
  const end = driver.endOf(instanceId);
  if (end === null) {
    throw new Error(`${orchestrator.name} waits for something that never comes.`);
  }
  return {
    output: end.output as Output,
    error: end.error,
    trace: driver.trace,
    generations: driver.generations,
    customStatus: driver.customStatus(instanceId),
    elapsedMs: end.at - startedAt,
  };
}

/** Names of the activities that were called, in order. */
export const activitiesIn = (trace: readonly TraceEntry[]): string[] =>
  trace.flatMap((entry) => (entry.kind === "activity" ? [entry.name] : []));

/** Waits on durable timers, in milliseconds from the moment each was set. */
export const timersIn = (trace: readonly TraceEntry[]): number[] =>
  trace.flatMap((entry) => (entry.kind === "timer" ? [entry.fireAt - entry.at] : []));
