import type { Plan, Report } from "./scenarios.ts";

/** An engine that runs, on a data directory of its own. */
export interface RunningEngine {
  /** Measures one of the scenarios; rejects when it fails. */
  measure(scenario: string, plan: Plan, report: Report): Promise<void>;
  /** Ends so many three-step workflows unless the time is over before; resolves with how many. */
  finish(count: number, limitMs: number): Promise<number>;
  /** Memory of the engine and of what it keeps its state in. */
  megabytes(): number;
  /** Ends all its processes. */
  stop(): Promise<void>;
}

/** One engine as the benchmark runs it. Folders are new ones, or those of an earlier call. */
export interface Contestant {
  readonly name: string;
  /** What survives a power cut, as the engine itself says; asked once it could run. */
  durability(): string;
  readonly isDurable: boolean;
  start(folder: string): Promise<RunningEngine>;
  /**
   * Starts instances whose first step never ends, kills the engine, and resolves with the seconds from the new start until
   * every last step has run. Null when the engine keeps nothing.
   */
  readonly recover: ((folder: string, plan: Plan) => Promise<number>) | null;
  /** What no other engine is asked for. */
  readonly measureAlone?: (folder: string, plan: Plan, report: Report) => Promise<void>;
}
