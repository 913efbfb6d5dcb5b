import type { Table, TableStore } from "./table.ts";

/** The tables of restore runs. Their stored shapes are those of `contracts/restore-record.ts`. */
export interface RestoreTables<Run, Wave, Unit, Ledger, Lock, RequestKey> {
  /** One partition; keys sort newest first. */
  readonly runs: Table<Run>;
  /** Partition: run id. Key: `waveRecordKey`. */
  readonly waves: Table<Wave>;
  /** Partition: run id. Key: `unitRecordKey`. */
  readonly units: Table<Unit>;
  /** Partition: run id and workload. Key: where a requested unit and its protection unit meet. */
  readonly restorable: Table<RestorableUnit>;
  /** Which requested unit speaks for a protection unit. Partition: run id. Key: protection unit id. */
  readonly claims: Table<{ readonly key: string }>;
  /** Partition: `servicePartition`. Key: session id. */
  readonly ledger: Table<Ledger>;
  /** Partition: tenant id. Key: workload. */
  readonly locks: Table<Lock>;
  /** Partition: object id of the caller. Key: its Idempotency-Key. */
  readonly requestKeys: Table<RequestKey>;
}

/** A protection unit, kept while a run is planned. */
export interface RestorableUnit {
  readonly protectionUnitId: string;
  readonly resourceId: string;
  readonly status: string;
  readonly policyId: string | null;
}

export const RESTORES_PARTITION = "restores";

export const unitRecordKey = (workload: string, index: number): string =>
  `${workload}-${String(index).padStart(6, "0")}`;

export const waveRecordKey = (number: number): string => String(number).padStart(6, "0");

export const servicePartition = (tenantId: string, workload: string): string =>
  `${tenantId}|${workload}`;

export const restorablePartition = (runId: string, workload: string): string =>
  `${runId}|${workload}`;

export const requestDocument = (runId: string): string => `restores/${runId}/request.json`;
export const planDocument = (runId: string): string => `restores/${runId}/plan.json`;
export const waveDocument = (runId: string, number: number): string =>
  `restores/${runId}/wave-${waveRecordKey(number)}.json`;

export const openRestores = <
  Run,
  Wave,
  Unit extends { readonly workload: string; readonly state: string },
  Ledger extends { readonly state: string },
  Lock,
  RequestKey,
>(
  tables: TableStore,
): RestoreTables<Run, Wave, Unit, Ledger, Lock, RequestKey> => ({
  runs: tables.open("restores"),
  waves: tables.open("restoreWaves"),
  units: tables.open("restoreUnits", { index: ({ workload, state }) => ({ workload, state }) }),
  restorable: tables.open("restoreRestorable"),
  claims: tables.open("restoreClaims"),
  ledger: tables.open("restoreLedger", { index: ({ state }) => ({ state }) }),
  locks: tables.open("restoreLocks"),
  requestKeys: tables.open("restoreRequestKeys"),
});
