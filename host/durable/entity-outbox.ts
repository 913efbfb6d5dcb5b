import { put, remove, type StoreOperation } from "../store/store.ts";
import type { EntityMessage } from "./effect.ts";
import type { EntityDelivery } from "./entity-record.ts";
import { saveMessage } from "./instance-rows.ts";
import { isFinished, type InstanceRecord } from "./instance-record.ts";
import type { Delivery, Message } from "./message.ts";
import type { EntitySend } from "./turn-draft.ts";

/** What the outbox needs of the orchestrations beside the entities. */
export interface Askers {
  nextMessageNumber(): number;
  recordOf(instanceId: string): InstanceRecord | null;
}

/** A message on its way to an entity: the row that keeps it and what is delivered once the row is committed. */
export interface Envelope {
  readonly entityId: string;
  readonly delivery: EntityDelivery;
  /** Unix milliseconds. */
  readonly notBefore: number | null;
}

/** An entity's message as its row keeps it. Rows of orchestrations have a `kind` instead. */
export interface StoredEntityMessage {
  readonly eventName: "op" | "release";
  readonly message: EntityMessage;
  readonly notBefore?: number;
}

/** Numbers a message to an entity and makes the row that keeps it. */
export function sealEnvelope(
  { target, eventName, message, notBefore }: EntitySend,
  askers: Askers,
): { readonly envelope: Envelope; readonly operation: StoreOperation } {
  const key = [target, askers.nextMessageNumber()];
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

/** Whether the execution that sent a request still lives and can use an answer. */
export function isAwaited({ parent, parentExecution }: EntityMessage, askers: Askers): boolean {
  const record = parent === undefined ? null : askers.recordOf(parent);
  return (
    record !== null &&
    !isFinished(record.status) &&
    (parentExecution === undefined || parentExecution === record.executionId)
  );
}

/** What one batch of an entity sends: rows for its commit, and deliveries for after it. */
export class EntityOutbox {
  readonly operations: StoreOperation[];
  readonly envelopes: Envelope[] = [];
  readonly answers: { readonly instanceId: string; readonly delivery: Delivery }[] = [];
  readonly #askers: Askers;

  constructor(consumed: Iterable<EntityDelivery>, askers: Askers) {
    this.#askers = askers;
    this.operations = [...consumed].map(({ key }) => remove("inbox", key));
  }

  send(target: string, message: EntityMessage): void {
    const send: EntitySend = { target, eventName: "op", message, notBefore: null };
    const { envelope, operation } = sealEnvelope(send, this.#askers);
    this.operations.push(operation);
    this.envelopes.push(envelope);
  }

  /** Answers a request, if whoever asked still waits. */
  answer(request: EntityMessage, response: unknown): void {
    if (request.parent === undefined || !isAwaited(request, this.#askers)) {
      return;
    }
    const message: Message = {
      kind: "eventRaised",
      name: request.id,
      input: JSON.stringify(response),
    };
    const n = this.#askers.nextMessageNumber();
    this.operations.push(saveMessage(request.parent, n, message));
    this.answers.push({
      instanceId: request.parent,
      delivery: { message, row: { table: "inbox", key: [request.parent, n] } },
    });
  }
}
