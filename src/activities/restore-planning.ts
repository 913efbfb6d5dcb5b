import type {
  RestoreRecord,
  RestoreRequestDocument,
  RestoreUnitRecord,
} from "../contracts/restore-record.ts";
import {
  type PlanSummary,
  type PlanCounts,
  type restorePlanActivities,
  type RunKey,
  type WaveKey,
} from "../contracts/restore-orchestration.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { RESTORE_LIMITS } from "../domain/restore-limits.ts";
import type { PlannedUnit, PlannedWave, RestorePlan } from "../domain/restore-plan.ts";
import { protectableKey } from "../domain/verdict.ts";
import { type Workload, WORKLOADS } from "../domain/workload.ts";
import type { Implementations } from "../durable/activity.ts";
import { readProtectionUnits } from "../graph/resources/protection-units.ts";
import { changeRecord } from "../store/change-record.ts";
import {
  planDocument,
  requestDocument,
  restorablePartition,
  RESTORES_PARTITION,
  unitRecordKey,
  waveDocument,
  waveRecordKey,
} from "../store/restores.ts";
import { listAll, RecordExistsError } from "../store/table.ts";
import { CannotSucceedError } from "./ask-again.ts";
import {
  isCancelled,
  loadRun,
  nowText,
  type RestoreDependencies,
  sha256,
} from "./restore-dependencies.ts";
import { toRestorable } from "./restore-resolution.ts";
import { createResolveUnits } from "./restore-unit-resolution.ts";

/** Requested units that one activity stores. */
const UNITS_PER_PART = 1_000;
/** Pages of protection units that one activity reads: fewer rows of history, still well below a function's time. */
const PAGES_PER_CALL = 5;

const MINUTE_MS = 60_000;

/** The activities that turn a request into a plan. Each may run twice: what is stored already stays as it is. */
export function createRestorePlanActivities(
  dependencies: RestoreDependencies,
): Implementations<typeof restorePlanActivities> {
  return {
    storeUnits: (input) => storeUnits(dependencies, input),
    indexUnits: (input) => indexUnits(dependencies, input),
    resolveUnits: createResolveUnits(dependencies),
    planWave: (input) => planWave(dependencies, input),
    storePlan: (input) => storePlan(dependencies, input),
  };
}

const UNIT_LISTS: Readonly<Record<Workload, "mailboxes" | "drives" | "sites">> = {
  exchange: "mailboxes",
  oneDriveForBusiness: "drives",
  sharePoint: "sites",
};

async function storeUnits(
  dependencies: RestoreDependencies,
  { runId, part }: RunKey & { readonly part: number },
) {
  const { documents, tables } = dependencies;
  const run = await loadRun(dependencies, runId);
  const text = await documents.read(requestDocument(runId));
  if (text === null) {
    throw new CannotSucceedError("requestMissing", "The requested list of units is not stored.");
  }
  const { units } = JSON.parse(text) as RestoreRequestDocument;
  const all = WORKLOADS.flatMap((workload) =>
    units[UNIT_LISTS[workload]].map((requested, index) => ({ workload, requested, index })),
  );
  const start = part * UNITS_PER_PART;
  const some = all.slice(start, start + UNITS_PER_PART);
  const hasRun = some[0] !== undefined && (await isStored(dependencies, runId, some[0]));
  // Stored once already: a unit may have been resolved meanwhile, and must not be asked for anew.
  if (!hasRun) {
    // The first one is written last: when it is there, all of its part are.
    const records = some.map(({ workload, requested, index }) => ({
      key: unitRecordKey(workload, index),
      value: requestedUnit(workload, requested),
    }));
    await tables.units.putMany(runId, records.slice(1));
    await tables.units.putMany(runId, records.slice(0, 1));
  }
  return {
    asked: some.length,
    next: start + UNITS_PER_PART < all.length ? part + 1 : null,
    isCancelled: isCancelled(run),
  };
}

const isStored = async (
  { tables }: RestoreDependencies,
  runId: string,
  { workload, index }: { readonly workload: Workload; readonly index: number },
): Promise<boolean> => (await tables.units.get(runId, unitRecordKey(workload, index))) !== null;

const requestedUnit = (workload: Workload, requested: string): RestoreUnitRecord => ({
  workload,
  requested,
  resourceId: null,
  protectionUnitId: null,
  name: null,
  restorePoint: null,
  sessionId: null,
  state: "requested",
  reason: "Not looked up yet.",
  restored: null,
  checkedAt: null,
  lookUps: 0,
});

