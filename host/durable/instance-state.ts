import { remove, type HostStore, type StoreOperation } from "../store/store.ts";
import type { OrchestratorState } from "./action.ts";
import { openTimers, readTurns, type Turn } from "./instance-rows.ts";
import type { InstanceRecord } from "./instance-record.ts";
import type { ActionInterpreter } from "./interpreter.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { Delivery } from "./message.ts";
import { replayedEvents, type ReplayedEvent } from "./replayed-events.ts";

/** How an execution ended, kept until its open work is done. */
export type Outcome =
  | { readonly kind: "completed"; readonly output: string | null }
  | {
      readonly kind: "failed";
      readonly error: string;
      readonly failureDetails: OrchestratorState["failureDetails"];
    }
  | { readonly kind: "continuedAsNew"; readonly input: string | null };

/** An instance in memory: what the store knows of it, and what makes the next turn cheap. Can be dropped when idle. */
export class InstanceState {
  record: InstanceRecord;
  /** Messages in the order of their arrival, to be consumed by the next turn. */
  inbox: Delivery[] = [];
  /** A turn or a commit is under way; another must wait. */
  isBusy = false;
  /** In the queue of instances that want a turn. */
  isQueued = false;
  /** null: to be rebuilt from the history. */
  interpreter: ActionInterpreter | null = null;
  outcome: Outcome | null = null;
  /** Removed or replaced: nothing may happen to it any more. */
  isPurged = false;
  /** Commits besides the turn's that must end before the store tells the truth about it. */
  pendingCommits = 0;
  readonly #settledWaiters: (() => void)[] = [];
  /** Activities that run or wait to run in this process. */
  runningActivities = 0;
  /** Timers that have not fired: sequence id to instant. Valid while there is an interpreter. */
  timers = new Map<number, number>();
  /** The events of all turns as the SDK reads them; null: to be read from the store. */
  past: ReplayedEvent[] | null = null;
  /** Characters of the past as JSON, about. */
  pastLength = 0;

  constructor(record: InstanceRecord) {
    this.record = record;
    if (record.turns === 0) {
      this.past = [];
    }
  }

  get isIdle(): boolean {
    return (
      !this.isBusy &&
      !this.isQueued &&
      this.pendingCommits === 0 &&
      this.inbox.length === 0 &&
      this.runningActivities === 0
    );
  }

  /** Resolves when the turn under way is over. */
  settled(): Promise<void> {
    return this.isBusy
      ? new Promise((resolve) => this.#settledWaiters.push(resolve))
      : Promise.resolve();
  }

  /** Ends a turn. */
  release(): void {
    this.isBusy = false;
    this.#settledWaiters.splice(0).forEach((resolve) => resolve());
  }

  /** Ends the instance in memory and says what removes the messages it has not taken, those still being stored too. */
  abolish(): StoreOperation[] {
    this.isPurged = true;
    return this.inbox.splice(0).flatMap(({ row, onConsumed }) => {
      onConsumed?.();
      return row === null ? [] : [remove(row.table, row.key)];
    });
  }

  /** Forgets what can be had from the store again. */
  forget(): void {
    this.interpreter = null;
    this.outcome = null;
    this.past = this.record.turns === 0 ? [] : null;
    this.pastLength = 0;
  }

  /** How many actions the last turn knew. */
  recordedActions(store: HostStore): number {
    const { instanceId, execution, turns } = this.record;
    const row = turns === 0 ? undefined : store.get("history", [instanceId, execution, turns - 1]);
    return row === undefined ? 0 : (JSON.parse(row) as { readonly n: number }).n;
  }

  /** The history so far, with the turns when they had to be read anyway. */
  readPast(store: HostStore): {
    readonly past: readonly ReplayedEvent[];
    readonly turns: Turn[] | null;
  } {
    if (this.past !== null && this.interpreter !== null) {
      return { past: this.past, turns: null };
    }
    const turns = this.record.turns === 0 ? [] : readTurns(store, this.record);
    this.timers = openTimers(turns);
    this.past = [];
    this.pastLength = 0;
    for (const { events } of turns) {
      this.remember(
        replayedEvents(events, true),
        events.reduce((sum, event) => sum + lengthOf(event), 0),
      );
    }
    return { past: this.past, turns };
  }

  /** Adds a turn to the past in memory, of about so many characters as JSON. */
  remember(played: readonly ReplayedEvent[], length: number): void {
    if (this.past !== null) {
      for (const event of played) {
        this.past.push(event);
      }
      this.pastLength += length;
    }
  }
}

const EVENT_LENGTH = 150;
/** Characters of an event as JSON, about: what can be long is counted. */
const lengthOf = (event: HistoryEvent): number =>
  EVENT_LENGTH +
  ("Result" in event ? (event.Result?.length ?? 0) : 0) +
  ("Input" in event ? (event.Input?.length ?? 0) : 0);
