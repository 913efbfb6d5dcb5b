import type { RestoreWaveRecord } from "../contracts/restore-record.ts";
import type { restoreWaveActivities, WaveKey } from "../contracts/restore-orchestration.ts";
import { compareDraft, type PlannedUnit, type PlannedWave } from "../domain/restore-plan.ts";
import { addOutcomes, judgeOutcome, NO_OUTCOMES } from "../domain/restore-outcome.ts";
import { RESTORE_LIMITS } from "../domain/restore-limits.ts";
import { hasSessionEnded } from "../domain/restore-polling.ts";
import { WORKLOADS } from "../domain/workload.ts";
import type { Implementations } from "../durable/activity.ts";
import { ConflictError, NotFoundError, TerminalError } from "../graph/errors.ts";
import {
  activateSession,
  changeArtifacts,
  readAllArtifacts,
  readSession,
  type RefusedArtifact,
} from "../graph/resources/restore-sessions.ts";
import { servicePartition } from "../store/restores.ts";
import { AskAgainError, CannotSucceedError } from "./ask-again.ts";
import { crashPoint } from "./crash-point.ts";
import { verifyApproval } from "./restore-approval.ts";
import { heldIntent, releaseLock } from "./restore-creation-lock.ts";
import { deleteDraft, findOwnDrafts } from "./restore-drafting.ts";
import {
  changeWave,
  isCancelled,
  loadPlannedWave,
  loadRun,
  loadUnits,
  loadWave,
  nowText,
  type RestoreDependencies,
} from "./restore-dependencies.ts";

type SessionActivities = Pick<
  Implementations<typeof restoreWaveActivities>,
  "fill" | "activate" | "discard" | "watch"
>;

/** What a wave does with its session. The rules R1 to R5 are in `restore-drafting.ts`. */
export function createSessionActivities(dependencies: RestoreDependencies): SessionActivities {
  return {
    fill: (key) => fill(dependencies, key),
    activate: (key) => activate(dependencies, key),
    discard: (input) => discard(dependencies, input),
    watch: (key) => watch(dependencies, key),
  };
}

/** Units that are still to be restored: those that Graph refused are settled already. */
async function openUnits(
  dependencies: RestoreDependencies,
  key: WaveKey,
  planned: PlannedWave,
): Promise<PlannedUnit[]> {
  const units = await loadUnits(dependencies, key.runId, planned.units);
  return units.flatMap(({ planned: unit, unit: row }) => (row.state === "planned" ? [unit] : []));
}

function sessionOf(wave: RestoreWaveRecord): string {
  if (wave.sessionId === null) {
    throw new CannotSucceedError("sessionMissing", `Wave ${wave.number} has no session.`);
  }
  return wave.sessionId;
}

async function fill(dependencies: RestoreDependencies, key: WaveKey) {
  const run = await loadRun(dependencies, key.runId);
  const wave = await loadWave(dependencies, key);
  if (wave.activatedAt !== null) {
    return { kind: "activated", missing: 0 } as const;
  }
  if (isCancelled(run)) {
    return { kind: "cancelled", missing: 0 } as const;
  }
  const sessionId = sessionOf(wave);
  const planned = await loadPlannedWave(dependencies, key, wave.sha256);
  const units = await openUnits(dependencies, key, planned);
  const tenant = dependencies.graph.forTenant(key.tenantId);
  const artifacts = await readAllArtifacts(tenant, key.workload, sessionId);
  const { missing, surplus } = compareDraft(units, planned.destination, artifacts);
  if (missing.length === 0 && surplus.length === 0) {
    return { kind: "filled", missing: 0 } as const;
  }
  const remove = surplus.slice(0, RESTORE_LIMITS.artifactsPerRequest);
  const add = missing.slice(0, RESTORE_LIMITS.artifactsPerRequest - remove.length);
  try {
    const refused = await change(dependencies, { key, sessionId, planned, add, remove });
    crashPoint("restore.artifacts-added");
    await failRefused(dependencies, key, refused);
  } catch (error) {
    if (!(error instanceof ConflictError)) {
      throw error;
    }
    // No draft any more: an earlier call of ours activated it and did not live to record that.
    return { kind: "activated", missing: 0 } as const;
  }
  return {
    kind: "filled",
    missing: missing.length - add.length + (surplus.length - remove.length),
  } as const;
}

interface Change {
  readonly key: WaveKey;
  readonly sessionId: string;
  readonly planned: PlannedWave;
  readonly add: readonly PlannedUnit[];
  readonly remove: readonly string[];
}

interface RefusedUnit {
  readonly unit: PlannedUnit;
  readonly code: string;
  readonly message: string;
}

