import { availableParallelism } from "node:os";

export type VersionMatchStrategy = "None" | "Strict" | "CurrentOrOlder";
export type VersionFailureStrategy = "Reject" | "Fail";

/** `extensions.durableTask` of host.json with the extension's defaults filled in. */
export interface DurableTaskSettings {
  readonly hubName: string;
  readonly defaultVersion: string | null;
  readonly versionMatchStrategy: VersionMatchStrategy;
  readonly versionFailureStrategy: VersionFailureStrategy;
  readonly maxConcurrentActivityFunctions: number;
  readonly maxConcurrentOrchestratorFunctions: number;
  readonly maxConcurrentEntityFunctions: number;
  readonly maxEntityOperationBatchSize: number;
  readonly maxOrchestrationActions: number;
  readonly storeInputsInOrchestrationHistory: boolean;
  /** Asked for in host.json; neither the extension nor this host can do it for functions in JavaScript. */
  readonly wantsEntityRollback: boolean;
  /** Whether a start may replace an instance that still runs. */
  readonly isRunningInstanceOverridable: boolean;
  /** Pause between two polls of a durable HTTP call whose answer names none. */
  readonly httpPollIntervalMs: number;
  /** Timers longer than this go in legs. */
  readonly maximumShortTimerMs: number;
  readonly longTimerIntervalMs: number;
}

const DAY_MS = 24 * 3_600_000;
/** The extension's defaults on a plan without limits: ten of each kind a core. */
const FUNCTIONS_PER_CORE = 10;
const ENTITY_BATCH_SIZE = 5_000;
const ORCHESTRATION_ACTIONS = 100_000;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** Reads the section; unknown or mistyped settings keep their default, as in the extension. */
export function parseDurableTaskSettings(section: unknown): DurableTaskSettings {
  const given: Json = isObject(section) ? section : {};
  const http = isObject(given["httpSettings"]) ? given["httpSettings"] : {};
  const count = (name: string, fallback: number): number => {
    const value = given[name];
    return typeof value === "number" && value > 0 ? Math.floor(value) : fallback;
  };
  const text = (name: string): string | null => {
    const value = given[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const oneOf = <T extends string>(name: string, values: readonly T[], fallback: T): T =>
    values.find((value) => value.toLowerCase() === text(name)?.toLowerCase()) ?? fallback;
  const perHost = FUNCTIONS_PER_CORE * availableParallelism();
  const poll = http["defaultAsyncRequestSleepTimeMilliseconds"];
  return {
    hubName: text("hubName") ?? "TestHubName",
    defaultVersion: text("defaultVersion"),
    versionMatchStrategy: oneOf(
      "versionMatchStrategy",
      ["None", "Strict", "CurrentOrOlder"],
      "CurrentOrOlder",
    ),
    versionFailureStrategy: oneOf("versionFailureStrategy", ["Reject", "Fail"], "Reject"),
    maxConcurrentActivityFunctions: count("maxConcurrentActivityFunctions", perHost),
    maxConcurrentOrchestratorFunctions: count("maxConcurrentOrchestratorFunctions", perHost),
    maxConcurrentEntityFunctions: count("maxConcurrentEntityFunctions", perHost),
    maxEntityOperationBatchSize: count("maxEntityOperationBatchSize", ENTITY_BATCH_SIZE),
    maxOrchestrationActions: count("maxOrchestrationActions", ORCHESTRATION_ACTIONS),
    storeInputsInOrchestrationHistory: given["storeInputsInOrchestrationHistory"] === true,
    wantsEntityRollback: given["rollbackEntityOperationsOnExceptions"] === true,
    isRunningInstanceOverridable: text("overridableExistingInstanceStates") === "AnyState",
    httpPollIntervalMs: typeof poll === "number" && poll > 0 ? poll : 30_000,
    maximumShortTimerMs: 6 * DAY_MS,
    longTimerIntervalMs: 3 * DAY_MS,
  };
}
