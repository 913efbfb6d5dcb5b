import { randomUUID } from "node:crypto";
import { crashPoint } from "../crash-points.ts";
import { put, remove, type HostStore, type StoreOperation } from "../store/store.ts";
import type { Invoke } from "./activity-dispatcher.ts";
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
import {
  EntityOutbox,
  isAwaited,
  sealEnvelope,
  type Askers,
  type Envelope,
  type StoredEntityMessage,
} from "./entity-outbox.ts";
import type { Delivery } from "./message.ts";
import type { Log } from "./orchestrations.ts";
import type { DurableTaskSettings } from "./settings.ts";
import type { EntitySend } from "./turn-draft.ts";
import type { BusyClock, WorkGate } from "./work-gate.ts";

/*
 * E1  One batch at a time for an entity; its state, its answers, its signals and the messages it consumed are one commit.
 * E2  Messages of one sender are processed in the order in which they were sent.
 * E3  An answer goes only to the execution that asked, and a lock only to one that still lives: the release of one that
 *     ended may have come before its request.
 * E4  An error in an operation takes nothing back, of the state or of the signals, as the extension has it for functions
 *     that run outside of its process.
 */

/** What entities need of the orchestrations beside them. */
export interface EntityNeighbours extends Askers {
  now(): number;
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
  /** Called when it is no longer busy. */
  readonly atRest: (() => void)[];
}

/** A batch that could not be run (not: whose operations failed) is tried again after this long. */
const RETRY_BATCH_MS = 1_000;

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
      const stored = JSON.parse(value) as StoredEntityMessage;
      if ("eventName" in stored) {
        const { eventName, message, notBefore } = stored;
        const delivery = { eventName, message, key };
        this.#post({ entityId: key[0] as string, delivery, notBefore: notBefore ?? null });
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
      const { envelope, operation } = sealEnvelope(send, this.#options.neighbours());
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
    const { envelope, operation: row } = sealEnvelope(send, this.#options.neighbours());
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

  /**
   * Removes an entity's state, whatever it is, as if the entity had never been; messages it has not taken stay, and so does
   * its lock. Resolves with false when there is no such entity, else when it is durable.
   */
  async purge(entityId: string): Promise<boolean> {
    let state = this.#stateOf(entityId);
    while (state.isBusy) {
      const busy = state;
      await new Promise<void>((resolve) => busy.atRest.push(resolve));
      state = this.#stateOf(entityId);
    }
    this.#options.gate.enter();
    state.isBusy = true;
    try {
      if (!state.record.exists) {
        return false;
      }
      const emptied = { ...newEntity(entityId), lock: state.record.lock };
      await this.#options.neighbours().commit([saveEntity(emptied)]);
      state.record = emptied;
      return true;
    } finally {
      this.#rest(state);
      this.#options.gate.leave();
    }
  }

  /** The entity in memory, from the store or new if need be. */
  #stateOf(entityId: string): EntityState {
    let state = this.#active.get(entityId);
    if (state === undefined) {
      const record = this.read(entityId) ?? newEntity(entityId);
      state = { record, inbox: [], isBusy: false, atRest: [] };
      this.#active.set(entityId, state);
    }
    return state;
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
    const state = this.#stateOf(entityId);
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
    const { gate, log } = this.#options;
    let hasBrokenOff = false;
    try {
      for (let batch = this.#takeBatch(state); batch !== null; batch = this.#takeBatch(state)) {
        await this.#process(state, batch);
      }
    } catch (error) {
      hasBrokenOff = !this.#isStopped;
      if (hasBrokenOff) {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log(
          "error",
          `${state.record.entityId}: a batch of the entity broke off and will be taken again: ${reason}`,
        );
      }
    }
    this.#running -= 1;
    const end = (): void => {
      this.#rest(state);
      gate.leave();
    };
    if (hasBrokenOff) {
      // Busy until then, so that time does not jump and nothing of its inbox is taken out of turn.
      setTimeout(end, RETRY_BATCH_MS).unref();
    } else {
      end();
    }
    this.#pump();
  }

  /** Ends a time of work; what arrived too late for it begins another. */
  #rest(state: EntityState): void {
    state.isBusy = false;
    state.atRest.splice(0).forEach((resolve) => resolve());
    if (state.inbox.length === 0) {
      this.#active.delete(state.record.entityId);
    } else if (this.#takeBatch(state) !== null) {
      this.#wake(state);
    }
  }

  #takeBatch({ record, inbox }: EntityState): EntityBatch | null {
    const neighbours = this.#options.neighbours();
    const batch = takeEntityBatch(
      record.lock,
      inbox,
      this.#options.settings.maxEntityOperationBatchSize,
      (request) => isAwaited(request, neighbours),
    );
    return this.#isStopped || batch.consumed.size === 0 ? null : batch;
  }

  async #process(state: EntityState, batch: EntityBatch): Promise<void> {
    const neighbours = this.#options.neighbours();
    const outbox = new EntityOutbox(batch.consumed, neighbours);
    for (const { message } of batch.granted) {
      const { lockset = [], pos = 0 } = message;
      const next = lockset[pos + 1];
      if (next === undefined) {
        outbox.answer(message, { result: JSON.stringify("Lock Acquisition Completed") });
      } else {
        outbox.send(entityIdOf(next), { ...message, pos: pos + 1 });
      }
    }
    let record: EntityRecord = { ...state.record, lock: batch.lock };
    if (batch.operations.length > 0) {
      const outcome = await this.#run(record, batch.operations);
      const { exists, state: newState } = outcome;
      record = { ...record, exists, state: newState, lastOperationAt: neighbours.now() };
      batch.operations.forEach(({ message }, index) => {
        const { isError, result } = outcome.results[index]!;
        outbox.answer(message, { result, ...(isError ? { exceptionType: "Error" } : {}) });
      });
      for (const { target, operation, input } of outcome.signals) {
        outbox.send(entityIdOf(target), {
          id: randomUUID(),
          op: operation,
          signal: true,
          ...(input === null ? {} : { input }),
        });
      }
    }
    crashPoint("entity-uncommitted");
    await neighbours.commit([...outbox.operations, saveEntity(record)]);
    crashPoint("entity-committed");
    state.record = record;
    state.inbox = state.inbox.filter((delivery) => !batch.consumed.has(delivery));
    outbox.envelopes.forEach((envelope) => this.#post(envelope));
    outbox.answers.forEach(({ instanceId, delivery }) => neighbours.deliver(instanceId, delivery));
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
    const outcome = parseEntityOutcome(result, record, operations.length);
    if (outcome.remark !== undefined) {
      log("warning", `${record.entityId}: ${outcome.remark}`);
    }
    return outcome;
  }
}

/** An entity that does not exist leaves no row, unless it is locked. */
const saveEntity = (record: EntityRecord): StoreOperation =>
  record.exists || record.lock !== null
    ? put("entities", [record.entityId], JSON.stringify(record))
    : remove("entities", [record.entityId]);
