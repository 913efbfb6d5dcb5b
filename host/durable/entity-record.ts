import type { StoreKey } from "../store/store.ts";
import type { EntityMessage } from "./effect.ts";

/** What the engine keeps of one entity. */
export interface EntityRecord {
  /** Scheduler id, `@name@key` with the name in lower case. */
  readonly entityId: string;
  /** JSON text; null while the entity does not exist. */
  readonly state: string | null;
  readonly exists: boolean;
  readonly lock: EntityLock | null;
  /** Unix milliseconds. */
  readonly lastOperationAt: number;
}

/** The critical section that holds an entity: its request and the orchestration it belongs to. */
export interface EntityLock {
  readonly id: string;
  readonly parent: string;
}

/** A message in an entity's inbox. */
export interface EntityDelivery {
  readonly eventName: "op" | "release";
  readonly message: EntityMessage;
  readonly key: StoreKey;
}

export interface EntityName {
  readonly name: string;
  readonly key: string;
}

export function entityIdOf({ name, key }: EntityName): string {
  return `@${name.toLowerCase()}@${key}`;
}

/** Name and key of a scheduler id, or null if it is none. The key may contain further `@`. */
export function parseEntityId(entityId: string): EntityName | null {
  const end = entityId.indexOf("@", 1);
  return entityId.startsWith("@") && end > 1
    ? { name: entityId.slice(1, end), key: entityId.slice(end + 1) }
    : null;
}

export function newEntity(entityId: string): EntityRecord {
  return { entityId, state: null, exists: false, lock: null, lastOperationAt: 0 };
}
