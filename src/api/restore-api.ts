import type { RestoreStore } from "../activities/restore-dependencies.ts";
import type { Config } from "../config.ts";
import type { Role } from "../contracts/operation.ts";
import { ROLES } from "../contracts/operation.ts";
import {
  planRestoreInstance,
  restoreRunInstance,
  restoreWaveInstance,
} from "../contracts/restore-orchestration.ts";
import type { RestoreRecord, RestoreWaveRecord } from "../contracts/restore-record.ts";
import type { RestoreRun } from "../contracts/restore.ts";
import type { Waiting } from "../contracts/identifiers.ts";
import type { Clock } from "../domain/clock.ts";
import { addOutcomes, NO_OUTCOMES } from "../domain/restore-outcome.ts";
import { type InstanceStatus, isLive, type OrchestrationClient } from "../durable/client.ts";
import type { GraphClient } from "../graph/graph-client.ts";
import { changeRecord } from "../store/change-record.ts";
import type { DocumentStore } from "../store/documents.ts";
import { RESTORES_PARTITION } from "../store/restores.ts";
import { listAll } from "../store/table.ts";
import { forbidden, notFound } from "./http-problem.ts";
import { holdsRole, type Principal } from "./principal.ts";

/** What the operations on restore runs work with. */
export interface RestoreApi {
  readonly tables: RestoreStore;
  readonly documents: DocumentStore;
  readonly graph: GraphClient;
  readonly clock: Clock;
  readonly config: Pick<Config, "isWriteAllowed">;
  /** Whether we act on a tenant at all. */
  readonly isKnownTenant: (tenantId: string) => Promise<boolean>;
  /** Random hexadecimal digits. */
  readonly random: () => string;
}

/** Between storing a run and starting it a process may die; what has not started after this long never will. */
const START_PATIENCE_MS = 5 * 60 * 1000;

/** Whether the caller may see a tenant at all. */
export const maySee = (principal: Principal, tenantId: string): boolean =>
  holdsRole(principal, ROLES, tenantId);

/** @throws HttpProblem 403 when the caller may see the tenant but not act on it. */
export function requireRole(principal: Principal, roles: readonly Role[], tenantId: string): void {
  if (!holdsRole(principal, roles, tenantId)) {
    throw forbidden(`This needs one of the roles ${roles.join(", ")} for tenant ${tenantId}.`);
  }
}

/** A run that the caller may see. @throws HttpProblem 404 also for runs of other tenants than the caller's. */
export async function findRun(
  { tables }: RestoreApi,
  principal: Principal,
  id: string | undefined,
): Promise<RestoreRecord> {
  const record = await tables.runs.get(RESTORES_PARTITION, id ?? "");
  if (record === null || !maySee(principal, record.value.tenantId)) {
    throw notFound("restore run", id ?? "");
  }
  return record.value;
}

export async function readWaves(
  { tables }: RestoreApi,
  runId: string,
): Promise<RestoreWaveRecord[]> {
  const waves: RestoreWaveRecord[] = [];
  for await (const { value } of listAll(tables.waves, runId)) {
    waves.push(value);
  }
  return waves;
}

/** The orchestrations of a run that may be alive, the outermost first. */
export function instancesOf(run: RestoreRecord, waves: readonly RestoreWaveRecord[]): string[] {
  const open = waves.filter(({ state }) => state !== "ended" && state !== "cancelled");
  return [
    restoreRunInstance(run.id),
    ...(run.state === "planning" ? [planRestoreInstance(run.id)] : []),
    ...(run.approvedBy === null
      ? []
      : open.map(({ number }) => restoreWaveInstance(run.id, number))),
  ];
}

/** A run as it is answered: its row, its waves, and what its orchestrations wait for. */
export async function presentRun(
  api: RestoreApi,
  client: OrchestrationClient,
  stored: RestoreRecord,
): Promise<RestoreRun> {
  const waves = await readWaves(api, stored.id);
  const run = stored.finishedAt === null ? await reconcile(api, client, stored) : stored;
  const status = run.finishedAt === null ? await client.status(restoreRunInstance(run.id)) : null;
  return {
    id: run.id,
    tenantId: run.tenantId,
    state: shownState(run, waves),
    isSuspended: run.finishedAt === null && (run.isHeld || status?.runtimeStatus === "Suspended"),
    requestedBy: run.requestedBy,
    requestedAt: run.requestedAt,
    restoreTo: run.restoreTo,
    destination: run.destination,
    planHash: run.planHash,
    approvedBy: run.approvedBy,
    approvedAt: run.approvedAt,
    cancelledBy: run.cancelledBy,
    finishedAt: run.finishedAt,
    counts: run.finishedAt === null ? liveCounts(run, waves) : run.counts,
    waves: waves.map(({ number, workload, units, state, sessionId, sessionStatus }) => ({
      number,
      workload,
      units,
      state,
      sessionId,
      sessionStatus,
    })),
    waiting: await readWaiting(client, run, waves, status),
    message: run.message,
  };
}

const isOver = ({ state }: RestoreWaveRecord): boolean =>
  state === "ended" || state === "cancelled";

const shownState = (
  run: RestoreRecord,
  waves: readonly RestoreWaveRecord[],
): RestoreRun["state"] =>
  run.state === "restoring" && waves.length > 0 && waves.every(isOver) ? "checking" : run.state;

/** While a run goes on, its row counts what planning settled, and its waves count the rest. */
function liveCounts(run: RestoreRecord, waves: readonly RestoreWaveRecord[]): RestoreRun["counts"] {
  const { done: _none, skipped, failed } = run.counts;
  const settled = waves
    .flatMap(({ counts }) => counts ?? [])
    .reduce(addOutcomes, { ...NO_OUTCOMES, skipped, failed });
  return { ...run.counts, ...settled };
}

/** The run's own wait, or the first of its waves' when it waits for them. */
async function readWaiting(
  client: OrchestrationClient,
  run: RestoreRecord,
  waves: readonly RestoreWaveRecord[],
  status: InstanceStatus | null,
): Promise<Waiting | null> {
  if (run.finishedAt !== null) {
    return null;
  }
  const own = waitingOf(status);
  const current = waves.find((wave) => !isOver(wave));
  if (own !== null || run.state !== "restoring" || current === undefined) {
    return own;
  }
  return waitingOf(await client.status(restoreWaveInstance(run.id, current.number)));
}

const waitingOf = (status: InstanceStatus | null): Waiting | null =>
  (status?.customStatus as { waiting?: Waiting | null } | null | undefined)?.waiting ?? null;

/** An orchestration that ended without storing an end was terminated or failed: the run says so, and frees its locks. */
async function reconcile(
  api: RestoreApi,
  client: OrchestrationClient,
  run: RestoreRecord,
): Promise<RestoreRecord> {
  const status = await client.status(restoreRunInstance(run.id));
  const isTooOld = api.clock.now() - Date.parse(run.requestedAt) > START_PATIENCE_MS;
  if (isLive(status) || (status === null && !isTooOld)) {
    return run;
  }
  const message =
    status === null
      ? "The run was stored but never started; ask for it again."
      : `Its orchestration ended as ${status.runtimeStatus} without a result.`;
  const finishedAt = new Date(api.clock.now()).toISOString();
  const ended = await changeRecord(
    api.tables.runs,
    RESTORES_PARTITION,
    run.id,
    (record): RestoreRecord | null =>
      record.finishedAt === null ? { ...record, state: "failed", message, finishedAt } : null,
  );
  return ended ?? run;
}
