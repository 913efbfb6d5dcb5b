import type { ListOptions, Table } from "./table.ts";

/**
 * The records behind a key, in the order of their keys, at least `size` of them unless the list ends before.
 *
 * @param after Null begins at the first record.
 */
export async function readWindow<Value>(
  table: Table<Value>,
  partition: string,
  after: string | null,
  size: number,
): Promise<{ entries: (readonly [string, Value])[]; isEnd: boolean }> {
  const options: ListOptions = { top: size, ...(after === null ? {} : { after }) };
  const entries: (readonly [string, Value])[] = [];
  let continuationToken: string | null = null;
  // A page may be short although more follows; a window ends only where the list does or where it is full.
  do {
    const page = await table.list(partition, { ...options, continuationToken });
    entries.push(...page.records.map(({ key, value }) => [key, value] as const));
    continuationToken = page.continuationToken;
  } while (continuationToken !== null && entries.length < size);
  return { entries, isEnd: continuationToken === null };
}
