import { randomUUID } from "node:crypto";
import { crashPoint } from "../crash-points.ts";
import { put, remove, type HostStore, type StoreOperation } from "../store/store.ts";
import type { Invoke } from "./activity-dispatcher.ts";
import type { EntityMessage } from "./effect.ts";
import { takeEntityBatch, type EntityBatch } from "./entity-batch.ts";
import {
  entityPayload,
  failedOutcome,
  parseEntityOutcome,
  type EntityOutcome,
} from "./entity-call.ts";
import {
  entityIdOf,
  newEntity,
  parseEntityId,
  type EntityDelivery,
  type EntityRecord,
} from "./entity-record.ts";
import type { FunctionCatalogue } from "./function-catalogue.ts";
import { saveMessage } from "./instance-rows.ts";
import { isFinished, type InstanceRecord } from "./instance-record.ts";
import type { Delivery, Message } from "./message.ts";
import type { Log } from "./orchestrations.ts";
import type { DurableTaskSettings } from "./settings.ts";
import type { EntitySend } from "./turn-draft.ts";
import type { BusyClock, WorkGate } from "./work-gate.ts";

/*
 * E1  One batch at a time for an entity; its state, its answers, its signals and the messages it consumed are one commit.
 * E2  Messages of one sender are processed in the order in which they were sent.
 * E3  An answer goes only to the execution that asked.
 */

/** What entities need of the orchestrations beside them. */
export interface EntityNeighbours {
  nextMessageNumber(): number;
  now(): number;
  recordOf(instanceId: string): InstanceRecord | null;
  deliver(instanceId: string, delivery: Delivery): boolean;
  commit(operations: readonly StoreOperation[]): Promise<void>;
}

export interface EntitiesOptions {
  readonly store: HostStore;
  readonly clock: BusyClock;
  readonly gate: WorkGate;
  readonly settings: DurableTaskSettings;
  readonly functions: FunctionCatalogue;
  readonly invoke: Invoke;
  readonly log: Log;
  readonly neighbours: () => EntityNeighbours;
}

interface EntityState {
  record: EntityRecord;
  inbox: EntityDelivery[];
  isBusy: boolean;
}

/** A message on its way to an entity: the row that keeps it and what is delivered once the row is committed. */
interface Envelope {
  readonly entityId: string;
  readonly delivery: EntityDelivery;
  readonly notBefore: number | null;
}

interface StoredEntityMessage {
  readonly eventName: "op" | "release";
  readonly message: EntityMessage;
  readonly notBefore?: number;
}

/** All durable entities of the host. */
export class Entities {
  readonly #options: EntitiesOptions;
  readonly #active = new Map<string, EntityState>();
  readonly #waiting: EntityState[] = [];
  readonly #envelopes = new WeakMap<EntitySend, Envelope>();
  readonly #timers = new Set<Disposable>();
  #running = 0;
  #isStopped = true;

  constructor(options: EntitiesOptions) {
    this.#options = options;
  }

  /** Takes up the messages that an earlier host left. */
  start(): void {
    this.#isStopped = false;
    const { store } = this.#options;
    for (const { key, value } of store.range("inbox", { from: ["@"], before: ["A"] })) {
      const entityId = key[0] as string;
      if (store.get("instances", [entityId]) === undefined) {
        const { eventName, message, notBefore } = JSON.parse(value) as StoredEntityMessage;
        const delivery = { eventName, message, key };
        this.#post({ entityId, delivery, notBefore: notBefore ?? null });
      }
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) {
      timer[Symbol.dispose]();
    }
    this.#timers.clear();
  }

  /** The rows of messages that a turn sends; `deliver` follows when they are committed. */
  rowsOf(sends: readonly EntitySend[]): StoreOperation[] {
    return sends.map((send) => {
      const { envelope, operation } = this.#seal(send);
      this.#envelopes.set(send, envelope);
      return operation;
    });
  }

  deliver(sends: readonly EntitySend[]): void {
    for (const send of sends) {
      this.#post(this.#envelopes.get(send)!);
    }
  }

  /** Signals an entity from outside; resolves when the signal cannot be lost. Input is JSON text. */
  async signal(entityId: string, operation: string, input: string | null): Promise<void> {
    const send: EntitySend = {
      target: entityId,
      eventName: "op",
      message: {
        id: randomUUID(),
        op: operation,
        signal: true,
        ...(input === null ? {} : { input }),
      },
      notBefore: null,
    };
    const { envelope, operation: row } = this.#seal(send);
    await this.#options.neighbours().commit([row]);
    crashPoint("signal-stored");
    this.#post(envelope);
  }

  read(entityId: string): EntityRecord | null {
    const active = this.#active.get(entityId)?.record;
    if (active !== undefined) {
      return active;
    }
    const value = this.#options.store.get("entities", [entityId]);
    return value === undefined ? null : (JSON.parse(value) as EntityRecord);
  }

