import { compareKeys, hasPrefix } from "./key-order.ts";
import {
  STORE_TABLES,
  type HostStore,
  type StoreKey,
  type StoreOperation,
  type StoreRange,
  type StoreRow,
  type StoreTable,
} from "./store.ts";

/** Index of the first row whose key is not before `key`. */
function lowerBound(rows: readonly StoreRow[], key: StoreKey): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(rows[middle]!.key, key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The same promises as the store on disk, but for durability; for tests and throw-away hosts. */
export function createMemoryStore(): HostStore {
  const tables = new Map<StoreTable, StoreRow[]>(STORE_TABLES.map((table) => [table, []]));
  const rowsOf = (table: StoreTable): StoreRow[] => tables.get(table)!;

  const apply = (operation: StoreOperation): void => {
    const rows = rowsOf(operation.table);
    const index = lowerBound(rows, operation.key);
    const found = index < rows.length && compareKeys(rows[index]!.key, operation.key) === 0;
    if (operation.kind === "put") {
      rows.splice(index, found ? 1 : 0, { key: [...operation.key], value: operation.value });
    } else if (found) {
      rows.splice(index, 1);
    }
  };

  const get = (table: StoreTable, key: StoreKey): string | undefined => {
    const rows = rowsOf(table);
    const row = rows[lowerBound(rows, key)];
    return row !== undefined && compareKeys(row.key, key) === 0 ? row.value : undefined;
  };

  const range = (table: StoreTable, { prefix = [], from, after, before, limit }: StoreRange) => {
    const rows = rowsOf(table);
    const found: StoreRow[] = [];
    const start = after ?? from ?? prefix;
    for (let index = lowerBound(rows, start); index < rows.length; index++) {
      const row = rows[index]!;
      const isPast =
        !hasPrefix(row.key, prefix) || (before !== undefined && compareKeys(row.key, before) >= 0);
      if (isPast || found.length === (limit ?? Infinity)) {
        break;
      }
      if (after === undefined || compareKeys(row.key, after) > 0) {
        found.push(row);
      }
    }
    return found;
  };

  const commit = async (operations: readonly StoreOperation[]): Promise<void> => {
    operations.forEach(apply);
    // Callers must not come to rely on an acknowledgement within the same turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  };

  return {
    epoch: 1,
    get,
    range,
    commit,
    readRecord: (namespace, key) => {
      const value = get("records", [namespace, key]);
      return value === undefined ? undefined : (JSON.parse(value) as unknown);
    },
    writeRecord: (namespace, key, value) =>
      commit([
        { kind: "put", table: "records", key: [namespace, key], value: JSON.stringify(value) },
      ]),
    close: async () => {},
  };
}
