import { isSameName } from "./action.ts";
import type { Effect } from "./effect.ts";
import { HistoryEventType, type HistoryEvent } from "./history-event.ts";

/** The activity under which the extension runs durable HTTP calls. */
export const HTTP_ACTIVITY = "BuiltIn::HttpActivity";

/** New work and the event that records it, reduced to what the extension compares when it replays: kind and name. */
export interface ScheduledWork {
  readonly kind: string;
  readonly name: string | null;
}

export const isSameWork = (a: ScheduledWork, b: ScheduledWork): boolean =>
  a.kind === b.kind && (a.name === null || b.name === null || isSameName(a.name, b.name));

/** In words, for messages: `an activity 'charge'`. */
export const describeWork = ({ kind, name }: ScheduledWork): string =>
  name === null ? kind : `${kind} '${name}'`;

export function workOfEffect(effect: Effect): ScheduledWork {
  switch (effect.kind) {
    case "activity":
      return { kind: "an activity", name: effect.name };
    case "http":
      return { kind: "an activity", name: HTTP_ACTIVITY };
    case "subOrchestration":
      return { kind: "a sub-orchestration", name: effect.name };
    case "timer":
      return { kind: "a timer", name: null };
    case "send":
      return { kind: "a message to", name: effect.target };
  }
}

export type SchedulingEvent = Extract<HistoryEvent, { EventType: 4 | 7 | 10 | 14 }>;

export const isScheduling = (event: HistoryEvent): event is SchedulingEvent =>
  event.EventType === HistoryEventType.TaskScheduled ||
  event.EventType === HistoryEventType.SubOrchestrationInstanceCreated ||
  event.EventType === HistoryEventType.TimerCreated ||
  event.EventType === HistoryEventType.EventSent;

export function workOfEvent(event: SchedulingEvent): ScheduledWork {
  switch (event.EventType) {
    case HistoryEventType.TaskScheduled:
      return { kind: "an activity", name: event.Name };
    case HistoryEventType.SubOrchestrationInstanceCreated:
      return { kind: "a sub-orchestration", name: event.Name };
    case HistoryEventType.TimerCreated:
      return { kind: "a timer", name: null };
    case HistoryEventType.EventSent:
      return { kind: "a message to", name: event.InstanceId };
  }
}
