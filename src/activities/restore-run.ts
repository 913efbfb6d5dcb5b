import type { RestoreRecord, RestoreWaveRecord } from "../contracts/restore-record.ts";
import type { restoreRunActivities, RunKey } from "../contracts/restore-orchestration.ts";
import { type DraftIntent, isFromIntent } from "../domain/restore-draft.ts";
import {
  addOutcomes,
  cancelledMessage,
  finalState,
  NO_OUTCOMES,
} from "../domain/restore-outcome.ts";
import type { Workload } from "../domain/workload.ts";
import type { Implementations } from "../durable/activity.ts";
import { readArtifacts, readSessions } from "../graph/resources/restore-sessions.ts";
import { changeRecord } from "../store/change-record.ts";
import { RESTORES_PARTITION, servicePartition, waveRecordKey } from "../store/restores.ts";
import { listAll } from "../store/table.ts";
import { acquireLock, releaseLock, SWEEPER } from "./restore-creation-lock.ts";
import { isCancelled, loadRun, nowText, type RestoreDependencies } from "./restore-dependencies.ts";
import { deleteDraft } from "./restore-drafting.ts";

/** The activities of a run as a whole. */
export function createRestoreRunActivities(
  dependencies: RestoreDependencies,
): Implementations<typeof restoreRunActivities> {
  return {
    readDecision: (input) => readDecision(dependencies, input),
    readWaves: (input) => readWaves(dependencies, input),
    sweep: (input) => sweep(dependencies, input),
    end: (input) => end(dependencies, input),
  };
}

async function readDecision(
  dependencies: RestoreDependencies,
  { runId, isLate }: RunKey & { readonly isLate: boolean },
): Promise<{ decision: "open" | "approved" | "cancelled" | "expired" }> {
  const run = await changeRecord(
    dependencies.tables.runs,
    RESTORES_PARTITION,
    runId,
    (record): RestoreRecord | null =>
      isLate && record.state === "waitingForApproval" && !isCancelled(record)
        ? {
            ...record,
            state: "expired",
            finishedAt: nowText(dependencies),
            message: `Nobody approved the plan by ${record.approvalDeadline}; nothing was restored.`,
          }
        : null,
  );
  if (run === null || isCancelled(run)) {
    return { decision: "cancelled" };
  }
  if (run.state === "expired") {
    return { decision: "expired" };
  }
  return { decision: run.approvedBy === null ? "open" : "approved" };
}

async function readWaves(
  { tables }: RestoreDependencies,
  { runId, from, limit }: RunKey & { readonly from: number; readonly limit: number },
) {
  const waves: Pick<RestoreWaveRecord, "number" | "workload" | "units">[] = [];
  for (let number = from; number < from + limit; number += 1) {
    const record = await tables.waves.get(runId, waveRecordKey(number));
    if (record === null) {
      break;
    }
    const { workload, units } = record.value;
    waves.push({ number, workload, units });
  }
  return waves;
}

/**
 * Deletes drafts that interrupted requests of this run left behind, also those that Graph showed only later. It works
 * under the same lock and the same rules as the waves (R1, R2 in `restore-drafting.ts`).
 */
async function sweep(
  dependencies: RestoreDependencies,
  { runId, tenantId, workload }: RunKey & { readonly workload: Workload },
): Promise<null> {
  const { graph, tables, clientId } = dependencies;
  const waves = new Map<number, RestoreWaveRecord>();
  for await (const { value } of listAll(tables.waves, runId)) {
    if (value.workload === workload) {
      waves.set(value.number, value);
    }
  }
  const own = earliest([...waves.values()].flatMap(({ intent }) => intent ?? []));
  if (own === null) {
    return null;
  }
  const tenant = graph.forTenant(tenantId);
  const suspects = async (intent: DraftIntent) =>
    (await readSessions(tenant, workload)).filter((one) => isFromIntent(one, intent, clientId));
  if ((await suspects(own)).length === 0) {
    return null;
  }
  const key = { runId, tenantId, workload, number: SWEEPER };
  const { intent } = await acquireLock(dependencies, key);
  const seen = [...(await suspects(own)), ...(await suspects(intent))];
  for (const id of new Set(seen.map((session) => session.id))) {
    const row = await tables.ledger.get(servicePartition(tenantId, workload), id);
    const isOurRow = row?.value.runId === runId;
    const isLost = isOurRow && waves.get(row.value.wave)?.sessionId !== id;
    const { items } = await readArtifacts(tenant, workload, id, null);
    if (isLost || (row === null && items.length === 0)) {
      await deleteDraft(dependencies, key, id);
    }
  }
  await releaseLock(dependencies, key);
  return null;
}

const earliest = (intents: readonly DraftIntent[]): DraftIntent | null =>
  intents.reduce<DraftIntent | null>(
    (first, intent) => (first === null || intent.at < first.at ? intent : first),
    null,
  );

async function end(
  dependencies: RestoreDependencies,
  { runId, failure }: RunKey & { readonly failure: string | null },
): Promise<null> {
  const { tables } = dependencies;
  const run = await loadRun(dependencies, runId);
  const waves: RestoreWaveRecord[] = [];
  for await (const { value } of listAll(tables.waves, runId)) {
    waves.push(value);
  }
  const outcomes = waves
    .flatMap(({ counts }) => counts ?? [])
    .reduce(addOutcomes, {
      ...NO_OUTCOMES,
      skipped: run.counts.skipped,
      failed: run.counts.failed,
    });
  const now = nowText(dependencies);
  await changeRecord(tables.runs, RESTORES_PARTITION, runId, (record): RestoreRecord | null => {
    if (record.finishedAt !== null) {
      return null;
    }
    const counts = { ...record.counts, ...outcomes };
    const state = finalState({
      asked: counts.asked,
      counts,
      isCancelled: isCancelled(record),
      hasFailed: failure !== null,
    });
    const stopped = cancelledMessage(
      record.cancelledBy?.name ?? "nobody",
      waves.map(({ activatedAt, units }) => ({ isActivated: activatedAt !== null, units })),
    );
    const message = failure ?? (state === "cancelled" ? stopped : record.message);
    return { ...record, state, counts, message, finishedAt: now };
  });
  return null;
}
