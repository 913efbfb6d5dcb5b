import { existsSync } from "node:fs";
import { join } from "node:path";
import { open, type Database, type RootDatabase } from "lmdb";
import { findDamage } from "./database-check.ts";
import { GroupCommit } from "./group-commit.ts";
import { claimStoreFormat, markDatabase, storeErrorOf } from "./store-format.ts";
import { isAlive, parseOwner, thisProcess } from "./store-owner.ts";
import {
  HostStoreError,
  STORE_TABLES,
  type Durability,
  type HostStore,
  type StoreKey,
  type StoreOperation,
  type StoreRange,
  type StoreRow,
  type StoreTable,
} from "./store.ts";

/*
 * L1  One commit() is one atomic change; commits become visible and durable in the order of the calls.
 * L2  `strict` flushes before it acknowledges. `relaxed` leaves the flush to follow, in an order in which the file is
 *     consistent after any crash.
 * L3  Who owns the directory is decided inside a write transaction, which only one process at a time can be in.
 * L4  The epoch is raised in the same transaction, so that two openings never share one.
 */

const DATABASE_FILE = "data.mdb";
const OWNER_KEY = "owner";
const EPOCH_KEY = "epoch";
/** Sorts after every text that a key can contain. */
const AFTER_ALL_TEXTS = "\u{10ffff}";

/** The same as StoreKey, in the mutable form that the library asks for. */
type LmdbKey = (string | number)[];

export interface LmdbStoreOptions {
  /** Folder of the database; created if it does not exist. */
  readonly directory: string;
  readonly durability?: Durability;
}

/** Opens the store on disk. Throws HostStoreError with a sentence for people. */
export function openLmdbStore({ directory, durability = "strict" }: LmdbStoreOptions): HostStore {
  claimStoreFormat(directory, DATABASE_FILE);
  refuseDamagedFile(directory);
  let root: RootDatabase<string, LmdbKey>;
  try {
    root = open<string, LmdbKey>(directory, {
      encoding: "string",
      maxDbs: STORE_TABLES.length + 2,
      overlappingSync: durability === "relaxed",
      noSubdir: false,
    });
  } catch (error) {
    throw storeErrorOf(directory, error);
  }
  try {
    const store = new LmdbStore(root, directory);
    markDatabase(directory);
    return store;
  } catch (error) {
    void root.close();
    throw storeErrorOf(directory, error);
  }
}

/** A file that is no database (or was cut off) would bring the process down when it is mapped; look before. */
function refuseDamagedFile(directory: string): void {
  const file = join(directory, DATABASE_FILE);
  const damage = existsSync(file) ? findDamage(file) : null;
  if (damage !== null) {
    throw new HostStoreError(
      "damaged",
      `The database ${file} is damaged (${damage}) and was left as it is: restore the directory from a copy or choose another one with --data.`,
    );
  }
}

class LmdbStore implements HostStore {
  readonly epoch: number;
  readonly #root: RootDatabase<string, LmdbKey>;
  readonly #directory: string;
  readonly #about: Database<string, string>;
  readonly #tables: ReadonlyMap<StoreTable, Database<string, LmdbKey>>;
  readonly #group: GroupCommit;

  constructor(root: RootDatabase<string, LmdbKey>, directory: string) {
    this.#root = root;
    this.#directory = directory;
    this.#about = root.openDB<string, string>("about", { encoding: "string" });
    this.epoch = this.#takeOwnership();
    this.#tables = new Map(
      STORE_TABLES.map((table) => [
        table,
        root.openDB<string, LmdbKey>(table, { encoding: "string" }),
      ]),
    );
    this.#group = new GroupCommit((groups) => this.#write(groups));
  }

  get(table: StoreTable, key: StoreKey): string | undefined {
    return this.#tables.get(table)!.get(key as LmdbKey);
  }

  range(table: StoreTable, { prefix = [], from, after, before, limit }: StoreRange): StoreRow[] {
    const rows: StoreRow[] = [];
    const start = after ?? from ?? (prefix.length > 0 ? prefix : undefined);
    const end = before ?? (prefix.length > 0 ? [...prefix, AFTER_ALL_TEXTS] : undefined);
    const found = this.#tables.get(table)!.getRange({
      ...(start === undefined ? {} : { start: start as LmdbKey }),
      ...(end === undefined ? {} : { end: end as LmdbKey }),
      ...(after === undefined ? {} : { exclusiveStart: true }),
      ...(limit === undefined ? {} : { limit }),
    });
    for (const { key, value } of found) {
      // The library reads a key of one element back as the bare element.
      rows.push({ key: Array.isArray(key) ? key : [key], value });
    }
    return rows;
  }

  commit(operations: readonly StoreOperation[]): Promise<void> {
    return this.#group.commit(operations);
  }

  readRecord(namespace: string, key: string): unknown {
    const value = this.get("records", [namespace, key]);
    return value === undefined ? undefined : (JSON.parse(value) as unknown);
  }

  writeRecord(namespace: string, key: string, value: unknown): Promise<void> {
    return this.commit([
      { kind: "put", table: "records", key: [namespace, key], value: JSON.stringify(value) },
    ]);
  }

  async close(): Promise<void> {
    await this.#group.idle();
    try {
      this.#about.removeSync(OWNER_KEY);
      await this.#root.flushed;
    } finally {
      await this.#root.close();
    }
  }

  async #write(groups: readonly (readonly StoreOperation[])[]): Promise<void> {
    try {
      await this.#root.batch(() => {
        for (const operations of groups) {
          for (const operation of operations) {
            const table = this.#tables.get(operation.table)!;
            // The promise of the batch stands for these too.
            const key = operation.key as LmdbKey;
            void (operation.kind === "put" ? table.put(key, operation.value) : table.remove(key));
          }
        }
      });
    } catch (error) {
      throw storeErrorOf(this.#directory, error);
    }
  }

  #takeOwnership(): number {
    return this.#root.transactionSync(() => {
      const owner = parseOwner(this.#about.get(OWNER_KEY));
      if (owner !== null && isAlive(owner)) {
        throw new HostStoreError(
          "locked",
          `The data directory ${this.#directory} is in use by process ${owner.pid}: stop that one or choose another directory with --data.`,
        );
      }
      const epoch = Number(this.#about.get(EPOCH_KEY) ?? "0") + 1;
      this.#about.putSync(OWNER_KEY, JSON.stringify(thisProcess()));
      this.#about.putSync(EPOCH_KEY, String(epoch));
      return epoch;
    });
  }
}
