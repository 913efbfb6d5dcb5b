import {
  DEFAULT_PAGE_SIZE,
  type ListOptions,
  RecordChangedError,
  RecordExistsError,
  type RecordPage,
  type StoredRecord,
  type Table,
  type TableOptions,
  type TableStore,
} from "./table.ts";

interface MemoryRecord {
  readonly json: string;
  readonly etag: string;
  readonly index: Readonly<Record<string, string>>;
}

/** Tables in memory: the twin of `azure-table.ts` for tests; values are copied as JSON, as the real ones are. */
export function createMemoryTableStore(): TableStore {
  const tables = new Map<string, Map<string, Map<string, MemoryRecord>>>();
  let writes = 0;

  return {
    open<Value>(name: string, options: TableOptions<Value> = {}): Table<Value> {
      const partitions = tables.get(name) ?? new Map<string, Map<string, MemoryRecord>>();
      tables.set(name, partitions);
      const records = (partition: string) => {
        const known = partitions.get(partition) ?? new Map<string, MemoryRecord>();
        partitions.set(partition, known);
        return known;
      };
      const write = (partition: string, key: string, value: Value) => {
        writes += 1;
        const index = options.index?.(value) ?? {};
        records(partition).set(key, { json: JSON.stringify(value), etag: `"${writes}"`, index });
      };
      const stored = (key: string, record: MemoryRecord): StoredRecord<Value> => ({
        key,
        value: JSON.parse(record.json) as Value,
        etag: record.etag,
      });

      return {
        async get(partition, key) {
          const record = records(partition).get(key);
          return record === undefined ? null : stored(key, record);
        },
        async insert(partition, key, value) {
          if (records(partition).has(key)) {
            throw new RecordExistsError(`${name} has a record ${partition}/${key} already.`);
          }
          write(partition, key, value);
        },
        async put(partition, key, value) {
          write(partition, key, value);
        },
        async putMany(partition, many) {
          for (const { key, value } of many) {
            write(partition, key, value);
          }
        },
        async replace(partition, key, value, etag) {
          if (records(partition).get(key)?.etag !== etag) {
            throw new RecordChangedError(
              `${name} record ${partition}/${key} was changed meanwhile.`,
            );
          }
          write(partition, key, value);
        },
        async clear(partition) {
          partitions.delete(partition);
        },
        async remove(partition, key) {
          records(partition).delete(key);
        },
        async list(partition, listOptions = {}) {
          return listPage(records(partition), listOptions, stored);
        },
      };
    },
  };
}

function listPage<Value>(
  records: ReadonlyMap<string, MemoryRecord>,
  options: ListOptions,
  stored: (key: string, record: MemoryRecord) => StoredRecord<Value>,
): RecordPage<Value> {
  const top = options.top ?? DEFAULT_PAGE_SIZE;
  const after = options.continuationToken ?? null;
  const where = Object.entries(options.where ?? {});
  const matching = [...records]
    .filter(([key]) => key.startsWith(options.prefix ?? ""))
    .filter(([key]) => after === null || key > after)
    .filter(([key]) => options.after === undefined || key > options.after)
    .filter(([, record]) => where.every(([field, value]) => record.index[field] === value))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const page = matching.slice(0, top);
  const last = page.at(-1);
  return {
    records: page.map(([key, record]) => stored(key, record)),
    continuationToken: matching.length > top && last !== undefined ? last[0] : null,
  };
}
