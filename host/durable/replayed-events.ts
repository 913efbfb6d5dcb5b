import { HistoryEventType, type HistoryEvent } from "./history-event.ts";

/** Rows of the history that the SDK passes over; what they cost it in a long history is half of a turn. */
const NOT_REPLAYED: ReadonlySet<number> = new Set([
  HistoryEventType.TaskScheduled,
  HistoryEventType.SubOrchestrationInstanceCreated,
  HistoryEventType.TimerCreated,
  HistoryEventType.OrchestratorCompleted,
]);

/** An event as the SDK reads it; it replaces Timestamp by a Date, once. */
export interface ReplayedEvent {
  IsPlayed: boolean;
}

/** What the SDK reads of some events, as objects that it may change. Those of earlier turns are played. */
export function replayedEvents(
  events: readonly HistoryEvent[],
  isPlayed: boolean,
  from = 0,
): ReplayedEvent[] {
  const replayed: ReplayedEvent[] = [];
  for (let index = from; index < events.length; index += 1) {
    const event = events[index]!;
    if (!NOT_REPLAYED.has(event.EventType)) {
      replayed.push({ ...event, IsPlayed: isPlayed });
    }
  }
  return replayed;
}

/** The events of a turn, as the SDK reads them and as the store keeps them. */
export class TurnEvents {
  readonly all: HistoryEvent[] = [];
  #replayed: ReplayedEvent[] = [];
  #shown = 0;

  add(event: HistoryEvent): void {
    this.all.push(event);
  }

  /** Those that are there before the code runs, for the SDK. */
  show(): readonly ReplayedEvent[] {
    this.#replayed = replayedEvents(this.all, false);
    this.#shown = this.all.length;
    return this.#replayed;
  }

  /** All of them as later turns see them; what was shown is used again. */
  played(): ReplayedEvent[] {
    for (const event of this.#replayed) {
      event.IsPlayed = true;
    }
    return [...this.#replayed, ...replayedEvents(this.all, true, this.#shown)];
  }

  /** All of them, comma-separated, as the store keeps them: the input of the execution is in the record already. */
  rowText(): string {
    return this.all
      .map((event) =>
        JSON.stringify(
          event.EventType === HistoryEventType.ExecutionStarted ? { ...event, Input: null } : event,
        ),
      )
      .join();
  }
}