  #seal({ target, eventName, message, notBefore }: EntitySend): {
    envelope: Envelope;
    operation: StoreOperation;
  } {
    const key = [target, this.#options.neighbours().nextMessageNumber()];
    const stored: StoredEntityMessage = {
      eventName,
      message,
      ...(notBefore === null ? {} : { notBefore }),
    };
    return {
      envelope: { entityId: target, delivery: { eventName, message, key }, notBefore },
      operation: put("inbox", key, JSON.stringify(stored)),
    };
  }

  #post({ entityId, delivery, notBefore }: Envelope): void {
    const { clock } = this.#options;
    if (notBefore !== null && notBefore > clock.now()) {
      const timer = clock.setTimer(notBefore, () => {
        this.#timers.delete(timer);
        this.#post({ entityId, delivery, notBefore: null });
      });
      this.#timers.add(timer);
      return;
    }
    const state = this.#active.get(entityId) ?? {
      record: this.read(entityId) ?? newEntity(entityId),
      inbox: [],
      isBusy: false,
    };
    this.#active.set(entityId, state);
    state.inbox.push(delivery);
    this.#wake(state);
  }

  #wake(state: EntityState): void {
    if (!state.isBusy && !this.#isStopped) {
      state.isBusy = true;
      this.#options.gate.enter();
      this.#waiting.push(state);
      // What else arrives in this turn of the event loop joins the batch.
      setImmediate(() => this.#pump());
    }
  }

  #pump(): void {
    const { maxConcurrentEntityFunctions: limit } = this.#options.settings;
    while (this.#running < limit && this.#waiting.length > 0) {
      this.#running += 1;
      void this.#work(this.#waiting.shift()!);
    }
  }

  async #work(state: EntityState): Promise<void> {
    const { gate, log, settings } = this.#options;
    try {
      for (;;) {
        const batch = takeEntityBatch(
          state.record.lock,
          state.inbox,
          settings.maxEntityOperationBatchSize,
        );
        if (batch.consumed.size === 0 || this.#isStopped) {
          break;
        }
        await this.#process(state, batch);
      }
    } catch (error) {
      if (!this.#isStopped) {
        log("error", `${state.record.entityId}: a batch of the entity broke off: ${String(error)}`);
      }
    } finally {
      state.isBusy = false;
      this.#running -= 1;
      if (state.inbox.length === 0) {
        this.#active.delete(state.record.entityId);
      }
      gate.leave();
      this.#pump();
    }
  }

  async #process(state: EntityState, batch: EntityBatch): Promise<void> {
    const neighbours = this.#options.neighbours();
    const operations: StoreOperation[] = [...batch.consumed].map(({ key }) => remove("inbox", key));
    const envelopes: Envelope[] = [];
    const answers: { readonly instanceId: string; readonly delivery: Delivery }[] = [];
    const send = (target: string, message: EntityMessage): void => {
      const sealed = this.#seal({ target, eventName: "op", message, notBefore: null });
      operations.push(sealed.operation);
      envelopes.push(sealed.envelope);
    };
    const answer = ({ message }: EntityDelivery, response: unknown): void => {
      const listener = message.parent === undefined ? null : neighbours.recordOf(message.parent);
      if (
        listener === null ||
        isFinished(listener.status) ||
        (message.parentExecution !== undefined && message.parentExecution !== listener.executionId)
      ) {
        return;
      }
      const event: Message = {
        kind: "eventRaised",
        name: message.id,
        input: JSON.stringify(response),
      };
      const n = neighbours.nextMessageNumber();
      operations.push(saveMessage(listener.instanceId, n, event));
      answers.push({
        instanceId: listener.instanceId,
        delivery: { message: event, row: { table: "inbox", key: [listener.instanceId, n] } },
      });
    };
    for (const request of batch.granted) {
      const { lockset = [], pos = 0 } = request.message;
      const next = lockset[pos + 1];
      if (next === undefined) {
        answer(request, { result: JSON.stringify("Lock Acquisition Completed") });
      } else {
        send(entityIdOf(next), { ...request.message, pos: pos + 1 });
      }
    }
    let record: EntityRecord = { ...state.record, lock: batch.lock };
    if (batch.operations.length > 0) {
      const outcome = await this.#run(record, batch.operations);
      record = {
        ...record,
        exists: outcome.exists,
        state: outcome.state,
        lastOperationAt: neighbours.now(),
      };
      batch.operations.forEach((operation, index) => {
        const { isError, result } = outcome.results[index]!;
        answer(operation, { result, ...(isError ? { exceptionType: "Error" } : {}) });
      });
      for (const { target, operation, input } of outcome.signals) {
        send(entityIdOf(target), {
          id: randomUUID(),
          op: operation,
          signal: true,
          ...(input === null ? {} : { input }),
        });
      }
    }
    operations.push(
      record.exists || record.lock !== null
        ? put("entities", [record.entityId], JSON.stringify(record))
        : remove("entities", [record.entityId]),
    );
    crashPoint("entity-uncommitted");
    await neighbours.commit(operations);
    crashPoint("entity-committed");
    state.record = record;
    state.inbox = state.inbox.filter((delivery) => !batch.consumed.has(delivery));
    envelopes.forEach((envelope) => this.#post(envelope));
    answers.forEach(({ instanceId, delivery }) => neighbours.deliver(instanceId, delivery));
  }

  async #run(record: EntityRecord, operations: readonly EntityDelivery[]): Promise<EntityOutcome> {
    const { functions, invoke, log } = this.#options;
    const self = parseEntityId(record.entityId);
    const name = self === null ? null : functions.find("entity", self.name);
    if (self === null || name === null) {
      const message = functions.missing("entity", self?.name ?? record.entityId);
      log("error", message);
      return failedOutcome(message, record, operations.length);
    }
    const result = await invoke(name, {
      data: { string: entityPayload({ name: self.name, key: self.key }, record, operations) },
      metadata: { instanceId: record.entityId },
    });
    return parseEntityOutcome(result, record, operations.length);
  }
}
