/** History as the extension hands it to the SDK: names and numbers are the protocol's, so they keep its spelling. */

export const HistoryEventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ContinueAsNew: 16,
  GenericEvent: 17,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
  ExecutionRewound: 21,
} as const;
export type HistoryEventType = (typeof HistoryEventType)[keyof typeof HistoryEventType];

export function eventTypeName(type: number): string {
  return Object.entries(HistoryEventType).find(([, value]) => value === type)?.[0] ?? String(type);
}

/** What the SDK turns into a TaskFailedError. */
export interface FailureDetails {
  readonly ErrorType: string;
  readonly ErrorMessage: string;
  readonly StackTrace: string | null;
  readonly IsNonRetriable: boolean;
  readonly Properties: Readonly<Record<string, unknown>> | null;
  readonly InnerFailure: FailureDetails | null;
}

export interface ParentInstance {
  readonly Name: string;
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
  readonly TaskScheduleId: number;
  readonly Version: string | null;
}

interface EventHead {
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
}

/** Texts named Input and Result hold JSON. */
export type HistoryEvent = EventHead &
  (
    | { readonly EventType: typeof HistoryEventType.OrchestratorStarted }
    | { readonly EventType: typeof HistoryEventType.OrchestratorCompleted }
    | {
        readonly EventType: typeof HistoryEventType.ExecutionStarted;
        readonly Name: string;
        readonly Version: string | null;
        readonly Input: string | null;
        readonly OrchestrationInstance: {
          readonly InstanceId: string;
          readonly ExecutionId: string;
        };
        readonly ParentInstance: ParentInstance | null;
        readonly ScheduledStartTime: null;
        readonly Tags: null;
      }
    | {
        readonly EventType: typeof HistoryEventType.ExecutionCompleted;
        readonly OrchestrationStatus: number;
        readonly Result: string | null;
        readonly FailureDetails: FailureDetails | null;
      }
    | {
        readonly EventType: typeof HistoryEventType.ExecutionTerminated;
        readonly Input: string | null;
      }
    | {
        readonly EventType: typeof HistoryEventType.TaskScheduled;
        readonly Name: string;
        readonly Version: string | null;
        readonly Input: string | null;
      }
    | {
        readonly EventType: typeof HistoryEventType.SubOrchestrationInstanceCreated;
        readonly Name: string;
        readonly Version: string | null;
        readonly InstanceId: string;
        readonly Input: string | null;
      }
    | {
        readonly EventType:
          | typeof HistoryEventType.TaskCompleted
          | typeof HistoryEventType.SubOrchestrationInstanceCompleted;
        readonly TaskScheduledId: number;
        readonly Result: string | null;
      }
    | {
        readonly EventType:
          | typeof HistoryEventType.TaskFailed
          | typeof HistoryEventType.SubOrchestrationInstanceFailed;
        readonly TaskScheduledId: number;
        readonly Reason: string;
        readonly Details: string;
        readonly FailureDetails: FailureDetails | null;
      }
    | { readonly EventType: typeof HistoryEventType.TimerCreated; readonly FireAt: string }
    | {
        readonly EventType: typeof HistoryEventType.TimerFired;
        readonly TimerId: number;
        readonly FireAt: string;
      }
    | {
        readonly EventType: typeof HistoryEventType.EventSent;
        readonly InstanceId: string;
        readonly Name: string;
        readonly Input: string;
      }
    | {
        readonly EventType: typeof HistoryEventType.EventRaised;
        readonly Name: string;
        readonly Input: string | null;
      }
    | {
        readonly EventType:
          | typeof HistoryEventType.ExecutionSuspended
          | typeof HistoryEventType.ExecutionResumed
          | typeof HistoryEventType.ExecutionRewound;
        readonly Reason: string | null;
      }
    | { readonly EventType: typeof HistoryEventType.GenericEvent; readonly Data: string | null }
  );

type Distribute<E> = E extends unknown ? Omit<E, "EventId" | "IsPlayed" | "Timestamp"> : never;
/** An event without what every event has. */
export type HistoryEventBody = Distribute<HistoryEvent>;

/** .NET's round-trip form: UTC with seven decimals. */
export function historyTime(at: number): string {
  if (at !== latestTime.at) {
    latestTime = { at, text: `${new Date(at).toISOString().slice(0, -1)}0000Z` };
  }
  return latestTime.text;
}

/** All events of a turn have its instant, and many turns share one. */
let latestTime = { at: Number.NaN, text: "" };

/** Completes an event in place; only events that schedule something have an id of their own. IsPlayed is its last property. */
export function historyEvent(at: number, body: HistoryEventBody, eventId = -1): HistoryEvent {
  const head = { EventId: eventId, Timestamp: historyTime(at), IsPlayed: false };
  return Object.assign(body, head);
}
