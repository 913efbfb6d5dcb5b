import { put, remove, type HostStore, type StoreOperation } from "../store/store.ts";
import type { OrchestratorState } from "./action.ts";
import {
  plainFailure,
  takenFailure,
  type Effect,
  type EntityMessage,
  type TaskFailure,
} from "./effect.ts";
import type { FunctionCatalogue } from "./function-catalogue.ts";
import {
  historyEvent,
  historyTime,
  HistoryEventType,
  type HistoryEvent,
  type HistoryEventBody,
} from "./history-event.ts";
import { saveMessage, saveTurn, timerKey, type OutgoingWork } from "./instance-rows.ts";
import { TurnEvents, type ReplayedEvent } from "./replayed-events.ts";
import type { InstanceState } from "./instance-state.ts";
import { isFinished, type InstanceRecord } from "./instance-record.ts";
import { HTTP_ACTIVITY } from "./scheduled-work.ts";
import type { Delivery, Message } from "./message.ts";
import { newInstance } from "./new-instance.ts";
import type { DurableTaskSettings } from "./settings.ts";

/** What a turn needs of the engine around it. */
export interface TurnScope {
  readonly store: HostStore;
  readonly settings: DurableTaskSettings;
  readonly functions: FunctionCatalogue;
  /** Unix milliseconds, whole. */
  now(): number;
  /** Runs the orchestrator function over a history. */
  run(record: InstanceRecord, history: readonly ReplayedEvent[]): Promise<OrchestratorState>;
  /** The instance as the latest commit, flushed or not, leaves it. */
  recordOf(instanceId: string): InstanceRecord | null;
  nextMessageNumber(): number;
  /** Tells people about something that an instance will suffer from. */
  warn(message: string): void;
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

/** What a turn has brought about so far: history, new work, messages and the rows of all that. */
export class TurnDraft {
  /** Unix milliseconds of the turn. */
  readonly now: number;
  readonly previous: InstanceRecord;
  /** The instance as the turn leaves it; `change` changes it. */
  readonly record: InstanceRecord;
  readonly #events = new TurnEvents();
  readonly operations: StoreOperation[] = [];
  readonly #scope: TurnScope;
  readonly #state: InstanceState;
  readonly #work: OutgoingWork[] = [];
  readonly #timers: { due: number; seq: number }[] = [];
  readonly #children: InstanceRecord[] = [];
  readonly #messages: OutgoingMessage[] = [];
  readonly sends: EntitySend[] = [];
  #openActivities: number;

  constructor(scope: TurnScope, state: InstanceState) {
    this.#scope = scope;
    this.#state = state;
    this.now = Math.max(scope.now(), state.record.updatedAt);
    this.previous = state.record;
    this.record = { ...state.record, updatedAt: this.now };
    this.#openActivities = state.record.openActivities;
  }

  result(record: InstanceRecord): TurnResult {
    return {
      record,
      operations: this.operations,
      work: this.#work,
      timers: this.#timers,
      children: this.#children,
      messages: this.#messages,
      sends: this.sends,
    };
  }

  /** All events of the turn so far. */
  get events(): readonly HistoryEvent[] {
    return this.#events.all;
  }

  change(values: Partial<InstanceRecord>): void {
    // The draft's own copy: nobody else has seen it yet.
    Object.assign(this.record, values);
  }

  /** Puts the events that an earlier execution left before everything that came later. */
  takeCarried(): void {
    const { carried } = this.record;
    if (carried !== undefined) {
      delete (this.record as { carried?: unknown }).carried;
      for (const { name, input } of carried) {
        this.append({ EventType: HistoryEventType.EventRaised, Name: name, Input: input });
      }
    }
  }

  /** Says that work which earlier turns handed out has answered. */
  answered(count: number): void {
    this.#openActivities -= count;
  }

  append(body: HistoryEventBody, eventId = -1): void {
    this.add(historyEvent(this.now, body, eventId));
  }

  add(event: HistoryEvent): void {
    this.#events.add(event);
  }

