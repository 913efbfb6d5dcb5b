import { describeAction, isSameAction, type Action } from "../durable/action.ts";
import type { OrchestratorState } from "../durable/action.ts";
import type { Effect } from "../durable/effect.ts";
import { eventTypeName, HistoryEventType, type HistoryEvent } from "../durable/history-event.ts";
import type { InstanceRecord } from "../durable/instance-record.ts";
import { replayedEvents, type ReplayedEvent } from "../durable/replayed-events.ts";
import { ExecutionFault } from "../durable/execution-fault.ts";
import { ActionInterpreter } from "../durable/interpreter.ts";
import { newInstance } from "../durable/new-instance.ts";
import type { RecordedHistory } from "../durable/recorded-history.ts";
import {
  describeWork,
  isSameWork,
  isScheduling,
  workOfEffect,
  workOfEvent,
  type SchedulingEvent,
} from "../durable/scheduled-work.ts";
import type { DurableTaskSettings } from "../durable/settings.ts";
import { versionMismatch } from "../durable/version-match.ts";

/*
 * R1  The code runs in exactly the turns in which the engine ran it, each time over the history up to there, so what it
 *     asks for can be compared turn by turn and the first turn that differs is found.
 * R2  Ids, kinds and names are compared, as the engine compares them when it takes an instance up again: a history that
 *     replays cleanly here does so there.
 */

export interface Divergence {
  /** Counted from 1. */
  readonly turn: number;
  /** When that turn was, as the history says it. */
  readonly at: string;
  /** Place in the history, counted from 1; null where the history has nothing. */
  readonly event: number | null;
  /** What the history has there. */
  readonly recorded: string;
  /** What the code asks for now. */
  readonly now: string;
}

export interface Replay {
  readonly name: string;
  readonly instanceId: string;
  readonly turns: number;
  readonly events: number;
  /** Null: it replays cleanly. */
  readonly divergence: Divergence | null;
  /** What differs without being a divergence. */
  readonly remarks: readonly string[];
}

export interface ReplayOptions {
  readonly settings: DurableTaskSettings;
  /** Why the app cannot run this orchestration at all, or null. */
  readonly whyMissing: (name: string) => string | null;
  /** Runs the orchestrator function over the events. */
  readonly run: (
    record: InstanceRecord,
    history: readonly ReplayedEvent[],
  ) => Promise<OrchestratorState>;
}

type Started = Extract<HistoryEvent, { EventType: 0 }>;
type Completed = Extract<HistoryEvent, { EventType: 1 }>;

interface PlacedEvent<E extends HistoryEvent = HistoryEvent> {
  /** Counted from 1. */
  readonly place: number;
  readonly event: E;
}

interface PlacedTurn {
  /** Counted from 1. */
  readonly number: number;
  readonly at: string;
  readonly events: readonly PlacedEvent[];
}

type Outcome =
  | { readonly kind: "completed"; readonly output: string | null }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "continuedAsNew" };

/** Replays a recorded history against today's code, turn by turn, up to the first divergence. */
export async function replayHistory(
  history: RecordedHistory,
  options: ReplayOptions,
): Promise<Replay> {
  const turns = turnsOf(history.events);
  const remarks: string[] = [];
  const replayer = new Replayer(history, options, remarks);
  let divergence = replayer.refuse(turns[0]!);
  for (const turn of divergence === null ? turns : []) {
    divergence = await replayer.replay(turn);
    if (divergence !== null) {
      break;
    }
  }
  const { name, instanceId, events } = history;
  return { name, instanceId, turns: turns.length, events: events.length, divergence, remarks };
}

class Replayer {
  readonly #options: ReplayOptions;
  readonly #record: InstanceRecord;
  readonly #interpreter: ActionInterpreter;
  readonly #past: HistoryEvent[] = [];
  readonly #remarks: string[];
  #actions: readonly Action[] = [];
  #outcome: Outcome | null = null;

