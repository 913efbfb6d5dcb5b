/**
 * What the host keeps, behind as little as it needs: ordered keys, values as text, atomic commits. Everything above
 * (turns, indexes, timers) is expressed as operations of one commit, so a store cannot get the semantics wrong.
 */

/** One table a kind of row; a row's key is a short list, ordered element by element (numbers before texts). */
export const STORE_TABLES = [
  "instances",
  "history",
  "payloads",
  "inbox",
  "timers",
  "indexes",
  "entities",
  "records",
] as const;
export type StoreTable = (typeof STORE_TABLES)[number];

export type StoreKey = readonly (string | number)[];

export type StoreOperation =
  | {
      readonly kind: "put";
      readonly table: StoreTable;
      readonly key: StoreKey;
      readonly value: string;
    }
  | { readonly kind: "remove"; readonly table: StoreTable; readonly key: StoreKey };

export interface StoreRow {
  readonly key: StoreKey;
  readonly value: string;
}

export interface StoreRange {
  /** Only keys that begin with these elements. */
  readonly prefix?: StoreKey;
  /** Only this key and keys after it. */
  readonly from?: StoreKey;
  /** Only keys after this one. */
  readonly after?: StoreKey;
  /** Only keys before this one. */
  readonly before?: StoreKey;
  /** At most this many rows. */
  readonly limit?: number;
}

/**
 * `strict`: a commit is acknowledged when it is on the disk, so it survives a power cut. `relaxed`: when it is written;
 * it survives the death of the process, and after a power cut the latest commits may be missing, never half there.
 */
export type Durability = "strict" | "relaxed";

export interface HostStore {
  /** Counts the openings of this store; what an earlier epoch had begun and not committed is begun again. */
  readonly epoch: number;
  /** The committed value, or undefined. */
  get(table: StoreTable, key: StoreKey): string | undefined;
  /** Committed rows in the order of their keys. */
  range(table: StoreTable, range: StoreRange): StoreRow[];
  /**
   * Applies all operations or none, in the order of the calls, and resolves when they are as durable as the store
   * promises. Several calls may share one transaction. A failure rejects and leaves the store unusable.
   */
  commit(operations: readonly StoreOperation[]): Promise<void>;
  /** A value kept by name beside the rows (timer status, keys, the clock's instant); undefined if there is none. */
  readRecord(namespace: string, key: string): unknown;
  /** Keeps a JSON value by name; resolves when it is durable. */
  writeRecord(namespace: string, key: string, value: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Why a data directory cannot be used, as one sentence for people. */
export class HostStoreError extends Error {
  readonly code: "locked" | "newer" | "damaged" | "full" | "unwritable";

  constructor(code: HostStoreError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HostStoreError";
    this.code = code;
  }
}

export function put(table: StoreTable, key: StoreKey, value: string): StoreOperation {
  return { kind: "put", table, key, value };
}

export function remove(table: StoreTable, key: StoreKey): StoreOperation {
  return { kind: "remove", table, key };
}
