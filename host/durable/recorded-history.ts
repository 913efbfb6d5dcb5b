import type { HostStore } from "../store/store.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { InstanceRecord, RuntimeStatus } from "./instance-record.ts";
import { readTurns } from "./instance-rows.ts";

/** Marks a document as a recorded history; the number counts incompatible changes of its shape. */
export const HISTORY_FORMAT = "continuity-history/1";

/**
 * The history of one execution, exactly as its orchestrator function saw it. A turn is what stands between an
 * OrchestratorStarted and its OrchestratorCompleted.
 */
export interface RecordedHistory {
  readonly format: typeof HISTORY_FORMAT;
  readonly name: string;
  readonly instanceId: string;
  readonly executionId: string;
  readonly version: string | null;
  readonly parentInstanceId: string | null;
  readonly runtimeStatus: RuntimeStatus;
  readonly events: readonly HistoryEvent[];
}

/** The history of an instance's current execution, as it is kept. */
export function recordedHistory(store: HostStore, record: InstanceRecord): RecordedHistory {
  return {
    format: HISTORY_FORMAT,
    name: record.name,
    instanceId: record.instanceId,
    executionId: record.executionId,
    version: record.version,
    parentInstanceId: record.parent?.instanceId ?? null,
    runtimeStatus: record.status,
    events: record.turns === 0 ? [] : readTurns(store, record).flatMap((turn) => turn.events),
  };
}