  constructor(history: RecordedHistory, options: ReplayOptions, remarks: string[]) {
    this.#options = options;
    this.#remarks = remarks;
    this.#record = recordOf(history);
    const { maximumShortTimerMs, longTimerIntervalMs, httpPollIntervalMs } = options.settings;
    this.#interpreter = new ActionInterpreter({
      orchestratorName: history.name,
      instanceId: history.instanceId,
      executionId: history.executionId,
      maximumShortTimerMs,
      longTimerIntervalMs,
      httpPollIntervalMs,
    });
  }

  /** Why the app would not even begin. */
  refuse(first: PlacedTurn): Divergence | null {
    const { name, version } = this.#record;
    const why = this.#options.whyMissing(name) ?? versionMismatch(version, this.#options.settings);
    return why === null
      ? null
      : {
          turn: first.number,
          at: first.at,
          event: placeOf(first, HistoryEventType.ExecutionStarted),
          recorded: `orchestration '${name}'${version === null ? "" : ` of version ${version}`} starts`,
          now: why,
        };
  }

  async replay(turn: PlacedTurn): Promise<Divergence | null> {
    const events = turn.events.map(({ event }) => event);
    // The engine ends and halts an instance without asking its code.
    const isDecidedOutside = events.some(
      ({ EventType }) =>
        EventType === HistoryEventType.ExecutionTerminated ||
        EventType === HistoryEventType.ExecutionSuspended,
    );
    const divergence = isDecidedOutside ? null : await this.#compared(turn);
    this.#past.push(...events);
    return divergence;
  }

  async #compared(turn: PlacedTurn): Promise<Divergence | null> {
    try {
      return (await this.#ask(turn)) ?? this.#compareWork(turn) ?? this.#compareEnd(turn);
    } catch (error) {
      if (error instanceof ExecutionFault) {
        return found(turn, null, "the turn ends without a fault", error.message);
      }
      throw error;
    }
  }

  /** Lets the turn's events take effect, and the code run when it can go on. */
  async #ask(turn: PlacedTurn): Promise<Divergence | null> {
    const interpreter = this.#interpreter;
    const received = turn.events.map(({ event }) => event).filter(isReceived);
    interpreter.startTurn(Date.parse(turn.at));
    let fed = 0;
    do {
      interpreter.feed(received[fed]!);
      fed += 1;
    } while (fed < received.length && !interpreter.needsCode);
    if (!interpreter.needsCode) {
      return null;
    }
    const history = [...replayedEvents(this.#past, true), ...replayedEvents(received, false)];
    const state = await this.#options.run(this.#record, history);
    const unstable = this.#unstable(turn, state.actions);
    if (unstable !== null) {
      return unstable;
    }
    interpreter.learn(state.actions);
    this.#actions = state.actions;
    interpreter.advance();
    for (const event of received.slice(fed)) {
      interpreter.feed(event);
      interpreter.advance();
    }
    interpreter.settleTurn();
    interpreter.collectCancellations();
    this.#outcome = outcomeOf(state);
    if (this.#outcome === null) {
      interpreter.checkAgainst(state.nextId ?? null);
    } else {
      interpreter.finish();
    }
    return null;
  }

  /** Finds where the code, run over a longer history, no longer asks for what it asked for over a shorter one. */
  #unstable(turn: PlacedTurn, actions: readonly Action[]): Divergence | null {
    const index = this.#actions.findIndex((action, place) => {
      const again = actions[place];
      return again === undefined || !isSameAction(action, again);
    });
    return index < 0
      ? null
      : found(
          turn,
          null,
          `in an earlier turn the code asked for ${describeAction(this.#actions[index]!)} as action ${index + 1}`,
          actions[index] === undefined
            ? "over the longer history it asks for nothing there"
            : `over the longer history it asks for ${describeAction(actions[index])} there`,
        );
  }

  #isOver(): boolean {
    return this.#outcome !== null && !this.#interpreter.hasOpenWork;
  }

  #compareWork(turn: PlacedTurn): Divergence | null {
    const effects = this.#interpreter.takeEffects().effects;
    if (this.#isOver() && this.#outcome?.kind !== "continuedAsNew") {
      this.#interpreter.releaseLocks();
      effects.push(...this.#interpreter.takeEffects().effects);
    }
    const recorded = turn.events.filter((placed): placed is PlacedEvent<SchedulingEvent> =>
      isScheduling(placed.event),
    );
    for (let index = 0; index < Math.max(effects.length, recorded.length); index++) {
      const effect = effects[index];
      const then = recorded[index];
      if (effect === undefined || then === undefined || !isRecordOf(effect, then.event)) {
        return found(
          turn,
          then?.place ?? null,
          then === undefined ? "nothing more is scheduled in this turn" : recordedWork(then.event),
          effect === undefined ? this.#whatItDoes() : `schedules ${workOf(effect)}`,
        );
      }
    }
    return null;
  }

  #compareEnd(turn: PlacedTurn): Divergence | null {
    const end = turn.events.find(
      (placed): placed is PlacedEvent<Completed> =>
        placed.event.EventType === HistoryEventType.ExecutionCompleted,
    );
    const outcome = this.#isOver() ? this.#outcome : null;
    if (end === undefined) {
      return outcome === null
        ? null
        : found(turn, null, "the orchestration goes on", this.#whatItDoes());
    }
    const hasCompleted = end.event.OrchestrationStatus === COMPLETED;
    if (outcome?.kind !== (hasCompleted ? "completed" : "failed")) {
      return found(turn, end.place, recordedEnd(end.event), this.#whatItDoes());
    }
    if (outcome.kind === "completed" && outcome.output !== end.event.Result) {
      this.#remarks.push(
        `It ends with another output than the history's: ${brief(outcome.output)}`,
      );
    }
    if (outcome.kind === "failed" && JSON.stringify(outcome.error) !== end.event.Result) {
      this.#remarks.push(`It fails with another error than the history's: ${brief(outcome.error)}`);
    }
    return null;
  }

  #whatItDoes(): string {
    const last = this.#actions.at(-1);
    switch (this.#outcome?.kind) {
      case "completed":
        return `completes with the output ${brief(this.#outcome.output)}`;
      case "failed":
        return `fails: ${brief(this.#outcome.error)}`;
      case "continuedAsNew":
        return "continues as new";
      case undefined:
        return last === undefined
          ? "asks for nothing"
          : `asks for nothing new and waits for ${describeAction(last)}`;
    }
  }
}

