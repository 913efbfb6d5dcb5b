import {
  CheckProtectionInput,
  protectionActivities as activities,
} from "../contracts/onboarding-orchestration.ts";
import { verificationActivities } from "../contracts/verification-orchestration.ts";
import { addProtection, type ProtectionTally } from "../domain/onboarding-protection.ts";
import { nextLookAt } from "../domain/poll-schedule.ts";
import { callActivity } from "../durable/call.ts";
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
/** Units of a policy that says it is active may still be on their way; they are waited for this long. */
const PATIENCE_MS = 2 * 60 * 60_000;

/** Reads a workload's protectables and units anew, compares them and counts; waits for units that are on their way. */
export function* checkProtection(
  context: OrchestrationContext,
): Generator<Task, ProtectionTally, unknown> {
  const input = CheckProtectionInput.parse(context.df.getInput());
  const { runId, tenantId, workload } = input;
  const slice = { verificationId: runId, tenantId, workload };
  const since = input.since ?? currentTime(context).toISOString();
  let { position } = input;
  let tally: ProtectionTally = input.tally;
  for (let round = 0; round < ROUNDS_PER_HISTORY; round += 1) {
    showStatus(context, { phase: position.phase, tally });
    if (position.phase === "tally") {
      const counted = yield* callActivity(context, activities.tally, {
        runId,
        tenantId,
        workload,
        after: position.after,
      });
      tally = addProtection(tally, counted.tally);
      if (counted.after === null) {
        yield* callActivity(context, verificationActivities.clear, slice);
        return yield* settle(context, { runId, tenantId, workload, since }, tally);
      }
      position = { phase: "tally", after: counted.after };
      continue;
    }
    const isUnits: boolean = position.phase === "units";
    const collect = isUnits
      ? verificationActivities.collectUnits
      : verificationActivities.collectProtectables;
    const page = { ...slice, nextLink: position.nextLink };
    const { nextLink } = yield* callActivity(context, collect, page);
    if (nextLink === null) {
      position = isUnits ? { phase: "tally", after: null } : { phase: "units", nextLink };
    } else {
      position = { phase: isUnits ? "units" : "protectables", nextLink };
    }
  }
  continueAsNew(context, { ...input, since, position, tally });
  return tally;
}

/** The end, unless units are on their way: then everything is read again in a new history. */
function* settle(
  context: OrchestrationContext,
  input: {
    readonly runId: string;
    readonly tenantId: string;
    readonly workload: CheckProtectionInput["workload"];
    readonly since: string;
  },
  tally: ProtectionTally,
): Generator<Task, ProtectionTally, unknown> {
  const now = currentTime(context).getTime();
  const since = Date.parse(input.since);
  const deadline = since + PATIENCE_MS;
  if (tally.pending === 0 || now >= deadline) {
    return tally;
  }
  const until = new Date(nextLookAt(now, since, deadline));
  showWaiting(context, {
    reason: `${tally.pending} units are being protected.`,
    since: input.since,
    nextLookAt: until.toISOString(),
    deadline: new Date(deadline).toISOString(),
  });
  yield* sleepUntil(context, until);
  continueAsNew(context, input);
  return tally;
}
