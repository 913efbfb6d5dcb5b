import type { SynchronizationSchema } from "./synchronization-schema.ts";
import { CYCLE_INTERVAL_MS } from "./timings.ts";

/** What the job knows of one source user that it has met. */
export interface SynchronizedEntry {
  readonly targetId: string | null;
  readonly status: "provisioned" | "disabled" | "skipped" | "failed";
  /** Why it was skipped or failed. */
  readonly reason: string | null;
  /** Digest of the values that flowed last; a change of it is what makes an update. */
  readonly fingerprint: string;
}

/** One finished pass over the source; counts are of users. */
export interface Execution {
  readonly cycleId: string;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly entitled: number;
  readonly exported: number;
  readonly escrowed: number;
  readonly imported: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A pass that is going on: `planned` users are exported one after the other. */
interface RunningCycle {
  readonly cycleId: string;
  readonly beganAt: number;
  readonly planned: number;
  readonly entitled: number;
  readonly perUserMs: number;
  processed: number;
  exported: number;
  processedAt: number;
}

export interface Quarantine {
  readonly reason:
    "EncounteredQuarantineException" | "EncounteredEscrowProportionThreshold" | "TooManyDeletes";
  readonly code: string;
  readonly message: string;
  readonly seriesBegan: number;
  readonly currentBegan: number;
  readonly seriesCount: number;
  readonly nextAttempt: number;
}

/** Where the job is; what has stopped it is kept apart from what it has reached. */
type JobSchedule = "Disabled" | "Active" | "Paused";

export interface SynchronizationJob {
  readonly id: string;
  readonly createdAt: number;
  schedule: JobSchedule;
  /** Rises with every start, pause and restart; a planned cycle of an older generation is void. */
  generation: number;
  /** Begin of the next cycle of an idle job; cycles follow every 40 minutes and are not events while nothing changes. */
  gridAt: number | null;
  /** A cycle that is planned because something has changed. */
  plannedAt: number | null;
  /** How long a cycle takes in which nothing is exported. */
  readonly emptyCycleMs: number;
  cycle: RunningCycle | null;
  last: Execution | null;
  lastSuccessful: Execution | null;
  lastWithExports: Execution | null;
  steadySince: number | null;
  failuresInRow: number;
  quarantine: Quarantine | null;
  /** Deletions above the threshold that an administrator has approved (restart with ForceDeletes). */
  areDeletionsApproved: boolean;
  /** Null is the default schema. */
  schema: SynchronizationSchema | null;
  readonly entries: Map<string, SynchronizedEntry>;
}

export function createJob(id: string, createdAt: number, emptyCycleMs: number): SynchronizationJob {
  return {
    id,
    createdAt,
    schedule: "Disabled",
    generation: 0,
    gridAt: null,
    plannedAt: null,
    emptyCycleMs,
    cycle: null,
    last: null,
    lastSuccessful: null,
    lastWithExports: null,
    steadySince: null,
    failuresInRow: 0,
    quarantine: null,
    areDeletionsApproved: false,
    schema: null,
    entries: new Map(),
  };
}

/**
 * The last cycle of an idle job that ended by `now`, computed instead of stored: ninety idle days of a job cost
 * nothing. Null when no idle cycle has ended since the last real one.
 */
export function lastIdleExecution(job: SynchronizationJob, now: number): Execution | null {
  if (job.gridAt === null || job.last === null) {
    return null;
  }
  const round = Math.floor((now - job.emptyCycleMs - job.gridAt) / CYCLE_INTERVAL_MS);
  if (round < 0) {
    return null;
  }
  const beganAt = job.gridAt + round * CYCLE_INTERVAL_MS;
  return {
    ...job.last,
    cycleId: `${job.last.cycleId.slice(0, -6)}${(round % 0xffffff).toString(16).padStart(6, "0")}`,
    beganAt,
    endedAt: beganAt + job.emptyCycleMs,
    exported: 0,
    imported: 0,
    error: null,
  };
}

/** The next place of the 40-minute grid that is not before `now`. */
export function nextGridPlace(gridAt: number, now: number): number {
  const rounds = Math.max(0, Math.ceil((now - gridAt) / CYCLE_INTERVAL_MS));
  return gridAt + rounds * CYCLE_INTERVAL_MS;
}

export function countEntries(job: SynchronizationJob, status: SynchronizedEntry["status"]): number {
  let count = 0;
  for (const entry of job.entries.values()) {
    count += entry.status === status ? 1 : 0;
  }
  return count;
}

export type StatusCode = "NotConfigured" | "NotRun" | "Active" | "Paused" | "Quarantine";

/** The one word that `status.code` gives for a job. */
export function statusCodeOf(job: SynchronizationJob): StatusCode {
  if (job.quarantine !== null) {
    return "Quarantine";
  }
  if (job.schedule !== "Active") {
    return "Paused";
  }
  return job.steadySince === null ? "NotRun" : "Active";
}
