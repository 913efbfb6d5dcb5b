import { put, remove, type HostStore, type StoreOperation } from "../store/store.ts";
import { HistoryEventType, type HistoryEvent } from "./history-event.ts";
import {
  openTimers,
  openWork,
  readTurns,
  saveMessage,
  saveRecord,
  timerKey,
  type OutgoingWork,
  type Turn,
} from "./instance-rows.ts";
import { releasesOf } from "./held-locks.ts";
import { isFinished, type InstanceRecord } from "./instance-record.ts";
import type { Delivery, Message } from "./message.ts";

/** How a failed instance is taken back to before its failure. */
export interface Rewind {
  readonly record: InstanceRecord;
  readonly operations: StoreOperation[];
  /** What it had received since and keeps. */
  readonly deliveries: Delivery[];
  /** Activities to be run again. */
  readonly work: readonly OutgoingWork[];
  /** Failed sub-orchestrations, to be rewound too. */
  readonly children: string[];
  /** Locks that it thinks it holds and gave back when it failed. */
  readonly heldLocks: number;
}

type TaskFailed = Extract<HistoryEvent, { readonly Reason: string; readonly Details: string }>;

const isFailure = (event: HistoryEvent): boolean =>
  event.EventType === HistoryEventType.TaskFailed ||
  event.EventType === HistoryEventType.SubOrchestrationInstanceFailed;

const hasFailure = (turn: Turn): boolean => turn.events.some(isFailure);

const hasScheduled = (turn: Turn): boolean => turn.events.some(({ EventId }) => EventId >= 0);

/**
 * The first turn to take back: the one that received the failure which nobody handled. Failures after which something
 * new was scheduled were handled; only that a retry gave up also schedules something, its last timer. An error of the code
 * itself arose in any of the turns after the last that scheduled something; they are all taken again.
 */
function firstTurnToUndo(turns: readonly Turn[]): number {
  const lastScheduling = turns.findLastIndex(hasScheduled);
  const unhandled = turns.findIndex((turn, index) => index > lastScheduling && hasFailure(turn));
  if (unhandled >= 0) {
    return unhandled;
  }
  const gaveUp = lastScheduling >= 0 && hasFailure(turns[lastScheduling]!);
  return gaveUp ? lastScheduling : Math.max(0, Math.min(lastScheduling + 1, turns.length - 1));
}

/** Plans the rewind of an instance that has failed; `nextNumber` numbers inbox rows. */
export function planRewind(
  store: HostStore,
  failed: InstanceRecord,
  plan: {
    readonly now: number;
    readonly reason: string;
    readonly nextNumber: () => number;
    readonly recordOf: (instanceId: string) => InstanceRecord | null;
  },
): Rewind {
  const turns = readTurns(store, failed);
  const first = firstTurnToUndo(turns);
  const kept = turns.slice(0, first);
  const undone = turns.slice(first).flatMap((turn) => turn.events);
  const known = new Set(kept.flatMap((turn) => turn.events.map(({ EventId }) => EventId)));
  const messages: Message[] = [{ kind: "rewound", reason: plan.reason }];
  const children: string[] = [];
  for (const event of undone) {
    let message = messageOf(event, failed.executionId);
    if ("Reason" in event && event.EventType === HistoryEventType.SubOrchestrationInstanceFailed) {
      const child = childOf(event, kept, failed, plan.recordOf);
      message = messageOfChild(event, child, failed.executionId);
      if (child?.status === "Failed") {
        children.push(child.instanceId);
      }
    }
    if (message !== null && (!("taskId" in message) || known.has(message.taskId))) {
      messages.push(message);
    }
  }
  const answered = new Set(messages.map((message) => ("taskId" in message ? message.taskId : -1)));
  const work = openWork(kept).filter(({ seq }) => !answered.has(seq));
  const { instanceId, execution } = failed;
  const operations: StoreOperation[] = [];
  for (let turn = first; turn < failed.turns; turn++) {
    operations.push(remove("history", [instanceId, execution, turn]));
    for (const { key } of store.range("payloads", { prefix: [instanceId, execution, turn] })) {
      operations.push(remove("payloads", key));
    }
  }
  const record: InstanceRecord = {
    ...failed,
    status: "Running",
    output: null,
    updatedAt: plan.now,
    turns: first,
    openActivities: work.length,
  };
  operations.push(...saveRecord(record, failed));
  for (const [seq, due] of openTimers(kept)) {
    if (!answered.has(seq)) {
      operations.push(put("timers", timerKey(record, seq, due), ""));
    }
  }
  const deliveries = messages.map((message): Delivery => {
    const n = plan.nextNumber();
    operations.push(saveMessage(instanceId, n, message));
    return { message, row: { table: "inbox", key: [instanceId, n] } };
  });
  return { record, operations, deliveries, work, children, heldLocks: releasesOf(kept).length };
}

/** The sub-orchestration that failed, if it is still the one that this execution started. */
function childOf(
  event: TaskFailed,
  kept: readonly Turn[],
  parent: InstanceRecord,
  recordOf: (instanceId: string) => InstanceRecord | null,
): InstanceRecord | null {
  const created = kept
    .flatMap((turn) => turn.events)
    .find(
      (other) =>
        other.EventType === HistoryEventType.SubOrchestrationInstanceCreated &&
        other.EventId === event.TaskScheduledId,
    );
  const child =
    created !== undefined && "InstanceId" in created ? recordOf(created.InstanceId) : null;
  const isOurs =
    child?.parent?.executionId === parent.executionId &&
    child.parent.taskId === event.TaskScheduledId;
  return isOurs ? child : null;
}

/**
 * What becomes of a sub-orchestration's failure: one that is rewound, or was by itself and still runs, will answer again; one
 * that has completed since has its answer. Who was terminated, replaced or purged will not, so the failure stays.
 */
function messageOfChild(
  event: TaskFailed,
  child: InstanceRecord | null,
  executionId: string,
): Message | null {
  const taskId = event.TaskScheduledId;
  if (child?.status === "Completed") {
    return { kind: "subOrchestrationCompleted", executionId, taskId, result: child.output };
  }
  if (child !== null && (child.status === "Failed" || !isFinished(child.status))) {
    return null;
  }
  const { Reason: reason, Details: details, FailureDetails: failureDetails } = event;
  const failure = { reason, details, failureDetails };
  return { kind: "subOrchestrationFailed", executionId, taskId, failure };
}

/** What an event was before a turn took it; null for those that turns make themselves. */
function messageOf(event: HistoryEvent, executionId: string): Message | null {
  switch (event.EventType) {
    case HistoryEventType.TaskCompleted:
    case HistoryEventType.SubOrchestrationInstanceCompleted:
      return {
        kind:
          event.EventType === HistoryEventType.TaskCompleted
            ? "completed"
            : "subOrchestrationCompleted",
        executionId,
        taskId: event.TaskScheduledId,
        result: event.Result,
      };
    case HistoryEventType.TimerFired:
      return {
        kind: "timerFired",
        executionId,
        taskId: event.TimerId,
        fireAt: Date.parse(event.FireAt),
      };
    case HistoryEventType.EventRaised:
      return { kind: "eventRaised", name: event.Name, input: event.Input };
    default:
      return null;
  }
}
