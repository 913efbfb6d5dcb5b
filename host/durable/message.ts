import type { TaskFailure } from "./effect.ts";
import { historyEvent, historyTime, HistoryEventType, type HistoryEvent } from "./history-event.ts";
import type { StoreKey } from "../store/store.ts";

/** What can reach an instance. Messages that answer something name the execution that asked. */
export type Message =
  | { readonly kind: "eventRaised"; readonly name: string; readonly input: string | null }
  | { readonly kind: "terminate"; readonly reason: string }
  | { readonly kind: "suspend" | "resume" | "rewound"; readonly reason: string }
  | {
      readonly kind: "completed" | "subOrchestrationCompleted";
      readonly executionId: string;
      readonly taskId: number;
      readonly result: string | null;
    }
  | {
      readonly kind: "failed" | "subOrchestrationFailed";
      readonly executionId: string;
      readonly taskId: number;
      readonly failure: TaskFailure;
    }
  | {
      readonly kind: "timerFired";
      readonly executionId: string;
      readonly taskId: number;
      /** Unix milliseconds. */
      readonly fireAt: number;
    };

/** A message in an instance's inbox. */
export interface Delivery {
  readonly message: Message;
  /** The row that holds it until a turn has consumed it; null when it can be had again after a crash. */
  readonly row: { readonly table: "inbox" | "timers"; readonly key: StoreKey } | null;
  /** Called when the turn that consumed it is committed, or when there is nobody to consume it. */
  readonly onConsumed?: () => void;
}

/** The history event a message becomes; control messages become theirs where they take effect. */
export function eventOf(message: Message, at: number): HistoryEvent | null {
  switch (message.kind) {
    case "eventRaised":
      return historyEvent(at, {
        EventType: HistoryEventType.EventRaised,
        Name: message.name,
        Input: message.input,
      });
    case "completed":
    case "subOrchestrationCompleted":
      return historyEvent(at, {
        EventType:
          message.kind === "completed"
            ? HistoryEventType.TaskCompleted
            : HistoryEventType.SubOrchestrationInstanceCompleted,
        TaskScheduledId: message.taskId,
        Result: message.result,
      });
    case "failed":
    case "subOrchestrationFailed":
      return historyEvent(at, {
        EventType:
          message.kind === "failed"
            ? HistoryEventType.TaskFailed
            : HistoryEventType.SubOrchestrationInstanceFailed,
        TaskScheduledId: message.taskId,
        Reason: message.failure.reason,
        Details: message.failure.details,
        FailureDetails: message.failure.failureDetails,
      });
    case "timerFired":
      return historyEvent(at, {
        EventType: HistoryEventType.TimerFired,
        TimerId: message.taskId,
        FireAt: historyTime(message.fireAt),
      });
    case "rewound":
      return historyEvent(at, {
        EventType: HistoryEventType.ExecutionRewound,
        Reason: message.reason,
      });
    default:
      return null;
  }
}

/** Whether a message answers another execution than this one. */
export function isForeign(message: Message, executionId: string): boolean {
  return "executionId" in message && message.executionId !== executionId;
}