async function indexUnits(
  dependencies: RestoreDependencies,
  input: RunKey & { readonly workload: Workload; readonly nextLink: string | null },
) {
  const { runId, tenantId, workload } = input;
  const { graph, tables } = dependencies;
  const run = await loadRun(dependencies, runId);
  let { nextLink } = input;
  // A workload of which nothing was asked for needs no protection units.
  const asked = await tables.units.list(runId, { top: 1, prefix: `${workload}-` });
  if (asked.records.length === 0 || isCancelled(run)) {
    return { nextLink: null, isCancelled: isCancelled(run) };
  }
  for (let page = 0; page < PAGES_PER_CALL; page += 1) {
    const units = await readProtectionUnits(graph.forTenant(tenantId), workload, nextLink);
    await tables.restorable.putMany(
      restorablePartition(runId, workload),
      units.items.map((unit) => ({
        key: `${protectableKey(workload, unit.resourceId)}|${unit.id}`,
        value: toRestorable(unit),
      })),
    );
    nextLink = units.nextLink;
    if (nextLink === null) {
      break;
    }
  }
  return { nextLink, isCancelled: false };
}

async function planWave(
  dependencies: RestoreDependencies,
  { after, ...key }: WaveKey & { readonly after: string | null },
): Promise<{ units: number; after: string | null }> {
  const { documents, tables } = dependencies;
  const run = await loadRun(dependencies, key.runId);
  const name = waveDocument(key.runId, key.number);
  const known = await documents.read(name);
  const units =
    known === null
      ? await readPlannedUnits(dependencies, key, after)
      : (JSON.parse(known) as PlannedWave).units;
  if (units.length === 0) {
    return { units: 0, after: null };
  }
  const wave: PlannedWave = { ...key, destination: run.destination, units };
  const text = known ?? canonicalJson(wave);
  await documents.writeOnce(name, text);
  try {
    await tables.waves.insert(key.runId, waveRecordKey(key.number), {
      number: key.number,
      workload: key.workload,
      units: units.length,
      state: "planned",
      sessionId: null,
      sessionStatus: null,
      sha256: sha256(text),
      intent: null,
      activatedAt: null,
      counts: null,
    });
  } catch (error) {
    if (!(error instanceof RecordExistsError)) {
      throw error;
    }
  }
  const isFull = units.length === RESTORE_LIMITS.unitsPerWave;
  return { units: units.length, after: isFull ? (units.at(-1)?.key ?? null) : null };
}

async function readPlannedUnits(
  { tables }: RestoreDependencies,
  { runId, workload }: WaveKey,
  after: string | null,
): Promise<PlannedUnit[]> {
  const units: PlannedUnit[] = [];
  const options = {
    prefix: `${workload}-`,
    where: { state: "planned" },
    ...(after === null ? {} : { after }),
  };
  for await (const { key, value } of listAll(tables.units, runId, options)) {
    units.push({
      key,
      resourceId: value.resourceId ?? "",
      protectionUnitId: value.protectionUnitId ?? "",
      restorePointId: value.restorePoint?.id ?? "",
      protectionDateTime: value.restorePoint?.protectionDateTime ?? "",
    });
    if (units.length === RESTORE_LIMITS.unitsPerWave) {
      break;
    }
  }
  return units;
}

async function storePlan(
  dependencies: RestoreDependencies,
  { runId, tenantId, counts }: RunKey & { readonly counts: PlanCounts },
): Promise<PlanSummary | null> {
  const { clock, documents, tables } = dependencies;
  const run = await loadRun(dependencies, runId);
  const waves: RestorePlan["waves"][number][] = [];
  for await (const { value } of listAll(tables.waves, runId)) {
    const { number, workload, units, sha256: hash } = value;
    waves.push({ number, workload, units, sha256: hash });
  }
  const plan: RestorePlan = {
    runId,
    tenantId,
    restoreTo: run.restoreTo,
    destination: run.destination,
    requestedBy: run.requestedBy.objectId,
    waves,
  };
  const text = canonicalJson(plan);
  await documents.writeOnce(planDocument(runId), text);
  for (const workload of WORKLOADS) {
    await tables.restorable.clear(restorablePartition(runId, workload));
  }
  await tables.claims.clear(runId);

  const deadline = clock.now() + dependencies.approvalDeadlineMinutes * MINUTE_MS;
  const stored = await changeRecord(
    tables.runs,
    RESTORES_PARTITION,
    runId,
    (record): RestoreRecord | null => {
      if (record.state !== "planning" || isCancelled(record)) {
        return null;
      }
      const { planned, skipped, failed } = counts;
      const planning = { ...record, counts: { ...record.counts, planned, skipped, failed } };
      return waves.length === 0
        ? planning
        : {
            ...planning,
            state: "waitingForApproval",
            planHash: sha256(text),
            approvalDeadline: new Date(deadline).toISOString(),
          };
    },
  );
  if (stored === null || isCancelled(stored)) {
    return null;
  }
  return {
    planHash: stored.planHash ?? sha256(text),
    waves: waves.length,
    units: counts.planned,
    deadline: stored.approvalDeadline ?? nowText(dependencies),
    requestedBy: run.requestedBy.name,
  };
}
