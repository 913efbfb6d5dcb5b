import { crashPoint } from "../crash-points.ts";
import { remove, type HostStore, type StoreOperation } from "../store/store.ts";
import type { OrchestratorState } from "./action.ts";
import {
  ActivityDispatcher,
  type ActivityAnswer,
  type ActivityOrder,
  type Invoke,
} from "./activity-dispatcher.ts";
import { computeTurn, type CommittableTurn } from "./continued-turn.ts";
import { takenFailure } from "./effect.ts";
import { EndWaiters, type OnEnd } from "./end-waiters.ts";
import type { FunctionCatalogue } from "./function-catalogue.ts";
import type { ReplayedEvent } from "./replayed-events.ts";
import { HotInstances } from "./hot-instances.ts";
import { callHttp } from "./http-call.ts";
import { versionMismatch } from "./version-match.ts";
import type { Rewind } from "./rewind.ts";
import { rewindInstances } from "./rewinding.ts";
import { releasesOf } from "./held-locks.ts";
import { readTurns, removeInstance, saveMessage, saveRecord } from "./instance-rows.ts";
import { isFinished, type InstanceRecord } from "./instance-record.ts";
import type { InstanceState } from "./instance-state.ts";
import { isForeign, type Delivery, type Message } from "./message.ts";
import { messageOf, OrchestratorTrigger, parseOrchestratorResult } from "./orchestrator-call.ts";
import { recoverInstances } from "./recovery.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { TimerService, type DueTimer } from "./timer-service.ts";
import { takeBatch } from "./turn-batch.ts";
import { TurnQueue } from "./turn-queue.ts";
import type { EntitySend, TurnResult, TurnScope } from "./turn-draft.ts";
import type { BusyClock, WorkGate } from "./work-gate.ts";

export type Log = (
  level: "debug" | "information" | "warning" | "error" | "critical",
  message: string,
) => void;

export interface OrchestrationsOptions {
  readonly store: HostStore;
  readonly clock: BusyClock;
  readonly gate: WorkGate;
  readonly settings: DurableTaskSettings;
  readonly functions: FunctionCatalogue;
  readonly invoke: Invoke;
  readonly log: Log;
  /** The store failed: nothing can be promised any more. */
  readonly fatal: (error: unknown) => void;
  /** Rows for messages to entities, and their delivery once the rows are committed. */
  readonly entities: {
    rowsOf(sends: readonly EntitySend[]): StoreOperation[];
    deliver(sends: readonly EntitySend[]): void;
  };
}

/** A turn that could not be run (not: that failed) is tried again after this long. */
const RETRY_TURN_MS = 1_000;

/** All orchestration instances of the host: their inboxes, their turns, their commits. */
export class Orchestrations {
  readonly #options: OrchestrationsOptions;
  readonly #hot: HotInstances;
  readonly #activities: ActivityDispatcher;
  readonly #timers: TimerService;
  readonly #turns: TurnQueue;
  readonly #scope: TurnScope;
  readonly #endWaiters = new EndWaiters();
  #messageNumber: number;
  #isStopped = true;

