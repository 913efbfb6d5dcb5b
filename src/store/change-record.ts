import { RecordChangedError, type Table } from "./table.ts";

/** Somebody else writes between our reading and writing at most so often in a row. */
const ATTEMPTS = 20;

/**
 * Changes a record by compare-and-set and answers it as it then is; null when there is none. `change` answers null to
 * leave the record alone, and may be called several times.
 */
export async function changeRecord<Value>(
  table: Table<Value>,
  partition: string,
  key: string,
  change: (value: Value) => Value | null,
): Promise<Value | null> {
  for (let attempt = 1; ; attempt += 1) {
    const record = await table.get(partition, key);
    if (record === null) {
      return null;
    }
    const changed = change(record.value);
    if (changed === null) {
      return record.value;
    }
    try {
      await table.replace(partition, key, changed, record.etag);
      return changed;
    } catch (error) {
      if (!(error instanceof RecordChangedError) || attempt === ATTEMPTS) {
        throw error;
      }
    }
  }
}
