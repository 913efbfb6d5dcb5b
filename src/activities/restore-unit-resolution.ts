import type { RestoreRecord, RestoreUnitRecord } from "../contracts/restore-record.ts";
import type { restorePlanActivities, RunKey } from "../contracts/restore-orchestration.ts";
import { EXPECTED_UNIT } from "../domain/requested-unit.ts";
import { type Workload, WORKLOAD_NAMES, WORKLOADS } from "../domain/workload.ts";
import type { Implementations } from "../durable/activity.ts";
import { type GraphError, ThrottledError, TransientError } from "../graph/errors.ts";
import { findNewestRestorePoints } from "../graph/resources/restore-points.ts";
import { type RestorableUnit, restorablePartition } from "../store/restores.ts";
import { listAll, RecordExistsError, type StoredRecord, type Table } from "../store/table.ts";
import { AskAgainError } from "./ask-again.ts";
import { isCancelled, loadRun, type RestoreDependencies } from "./restore-dependencies.ts";
import { bestUnit, identify } from "./restore-resolution.ts";

/** Units that one activity resolves: five look-ups and five searches of 20 in two batches. */
const UNITS_PER_CALL = 100;
/** A restore point lives a year; a day is added for clocks that differ. Source: Microsoft 365 Backup overview, 2025. */
const LONGEST_RETENTION_MS = 366 * 24 * 60 * 60 * 1000;
/** A unit that still cannot be asked about after so many tries fails alone, so that it does not hold up the others. */
const LOOK_UPS = 6;

type UnitRow = StoredRecord<RestoreUnitRecord>;
type Scope = RunKey & { readonly workload: Workload };

/** Finds units and chooses their restore points, the next hundred. Units that are settled already stay as they are. */
export function createResolveUnits(
  dependencies: RestoreDependencies,
): Implementations<typeof restorePlanActivities>["resolveUnits"] {
  const { tables } = dependencies;
  return async ({ runId, tenantId, after }) => {
    const run = await loadRun(dependencies, runId);
    if (isCancelled(run)) {
      return { planned: 0, skipped: 0, failed: 0, after: null, isCancelled: true };
    }
    const { rows, hasMore } = await readRows(tables.units, runId, after);
    const settled = new Map(rows.map(({ key, value }) => [key, value]));
    const postponed: GraphError[] = [];
    for (const workload of WORKLOADS) {
      const open = rows.filter(
        ({ value }) => value.workload === workload && value.state === "requested",
      );
      const resolved = await resolve(dependencies, run, { runId, tenantId, workload }, open);
      await tables.units.putMany(runId, resolved.rows);
      for (const { key, value } of resolved.rows) {
        settled.set(key, value);
      }
      postponed.push(...resolved.postponed);
    }
    askAgainFor(postponed);
    const count = (state: RestoreUnitRecord["state"]) =>
      [...settled.values()].filter((unit) => unit.state === state).length;
    return {
      planned: count("planned"),
      skipped: count("skipped"),
      failed: count("failed"),
      after: hasMore ? (rows.at(-1)?.key ?? null) : null,
      isCancelled: false,
    };
  };
}

/** The next hundred rows, and whether more follow: a page alone may be short although the list goes on. */
async function readRows(table: Table<RestoreUnitRecord>, runId: string, after: string | null) {
  const rows: UnitRow[] = [];
  const options = { top: UNITS_PER_CALL + 1, ...(after === null ? {} : { after }) };
  for await (const row of listAll(table, runId, options)) {
    if (rows.length === UNITS_PER_CALL) {
      return { rows, hasMore: true };
    }
    rows.push(row);
  }
  return { rows, hasMore: false };
}

function askAgainFor(postponed: readonly GraphError[]): void {
  const error = postponed.find((one) => one instanceof ThrottledError) ?? postponed[0];
  if (error !== undefined) {
    const afterMs = error instanceof ThrottledError ? error.retryAfterMs : null;
    throw new AskAgainError(
      error.code,
      `${postponed.length} units could not be asked about: ${error.message}`,
      afterMs,
    );
  }
}

interface Resolved {
  readonly rows: { readonly key: string; readonly value: RestoreUnitRecord }[];
  readonly postponed: GraphError[];
}