  constructor(options: OrchestrationsOptions) {
    this.#options = options;
    this.#hot = new HotInstances(options.store);
    const { store, settings, functions, gate, clock } = options;
    // Above every number of an earlier epoch.
    this.#messageNumber = store.epoch * 2 ** 32;
    this.#activities = new ActivityDispatcher({
      functions,
      gate,
      limit: settings.maxConcurrentActivityFunctions,
      invoke: options.invoke,
      callHttp,
      answer: (order, answer) => this.#answerActivity(order, answer),
    });
    this.#timers = new TimerService({ store, clock, deliver: (timer) => this.#fireTimer(timer) });
    this.#turns = new TurnQueue({
      gate,
      limit: settings.maxConcurrentOrchestratorFunctions,
      take: (state) => void this.#takeTurn(state),
    });
    this.#scope = {
      store,
      settings,
      functions,
      now: () => this.now(),
      run: (record, history) => this.#runOrchestrator(record, history),
      recordOf: (instanceId) => this.recordOf(instanceId),
      nextMessageNumber: () => this.nextMessageNumber(),
      warn: (message) => options.log("warning", message),
    };
  }

  /** Unix milliseconds, whole: the history has no finer time. */
  now(): number {
    return Math.floor(this.#options.clock.now());
  }

  nextMessageNumber(): number {
    return this.#messageNumber++;
  }

  async start(): Promise<void> {
    this.#isStopped = false;
    this.#turns.start();
    await recoverInstances(this.#options.store, {
      adopt: (record) => this.#hot.adopt(record),
      enqueue: (state) => this.#turns.add(state),
      deliver: (instanceId, delivery) => void this.deliver(instanceId, delivery),
      dispatch: (state, work) => this.#dispatch(state, [work]),
    });
    // Before everybody is in memory a turn could reach an instance which recovery would then take up a second time.
    this.#turns.release();
    this.#timers.start();
  }

  /** Begins nothing more; what is being committed will be. */
  stop(): void {
    this.#isStopped = true;
    this.#timers.stop();
    this.#activities.stop();
    this.#turns.stop();
  }

  /** The instance as the latest commit, flushed or not, leaves it. */
  recordOf(instanceId: string): InstanceRecord | null {
    return this.#hot.recordOf(instanceId);
  }

  /**
   * Creates an instance in place of whatever had its id, if `mayReplace` allows it; resolves when that is durable.
   * Returns the instance that stands in the way, or null.
   */
  async create(
    record: InstanceRecord,
    mayReplace: (existing: InstanceRecord) => boolean,
  ): Promise<InstanceRecord | null> {
    const { instanceId } = record;
    let existing = this.recordOf(instanceId);
    while (existing !== null && mayReplace(existing) && this.#hot.peek(instanceId)?.isBusy) {
      // The rows of a turn under way can be found, and removed, when it is committed.
      await this.atRest(instanceId);
      existing = this.recordOf(instanceId);
    }
    if (existing !== null && !mayReplace(existing)) {
      return existing;
    }
    const releases = this.#locksOf(existing);
    const operations = [...this.#place(record), ...this.#options.entities.rowsOf(releases)];
    crashPoint("start-uncommitted");
    const state = this.#hot.peek(record.instanceId)!;
    // Its first turn may begin: what it commits comes after the start, and when nothing is being flushed with it.
    this.#turns.add(state);
    await this.commit(operations);
    state.pendingCommits -= 1;
    this.#options.entities.deliver(releases);
    crashPoint("start-committed");
    return null;
  }

  /** Stores a message for an instance; resolves when it cannot be lost any more. */
  async send(instanceId: string, message: Message): Promise<{ readonly consumed: Promise<void> }> {
    const n = this.nextMessageNumber();
    const row = { table: "inbox", key: [instanceId, n] } as const;
    const stored = this.commit([saveMessage(instanceId, n, message)]);
    const consumed = new Promise<void>((resolve) => {
      this.deliver(instanceId, { message, row, onConsumed: resolve });
    });
    await stored;
    crashPoint("message-stored");
    return { consumed };
  }

  /** Hands a message to an instance in memory; false if there is no such instance. */
  deliver(instanceId: string, delivery: Delivery): boolean {
    const state = this.#hot.load(instanceId);
    if (state === null || isForeign(delivery.message, state.record.executionId)) {
      const { row, onConsumed } = delivery;
      if (row === null) {
        onConsumed?.();
      } else {
        void this.commit([remove(row.table, row.key)]).then(onConsumed, () => {});
      }
      return false;
    }
    state.inbox.push(this.#keepWhileSuspended(state, delivery));
    this.#turns.add(state);
    return true;
  }

  /** Removes an instance with all its rows, whatever its status; resolves when that is durable. */
  async purge(record: InstanceRecord): Promise<void> {
    await this.atRest(record.instanceId);
    const state = this.#hot.peek(record.instanceId);
    const unread = this.#abolish(state);
    const current = this.recordOf(record.instanceId);
    if (current !== null) {
      const { store, entities } = this.#options;
      const releases = this.#locksOf(current);
      const operations = [...removeInstance(store, current), ...entities.rowsOf(releases)];
      crashPoint("purge-uncommitted");
      await this.commit([...operations, ...unread]);
      crashPoint("purge-committed");
      entities.deliver(releases);
    }
    this.#hot.drop(state);
    this.#endWaiters.tell(record.instanceId, null);
  }

  /**
   * Takes a failed instance back to before its failure, with failed sub-orchestrations; resolves when it is durable, with
   * false if it has not failed (any more).
   */
  rewind(instanceId: string, reason: string): Promise<boolean> {
    return rewindInstances(instanceId, reason, {
      store: this.#options.store,
      engine: this,
      stateOf: (id) => this.#hot.peek(id),
      adopt: (record) => this.#hot.adopt(record),
      dispatch: (state, work) => this.#dispatch(state, work),
      enqueue: (state) => this.#turns.add(state),
      timersRestored: () => this.#timers.added(this.now()),
      warn: (message) => this.#options.log("warning", message),
    });
  }

  /** Resolves when no turn of the instance is under way. */
  async atRest(instanceId: string): Promise<void> {
    for (let state = this.#hot.peek(instanceId); state?.isBusy === true;) {
      await state.settled();
      state = this.#hot.peek(instanceId);
    }
  }

  /** Calls back once when the instance ends (or is purged); dispose to give up. */
  whenEnded(instanceId: string, callback: OnEnd): Disposable {
    return this.#endWaiters.add(instanceId, callback);
  }

  async commit(operations: readonly StoreOperation[]): Promise<void> {
    const { gate, store, fatal } = this.#options;
    gate.enter();
    try {
      await store.commit(operations);
    } catch (error) {
      this.stop();
      fatal(error);
      throw error;
    } finally {
      gate.leave();
    }
  }

  /** Puts a new instance in its place in memory and says what to commit. */
  #place(record: InstanceRecord): StoreOperation[] {
    const existing = this.recordOf(record.instanceId);
    const unread = this.#abolish(this.#hot.peek(record.instanceId));
    this.#hot.adopt(record).pendingCommits += 1;
    return [
      ...unread,
      ...(existing === null ? [] : removeInstance(this.#options.store, existing)),
      ...saveRecord(record, null),
    ];
  }

  /** Ends an instance in memory and says what removes the messages it has not taken. */
  #abolish(state: InstanceState | undefined): StoreOperation[] {
    const unread = state?.abolish() ?? [];
    for (const { table, key } of unread) {
      if (table === "timers") {
        this.#timers.consumed(key);
      }
    }
    return unread;
  }

  /** What gives back the locks of an instance that is about to go without a last turn. */
  #locksOf(record: InstanceRecord | null): EntitySend[] {
    return record === null || record.turns === 0 || isFinished(record.status)
      ? []
      : releasesOf(readTurns(this.#options.store, record));
  }

  /** What only memory has would be lost if a suspended instance met a crash; it gets a row. */
  #keepWhileSuspended(state: InstanceState, delivery: Delivery): Delivery {
    const { instanceId } = state.record;
    if (delivery.row !== null || state.record.status !== "Suspended") {
      return delivery;
    }
    const n = this.nextMessageNumber();
    void this.commit([saveMessage(instanceId, n, delivery.message)]);
    return { ...delivery, row: { table: "inbox", key: [instanceId, n] } };
  }

  async #takeTurn(state: InstanceState): Promise<void> {
    const { gate, settings, log } = this.#options;
    const batch = state.isPurged ? null : takeBatch(state.record, state.inbox);
    if (batch === null) {
      gate.leave();
      return;
    }
    if (batch.kind === "run" || batch.kind === "resume") {
      const mismatch = versionMismatch(state.record.version, settings);
      if (mismatch !== null && settings.versionFailureStrategy === "Reject") {
        // It waits as it is for a host of its version; it can still be suspended, terminated or purged.
        log("warning", `${state.record.instanceId}: not run here. ${mismatch}`);
        gate.leave();
        return;
      }
    }
    state.isBusy = true;
    state.inbox = [...batch.rest];
    const wasFinished = isFinished(state.record.status);
    this.#turns.computing();
    try {
      let result: CommittableTurn;
      try {
        result = await computeTurn(this.#scope, state, batch);
      } finally {
        this.#turns.computed();
      }
      await this.#commitTurn(state, result);
      this.#afterTurn(state, result);
      if (isFinished(state.record.status)) {
        this.#finish(state, wasFinished);
      }
      for (const { row, onConsumed } of result.consumed) {
        if (row?.table === "timers") {
          this.#timers.consumed(row.key);
        }
        onConsumed?.();
      }
    } catch (error) {
      this.#abandon(state, batch.consumed, error);
    } finally {
      state.release();
      if (state.inbox.length > 0 || state.record.turns === 0) {
        this.#turns.add(state);
      }
      gate.leave();
    }
  }

  async #commitTurn(state: InstanceState, result: CommittableTurn): Promise<void> {
    const { entities } = this.#options;
    const operations = [
      ...result.operations,
      ...this.#refuseTaken(result),
      ...result.children.flatMap((child) => this.#place(child)),
      ...entities.rowsOf(result.sends),
    ];
    state.record = result.record;
    if (state.record.turns === 0) {
      state.forget();
    }
    crashPoint("turn-uncommitted");
    if (operations.length > 0) {
      await this.commit(operations);
    }
    crashPoint(result.isContinued ? "continue-as-new-committed" : "turn-committed");
  }

  /** Tells the turn's own instance of children whose IDs somebody has taken since the turn asked for them. */
  #refuseTaken({ children, messages }: CommittableTurn): StoreOperation[] {
    const operations: StoreOperation[] = [];
    for (const child of children.splice(0)) {
      const existing = this.recordOf(child.instanceId);
      if (existing === null || isFinished(existing.status)) {
        children.push(child);
        continue;
      }
      const { instanceId, executionId, taskId } = child.parent!;
      const failure = takenFailure(child.instanceId, existing.status);
      const message = { kind: "subOrchestrationFailed", executionId, taskId, failure } as const;
      const key = [instanceId, this.nextMessageNumber()] as const;
      operations.push(saveMessage(...key, message));
      messages.push({ instanceId, delivery: { message, row: { table: "inbox", key } } });
    }
    return operations;
  }

  #afterTurn(state: InstanceState, result: TurnResult): void {
    this.#dispatch(state, result.work);
    for (const child of result.children) {
      const placed = this.#hot.peek(child.instanceId);
      if (placed !== undefined) {
        placed.pendingCommits -= 1;
        this.#turns.add(placed);
      }
    }
    for (const { instanceId, delivery } of result.messages) {
      this.deliver(instanceId, delivery);
    }
    this.#options.entities.deliver(result.sends);
    for (const { due } of result.timers) {
      this.#timers.added(due);
    }
  }

  #finish(state: InstanceState, wasFinished: boolean): void {
    const { instanceId, name, status, output } = state.record;
    state.forget();
    if (state.inbox.length === 0) {
      this.#hot.drop(state);
    }
    if (wasFinished) {
      return;
    }
    this.#options.log(
      status === "Failed" ? "warning" : "debug",
      `${instanceId}: orchestrator '${name}' ended as ${status}${status === "Failed" ? `: ${output ?? ""}` : ""}`,
    );
    this.#endWaiters.tell(instanceId, state.record);
  }

  /** A turn that broke off has changed nothing; it is taken again. */
  #abandon(state: InstanceState, consumed: readonly Delivery[], error: unknown): void {
    state.forget();
    state.inbox = [...consumed, ...state.inbox];
    if (this.#isStopped) {
      return;
    }
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#options.log(
      "error",
      `${state.record.instanceId}: a turn of orchestrator '${state.record.name}' broke off and will be taken again: ${reason}`,
    );
    state.isQueued = true;
    // Until then time must not jump over what this instance will ask for.
    this.#options.gate.enter();
    setTimeout(() => {
      state.isQueued = false;
      this.#turns.add(state);
      this.#options.gate.leave();
    }, RETRY_TURN_MS).unref();
  }

  #dispatch(state: InstanceState, work: Rewind["work"]): void {
    const { instanceId, executionId } = state.record;
    state.runningActivities += work.length;
    for (const item of work) {
      this.#activities.add({ instanceId, executionId, work: item, owner: state });
    }
  }

  #answerActivity(order: ActivityOrder, answer: ActivityAnswer): void {
    const { instanceId, executionId, work, owner } = order;
    const state = this.#hot.peek(instanceId);
    if (state !== undefined && state.record.executionId === executionId) {
      if (state !== owner) {
        // It was rewound meanwhile, which hands out again what had not answered.
        return;
      }
      state.runningActivities -= 1;
    }
    const isChild = work.kind === "subOrchestration";
    const head = { executionId, taskId: work.seq };
    this.deliver(instanceId, {
      row: null,
      message:
        answer.failure === undefined
          ? { kind: "completed", ...head, result: answer.result }
          : {
              kind: isChild ? "subOrchestrationFailed" : "failed",
              ...head,
              failure: answer.failure,
            },
    });
  }

  #fireTimer({ instanceId, execution, taskId, fireAt, key }: DueTimer): boolean {
    const state = this.#hot.load(instanceId);
    if (state === null || isFinished(state.record.status) || state.record.execution !== execution) {
      return false;
    }
    const { executionId } = state.record;
    return this.deliver(instanceId, {
      message: { kind: "timerFired", executionId, taskId, fireAt },
      row: { table: "timers", key },
    });
  }

  async #runOrchestrator(
    record: InstanceRecord,
    history: readonly ReplayedEvent[],
  ): Promise<OrchestratorState> {
    const { functions, settings, invoke } = this.#options;
    const name = functions.find("orchestration", record.name);
    if (name === null) {
      return {
        isDone: false,
        actions: [],
        error: functions.missing("orchestration", record.name),
      };
    }
    const result = await invoke(name, {
      data: new OrchestratorTrigger(record, history, settings),
      metadata: { instanceId: record.instanceId },
    });
    if (!result.ok && result.isTimeout === true) {
      // Not the orchestration failed: what the code would have asked for is not known. The turn is taken again.
      throw new Error(messageOf(result.error));
    }
    return parseOrchestratorResult(result);
  }
}
