/** What the engine knows of one orchestration instance besides its history: one row, rewritten by each turn. */
export interface InstanceRecord {
  readonly instanceId: string;
  readonly name: string;
  readonly version: string | null;
  /** Changes with every continue-as-new; results for another execution are dropped. */
  readonly executionId: string;
  /** Counts the executions of this instance; part of the key of its history. */
  readonly execution: number;
  readonly status: RuntimeStatus;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** JSON text; in a row of its own when it is long. */
  readonly input: string | null;
  /** JSON text; in a row of its own when it is long. */
  readonly output: string | null;
  /** JSON text. */
  readonly customStatus: string | null;
  readonly parent: ParentReference | null;
  /** Turns of this execution in the history; 0: the ExecutionStarted event is still to come. */
  readonly turns: number;
  /** Activities that were handed out and have not answered, by the last turn. */
  readonly openActivities: number;
  /** External events that the execution before this one did not consume, oldest first; its first turn takes them. */
  readonly carried?: readonly CarriedEvent[];
}

/** Input is JSON text. */
export interface CarriedEvent {
  readonly name: string;
  readonly input: string | null;
}

export interface ParentReference {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly version: string | null;
  readonly taskId: number;
}

export const RUNTIME_STATUSES = [
  "Pending",
  "Running",
  "Suspended",
  "Completed",
  "Failed",
  "Terminated",
  "Canceled",
  "ContinuedAsNew",
] as const;
export type RuntimeStatus = (typeof RUNTIME_STATUSES)[number];

export function isFinished(status: RuntimeStatus): boolean {
  return (
    status === "Completed" ||
    status === "Failed" ||
    status === "Terminated" ||
    status === "Canceled"
  );
}

export function parseRuntimeStatus(text: string): RuntimeStatus | null {
  return RUNTIME_STATUSES.find((status) => status.toLowerCase() === text.toLowerCase()) ?? null;
}