  begin(): void {
    this.append({ EventType: HistoryEventType.OrchestratorStarted });
    if (this.record.turns === 0) {
      const { instanceId, executionId, name, version, input, parent } = this.record;
      this.append({
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

  /** All events that the turn has so far, as the SDK reads them. */
  received(): readonly ReplayedEvent[] {
    return this.#events.show();
  }

  removeTimers(seqs: ReadonlySet<number>): void {
    const { instanceId, execution } = this.record;
    for (const seq of seqs) {
      const due = this.#state.timers.get(seq);
      this.#state.timers.delete(seq);
      if (due !== undefined) {
        this.operations.push(remove("timers", [due, instanceId, execution, seq]));
      }
    }
  }

  schedule(effect: Effect, canceled: Set<number>): void {
    switch (effect.kind) {
      case "activity":
      case "http": {
        const input =
          effect.kind === "http" ? JSON.stringify(effect.request) : (effect.input ?? null);
        this.append(
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
        this.append(
          { EventType: HistoryEventType.TimerCreated, FireAt: historyTime(effect.fireAt) },
          effect.seq,
        );
        if (!canceled.delete(effect.seq)) {
          this.#timers.push({ due: effect.fireAt, seq: effect.seq });
          this.#state.timers.set(effect.seq, effect.fireAt);
          this.operations.push(put("timers", timerKey(this.record, effect.seq, effect.fireAt), ""));
        }
        break;
      case "send":
        this.append(
          {
            EventType: HistoryEventType.EventSent,
            InstanceId: effect.target,
            Name: effect.eventName,
            Input: JSON.stringify(effect.message),
          },
          effect.seq,
        );
        this.sends.push({
          target: effect.target,
          eventName: effect.eventName,
          message:
            effect.message.parent === undefined
              ? effect.message
              : { ...effect.message, parentExecution: this.record.executionId },
          notBefore: effect.notBefore ?? null,
        });
    }
  }

  #scheduleChild(effect: Extract<Effect, { kind: "subOrchestration" }>): void {
    const { instanceId: parentId, executionId, name, version } = this.record;
    const instanceId = effect.instanceId ?? `${executionId}:${effect.seq}`;
    this.append(
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
        now: this.now,
      }),
      parent: { instanceId: parentId, executionId, name, version, taskId: effect.seq },
    });
  }

  #whyNotStarted(name: string, instanceId: string): TaskFailure | null {
    const { functions } = this.#scope;
    if (functions.find("orchestration", name) === null) {
      return plainFailure(functions.missing("orchestration", name));
    }
    const own = [this.record.instanceId, this.record.parent?.instanceId];
    if (own.includes(instanceId) || instanceId.startsWith("@")) {
      return plainFailure(`A sub-orchestration cannot have the instance ID '${instanceId}'.`);
    }
    const existing = this.#scope.recordOf(instanceId);
    const isTaken =
      (existing !== null && !isFinished(existing.status)) ||
      this.#children.some((child) => child.instanceId === instanceId);
    return isTaken ? takenFailure(instanceId, existing?.status ?? "Pending") : null;
  }

  /** Ends the turn with the instance still running. */
  endTurn(actionCount: number | null): void {
    this.append({ EventType: HistoryEventType.OrchestratorCompleted });
    const { store } = this.#scope;
    const turn = {
      at: this.now,
      actionCount: actionCount ?? this.#state.recordedActions(store),
      events: this.events,
      outgoing: this.#work,
    };
    const { turns } = this.record;
    const text = this.#events.rowText();
    this.operations.push(...saveTurn(this.record, turns, turn, text));
    this.change({ turns: turns + 1, openActivities: this.#openActivities });
    this.#state.remember(this.#events.played(), text.length);
  }

  tellParent(answer: { readonly result: string | null } | { readonly failure: TaskFailure }): void {
    const parent = this.record.parent;
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
    this.send(
      parent.instanceId,
      "failure" in answer
        ? { kind: "subOrchestrationFailed", executionId, taskId, failure: answer.failure }
        : { kind: "subOrchestrationCompleted", executionId, taskId, result: answer.result },
    );
  }

  send(instanceId: string, message: Message): void {
    const n = this.#scope.nextMessageNumber();
    this.operations.push(saveMessage(instanceId, n, message));
    this.#messages.push({
      instanceId,
      delivery: { message, row: { table: "inbox", key: [instanceId, n] } },
    });
  }

  discard(deliveries: readonly Delivery[]): void {
    for (const { row } of deliveries) {
      if (row !== null) {
        this.operations.push(remove(row.table, row.key));
      }
    }
  }
}