const COMPLETED = 1;
/** Longest text of an output or error in a message. */
const BRIEF_LENGTH = 200;

const brief = (text: string | null): string =>
  text !== null && text.length > BRIEF_LENGTH
    ? `${text.slice(0, BRIEF_LENGTH)}…`
    : (text ?? "null");

const found = (
  turn: PlacedTurn,
  event: number | null,
  recorded: string,
  now: string,
): Divergence => ({ turn: turn.number, at: turn.at, event, recorded, now });

function turnsOf(events: readonly HistoryEvent[]): PlacedTurn[] {
  const turns: { number: number; at: string; events: PlacedEvent[] }[] = [];
  events.forEach((event, index) => {
    if (event.EventType === HistoryEventType.OrchestratorStarted) {
      turns.push({ number: turns.length + 1, at: event.Timestamp, events: [] });
    }
    turns.at(-1)?.events.push({ place: index + 1, event });
  });
  return turns;
}

const placeOf = (turn: PlacedTurn, type: HistoryEventType): number | null =>
  turn.events.find(({ event }) => event.EventType === type)?.place ?? null;

/** Whether the turn was given an event, and has not brought it about. */
const isReceived = (event: HistoryEvent): boolean =>
  !isScheduling(event) &&
  event.EventType !== HistoryEventType.ExecutionCompleted &&
  event.EventType !== HistoryEventType.OrchestratorCompleted;

const isRecordOf = (effect: Effect, event: SchedulingEvent): boolean =>
  effect.seq === event.EventId && isSameWork(workOfEffect(effect), workOfEvent(event));

const workOf = (effect: Effect): string =>
  `${describeWork(workOfEffect(effect))} with id ${effect.seq}`;

const recordedWork = (event: SchedulingEvent): string =>
  `${describeWork(workOfEvent(event))} with id ${event.EventId} is scheduled (${eventTypeName(event.EventType)})`;

const recordedEnd = ({ OrchestrationStatus, Result }: Completed): string =>
  OrchestrationStatus === COMPLETED
    ? `the orchestration completes with the output ${brief(Result)}`
    : `the orchestration fails: ${brief(Result)}`;

function outcomeOf(state: OrchestratorState): Outcome | null {
  if (state.error !== undefined) {
    return { kind: "failed", error: state.error };
  }
  if (state.actions.at(-1)?.actionType === 4) {
    return { kind: "continuedAsNew" };
  }
  return state.isDone
    ? {
        kind: "completed",
        output: state.output === undefined ? null : JSON.stringify(state.output),
      }
    : null;
}

/** The instance as its orchestrator function is told of it. */
function recordOf(history: RecordedHistory): InstanceRecord {
  const started = history.events.find(
    (event): event is Started => event.EventType === HistoryEventType.ExecutionStarted,
  );
  const parent = started?.ParentInstance ?? null;
  return {
    ...newInstance({
      instanceId: history.instanceId,
      name: history.name,
      version: history.version,
      input: started?.Input ?? null,
      now: Date.parse(history.events[0]?.Timestamp ?? ""),
    }),
    executionId: history.executionId,
    parent:
      parent === null
        ? null
        : {
            instanceId: parent.OrchestrationInstance.InstanceId,
            executionId: parent.OrchestrationInstance.ExecutionId,
            name: parent.Name,
            version: parent.Version,
            taskId: parent.TaskScheduleId,
          },
  };
}
