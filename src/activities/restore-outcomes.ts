import type { RestoreUnitRecord } from "../contracts/restore-record.ts";
import type { restoreWaveActivities, WaveKey } from "../contracts/restore-orchestration.ts";
import type { PlannedUnit } from "../domain/restore-plan.ts";
import {
  addOutcomes,
  judgeOutcome,
  NO_OUTCOMES,
  type OutcomeCounts,
  type ProofReading,
} from "../domain/restore-outcome.ts";
import type { Implementations } from "../durable/activity.ts";
import { readArtifacts, type RestoreArtifact } from "../graph/resources/restore-sessions.ts";
import { readRestoredThings, type RestoredFinding } from "../graph/resources/restored-things.ts";
import { CannotSucceedError } from "./ask-again.ts";
import {
  changeWave,
  loadPlannedWave,
  loadUnits,
  loadWave,
  nowText,
  type RestoreDependencies,
} from "./restore-dependencies.ts";
import { setLedgerState } from "./restore-session.ts";

type OutcomeActivities = Pick<Implementations<typeof restoreWaveActivities>, "judge" | "end">;

/** What became of a wave's units. Everything is read anew, so each may run twice. */
export function createOutcomeActivities(dependencies: RestoreDependencies): OutcomeActivities {
  return {
    judge: (input) => judge(dependencies, input),
    end: (input) => end(dependencies, input),
  };
}

interface OpenUnit {
  readonly planned: PlannedUnit;
  readonly unit: RestoreUnitRecord;
  readonly artifact: RestoreArtifact;
}

async function judge(
  dependencies: RestoreDependencies,
  {
    nextLink,
    isLastLook,
    ...key
  }: WaveKey & { readonly nextLink: string | null; readonly isLastLook: boolean },
): Promise<{ nextLink: string | null; open: number }> {
  const { graph, tables } = dependencies;
  const wave = await loadWave(dependencies, key);
  if (wave.sessionId === null) {
    throw new CannotSucceedError("sessionMissing", `Wave ${wave.number} has no session.`);
  }
  const planned = await loadPlannedWave(dependencies, key, wave.sha256);
  const tenant = graph.forTenant(key.tenantId);
  const page = await readArtifacts(tenant, key.workload, wave.sessionId, nextLink);
  const rows = await openUnitsOf(dependencies, key.runId, planned.units, page.items);
  const isCopy = planned.destination === "new";
  const proofs = await readProofs(dependencies, key, rows, isCopy);

  let open = 0;
  const judged = rows.map(({ planned: { key: unitKey, restorePointId }, unit, artifact }) => {
    const finding = proofs.get(unitKey) ?? null;
    const { outcome, reason } = judgeOutcome({
      plannedPointId: restorePointId,
      artifact,
      proof: finding === null ? null : proofReading(finding),
      isLastLook,
    });
    if (outcome === null) {
      open += 1;
    }
    const value: RestoreUnitRecord = {
      ...unit,
      state: outcome ?? "planned",
      reason,
      sessionId: wave.sessionId,
      restored: restoredOf(artifact, finding),
      checkedAt: nowText(dependencies),
    };
    return { key: unitKey, value };
  });
  await tables.units.putMany(key.runId, judged);
  return { nextLink: page.nextLink, open };
}

/** The planned units that a page of artifacts speaks of and that have no outcome yet. */
async function openUnitsOf(
  dependencies: RestoreDependencies,
  runId: string,
  planned: readonly PlannedUnit[],
  artifacts: readonly RestoreArtifact[],
): Promise<OpenUnit[]> {
  const byPoint = new Map(artifacts.map((artifact) => [artifact.restorePointId, artifact]));
  const mentioned = planned.filter(({ restorePointId }) => byPoint.has(restorePointId));
  const rows = await loadUnits(dependencies, runId, mentioned);
  return rows.flatMap(({ planned: unit, unit: row }) => {
    const artifact = byPoint.get(unit.restorePointId);
    return artifact === undefined || row.state !== "planned"
      ? []
      : [{ planned: unit, unit: row, artifact }];
  });
}

/** The second read, for units whose artifact succeeded. */
async function readProofs(
  { graph, clock }: RestoreDependencies,
  key: WaveKey,
  rows: readonly OpenUnit[],
  isCopy: boolean,
): Promise<Map<string, RestoredFinding>> {
  const succeeded = rows.filter(({ artifact }) => artifact.status === "succeeded");
  const proofs = new Map<string, RestoredFinding>();
  const readable = succeeded.filter(({ planned, artifact }) => {
    // A copy that Graph gives no place for cannot be looked at; the original would prove nothing.
    const isNowhere = isCopy && key.workload !== "exchange" && artifact.restoredSiteId === null;
    if (isNowhere) {
      proofs.set(planned.key, { kind: "notVisible" });
    }
    return !isNowhere;
  });
  const findings = await readRestoredThings(
    graph.forTenant(key.tenantId),
    readable.map(({ planned, artifact }) => ({
      workload: key.workload,
      resourceId: planned.resourceId,
      restoredSiteId: isCopy ? artifact.restoredSiteId : null,
      restoredFolderId: artifact.restoredFolderId,
      isCopy,
    })),
    clock,
  );
  for (const [index, { planned }] of readable.entries()) {
    const finding = findings[index];
    if (finding !== undefined) {
      proofs.set(planned.key, finding);
    }
  }
  return proofs;
}

const proofReading = (finding: RestoredFinding): ProofReading =>
  finding.kind === "unreadable" ? { kind: "unreadable", code: finding.error.code } : finding;

function restoredOf(
  artifact: RestoreArtifact,
  finding: RestoredFinding | null,
): RestoreUnitRecord["restored"] {
  if (artifact.status !== "succeeded") {
    return null;
  }
  const seen = finding?.kind === "seen" ? finding : null;
  return {
    webUrl: artifact.restoredSiteWebUrl ?? seen?.webUrl ?? null,
    folderName: artifact.restoredFolderName,
    itemCount: artifact.restoredItemCount,
  };
}

async function end(
  dependencies: RestoreDependencies,
  { reason: given, ...key }: WaveKey & { readonly reason: string | null },
): Promise<OutcomeCounts> {
  const wave = await loadWave(dependencies, key);
  const planned = await loadPlannedWave(dependencies, key, wave.sha256);
  const rows = await loadUnits(dependencies, key.runId, planned.units);
  const ended = rows.map(({ planned: { key: unitKey, restorePointId }, unit }) => {
    if (unit.state !== "planned") {
      return { key: unitKey, value: unit };
    }
    const { outcome, reason } = judgeOutcome({
      plannedPointId: restorePointId,
      artifact: null,
      proof: null,
      isLastLook: true,
    });
    const value = { ...unit, state: outcome ?? ("failed" as const), reason: given ?? reason };
    return { key: unitKey, value };
  });
  await dependencies.tables.units.putMany(
    key.runId,
    ended.filter(({ value }, index) => value !== rows[index]?.unit),
  );
  const counts = ended
    .map(({ value }) => ({ ...NO_OUTCOMES, [value.state]: 1 }))
    .reduce(addOutcomes, NO_OUTCOMES);
  if (wave.sessionId !== null) {
    await setLedgerState(dependencies, key, wave.sessionId, "ended");
  }
  await changeWave(dependencies, key, (stored) => ({ ...stored, state: "ended", counts }));
  return counts;
}
