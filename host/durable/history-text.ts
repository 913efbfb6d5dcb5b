import { HistoryEventType, type HistoryEvent } from "./history-event.ts";

/** Rows of the history that the SDK passes over; what they cost it in a long history is half of a turn. */
const NOT_REPLAYED: ReadonlySet<number> = new Set([
  HistoryEventType.TaskScheduled,
  HistoryEventType.SubOrchestrationInstanceCreated,
  HistoryEventType.TimerCreated,
  HistoryEventType.OrchestratorCompleted,
]);

/** What the SDK reads of some events, as JSON, comma-separated. Those of earlier turns are marked as played. */
export function eventsText(events: readonly HistoryEvent[], isPlayed: boolean): string {
  let text = "";
  for (const event of events) {
    if (!NOT_REPLAYED.has(event.EventType)) {
      const row = event.IsPlayed === isPlayed ? event : { ...event, IsPlayed: isPlayed };
      text = joinTexts(text, JSON.stringify(row));
    }
  }
  return text;
}

/** What the SDK reads of the events of earlier turns, as objects that it may change. */
export const playedEvents = (events: readonly HistoryEvent[]): ReplayedEvent[] =>
  events
    .filter((event) => !NOT_REPLAYED.has(event.EventType))
    .map((event) => ({ ...event, IsPlayed: true }));

/** Puts texts of events one after the other. */
function joinTexts(first: string, second: string): string {
  return first === "" || second === "" ? first + second : `${first},${second}`;
}

/** An event as the SDK reads it; it replaces Timestamp by a Date, once. */
export interface ReplayedEvent {
  IsPlayed: boolean;
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
    this.#replayed = this.#copies(0);
    this.#shown = this.all.length;
    return this.#replayed;
  }

  /** All of them as later turns see them; what was shown is used again. */
  played(): ReplayedEvent[] {
    const played = [...this.#replayed, ...this.#copies(this.#shown)];
    for (const event of played) {
      event.IsPlayed = true;
    }
    return played;
  }

  /** All of them, comma-separated, as the store keeps them: the input of the execution is in the record already. */
  rowText(): string {
    let text = "";
    for (const event of this.all) {
      const isStart = event.EventType === HistoryEventType.ExecutionStarted && event.Input !== null;
      text = joinTexts(text, JSON.stringify(isStart ? { ...event, Input: null } : event));
    }
    return text;
  }

  #copies(from: number): ReplayedEvent[] {
    const copies: ReplayedEvent[] = [];
    for (let index = from; index < this.all.length; index += 1) {
      const event = this.all[index]!;
      if (!NOT_REPLAYED.has(event.EventType)) {
        copies.push({ ...event });
      }
    }
    return copies;
  }
}
