import type { UnitVerdict } from "../contracts/verification.ts";
import type {
  verificationActivities,
  WorkloadSlice,
} from "../contracts/verification-orchestration.ts";
import {
  addVerdicts,
  isProtected,
  judge,
  mergeWindow,
  NO_VERDICTS,
  type PointReading,
} from "../domain/verdict.ts";
import type { Implementations } from "../durable/activity.ts";
import {
  findNewestRestorePoints,
  type RestorePointFinding,
  UNITS_PER_LOOKUP,
} from "../graph/resources/restore-points.ts";
import { type CollectedUnit, collectedPartition, unitKey } from "../store/verifications.ts";
import { readWindow } from "../store/window.ts";
import type { VerificationDependencies } from "./verification-dependencies.ts";

/** A restore point lives a year. Source: Microsoft 365 Backup overview, 2025; a day is added for clocks that differ. */
const LONGEST_RETENTION_MS = 366 * 24 * 60 * 60 * 1000;

type Judge = Implementations<typeof verificationActivities>["judge"];

/**
 * Judges the next window of a workload: directory and protection units are read in the order of one key and merged, so
 * that the cost of a unit does not grow with their number.
 */
export function createJudge(dependencies: VerificationDependencies): Judge {
  const { tables, clock, freshnessObjectiveMinutes } = dependencies;
  return async ({ after, ...slice }) => {
    const partition = collectedPartition(slice);
    const window = mergeWindow(
      await readWindow(tables.collectedProtectables, partition, after, UNITS_PER_LOOKUP),
      await readWindow(tables.collectedUnits, partition, after, UNITS_PER_LOOKUP),
    );
    const units = window.pairs.flatMap(({ right }) => (right === null ? [] : [right]));
    const points = await readPoints(dependencies, slice, units);
    const now = clock.now();
    let counts = NO_VERDICTS;
    const records = window.pairs.map(({ key, left: protectable, right: unit }) => {
      const judgement = judge(
        unit === null ? null : { ...unit, point: pointReading(points.get(unit.id)) },
        freshnessObjectiveMinutes,
        now,
      );
      counts = addVerdicts(counts, { ...NO_VERDICTS, [judgement.verdict]: 1 });
      const value: UnitVerdict = {
        tenantId: slice.tenantId,
        workload: slice.workload,
        resourceId: protectable?.resourceId ?? unit?.resourceId ?? key,
        protectionUnitId: unit?.id ?? null,
        name: protectable?.name ?? null,
        ...judgement,
      };
      return { key: unitKey(slice.tenantId, slice.workload, key), value };
    });
    await tables.units.putMany(slice.verificationId, records);
    return { counts, after: window.next };
  };
}

async function readPoints(
  { graph, clock }: VerificationDependencies,
  slice: WorkloadSlice,
  units: readonly CollectedUnit[],
): Promise<Map<string, RestorePointFinding>> {
  const asked = units
    .filter((unit) => isProtected(unit) && unit.errorCode === null)
    .map(({ id }) => id);
  const now = clock.now();
  const period = {
    from: new Date(now - LONGEST_RETENTION_MS).toISOString(),
    to: new Date(now).toISOString(),
  };
  const findings = new Map<string, RestorePointFinding>();
  for (let start = 0; start < asked.length; start += UNITS_PER_LOOKUP) {
    const some = await findNewestRestorePoints(
      graph.forTenant(slice.tenantId),
      asked.slice(start, start + UNITS_PER_LOOKUP),
      period,
      clock,
    );
    for (const [id, finding] of some) {
      findings.set(id, finding);
    }
  }
  return findings;
}

function pointReading(finding: RestorePointFinding | undefined): PointReading | null {
  switch (finding?.kind) {
    case undefined:
      return null;
    case "found":
      return {
        kind: "found",
        id: finding.point.id,
        protectionDateTime: finding.point.protectionDateTime,
      };
    case "none":
      return { kind: "none" };
    case "unknown":
      return { kind: "unknown", reason: finding.error.code };
  }
}
