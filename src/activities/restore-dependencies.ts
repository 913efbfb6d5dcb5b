import { createHash } from "node:crypto";
import type {
  CreationLock,
  LedgerRecord,
  RestoreRecord,
  RestoreUnitRecord,
  RestoreWaveRecord,
  UsedRequestKey,
} from "../contracts/restore-record.ts";
import type { WaveKey } from "../contracts/restore-orchestration.ts";
import type { Clock } from "../domain/clock.ts";
import type { PlannedUnit, PlannedWave } from "../domain/restore-plan.ts";
import type { GraphClient } from "../graph/graph-client.ts";
import { changeRecord } from "../store/change-record.ts";
import type { DocumentStore } from "../store/documents.ts";
import {
  RESTORES_PARTITION,
  type RestoreTables,
  waveDocument,
  waveRecordKey,
} from "../store/restores.ts";
import { CannotSucceedError } from "./ask-again.ts";

export type RestoreStore = RestoreTables<
  RestoreRecord,
  RestoreWaveRecord,
  RestoreUnitRecord,
  LedgerRecord,
  CreationLock,
  UsedRequestKey
>;

export interface RestoreDependencies {
  readonly graph: GraphClient;
  readonly tables: RestoreStore;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** Our application, as Graph names the creator of a session. */
  readonly clientId: string;
  readonly approvalDeadlineMinutes: number;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const nowText = ({ clock }: Pick<RestoreDependencies, "clock">): string =>
  new Date(clock.now()).toISOString();

/** @throws CannotSucceedError when the run is not stored. */
export async function loadRun(
  { tables }: RestoreDependencies,
  runId: string,
): Promise<RestoreRecord> {
  const record = await tables.runs.get(RESTORES_PARTITION, runId);
  if (record === null) {
    throw new CannotSucceedError("runMissing", `There is no restore run ${runId}.`);
  }
  return record.value;
}

/** @throws CannotSucceedError when the wave is not stored. */
export async function loadWave(
  { tables }: RestoreDependencies,
  { runId, number }: Pick<WaveKey, "runId" | "number">,
): Promise<RestoreWaveRecord> {
  const record = await tables.waves.get(runId, waveRecordKey(number));
  if (record === null) {
    throw new CannotSucceedError("waveMissing", `Restore run ${runId} has no wave ${number}.`);
  }
  return record.value;
}

export const changeWave = (
  { tables }: RestoreDependencies,
  { runId, number }: Pick<WaveKey, "runId" | "number">,
  change: (wave: RestoreWaveRecord) => RestoreWaveRecord | null,
): Promise<RestoreWaveRecord | null> =>
  changeRecord(tables.waves, runId, waveRecordKey(number), change);

export const isCancelled = (run: RestoreRecord): boolean => run.cancelledBy !== null;

/**
 * A wave's units as planned.
 *
 * @throws CannotSucceedError when the document is gone or is another than the one that was planned.
 */
export async function loadPlannedWave(
  { documents }: RestoreDependencies,
  key: Pick<WaveKey, "runId" | "number">,
  expectedHash: string,
): Promise<PlannedWave> {
  const text = await documents.read(waveDocument(key.runId, key.number));
  if (text === null || sha256(text) !== expectedHash) {
    throw new CannotSucceedError(
      "planChanged",
      `The stored plan of wave ${key.number} is not the one that was planned; nothing is done with it.`,
    );
  }
  return JSON.parse(text) as PlannedWave;
}

/** Point reads side by side; more would only queue in the storage client. */
const PARALLEL_READS = 20;

/** The stored units of a list, in its order. A unit that is not stored is left out. */
export async function loadUnits(
  { tables }: RestoreDependencies,
  runId: string,
  planned: readonly PlannedUnit[],
): Promise<{ readonly planned: PlannedUnit; readonly unit: RestoreUnitRecord }[]> {
  const units: { planned: PlannedUnit; unit: RestoreUnitRecord }[] = [];
  for (let start = 0; start < planned.length; start += PARALLEL_READS) {
    const some = planned.slice(start, start + PARALLEL_READS);
    const records = await Promise.all(some.map(({ key }) => tables.units.get(runId, key)));
    for (const [index, record] of records.entries()) {
      if (record !== null) {
        units.push({ planned: some[index] as PlannedUnit, unit: record.value });
      }
    }
  }
  return units;
}