async function resolve(
  dependencies: RestoreDependencies,
  run: RestoreRecord,
  scope: Scope,
  open: readonly UnitRow[],
): Promise<Resolved> {
  const result: Resolved = { rows: [], postponed: [] };
  if (open.length === 0) {
    return result;
  }
  const { graph, clock } = dependencies;
  const identities = await identify(
    graph.forTenant(scope.tenantId),
    scope.workload,
    open.map(({ value }) => value.requested),
    clock,
  );
  const found: { row: UnitRow; unit: RestorableUnit; resourceId: string; name: string | null }[] =
    [];
  for (const [index, row] of open.entries()) {
    const identity = identities[index];
    if (identity === undefined || identity.kind === "none") {
      skip(
        result,
        row,
        `It is not known in this tenant: expected ${EXPECTED_UNIT[scope.workload]}.`,
      );
    } else if (identity.kind === "unknown") {
      postpone(result, row, identity.error);
    } else {
      const unit = await findRestorable(dependencies, scope, identity.key);
      const { resourceId, name } = identity;
      if (unit === null) {
        const { unitNoun } = WORKLOAD_NAMES[scope.workload];
        skip(result, row, `Microsoft 365 Backup does not protect this ${unitNoun}.`, identity);
      } else if (!(await claim(dependencies, scope.runId, unit, row.key))) {
        skip(result, row, "It is asked for more than once; it is restored once.", identity);
      } else {
        found.push({ row, unit, resourceId, name });
      }
    }
  }
  const points = await findNewestRestorePoints(
    graph.forTenant(scope.tenantId),
    found.map(({ unit }) => unit.protectionUnitId),
    {
      from: new Date(Date.parse(run.restoreTo) - LONGEST_RETENTION_MS).toISOString(),
      to: run.restoreTo,
    },
    clock,
  );
  for (const { row, unit, resourceId, name } of found) {
    const finding = points.get(unit.protectionUnitId);
    const identity = { resourceId, name, protectionUnitId: unit.protectionUnitId };
    if (finding?.kind === "found") {
      const { id, protectionDateTime } = finding.point;
      result.rows.push(
        settle(row, "planned", `Will be restored to its state of ${protectionDateTime}.`, {
          ...identity,
          restorePoint: { id, protectionDateTime },
        }),
      );
    } else if (finding?.kind === "unknown") {
      postpone(result, row, finding.error);
    } else {
      skip(result, row, `There is no restore point at or before ${run.restoreTo}.`, identity);
    }
  }
  return result;
}

/** The protection unit of a resource, from what was read of the tenant. */
async function findRestorable(
  { tables }: RestoreDependencies,
  { runId, workload }: Scope,
  key: string,
): Promise<RestorableUnit | null> {
  const page = await tables.restorable.list(restorablePartition(runId, workload), {
    prefix: `${key}|`,
  });
  return bestUnit(page.records.map(({ value }) => value));
}

/** Whether this row speaks for the protection unit; a second name of the same thing does not. */
async function claim(
  { tables }: RestoreDependencies,
  runId: string,
  { protectionUnitId }: RestorableUnit,
  key: string,
): Promise<boolean> {
  try {
    await tables.claims.insert(runId, protectionUnitId, { key });
    return true;
  } catch (error) {
    if (!(error instanceof RecordExistsError)) {
      throw error;
    }
    return (await tables.claims.get(runId, protectionUnitId))?.value.key === key;
  }
}

const settle = (
  { key, value }: UnitRow,
  state: RestoreUnitRecord["state"],
  reason: string,
  known: Partial<RestoreUnitRecord>,
): { readonly key: string; readonly value: RestoreUnitRecord } => ({
  key,
  value: { ...value, ...known, state, reason },
});

function skip(
  result: Resolved,
  row: UnitRow,
  reason: string,
  identity: {
    readonly resourceId: string;
    readonly name: string | null;
    readonly protectionUnitId?: string;
  } | null = null,
): void {
  const known =
    identity === null
      ? {}
      : {
          resourceId: identity.resourceId,
          name: identity.name,
          protectionUnitId: identity.protectionUnitId ?? null,
        };
  result.rows.push(settle(row, "skipped", reason, known));
}

/** What may pass by itself is asked again; what lasts fails the unit, and only it. */
function postpone(result: Resolved, row: UnitRow, error: GraphError): void {
  const isPassing = error instanceof ThrottledError || error instanceof TransientError;
  const lookUps = row.value.lookUps + (error instanceof ThrottledError ? 0 : 1);
  if (isPassing && lookUps < LOOK_UPS) {
    result.rows.push(settle(row, "requested", row.value.reason, { lookUps }));
    result.postponed.push(error);
  } else {
    result.rows.push(settle(row, "failed", `It could not be asked about: ${error.code}.`, {}));
  }
}