/** Sends a change; when it is refused as a whole, or it is unclear for which unit, each half is sent by itself. */
async function change(dependencies: RestoreDependencies, asked: Change): Promise<RefusedUnit[]> {
  const { key, sessionId, planned, add, remove } = asked;
  let refused: readonly RefusedArtifact[];
  try {
    refused = await changeArtifacts(dependencies.graph.forTenant(key.tenantId), {
      workload: key.workload,
      sessionId,
      add: add.map(({ restorePointId }) => restorePointId),
      destinationType: planned.destination,
      remove,
    });
  } catch (error) {
    if (!(error instanceof TerminalError) || error.details.status !== 400 || add.length === 0) {
      throw error;
    }
    const { code, message } = error;
    refused = [{ restorePointId: null, code, message }];
  }
  const byPoint = new Map(add.map((unit) => [unit.restorePointId, unit]));
  const known = refused.flatMap(({ restorePointId, code, message }): RefusedUnit[] => {
    const unit = restorePointId === null ? undefined : byPoint.get(restorePointId);
    return unit === undefined ? [] : [{ unit, code, message }];
  });
  if (known.length === refused.length) {
    return known;
  }
  const [only] = add;
  if (only !== undefined && add.length === 1) {
    const [first] = refused;
    return [{ unit: only, code: first?.code ?? "UnknownError", message: first?.message ?? "" }];
  }
  // What was added stays added, so the halves are compared with the draft anew.
  const tenant = dependencies.graph.forTenant(key.tenantId);
  const artifacts = await readAllArtifacts(tenant, key.workload, sessionId);
  const refusedKnown = new Set(known.map(({ unit }) => unit));
  const open = compareDraft(add, planned.destination, artifacts).missing.filter(
    (unit) => !refusedKnown.has(unit),
  );
  const middle = Math.ceil(open.length / 2);
  for (const half of [open.slice(0, middle), open.slice(middle)]) {
    if (half.length > 0) {
      known.push(...(await change(dependencies, { ...asked, add: half, remove: [] })));
    }
  }
  return known;
}

async function failRefused(
  dependencies: RestoreDependencies,
  key: WaveKey,
  refused: readonly RefusedUnit[],
): Promise<void> {
  for (const { unit: planned, code, message } of refused) {
    const [row] = await loadUnits(dependencies, key.runId, [planned]);
    const { outcome, reason } = judgeOutcome({
      plannedPointId: planned.restorePointId,
      artifact: {
        status: "failed",
        restorePointId: planned.restorePointId,
        errorCode: code,
        errorMessage: message,
        restoredItemCount: null,
      },
      proof: null,
      isLastLook: true,
    });
    if (row !== undefined) {
      const value = { ...row.unit, state: outcome ?? ("failed" as const), reason };
      await dependencies.tables.units.put(key.runId, planned.key, value);
    }
  }
}

async function activate(dependencies: RestoreDependencies, key: WaveKey) {
  const wave = await loadWave(dependencies, key);
  if (wave.activatedAt !== null) {
    return { kind: "activated" } as const;
  }
  const sessionId = sessionOf(wave);
  const planned = await loadPlannedWave(dependencies, key, wave.sha256);
  const units = await openUnits(dependencies, key, planned);
  const tenant = dependencies.graph.forTenant(key.tenantId);
  const session = await readSession(tenant, key.workload, sessionId);
  if (session.status !== "draft") {
    // R4: activated by an earlier call of ours; a session of this wave is activated by nobody else.
    await recordActivation(dependencies, key, sessionId, session.status);
    return { kind: "activated" } as const;
  }
  if (units.length === 0) {
    return { kind: "empty" } as const;
  }
  const artifacts = await readAllArtifacts(tenant, key.workload, sessionId);
  const { missing, surplus } = compareDraft(units, planned.destination, artifacts);
  if (missing.length > 0 || surplus.length > 0) {
    throw new CannotSucceedError(
      "draftDiffers",
      `The draft differs from the plan: ${missing.length} units are missing, ${surplus.length} artifacts are not planned.`,
    );
  }
  await waitForSlot(dependencies, key.tenantId);
  // Decisions are read last, so that a cancellation takes effect up to the request itself.
  const run = await loadRun(dependencies, key.runId);
  if (isCancelled(run)) {
    return { kind: "cancelled" } as const;
  }
  if (run.isHeld) {
    throw new AskAgainError("suspended", "The run is suspended.", null);
  }
  await verifyApproval(dependencies, run, wave);
  try {
    await activateSession(tenant, sessionId);
  } catch (error) {
    const isDraft =
      !(error instanceof ConflictError) ||
      (await readSession(tenant, key.workload, sessionId)).status === "draft";
    if (isDraft) {
      throw error;
    }
  }
  crashPoint("restore.session-activated");
  await recordActivation(dependencies, key, sessionId, "activating");
  return { kind: "activated" } as const;
}

