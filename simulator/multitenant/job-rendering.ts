import { iso } from "../core/iso.ts";
import type {
  ExecutionShape,
  JobShape,
  ProgressShape,
  QuarantineShape,
  StatusShape,
} from "./graph-shapes.ts";
import {
  countEntries,
  type Execution,
  lastIdleExecution,
  statusCodeOf,
  type SynchronizationJob,
} from "./synchronization-job.ts";
import { TEMPLATE_ID } from "./synchronization-schema.ts";

const NEVER = "0001-01-01T00:00:00Z";

/** What `lastExecution` shows of a job that has never run: a failure without an error. A trap, and documented. */
const NEVER_RUN: ExecutionShape = {
  activityIdentifier: null,
  countEntitled: 0,
  countEntitledForProvisioning: 0,
  countEscrowed: 0,
  countEscrowedRaw: 0,
  countExported: 0,
  countExports: 0,
  countImported: 0,
  countImportedDeltas: 0,
  countImportedReferenceDeltas: 0,
  state: "Failed",
  timeBegan: NEVER,
  timeEnded: NEVER,
  error: { code: "None", message: "", tenantActionable: false },
};

function stateOf({ error, escrowed }: Execution): "Succeeded" | "Failed" | "EntryLevelErrors" {
  if (error !== null) {
    return "Failed";
  }
  return escrowed > 0 ? "EntryLevelErrors" : "Succeeded";
}

function renderExecution(execution: Execution | null): ExecutionShape | null {
  if (execution === null) {
    return null;
  }
  const { error } = execution;
  return {
    activityIdentifier: execution.cycleId,
    countEntitled: execution.entitled,
    countEntitledForProvisioning: execution.entitled,
    countEscrowed: execution.escrowed,
    countEscrowedRaw: execution.escrowed,
    countExported: execution.exported,
    countExports: execution.exported,
    countImported: execution.imported,
    countImportedDeltas: execution.imported,
    countImportedReferenceDeltas: 0,
    state: stateOf(execution),
    timeBegan: iso(execution.beganAt),
    timeEnded: iso(execution.endedAt),
    error: error === null ? null : { ...error, tenantActionable: true },
  };
}

function renderQuarantine({ quarantine }: SynchronizationJob): QuarantineShape | null {
  if (quarantine === null) {
    return null;
  }
  return {
    currentBegan: iso(quarantine.currentBegan),
    nextAttempt: iso(quarantine.nextAttempt),
    seriesBegan: iso(quarantine.seriesBegan),
    seriesCount: quarantine.seriesCount,
    reason: quarantine.reason,
    error: { code: quarantine.code, message: quarantine.message, tenantActionable: true },
  };
}

function renderProgress({ cycle }: SynchronizationJob): ProgressShape[] {
  return cycle === null
    ? []
    : [
        {
          completedUnits: cycle.processed,
          totalUnits: cycle.planned,
          units: "Users",
          progressObservationDateTime: iso(cycle.processedAt),
        },
      ];
}

/** Objects that the job keeps in the target, by type; a failed or skipped user is none. */
function countSynchronized(job: SynchronizationJob): number {
  return countEntries(job, "provisioned") + countEntries(job, "disabled");
}

function renderStatus(job: SynchronizationJob, now: number): StatusShape {
  const idle = lastIdleExecution(job, now);
  const successful = idle ?? job.lastSuccessful;
  const count = countSynchronized(job);
  const steadyLast = job.steadySince === null ? null : (successful?.endedAt ?? job.steadySince);
  return {
    code: statusCodeOf(job),
    countSuccessiveCompleteFailures: job.failuresInRow,
    escrowsPruned: false,
    lastExecution: renderExecution(idle ?? job.last) ?? NEVER_RUN,
    lastSuccessfulExecution: renderExecution(successful),
    lastSuccessfulExecutionWithExports: renderExecution(job.lastWithExports),
    progress: renderProgress(job),
    quarantine: renderQuarantine(job),
    steadyStateFirstAchievedTime: job.steadySince === null ? NEVER : iso(job.steadySince),
    steadyStateLastAchievedTime: steadyLast === null ? NEVER : iso(steadyLast),
    synchronizedEntryCountByType: count === 0 ? [] : [{ key: "User", value: count }],
    troubleshootingUrl: job.quarantine === null ? "" : "https://aka.ms/provisioning-quarantine",
  };
}

/** `synchronizationJob` at an instant. */
export function renderJob(job: SynchronizationJob, now: number): JobShape {
  return {
    id: job.id,
    templateId: TEMPLATE_ID,
    schedule: { expiration: null, interval: "PT40M", state: job.schedule },
    status: renderStatus(job, now),
    synchronizationJobSettings: [
      { name: "AzureIngestionAttributeOptimization", value: "False" },
      { name: "LookaheadQueryEnabled", value: "False" },
    ],
  };
}

/** The answer to the job's creation, whose `lastExecution` is still null (Entra configure-graph, step 8). */
export function renderNewJob(job: SynchronizationJob, now: number): JobShape {
  return {
    ...renderJob(job, now),
    status: { ...renderStatus(job, now), lastExecution: null, troubleshootingUrl: null },
  };
}
