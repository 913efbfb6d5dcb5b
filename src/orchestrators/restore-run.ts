import {
  planRestore,
  planRestoreInstance,
  type PlanSummary,
  RESTORE_CHANGED,
  restoreRunActivities as activities,
  RestoreRunInput,
  restoreWave,
  restoreWaveInstance,
  type RunKey,
} from "../contracts/restore-orchestration.ts";
import { RESTORE_LIMITS } from "../domain/restore-limits.ts";
import { WORKLOADS } from "../domain/workload.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus, showWaiting } from "../durable/custom-status.ts";
import {
  callSubOrchestration,
  continueAsNew,
  currentTime,
  fanOutSubOrchestrations,
  type OrchestrationContext,
  type Task,
} from "../durable/orchestration.ts";
import { sleepUntilOrEvent } from "../durable/timer.ts";
import { failureSentence, firstLine } from "./failure-sentence.ts";

/** The event wakes at once; this only heals a signal that got lost between the store and the durable client. */
const DECISION_LOOK_MS = 2 * 60 * 60 * 1000;
const LOOKS_PER_HISTORY = 20;
const WAVES_AT_A_TIME = RESTORE_LIMITS.parallelWavesPerWorkload * WORKLOADS.length;
/** Failures that are carried from one history to the next, so that its input stays small. */
const KEPT_FAILURES = 50;

/** One approved attempt to bring units back: plan, approval, waves of restore sessions, outcome. */
export function* restoreRun(context: OrchestrationContext): Generator<Task, null, unknown> {
  const { position, ...run } = RestoreRunInput.parse(context.df.getInput());
  try {
    switch (position.phase) {
      case "planning":
        return yield* plan(context, run);
      case "approval":
        return yield* awaitApproval(context, run, position.plan);
      case "restoring":
        return yield* restoreWaves(context, run, position);
    }
  } catch (error) {
    // Nothing is compensated: sessions that were activated go on at Microsoft; the run's end says how far it came.
    return yield* end(context, run, failureSentence(error));
  }
}

function* plan(context: OrchestrationContext, run: RunKey): Generator<Task, null, unknown> {
  showStatus(context, { state: "planning" });
  const instanceId = planRestoreInstance(run.runId);
  const output = yield* callSubOrchestration(context, planRestore, run, instanceId);
  switch (output.kind) {
    case "planned":
      continueAsNew(context, { ...run, position: { phase: "approval", plan: output.plan } });
      return null;
    case "cancelled":
      return yield* end(context, run, null);
    case "empty":
      return yield* end(context, run, "None of the units can be restored; each says why.");
  }
}

function* awaitApproval(
  context: OrchestrationContext,
  run: RunKey,
  summary: PlanSummary,
): Generator<Task, null, unknown> {
  const { planHash, waves, deadline, requestedBy } = summary;
  const until = new Date(deadline);
  showStatus(context, { state: "waitingForApproval", planHash, deadline });
  for (let look = 0; look < LOOKS_PER_HISTORY; look += 1) {
    const isLate = currentTime(context) >= until;
    const { decision } = yield* callActivity(context, activities.readDecision, { ...run, isLate });
    switch (decision) {
      case "approved": {
        const position = { phase: "restoring", waves, next: 1, failures: [] };
        continueAsNew(context, { ...run, position });
        return null;
      }
      case "cancelled":
        return yield* end(context, run, null);
      case "expired":
        showStatus(context, { state: "expired", planHash, deadline });
        return null;
      case "open":
        break;
    }
    const now = currentTime(context);
    const next = new Date(Math.min(until.getTime(), now.getTime() + DECISION_LOOK_MS));
    showWaiting(context, {
      reason: `The plan of ${summary.units} units waits for approval by another person than ${requestedBy}.`,
      since: now.toISOString(),
      nextLookAt: null,
      deadline,
    });
    yield* sleepUntilOrEvent(context, next, RESTORE_CHANGED);
  }
  continueAsNew(context, { ...run, position: { phase: "approval", plan: summary } });
  return null;
}

function* restoreWaves(
  context: OrchestrationContext,
  run: RunKey,
  position: { readonly waves: number; readonly next: number; readonly failures: readonly string[] },
): Generator<Task, null, unknown> {
  const { waves, next } = position;
  showStatus(context, { state: "restoring", waves, next });
  const some = yield* callActivity(context, activities.readWaves, {
    ...run,
    from: next,
    limit: WAVES_AT_A_TIME,
  });
  // A cancelled run starts its other waves too: each then records that nothing was done to its units.
  const outcomes = yield* fanOutSubOrchestrations(
    context,
    restoreWave,
    some.map((wave) => ({
      input: { ...run, ...wave },
      instanceId: restoreWaveInstance(run.runId, wave.number),
    })),
    WAVES_AT_A_TIME,
  );
  const failures = [
    ...position.failures,
    ...outcomes.flatMap((outcome, index) =>
      outcome.kind === "failed"
        ? [`Wave ${some[index]?.number ?? "?"} failed: ${firstLine(outcome.message)}`]
        : [],
    ),
  ].slice(0, KEPT_FAILURES);
  const following = next + some.length;
  if (some.length > 0 && following <= waves) {
    const carried = { phase: "restoring", waves, next: following, failures };
    continueAsNew(context, { ...run, position: carried });
    return null;
  }
  return yield* end(context, run, failures[0] ?? null);
}

/** Leaves nothing behind, then sums up. */
function* end(
  context: OrchestrationContext,
  run: RunKey,
  failure: string | null,
): Generator<Task, null, unknown> {
  showStatus(context, { state: "checking" });
  for (const workload of WORKLOADS) {
    try {
      yield* callActivity(context, activities.sweep, { ...run, workload });
    } catch {
      // A draft that cannot be deleted now restores nothing; the run's own result matters more.
    }
  }
  yield* callActivity(context, activities.end, { ...run, failure });
  showStatus(context, { state: "ended" });
  return null;
}
