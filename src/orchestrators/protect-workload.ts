import {
  protectionActivities as activities,
  ProtectWorkloadInput,
} from "../contracts/onboarding-orchestration.ts";
import { verificationActivities } from "../contracts/verification-orchestration.ts";
import { nextLookAt } from "../domain/poll-schedule.ts";
import { ActivityFailedError, callActivity } from "../durable/call.ts";
import { showStatus, showWaiting } from "../durable/custom-status.ts";
import {
  continueAsNew,
  currentTime,
  type OrchestrationContext,
  type Task,
} from "../durable/orchestration.ts";
import { sleepUntil } from "../durable/timer.ts";

/** Calls before the history is dropped and the position carried over. */
const ROUNDS_PER_HISTORY = 25;
/** Up to 60 minutes, and 15 minutes more for every thousand units. Source: Microsoft 365 Backup overview, 2025. */
const SETTLING_PATIENCE_MS = 24 * 60 * 60_000;

type Position = ProtectWorkloadInput["position"];

/**
 * Has one active policy protect everything of a workload that no policy protects yet: collect what ought to be protected
 * and what is, find or create the policy, add what is missing, activate, wait until the policy has settled.
 */
export function* protectWorkload(context: OrchestrationContext): Generator<Task, null, unknown> {
  const input = ProtectWorkloadInput.parse(context.df.getInput());
  let position: Position | null = input.position;
  for (let round = 0; round < ROUNDS_PER_HISTORY; round += 1) {
    showStatus(context, { phase: position.phase });
    position = yield* advance(context, input, position);
    if (position === null) {
      return null;
    }
  }
  continueAsNew(context, { ...input, position });
  return null;
}

/** One call further; null when the policy has settled. */
function* advance(
  context: OrchestrationContext,
  { runId, tenantId, workload }: ProtectWorkloadInput,
  position: Position,
): Generator<Task, Position | null, unknown> {
  const slice = { verificationId: runId, tenantId, workload };
  switch (position.phase) {
    case "protectables": {
      const page = { ...slice, nextLink: position.nextLink };
      const { nextLink } = yield* callActivity(
        context,
        verificationActivities.collectProtectables,
        page,
      );
      return { phase: nextLink === null ? "units" : "protectables", nextLink };
    }
    case "units": {
      const page = { ...slice, nextLink: position.nextLink };
      const { nextLink } = yield* callActivity(context, verificationActivities.collectUnits, page);
      return nextLink === null ? { phase: "policy" } : { phase: "units", nextLink };
    }
    case "policy": {
      yield* callActivity(context, activities.clearRefusals, { tenantId, workload });
      const { policyId } = yield* callActivity(context, activities.ensurePolicy, {
        runId,
        tenantId,
        workload,
      });
      return policyId === null ? null : { phase: "additions", policyId, after: null };
    }
    case "additions": {
      const { policyId } = position;
      const added = yield* callActivity(context, activities.addUnits, {
        runId,
        tenantId,
        workload,
        policyId,
        after: position.after,
      });
      return added.after === null
        ? { phase: "activation", policyId }
        : { phase: "additions", policyId, after: added.after };
    }
    case "activation": {
      const { policyId } = position;
      yield* callActivity(context, verificationActivities.clear, slice);
      yield* callActivity(context, activities.activate, { tenantId, workload, policyId });
      return { phase: "settling", policyId, since: currentTime(context).toISOString() };
    }
    case "settling":
      return (yield* hasSettled(context, { tenantId, workload }, position)) ? null : position;
  }
}

/** Looks at the policy once; when it is not settled, waits for the next look. */
function* hasSettled(
  context: OrchestrationContext,
  slice: Pick<ProtectWorkloadInput, "tenantId" | "workload">,
  { policyId, since }: Extract<Position, { phase: "settling" }>,
): Generator<Task, boolean, unknown> {
  const { status } = yield* callActivity(context, activities.readPolicy, { ...slice, policyId });
  if (status === "active" || status === "activeWithErrors") {
    showWaiting(context, null);
    return true;
  }
  const now = currentTime(context).getTime();
  const deadline = Date.parse(since) + SETTLING_PATIENCE_MS;
  const reason = `The policy is ${status}; Microsoft says up to an hour, and longer for many units.`;
  if (now >= deadline) {
    throw new ActivityFailedError(activities.readPolicy.name, "deadlineExceeded", reason);
  }
  const until = new Date(nextLookAt(now, Date.parse(since), deadline));
  showWaiting(context, {
    reason,
    since,
    nextLookAt: until.toISOString(),
    deadline: new Date(deadline).toISOString(),
  });
  yield* sleepUntil(context, until);
  return false;
}
