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

/** Puts texts of events one after the other. */
export function joinTexts(first: string, second: string): string {
  return first === "" || second === "" ? first + second : `${first},${second}`;
}

const UNPLAYED_END = '"IsPlayed":false}';

/** The events of a turn with their JSON, which the SDK, the row of the turn and later turns all want: it is made once. */
export class TurnEvents {
  readonly all: HistoryEvent[] = [];
  readonly #texts: string[] = [];

  /** Adds an event made by `historyEvent`, which puts IsPlayed last. */
  add(event: HistoryEvent): void {
    this.all.push(event);
    this.#texts.push(JSON.stringify(event));
  }

  /** What the SDK reads of them: in this turn, or (played) in later ones. */
  replayedText(isPlayed: boolean): string {
    let text = "";
    for (const [index, event] of this.all.entries()) {
      if (!NOT_REPLAYED.has(event.EventType)) {
        const own = this.#texts[index]!;
        text = joinTexts(text, isPlayed ? playedText(own) : own);
      }
    }
    return text;
  }

  /** All of them, comma-separated, as the store keeps them: the input of the execution is in the record already. */
  rowText(): string {
    let text = "";
    for (const [index, event] of this.all.entries()) {
      const isStart = event.EventType === HistoryEventType.ExecutionStarted && event.Input !== null;
      const own = isStart ? JSON.stringify({ ...event, Input: null }) : this.#texts[index]!;
      text = joinTexts(text, own);
    }
    return text;
  }
}

const playedText = (text: string): string =>
  `${text.slice(0, -UNPLAYED_END.length)}"IsPlayed":true}`;
