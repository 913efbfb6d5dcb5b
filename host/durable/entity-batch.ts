import type { EntityMessage } from "./effect.ts";
import type { EntityDelivery, EntityLock } from "./entity-record.ts";

/** What an entity does next: who gets or gives back its lock, and which operations run together. */
export interface EntityBatch {
  readonly lock: EntityLock | null;
  /** A lock request that was granted now and goes on to the next entity or back to who asked. */
  readonly granted: EntityDelivery[];
  readonly operations: EntityDelivery[];
  /** All that this batch takes out of the inbox. */
  readonly consumed: ReadonlySet<EntityDelivery>;
}

/**
 * Takes from an inbox, in order, what may run now. While an orchestration holds the lock only its operations run and
 * the rest waits; a lock request ends a batch, so that operations before it are done when it is granted. The lock request
 * of an execution that has ended (`isAwaited` is false) is dropped: nobody would give the lock back.
 */
export function takeEntityBatch(
  held: EntityLock | null,
  inbox: readonly EntityDelivery[],
  largest: number,
  isAwaited: (request: EntityMessage) => boolean = () => true,
): EntityBatch {
  let lock = held;
  const granted: EntityDelivery[] = [];
  const operations: EntityDelivery[] = [];
  const consumed = new Set<EntityDelivery>();
  const batch = (): EntityBatch => ({ lock, granted, operations, consumed });
  for (const delivery of inbox) {
    if (consumed.has(delivery)) {
      continue;
    }
    const { eventName, message } = delivery;
    if (eventName === "release") {
      consumed.add(delivery);
      if (lock?.id === message.id) {
        lock = null;
        // What had to wait so far comes first now.
        return batch();
      }
      withdraw(inbox, message.id, consumed);
    } else if (message.lockset !== undefined && !isAwaited(message)) {
      consumed.add(delivery);
    } else if (message.lockset !== undefined) {
      if (lock === null && operations.length > 0) {
        return batch();
      }
      if (lock === null) {
        lock = { id: message.id, parent: message.parent ?? "" };
        granted.push(delivery);
        consumed.add(delivery);
      }
    } else if (lock === null || message.parent === lock.parent) {
      operations.push(delivery);
      consumed.add(delivery);
      if (operations.length === largest) {
        return batch();
      }
    }
  }
  return batch();
}

/** A lock that is given back before it was granted: the orchestration has ended meanwhile. */
function withdraw(
  inbox: readonly EntityDelivery[],
  id: string,
  consumed: Set<EntityDelivery>,
): void {
  const request = inbox.find(
    (other) => other.message.id === id && other.message.lockset !== undefined,
  );
  if (request !== undefined) {
    consumed.add(request);
  }
}
