import { defineTransition, type TransitionDefinition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import {
  deletionThreshold,
  type Edge,
  findEdge,
  findPolicyObstacle,
  type JobKey,
  keyOf,
  listAssignedIds,
} from "./edge.ts";
import { LIMITS } from "./limits.ts";
import { REFUSALS } from "./refusals.ts";
import {
  countEntries,
  type Execution,
  nextGridPlace,
  type Quarantine,
  type SynchronizationJob,
} from "./synchronization-job.ts";
import {
  cycleBegan,
  cycleEnded,
  cyclePlanned,
  type ExportRecord,
  findConfiguration,
  jobStopped,
  usersExported,
} from "./synchronization-state.ts";
import { durationOf } from "./timing-settings.ts";
import { CYCLE_INTERVAL_MS, DAY_MS, quarantineRetryAfter } from "./timings.ts";
import { exportUser } from "./user-export.ts";
import { judgeUser } from "./user-judgement.ts";

/** A cycle leaves its users in at most so many steps, each one a transaction. */
const STEPS_PER_CYCLE = 100;

/**
 * C1. A cycle is an event only when it has something to do; the idle ones in between are computed from the grid.
 * C2. Each user is judged twice: when the cycle is planned, and when its turn comes. Only the second one counts.
 * C3. What is still to be exported is never stored: after a restart it is planned again from what is there.
 */
interface Plan {
  readonly cycleId: string;
  readonly waiting: string[];
  readonly heldDeletions: readonly string[];
}

const plans = new WeakMap<SynchronizationJob, Plan>();

function findJob(context: Context, { servicePrincipalId, jobId }: JobKey) {
  const configuration = findConfiguration(context, servicePrincipalId);
  const job = configuration?.jobs.get(jobId) ?? null;
  return configuration === null || job === null ? null : { configuration, job };
}

function planCycle(edge: Edge, cycleId: string): Plan & { entitled: number } {
  const assigned = listAssignedIds(edge);
  const waiting: string[] = [];
  const deletions: string[] = [];
  for (const id of assigned) {
    // Whoever has not been met yet is certain to leave an entry, so the first judgement can be spared.
    const kind = edge.job.entries.has(id) ? judgeUser(edge, id, true).kind : "create";
    if (kind === "delete") {
      deletions.push(id);
    } else if (kind !== "nothing") {
      waiting.push(id);
    }
  }
  for (const id of edge.job.entries.keys()) {
    if (!assigned.has(id)) {
      const { kind } = judgeUser(edge, id, false);
      (kind === "delete" ? deletions : waiting).push(id);
    }
  }
  const threshold = deletionThreshold(edge.configuration);
  const isHeld =
    threshold !== null && deletions.length > threshold && !edge.job.areDeletionsApproved;
  const plan: Plan = {
    cycleId,
    waiting: isHeld ? waiting : [...waiting, ...deletions],
    heldDeletions: isHeld ? deletions : [],
  };
  plans.set(edge.job, plan);
  return { ...plan, entitled: assigned.size };
}

function planOf(edge: Edge, cycleId: string): Plan {
  const plan = plans.get(edge.job);
  return plan?.cycleId === cycleId ? plan : planCycle(edge, cycleId);
}

interface DuePayload extends JobKey {
  readonly generation: number;
}

/** The time of a cycle has come: it begins, fails as a whole, or turns out to be an idle one. */
export const cycleDue = defineTransition<DuePayload>(
  "synchronization.cycleDue",
  (context, payload) => {
    const found = findJob(context, payload);
    if (
      found === null ||
      found.job.generation !== payload.generation ||
      found.job.cycle !== null ||
      found.job.schedule !== "Active"
    ) {
      return;
    }
    const edge = findEdge(context, found.configuration, found.job);
    const obstacle =
      edge === null
        ? "credentialsMissing"
        : findPolicyObstacle(context, edge.sourceTenantId, edge.targetTenantId);
    if (edge === null || obstacle !== null) {
      failCycle(context, found, REFUSALS[obstacle ?? "credentialsMissing"]);
      return;
    }
    const cycleId = context.newId();
    const plan = planCycle(edge, cycleId);
    const isIdle = plan.waiting.length + plan.heldDeletions.length === 0;
    if (isIdle && edge.job.steadySince !== null && edge.job.quarantine === null) {
      context.emit(cyclePlanned, { ...keyOf(edge), plannedAt: null });
      return;
    }
    beginCycle(context, edge, plan);
  },
);

/** Plans the cycle that begins at `at`; the context must act in the source tenant. */
export function planNext(
  context: Context,
  edge: Pick<Edge, "configuration" | "job">,
  at: number,
): void {
  const key = keyOf(edge);
  context.emit(cyclePlanned, { ...key, plannedAt: at });
  context.schedule(at, cycleDue, { ...key, generation: edge.job.generation });
}

function beginCycle(context: Context, edge: Edge, plan: Plan & { entitled: number }): void {
  const planned = plan.waiting.length;
  const key = keyOf(edge);
  const draw = context.random("perUser", key.jobId);
  const perUserMs = durationOf(context, "initialCyclePerUser", draw);
  context.emit(cycleBegan, {
    ...key,
    cycleId: plan.cycleId,
    planned,
    entitled: plan.entitled,
    perUserMs,
  });
  scheduleStep(context, edge, plan.cycleId);
}

interface StepPayload extends JobKey {
  readonly cycleId: string;
}

function stepSize(planned: number): number {
  return Math.max(1, Math.ceil(planned / STEPS_PER_CYCLE));
}

function scheduleStep(context: Context, edge: Edge, cycleId: string): void {
  const { cycle } = edge.job;
  if (cycle === null) {
    return;
  }
  const left = cycle.planned - cycle.processed;
  const takes =
    cycle.planned === 0
      ? edge.job.emptyCycleMs
      : Math.min(left, stepSize(cycle.planned)) * cycle.perUserMs;
  context.schedule(context.now + takes, cycleStep, { ...keyOf(edge), cycleId });
}

/** The next users of a running cycle; after the last ones the cycle ends. */
export const cycleStep: TransitionDefinition<StepPayload> = defineTransition<StepPayload>(
  "synchronization.cycleStep",
  (context, payload) => {
    const found = findJob(context, payload);
    const cycle = found?.job.cycle ?? null;
    const edge = found === null ? null : findEdge(context, found.configuration, found.job);
    if (edge === null || cycle === null || cycle.cycleId !== payload.cycleId) {
      return;
    }
    const plan = planOf(edge, cycle.cycleId);
    const ids = plan.waiting.splice(0, stepSize(cycle.planned));
    if (ids.length > 0) {
      const records = ids.map((id) => exportUser(context, edge, id));
      const processed = Math.min(cycle.planned, cycle.processed + ids.length);
      context.emit(usersExported, { ...keyOf(edge), cycleId: cycle.cycleId, processed, records });
    }
    if (plan.waiting.length > 0) {
      scheduleStep(context, edge, cycle.cycleId);
    } else {
      endCycle(context, edge, plan);
    }
  },
);

function endCycle(context: Context, edge: Edge, plan: Plan): void {
  const { job } = edge;
  const { cycle } = job;
  if (cycle === null) {
    return;
  }
  stageDeletions(context, edge, plan);
  const escrowed = countEntries(job, "failed");
  const execution: Execution = {
    cycleId: cycle.cycleId,
    beganAt: cycle.beganAt,
    endedAt: context.now,
    entitled: cycle.entitled,
    exported: cycle.exported,
    escrowed,
    imported: cycle.planned,
    error: null,
  };
  const quarantine = judgeQuarantine(context.now, job, { escrowed, plan });
  const gridAt =
    quarantine === null && job.schedule === "Active"
      ? nextGridPlace(cycle.beganAt + CYCLE_INTERVAL_MS, context.now)
      : null;
  plans.delete(job);
  context.emit(cycleEnded, { ...keyOf(edge), execution, quarantine, gridAt });
  // Something may have changed while the cycle ran.
  if (gridAt !== null) {
    planNext(context, edge, gridAt);
  } else if (quarantine !== null && job.schedule === "Active") {
    planNext(context, edge, quarantine.nextAttempt);
  }
}

/** Deletions above the threshold are only written to the log until an administrator approves them. */
function stageDeletions(context: Context, edge: Edge, plan: Plan): void {
  if (plan.heldDeletions.length === 0) {
    return;
  }
  const records = plan.heldDeletions.map((sourceId): ExportRecord => {
    const entry = edge.job.entries.get(sourceId) ?? null;
    return {
      sourceId,
      entry,
      row: {
        at: context.now,
        durationMs: 0,
        action: "stagedDelete",
        status: "skipped",
        reason: "TooManyDeletes",
        targetId: entry?.targetId ?? null,
        changes: [],
      },
    };
  });
  const processed = edge.job.cycle?.processed ?? 0;
  context.emit(usersExported, { ...keyOf(edge), cycleId: plan.cycleId, processed, records });
}

function judgeQuarantine(
  now: number,
  job: SynchronizationJob,
  { escrowed, plan }: { readonly escrowed: number; readonly plan: Plan },
): Quarantine | null {
  if (plan.heldDeletions.length > 0) {
    return quarantineOf(now, job, {
      reason: "TooManyDeletes",
      code: "TooManyDeletes",
      message: `${plan.heldDeletions.length} deletions are above the threshold.`,
    });
  }
  const share = (100 * escrowed) / Math.max(1, job.entries.size);
  const isTooMuch =
    escrowed >= LIMITS.quarantineFailures.value &&
    (share > LIMITS.quarantineFailuresPercent.value ||
      escrowed > LIMITS.quarantineFailuresAbsolute.value);
  return isTooMuch
    ? quarantineOf(now, job, {
        reason: "EncounteredEscrowProportionThreshold",
        code: "EncounteredEscrowProportionThreshold",
        message: `${escrowed} users could not be synchronized.`,
      })
    : null;
}

function quarantineOf(
  now: number,
  job: SynchronizationJob,
  why: Pick<Quarantine, "reason" | "code" | "message">,
): Quarantine {
  const seriesCount = (job.quarantine?.seriesCount ?? 0) + 1;
  return {
    ...why,
    seriesCount,
    seriesBegan: job.quarantine?.seriesBegan ?? now,
    currentBegan: now,
    nextAttempt: now + quarantineRetryAfter(seriesCount),
  };
}

/** The whole cycle fails: quarantine with longer and longer waits, and after 28 days the job is switched off. */
function failCycle(
  context: Context,
  found: Pick<Edge, "configuration" | "job">,
  { code, message }: { readonly code: string; readonly message: string },
): void {
  const { job } = found;
  const key = keyOf(found);
  const began = job.quarantine?.seriesBegan ?? context.now;
  if (context.now - began >= LIMITS.quarantineDays.value * DAY_MS) {
    context.emit(jobStopped, { ...key, schedule: "Disabled" });
    return;
  }
  const reason = "EncounteredQuarantineException";
  const quarantine = quarantineOf(context.now, job, { reason, code, message });
  const execution: Execution = {
    cycleId: context.newId(),
    beganAt: context.now,
    endedAt: context.now,
    entitled: 0,
    exported: 0,
    escrowed: countEntries(job, "failed"),
    imported: 0,
    error: { code, message },
  };
  context.emit(cycleEnded, { ...key, execution, quarantine, gridAt: null });
  planNext(context, found, quarantine.nextAttempt);
}
