import { put, remove, type HostStore, type StoreOperation } from "../store/store.ts";
import type { Action, OrchestratorState } from "./action.ts";
import { plainFailure, type Effect, type EntityMessage, type TaskFailure } from "./effect.ts";
import type { FunctionCatalogue } from "./function-catalogue.ts";
import {
  historyEvent,
  historyTime,
  HistoryEventType,
  type HistoryEvent,
  type HistoryEventBody,
} from "./history-event.ts";
import {
  removeExecution,
  removeTimers,
  saveMessage,
  saveRecord,
  saveTurn,
  timerKey,
  type OutgoingWork,
} from "./instance-rows.ts";
import { asPlayed, eventsText, type InstanceState, type Outcome } from "./instance-state.ts";
import { isFinished, type InstanceRecord } from "./instance-record.ts";
import { ActionInterpreter, HTTP_ACTIVITY, ExecutionFault } from "./interpreter.ts";
import { eventOf, type Delivery, type Message } from "./message.ts";
import { newExecutionId, newInstance } from "./new-instance.ts";
import type { DurableTaskSettings } from "./settings.ts";
import type { TurnBatch } from "./turn-batch.ts";

/** What a turn needs of the engine around it. */
export interface TurnScope {
  readonly store: HostStore;
  readonly settings: DurableTaskSettings;
  readonly functions: FunctionCatalogue;
  /** Unix milliseconds, whole. */
  now(): number;
  /** Runs the orchestrator function over a history. */
  run(record: InstanceRecord, historyText: string): Promise<OrchestratorState>;
  /** The instance as the latest commit, flushed or not, leaves it. */
  recordOf(instanceId: string): InstanceRecord | null;
  nextMessageNumber(): number;
}

/** A message that a turn sends; it is in the turn's commit and is delivered after it. */
export interface OutgoingMessage {
  readonly instanceId: string;
  readonly delivery: Delivery;
}

export interface EntitySend {
  readonly target: string;
  readonly eventName: "op" | "release";
  readonly message: EntityMessage;
  readonly notBefore: number | null;
}

/** Everything a turn changes; nothing of it is true before it is committed. */
export interface TurnResult {
  readonly record: InstanceRecord;
  readonly operations: StoreOperation[];
  readonly work: OutgoingWork[];
  readonly timers: { readonly due: number; readonly seq: number }[];
  readonly children: InstanceRecord[];
  readonly messages: OutgoingMessage[];
  readonly sends: EntitySend[];
}

/** Custom status: JSON in UTF-16, as the extension counts. */
const LARGEST_CUSTOM_STATUS_BYTES = 16 * 1024;
const COMPLETED = 1;
const FAILED = 3;

/** One turn of one instance: consumes messages, runs the orchestrator where needed, and says what is to be committed. */
export class Turn {
  readonly #scope: TurnScope;
  readonly #state: InstanceState;
  readonly #batch: TurnBatch;
  readonly #now: number;
  readonly #previous: InstanceRecord;
  #record: InstanceRecord;
  readonly #events: HistoryEvent[] = [];
  readonly #operations: StoreOperation[] = [];
  readonly #work: OutgoingWork[] = [];
  readonly #timers: { due: number; seq: number }[] = [];
  readonly #children: InstanceRecord[] = [];
  readonly #messages: OutgoingMessage[] = [];
  readonly #sends: EntitySend[] = [];
  #openActivities: number;

  constructor(scope: TurnScope, state: InstanceState, batch: TurnBatch) {
    this.#scope = scope;
    this.#state = state;
    this.#batch = batch;
    this.#now = Math.max(scope.now(), state.record.updatedAt);
    this.#previous = state.record;
    this.#record = { ...state.record, updatedAt: this.#now };
    this.#openActivities = state.record.openActivities;
  }

