/**
 * Rules of restore sessions. A session has no name of ours, so what is ours is known by order and ledger alone.
 *
 * R1 Sessions of a tenant and service are created by one owner at a time, who records the intent and the drafts that
 *    are there already before Graph is asked.
 * R2 A draft is adopted or deleted only when it is our application's, newer than the intent, was not there before,
 *    holds nothing and is in no ledger row of another wave. Every other draft is left alone.
 * R3 A wave has one session, set by compare-and-set; whoever comes second deletes its own.
 * R4 Nothing is added, activated or deleted without having read the session just before.
 * R5 The lock is given back only when it is certain whether a draft was created, and which.
 */
import type { restoreWaveActivities, WaveKey } from "../contracts/restore-orchestration.ts";
import { type DraftIntent, isFromIntent } from "../domain/restore-draft.ts";
import type { Implementations } from "../durable/activity.ts";
import { ConflictError, GraphError, NotFoundError, TransientError } from "../graph/errors.ts";
import {
  createSession,
  deleteSession,
  readArtifacts,
  readSessions,
} from "../graph/resources/restore-sessions.ts";
import { servicePartition } from "../store/restores.ts";
import { crashPoint } from "./crash-point.ts";
import { acquireLock, releaseLock } from "./restore-creation-lock.ts";
import {
  changeWave,
  isCancelled,
  loadRun,
  loadWave,
  nowText,
  type RestoreDependencies,
} from "./restore-dependencies.ts";

/** Makes sure that a wave has exactly one session. */
export function createDraft(
  dependencies: RestoreDependencies,
): Implementations<typeof restoreWaveActivities>["draft"] {
  return async (key) => {
    const run = await loadRun(dependencies, key.runId);
    const wave = await loadWave(dependencies, key);
    if (wave.activatedAt !== null) {
      return { kind: "activated" };
    }
    if (isCancelled(run)) {
      return { kind: "cancelled" };
    }
    if (wave.sessionId !== null) {
      // A crash between the two writes leaves the lock with us.
      await releaseLock(dependencies, key);
      return { kind: "drafted" };
    }
    const { intent, isInherited } = await acquireLock(dependencies, key);
    await changeWave(dependencies, key, (stored) =>
      stored.intent === null ? { ...stored, intent } : null,
    );
    crashPoint("restore.intent-recorded");
    const adopted = isInherited ? await adoptDraft(dependencies, key, intent) : null;
    const sessionId = adopted ?? (await create(dependencies, key));
    crashPoint("restore.draft-created");
    await recordSession(dependencies, key, sessionId);
    crashPoint("restore.draft-recorded");
    await releaseLock(dependencies, key);
    return { kind: "drafted" };
  };
}

async function create(dependencies: RestoreDependencies, key: WaveKey): Promise<string> {
  try {
    const session = await createSession(dependencies.graph.forTenant(key.tenantId), key.workload);
    return session.id;
  } catch (error) {
    if (isCertainRefusal(error)) {
      await releaseLock(dependencies, key);
    }
    throw error;
  }
}

/** R5: a broken connection or a 5xx may hide a draft that was created; every 4xx is a refusal. */
const isCertainRefusal = (error: unknown): boolean =>
  error instanceof GraphError &&
  !(error instanceof TransientError) &&
  error.code !== "unexpectedAnswer" &&
  (error.details.status ?? 400) < 500;

async function recordSession(
  dependencies: RestoreDependencies,
  key: WaveKey,
  sessionId: string,
): Promise<void> {
  const { tables } = dependencies;
  const partition = servicePartition(key.tenantId, key.workload);
  const row = { sessionId, runId: key.runId, wave: key.number, recordedAt: nowText(dependencies) };
  await tables.ledger.put(partition, sessionId, { ...row, state: "draft" });
  crashPoint("restore.ledger-written");
  const wave = await changeWave(dependencies, key, (stored) =>
    stored.sessionId === null
      ? { ...stored, sessionId, sessionStatus: "draft", state: "drafted" }
      : null,
  );
  if (wave?.sessionId !== sessionId) {
    // R3: the same activity ran twice side by side, and the other one was first.
    await deleteDraft(dependencies, key, sessionId);
    await tables.ledger.put(partition, sessionId, { ...row, state: "deleted" });
  }
}

/**
 * R2: finds what an interrupted request of this intent created, keeps one and deletes the others.
 *
 * @returns Null when nothing was created, or nothing that shows yet.
 */
async function adoptDraft(
  dependencies: RestoreDependencies,
  key: WaveKey,
  intent: DraftIntent,
): Promise<string | null> {
  const [kept, ...others] = await findOwnDrafts(dependencies, key, intent);
  for (const sessionId of others) {
    await deleteDraft(dependencies, key, sessionId);
  }
  return kept ?? null;
}

/** R2: drafts of this intent; those that the ledger already gives to this wave come first. */
export async function findOwnDrafts(
  { graph, tables, clientId }: RestoreDependencies,
  key: WaveKey,
  intent: DraftIntent,
): Promise<string[]> {
  const tenant = graph.forTenant(key.tenantId);
  const recorded: string[] = [];
  const unrecorded: string[] = [];
  for (const session of await readSessions(tenant, key.workload)) {
    if (!isFromIntent(session, intent, clientId)) {
      continue;
    }
    const row = await tables.ledger.get(servicePartition(key.tenantId, key.workload), session.id);
    if (row !== null) {
      if (row.value.runId === key.runId && row.value.wave === key.number) {
        recorded.push(session.id);
      }
      continue;
    }
    const { items } = await readArtifacts(tenant, key.workload, session.id, null);
    if (items.length === 0) {
      unrecorded.push(session.id);
    }
  }
  return [...recorded, ...unrecorded];
}

/**
 * Deletes a draft of ours.
 *
 * @returns False when it is no draft any more: it was activated, which nothing can undo.
 */
export async function deleteDraft(
  { graph }: RestoreDependencies,
  key: WaveKey,
  sessionId: string,
): Promise<boolean> {
  try {
    await deleteSession(graph.forTenant(key.tenantId), sessionId);
  } catch (error) {
    if (error instanceof ConflictError) {
      return false;
    }
    if (!(error instanceof NotFoundError)) {
      throw error;
    }
  }
  return true;
}