/** The service refuses what is above its ceiling; counting our own spares it the request. */
async function waitForSlot({ tables }: RestoreDependencies, tenantId: string): Promise<void> {
  let active = 0;
  for (const workload of WORKLOADS) {
    const page = await tables.ledger.list(servicePartition(tenantId, workload), {
      where: { state: "active" },
    });
    active += page.records.length;
  }
  if (active >= RESTORE_LIMITS.activeSessionsPerTenant) {
    throw new AskAgainError(
      "tooManyActiveSessions",
      `${active} restore sessions of this tenant are active; Microsoft 365 Backup allows ${RESTORE_LIMITS.activeSessionsPerTenant}.`,
      null,
    );
  }
}

async function recordActivation(
  dependencies: RestoreDependencies,
  key: WaveKey,
  sessionId: string,
  sessionStatus: string,
): Promise<void> {
  const at = nowText(dependencies);
  await setLedgerState(dependencies, key, sessionId, "active");
  await changeWave(dependencies, key, (wave) =>
    wave.activatedAt === null ? { ...wave, state: "active", activatedAt: at, sessionStatus } : null,
  );
}

export async function setLedgerState(
  dependencies: RestoreDependencies,
  key: WaveKey,
  sessionId: string,
  state: "active" | "ended" | "deleted",
): Promise<void> {
  await dependencies.tables.ledger.put(servicePartition(key.tenantId, key.workload), sessionId, {
    sessionId,
    runId: key.runId,
    wave: key.number,
    recordedAt: nowText(dependencies),
    state,
  });
}

async function discard(
  dependencies: RestoreDependencies,
  {
    reason,
    isCancelled: isCancellation,
    ...key
  }: WaveKey & { readonly reason: string; readonly isCancelled: boolean },
) {
  const wave = await loadWave(dependencies, key);
  if (wave.activatedAt !== null) {
    return { kind: "activated" } as const;
  }
  // What was asked for and not recorded is found by its intent.
  const intent = await heldIntent(dependencies, key);
  const drafts = intent === null ? [] : await findOwnDrafts(dependencies, key, intent);
  for (const sessionId of new Set([
    ...drafts,
    ...(wave.sessionId === null ? [] : [wave.sessionId]),
  ])) {
    const isDeleted = await deleteDraft(dependencies, key, sessionId);
    if (!isDeleted) {
      await recordActivation(dependencies, key, sessionId, "activating");
      return { kind: "activated" } as const;
    }
    crashPoint("restore.draft-deleted");
    await setLedgerState(dependencies, key, sessionId, "deleted");
  }
  await releaseLock(dependencies, key);

  const planned = await loadPlannedWave(dependencies, key, wave.sha256);
  const rows = await loadUnits(dependencies, key.runId, planned.units);
  const open = rows.filter(({ unit }) => unit.state === "planned");
  await dependencies.tables.units.putMany(
    key.runId,
    open.map(({ planned: { key: unitKey }, unit }) => ({
      key: unitKey,
      value: { ...unit, state: "failed" as const, reason },
    })),
  );
  const failedNow = new Set(open.map(({ unit }) => unit));
  const counts = rows
    .map(({ unit }) => ({ ...NO_OUTCOMES, [failedNow.has(unit) ? "failed" : unit.state]: 1 }))
    .reduce(addOutcomes, NO_OUTCOMES);
  await changeWave(dependencies, key, (stored) => ({
    ...stored,
    state: isCancellation ? "cancelled" : "ended",
    sessionStatus: stored.sessionId === null ? null : "deleted",
    counts,
  }));
  return { kind: "discarded", counts } as const;
}

async function watch(dependencies: RestoreDependencies, key: WaveKey) {
  const wave = await loadWave(dependencies, key);
  const tenant = dependencies.graph.forTenant(key.tenantId);
  let status: string;
  try {
    ({ status } = await readSession(tenant, key.workload, sessionOf(wave)));
  } catch (error) {
    if (!(error instanceof NotFoundError)) {
      throw error;
    }
    status = "notFound";
  }
  await changeWave(dependencies, key, (stored) =>
    stored.sessionStatus === status ? null : { ...stored, sessionStatus: status },
  );
  return { hasEnded: hasSessionEnded(status) || status === "notFound", status };
}