  async compute(): Promise<TurnResult> {
    for (const { row } of this.#batch.consumed) {
      if (row !== null) {
        this.#operations.push(remove(row.table, row.key));
      }
    }
    switch (this.#batch.kind) {
      case "discard":
        return this.#result();
      case "terminate":
        this.#terminate();
        break;
      case "suspend":
        this.#begin();
        this.#append({
          EventType: HistoryEventType.ExecutionSuspended,
          Reason: this.#batch.reason,
        });
        this.#record = { ...this.#record, status: "Suspended" };
        this.#endTurn(this.#state.interpreter?.actionCount ?? null);
        break;
      case "resume":
      case "run":
        await this.#run();
    }
    if (this.#record !== this.#previous) {
      this.#operations.push(...saveRecord(this.#record, this.#previous));
    }
    return this.#result();
  }

  #result(): TurnResult {
    return {
      record: this.#batch.kind === "discard" ? this.#previous : this.#record,
      operations: this.#operations,
      work: this.#work,
      timers: this.#timers,
      children: this.#children,
      messages: this.#messages,
      sends: this.#sends,
    };
  }

  #append(body: HistoryEventBody, eventId = -1): void {
    this.#events.push(historyEvent(this.#now, body, eventId));
  }

  #begin(): void {
    this.#append({ EventType: HistoryEventType.OrchestratorStarted });
    if (this.#record.turns === 0) {
      const { instanceId, executionId, name, version, input, parent } = this.#record;
      this.#append({
        EventType: HistoryEventType.ExecutionStarted,
        Name: name,
        Version: version,
        Input: input,
        OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
        ParentInstance:
          parent === null
            ? null
            : {
                Name: parent.name,
                OrchestrationInstance: {
                  InstanceId: parent.instanceId,
                  ExecutionId: parent.executionId,
                },
                TaskScheduleId: parent.taskId,
                Version: parent.version,
              },
        ScheduledStartTime: null,
        Tags: null,
      });
    }
  }

  async #run(): Promise<void> {
    this.#begin();
    if (this.#batch.kind === "resume") {
      this.#append({ EventType: HistoryEventType.ExecutionResumed, Reason: this.#batch.reason });
    }
    this.#record = { ...this.#record, status: "Running" };
    for (const { message } of this.#batch.messages) {
      const isForeign =
        "executionId" in message && message.executionId !== this.#record.executionId;
      const event = isForeign ? null : eventOf(message, this.#now);
      if (event !== null) {
        this.#events.push(event);
      }
    }
    this.#openActivities -= this.#events.filter(isActivityAnswer).length;
    try {
      const interpreter = await this.#interpret(this.#events.slice());
      this.#conclude(interpreter);
    } catch (error) {
      if (!(error instanceof ExecutionFault)) {
        throw error;
      }
      // Nothing of this turn's new work may happen: the code is not the one that scheduled the rest.
      this.#state.outcome = { kind: "failed", error: error.message, failureDetails: undefined };
      this.#operations.push(...removeTimers(this.#scope.store, this.#previous));
      this.#finalize(this.#state.outcome, null);
    }
  }

  /** Feeds the events to the interpreter, running the code when (and only when) it can go on. */
  async #interpret(events: readonly HistoryEvent[]): Promise<ActionInterpreter> {
    const state = this.#state;
    let interpreter = state.interpreter;
    let fed = 0;
    if (interpreter !== null) {
      interpreter.startTurn(this.#now);
      do {
        interpreter.feed(events[fed]!);
        fed += 1;
      } while (fed < events.length && !interpreter.needsCode);
      if (!interpreter.needsCode) {
        return interpreter;
      }
    }
    const past = state.readPast(this.#scope.store);
    const text = [past.text, eventsText(events, false)].filter((part) => part !== "").join(",");
    const result = await this.#scope.run(this.#record, text);
    const actions = this.#checkActions(result);
    if (interpreter === null) {
      interpreter = this.#newInterpreter();
      interpreter.replay(past.turns ?? [], actions);
      interpreter.startTurn(this.#now);
    } else {
      interpreter.learn(actions);
    }
    interpreter.advance();
    for (const event of events.slice(fed)) {
      interpreter.feed(event);
      interpreter.advance();
    }
    interpreter.settleTurn();
    interpreter.collectCancellations();
    state.interpreter = interpreter;
    this.#takeOutcome(result, actions, interpreter);
    return interpreter;
  }

  #newInterpreter(): ActionInterpreter {
    const { name, instanceId, executionId } = this.#record;
    const { maximumShortTimerMs, longTimerIntervalMs, httpPollIntervalMs } = this.#scope.settings;
    return new ActionInterpreter({
      orchestratorName: name,
      instanceId,
      executionId,
      maximumShortTimerMs,
      longTimerIntervalMs,
      httpPollIntervalMs,
    });
  }

  #checkActions({ actions }: OrchestratorState): readonly Action[] {
    const limit = this.#scope.settings.maxOrchestrationActions;
    if (actions.length > limit) {
      throw new ExecutionFault(
        `Orchestrator '${this.#record.name}' (instance '${this.#record.instanceId}') asked for ${actions.length} operations; maxOrchestrationActions allows ${limit}.`,
      );
    }
    return actions;
  }

  #takeOutcome(
    result: OrchestratorState,
    actions: readonly Action[],
    interpreter: ActionInterpreter,
  ): void {
    // The SDK leaves an empty status out, so a status cannot be cleared, only replaced.
    if (result.customStatus !== undefined) {
      const text = JSON.stringify(result.customStatus);
      if (text.length * 2 > LARGEST_CUSTOM_STATUS_BYTES) {
        interpreter.finish();
        this.#state.outcome = {
          kind: "failed",
          error: `The custom status of orchestrator '${this.#record.name}' takes ${text.length * 2} bytes as UTF-16 JSON; the limit is 16 KB.`,
          failureDetails: undefined,
        };
        return;
      }
      this.#record = { ...this.#record, customStatus: text };
    }
    const last = actions.at(-1);
    if (result.error !== undefined) {
      this.#state.outcome = {
        kind: "failed",
        error: result.error,
        failureDetails: result.failureDetails,
      };
    } else if (last?.actionType === 4) {
      this.#state.outcome = { kind: "continuedAsNew", input: newInput(last.input) };
    } else if (result.isDone) {
      const output = result.output === undefined ? null : JSON.stringify(result.output);
      this.#state.outcome = { kind: "completed", output };
    }
    if (this.#state.outcome !== null) {
      interpreter.finish();
    }
  }

  #conclude(interpreter: ActionInterpreter): void {
    const { effects, canceledTimers } = interpreter.takeEffects();
    const canceled = new Set(canceledTimers);
    for (const effect of effects) {
      this.#schedule(effect, canceled);
    }
    if (canceled.size > 0) {
      // They were created by an earlier turn; their rows are found by the instant in the history.
      this.#removeTimers(canceled);
    }
    const outcome = this.#state.outcome;
    if (outcome !== null && !interpreter.hasOpenWork) {
      this.#finalize(outcome, interpreter);
    } else {
      this.#endTurn(interpreter.actionCount);
    }
  }

  #removeTimers(seqs: ReadonlySet<number>): void {
    const { instanceId, execution } = this.#record;
    for (const seq of seqs) {
      const due = this.#state.timers.get(seq);
      this.#state.timers.delete(seq);
      if (due !== undefined) {
        this.#operations.push(remove("timers", [due, instanceId, execution, seq]));
      }
    }
  }

  #schedule(effect: Effect, canceled: Set<number>): void {
    switch (effect.kind) {
      case "activity":
      case "http": {
        const input =
          effect.kind === "http" ? JSON.stringify(effect.request) : (effect.input ?? null);
        this.#append(
          {
            EventType: HistoryEventType.TaskScheduled,
            Name: effect.kind === "http" ? HTTP_ACTIVITY : effect.name,
            Version: null,
            Input: this.#scope.settings.storeInputsInOrchestrationHistory
              ? JSON.stringify([input])
              : null,
          },
          effect.seq,
        );
        this.#openActivities += 1;
        this.#work.push(effect);
        break;
      }
      case "subOrchestration":
        this.#scheduleChild(effect);
        break;
      case "timer":
        this.#append(
          { EventType: HistoryEventType.TimerCreated, FireAt: historyTime(effect.fireAt) },
          effect.seq,
        );
        if (!canceled.delete(effect.seq)) {
          this.#timers.push({ due: effect.fireAt, seq: effect.seq });
          this.#state.timers.set(effect.seq, effect.fireAt);
          this.#operations.push(
            put("timers", timerKey(this.#record, effect.seq, effect.fireAt), ""),
          );
        }
        break;
      case "send":
        this.#append(
          {
            EventType: HistoryEventType.EventSent,
            InstanceId: effect.target,
            Name: effect.eventName,
            Input: JSON.stringify(effect.message),
          },
          effect.seq,
        );
        this.#sends.push({
          target: effect.target,
          eventName: effect.eventName,
          message: effect.message,
          notBefore: effect.notBefore ?? null,
        });
    }
  }

  #scheduleChild(effect: Extract<Effect, { kind: "subOrchestration" }>): void {
    const { instanceId: parentId, executionId, name, version } = this.#record;
    const instanceId = effect.instanceId ?? `${executionId}:${effect.seq}`;
    this.#append(
      {
        EventType: HistoryEventType.SubOrchestrationInstanceCreated,
        Name: effect.name,
        Version: effect.version,
        InstanceId: instanceId,
        Input: this.#scope.settings.storeInputsInOrchestrationHistory ? effect.input : null,
      },
      effect.seq,
    );
    const failure = effect.failure ?? this.#whyNotStarted(effect.name, instanceId);
    if (failure !== null) {
      this.#openActivities += 1;
      this.#work.push({ ...effect, failure });
      return;
    }
    this.#children.push({
      ...newInstance({
        instanceId,
        name: this.#scope.functions.find("orchestration", effect.name) ?? effect.name,
        version: effect.version ?? this.#scope.settings.defaultVersion,
        input: effect.input,
        now: this.#now,
      }),
      parent: { instanceId: parentId, executionId, name, version, taskId: effect.seq },
    });
  }

  #whyNotStarted(name: string, instanceId: string): TaskFailure | null {
    const { functions } = this.#scope;
    if (functions.find("orchestration", name) === null) {
      return plainFailure(functions.missing("orchestration", name));
    }
    const own = [this.#record.instanceId, this.#record.parent?.instanceId];
    if (own.includes(instanceId) || instanceId.startsWith("@")) {
      return plainFailure(`A sub-orchestration cannot have the instance ID '${instanceId}'.`);
    }
    const existing = this.#scope.recordOf(instanceId);
    const isTaken =
      (existing !== null && !isFinished(existing.status)) ||
      this.#children.some((child) => child.instanceId === instanceId);
    return isTaken
      ? plainFailure(
          `An Orchestration instance with the ID '${instanceId}' and the status ${existing?.status ?? "Pending"} already exists.`,
        )
      : null;
  }

  /** Ends the turn with the instance still running. */
  #endTurn(actionCount: number | null): void {
    this.#append({ EventType: HistoryEventType.OrchestratorCompleted });
    const { store } = this.#scope;
    const turn = {
      at: this.#now,
      actionCount: actionCount ?? this.#state.recordedActions(store),
      events: this.#events,
      outgoing: this.#work,
    };
    this.#operations.push(...saveTurn(this.#record, this.#record.turns, turn));
    this.#record = {
      ...this.#record,
      turns: this.#record.turns + 1,
      openActivities: this.#openActivities,
    };
    if (this.#state.pastText !== null) {
      const text = asPlayed(eventsText(this.#events, false));
      this.#state.pastText = this.#state.pastText === "" ? text : `${this.#state.pastText},${text}`;
    }
  }

  #finalize(outcome: Outcome, interpreter: ActionInterpreter | null): void {
    if (outcome.kind === "continuedAsNew") {
      this.#continueAsNew(outcome.input, interpreter!);
      return;
    }
    interpreter?.releaseLocks();
    for (const effect of interpreter?.takeEffects().effects ?? []) {
      this.#schedule(effect, new Set());
    }
    const isCompleted = outcome.kind === "completed";
    const output = isCompleted ? outcome.output : JSON.stringify(outcome.error);
    const failure = isCompleted ? null : plainFailure(outcome.error, outcome.failureDetails);
    this.#append({
      EventType: HistoryEventType.ExecutionCompleted,
      OrchestrationStatus: isCompleted ? COMPLETED : FAILED,
      Result: output,
      FailureDetails: failure?.failureDetails ?? null,
    });
    this.#record = { ...this.#record, status: isCompleted ? "Completed" : "Failed", output };
    this.#endTurn(interpreter?.actionCount ?? null);
    this.#tellParent(failure === null ? { result: output } : { failure });
    this.#discard(this.#batch.rest);
  }

  #terminate(): void {
    const { store } = this.#scope;
    this.#operations.push(...removeTimers(store, this.#previous));
    this.#begin();
    this.#append({
      EventType: HistoryEventType.ExecutionTerminated,
      Input: JSON.stringify(this.#batch.reason),
    });
    this.#record = {
      ...this.#record,
      status: "Terminated",
      output: JSON.stringify(this.#batch.reason),
      openActivities: 0,
    };
    this.#endTurn(this.#state.interpreter?.actionCount ?? null);
    this.#record = { ...this.#record, openActivities: 0 };
    this.#tellParent({ failure: plainFailure(this.#batch.reason) });
  }

  #continueAsNew(input: string | null, interpreter: ActionInterpreter): void {
    const { store } = this.#scope;
    this.#operations.push(...removeExecution(store, this.#previous));
    const carried = interpreter.unconsumedEvents;
    this.#record = {
      ...this.#record,
      executionId: newExecutionId(),
      execution: this.#record.execution + 1,
      input,
      turns: 0,
      openActivities: 0,
    };
    for (const event of carried) {
      if (event.EventType === HistoryEventType.EventRaised) {
        this.#send(this.#record.instanceId, {
          kind: "eventRaised",
          name: event.Name,
          input: event.Input,
        });
      }
    }
  }

  #tellParent(
    answer: { readonly result: string | null } | { readonly failure: TaskFailure },
  ): void {
    const parent = this.#record.parent;
    const listener = parent === null ? null : this.#scope.recordOf(parent.instanceId);
    if (
      parent === null ||
      listener === null ||
      isFinished(listener.status) ||
      listener.executionId !== parent.executionId
    ) {
      return;
    }
    const { executionId, taskId } = parent;
    this.#send(
      parent.instanceId,
      "failure" in answer
        ? { kind: "subOrchestrationFailed", executionId, taskId, failure: answer.failure }
        : { kind: "subOrchestrationCompleted", executionId, taskId, result: answer.result },
    );
  }

  #send(instanceId: string, message: Message): void {
    const n = this.#scope.nextMessageNumber();
    this.#operations.push(saveMessage(instanceId, n, message));
    this.#messages.push({
      instanceId,
      delivery: { message, row: { table: "inbox", key: [instanceId, n] } },
    });
  }

  #discard(deliveries: readonly Delivery[]): void {
    for (const { row } of deliveries) {
      if (row !== null) {
        this.#operations.push(remove(row.table, row.key));
      }
    }
  }
}

const isActivityAnswer = (event: HistoryEvent): boolean =>
  event.EventType === HistoryEventType.TaskCompleted ||
  event.EventType === HistoryEventType.TaskFailed;

function newInput(input: unknown): string | null {
  if (input === undefined) {
    return null;
  }
  // The SDK hands texts over JSON-encoded already.
  return typeof input === "string" ? input : JSON.stringify(input);
}
