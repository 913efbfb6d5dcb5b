/**
 * A table of JSON records behind a narrow interface: Azure Tables in Azure and on one machine, memory in tests. Keys may
 * hold any characters; the Azure implementation escapes what Azure refuses.
 */
export interface StoredRecord<Value> {
  readonly key: string;
  readonly value: Value;
  /** Changes with every write; for compare-and-set. */
  readonly etag: string;
}

export interface RecordPage<Value> {
  readonly records: readonly StoredRecord<Value>[];
  /** Opaque; null on the last page. */
  readonly continuationToken: string | null;
}

export interface ListOptions {
  /** At most so many records a page (1 to 1,000). Default 100. A page may hold fewer although more follow. */
  readonly top?: number;
  readonly continuationToken?: string | null;
  /** Only keys that begin with this. */
  readonly prefix?: string;
  /** Only keys behind this one. */
  readonly after?: string;
  /** Equality on indexed fields. */
  readonly where?: Readonly<Record<string, string>>;
}

export interface Table<Value> {
  get(partition: string, key: string): Promise<StoredRecord<Value> | null>;
  /** @throws RecordExistsError */
  insert(partition: string, key: string, value: Value): Promise<void>;
  put(partition: string, key: string, value: Value): Promise<void>;
  /** Writes any number of records; all or nothing only within each hundred. */
  putMany(
    partition: string,
    records: readonly { readonly key: string; readonly value: Value }[],
  ): Promise<void>;
  /** Compare-and-set. @throws RecordChangedError when the record is gone or was written since `etag`. */
  replace(partition: string, key: string, value: Value, etag: string): Promise<void>;
  /** Removes every record of a partition. */
  clear(partition: string): Promise<void>;
  /** Removes a record; nothing happens when it is not there. */
  remove(partition: string, key: string): Promise<void>;
  /** Records in the order of their keys. */
  list(partition: string, options?: ListOptions): Promise<RecordPage<Value>>;
}

/** Opens tables by name. `index` names fields that `where` may ask for (strings of at most 1 KiB). */
export interface TableStore {
  open<Value>(name: string, options?: TableOptions<Value>): Table<Value>;
}

export interface TableOptions<Value> {
  readonly index?: (value: Value) => Readonly<Record<string, string>>;
}

export class RecordExistsError extends Error {
  override readonly name = "RecordExistsError";
}

export class RecordChangedError extends Error {
  override readonly name = "RecordChangedError";
}

export const DEFAULT_PAGE_SIZE = 100;

/** Reads a partition to its end, page by page. */
export async function* listAll<Value>(
  table: Table<Value>,
  partition: string,
  options: Omit<ListOptions, "continuationToken"> = {},
): AsyncGenerator<StoredRecord<Value>> {
  let continuationToken: string | null = null;
  do {
    const page: RecordPage<Value> = await table.list(partition, {
      top: 1_000,
      ...options,
      continuationToken,
    });
    yield* page.records;
    continuationToken = page.continuationToken;
  } while (continuationToken !== null);
}
