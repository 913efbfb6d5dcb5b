import type { HostStore, StoreKey, StoreRow } from "../store/store.ts";
import { completeRecord, readRecord } from "./instance-rows.ts";
import { isFinished, type InstanceRecord, type RuntimeStatus } from "./instance-record.ts";

export interface InstanceFilter {
  readonly instanceIdPrefix: string | null;
  /** Unix milliseconds, inclusive. */
  readonly createdFrom: number | null;
  readonly createdTo: number | null;
  /** Empty: all. */
  readonly statuses: readonly RuntimeStatus[];
}

export interface InstancePage {
  readonly records: InstanceRecord[];
  /** Where the next page begins; null after the last one. */
  readonly continuationToken: string | null;
}

/** Rows looked at between two looks at whether the page is full. */
const SCAN_ROWS = 200;

/** One way through the instances: a table, the keys it visits in order, and how a row names its instance. */
interface Scan {
  readonly table: "instances" | "indexes";
  readonly prefix: StoreKey;
  readonly first: StoreKey | null;
  readonly before: StoreKey | null;
  recordOf(store: HostStore, row: StoreRow): InstanceRecord | null;
}

const byIndex = (store: HostStore, { key }: StoreRow): InstanceRecord | null =>
  readRecord(store, key.at(-1) as string);

function createdScan(filter: InstanceFilter, prefix: StoreKey): Scan {
  return {
    table: "indexes",
    prefix,
    first: filter.createdFrom === null ? null : [...prefix, filter.createdFrom - 0.5],
    before: filter.createdTo === null ? null : [...prefix, filter.createdTo + 0.5],
    recordOf: byIndex,
  };
}

/** The cheapest scans that visit every match; several only when several final statuses are asked for. */
function scansOf(filter: InstanceFilter): Scan[] {
  if (filter.instanceIdPrefix !== null && filter.instanceIdPrefix !== "") {
    const prefix = filter.instanceIdPrefix;
    return [
      {
        table: "instances",
        prefix: [],
        first: [prefix],
        before: [`${prefix}\u{10ffff}`],
        recordOf: (store, { value }) => completeRecord(store, value),
      },
    ];
  }
  if (filter.statuses.length > 0) {
    const classes = new Set(
      filter.statuses.map((status) => (isFinished(status) ? status : "Live")),
    );
    return [...classes].sort().map((name) => createdScan(filter, ["status", name]));
  }
  return [createdScan(filter, ["created"])];
}

export function matches(record: InstanceRecord, filter: InstanceFilter): boolean {
  return (
    (filter.statuses.length === 0 || filter.statuses.includes(record.status)) &&
    (filter.createdFrom === null || record.createdAt >= filter.createdFrom) &&
    (filter.createdTo === null || record.createdAt <= filter.createdTo) &&
    (filter.instanceIdPrefix === null || record.instanceId.startsWith(filter.instanceIdPrefix))
  );
}

/** Throws RangeError when the token is not one of ours. */
function parseToken(token: string): { scan: number; after: StoreKey } {
  try {
    const [scan, after] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[];
    if (typeof scan === "number" && Array.isArray(after)) {
      return { scan, after: after as (string | number)[] };
    }
  } catch {
    // Told below.
  }
  throw new RangeError("The continuation token is not one that this host issued.");
}

/** One page of the instances that match, in a stable order. Throws RangeError for a foreign token. */
export function queryInstances(
  store: HostStore,
  filter: InstanceFilter,
  page: { readonly top: number; readonly continuationToken: string | null },
): InstancePage {
  const scans = scansOf(filter);
  const start =
    page.continuationToken === null ? { scan: 0, after: null } : parseToken(page.continuationToken);
  const records: InstanceRecord[] = [];
  for (let index = start.scan; index < scans.length; index++) {
    const scan = scans[index]!;
    let after: StoreKey | null = index === start.scan ? start.after : null;
    for (;;) {
      const rows = rowsOf(store, scan, after);
      for (const row of rows) {
        after = row.key;
        const record = scan.recordOf(store, row);
        if (record !== null && matches(record, filter)) {
          records.push(record);
          if (records.length === page.top) {
            const token = Buffer.from(JSON.stringify([index, after])).toString("base64url");
            const isLast = index === scans.length - 1 && rowsOf(store, scan, after, 1).length === 0;
            return { records, continuationToken: isLast ? null : token };
          }
        }
      }
      if (rows.length < SCAN_ROWS) {
        break;
      }
    }
  }
  return { records, continuationToken: null };
}

function rowsOf(
  store: HostStore,
  scan: Scan,
  after: StoreKey | null,
  limit = SCAN_ROWS,
): StoreRow[] {
  const from = after ?? scan.first;
  const isInclusive = after === null && scan.table === "instances" && from !== null;
  const rows = store.range(scan.table, {
    prefix: scan.prefix,
    ...(from === null || isInclusive ? {} : { after: from }),
    ...(isInclusive ? { from } : {}),
    ...(scan.before === null ? {} : { before: scan.before }),
    limit,
  });
  return rows;
}
