import type { Plan, Report } from "./scenarios.ts";

/** One engine as the benchmark runs it. */
export interface Contestant {
  readonly name: string;
  /** What survives a power cut, in a few words. */
  readonly durability: string;
  readonly isDurable: boolean;
  /** Measures everything the engine can do, in a folder of its own. */
  measure(folder: string, plan: Plan, report: Report): Promise<void>;
}
