import type { HostStore } from "../store/store.ts";
import type { StoredEntityMessage } from "./entity-outbox.ts";
import { openWork, readRecord, readTurns, type OutgoingWork } from "./instance-rows.ts";
import type { InstanceRecord } from "./instance-record.ts";
import type { InstanceState } from "./instance-state.ts";
import type { Delivery, Message } from "./message.ts";

/** What recovery asks of the engine. */
export interface RecoveryTarget {
  adopt(record: InstanceRecord): InstanceState;
  enqueue(state: InstanceState): void;
  deliver(instanceId: string, delivery: Delivery): void;
  dispatch(state: InstanceState, work: OutgoingWork): void;
}

/** So many instances, then the event loop gets its turn. */
const INSTANCES_PER_LOOP = 200;

const nextLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Takes up what an earlier host left: first turns that were never taken, messages that no turn consumed, activities
 * that never answered. Due timers are found by the timer service. No turn may begin before this is over.
 */
export async function recoverInstances(store: HostStore, target: RecoveryTarget): Promise<void> {
  const inboxes = new Map<string, Delivery[]>();
  for (const { key, value } of store.range("inbox", {})) {
    const instanceId = key[0] as string;
    const message = JSON.parse(value) as Message | StoredEntityMessage;
    if ("eventName" in message) {
      // Entities have their own recovery.
      continue;
    }
    const delivery: Delivery = { message, row: { table: "inbox", key } };
    const inbox = inboxes.get(instanceId);
    if (inbox === undefined) {
      inboxes.set(instanceId, [delivery]);
    } else {
      inbox.push(delivery);
    }
  }
  const live = store.range("indexes", { prefix: ["status", "Live"] });
  for (const [index, { key }] of live.entries()) {
    const record = readRecord(store, key[3] as string);
    if (record !== null) {
      recoverInstance(store, target, record, inboxes.get(record.instanceId) ?? []);
      inboxes.delete(record.instanceId);
    }
    if (index % INSTANCES_PER_LOOP === INSTANCES_PER_LOOP - 1) {
      await nextLoop();
    }
  }
  // What is left waits at instances that have ended, where a turn throws it away, or that are no more: it is removed.
  for (const [instanceId, deliveries] of inboxes) {
    deliveries.forEach((delivery) => target.deliver(instanceId, delivery));
  }
}

function recoverInstance(
  store: HostStore,
  target: RecoveryTarget,
  record: InstanceRecord,
  inbox: readonly Delivery[],
): void {
  if (record.turns > 0 && record.openActivities === 0 && inbox.length === 0) {
    return;
  }
  const state = target.adopt(record);
  if (record.openActivities > 0) {
    const answered = new Set(
      inbox.map(({ message }) => ("taskId" in message ? message.taskId : -1)),
    );
    for (const work of openWork(readTurns(store, record))) {
      if (!answered.has(work.seq)) {
        target.dispatch(state, work);
      }
    }
  }
  inbox.forEach((delivery) => target.deliver(record.instanceId, delivery));
  target.enqueue(state);
}
