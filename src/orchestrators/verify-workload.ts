import {
  verificationActivities as activities,
  VerifyWorkloadInput,
} from "../contracts/verification-orchestration.ts";
import { addVerdicts, type VerdictCounts } from "../domain/verdict.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus } from "../durable/custom-status.ts";
import { continueAsNew, type OrchestrationContext, type Task } from "../durable/orchestration.ts";

/** Calls before the history is dropped and the position carried over. */
const ROUNDS_PER_HISTORY = 25;

/**
 * Verifies one workload of one tenant: collect what ought to be protected, collect what is, then judge both together in
 * windows. Lists stay in the store; history holds counts and positions.
 */
export function* verifyWorkload(
  context: OrchestrationContext,
): Generator<Task, VerdictCounts, unknown> {
  const input = VerifyWorkloadInput.parse(context.df.getInput());
  const slice = {
    verificationId: input.verificationId,
    tenantId: input.tenantId,
    workload: input.workload,
  };
  let { position, counts } = input;

  for (let round = 0; round < ROUNDS_PER_HISTORY; round += 1) {
    showStatus(context, { phase: position.phase, counts });
    switch (position.phase) {
      case "protectables": {
        const { nextLink } = yield* callActivity(context, activities.collectProtectables, {
          ...slice,
          nextLink: position.nextLink,
        });
        position =
          nextLink === null
            ? { phase: "units", nextLink: null }
            : { phase: "protectables", nextLink };
        break;
      }
      case "units": {
        const { nextLink } = yield* callActivity(context, activities.collectUnits, {
          ...slice,
          nextLink: position.nextLink,
        });
        position =
          nextLink === null ? { phase: "verdicts", after: null } : { phase: "units", nextLink };
        break;
      }
      case "verdicts": {
        const judged = yield* callActivity(context, activities.judge, {
          ...slice,
          after: position.after,
        });
        counts = addVerdicts(counts, judged.counts);
        if (judged.after === null) {
          yield* callActivity(context, activities.clear, slice);
          return counts;
        }
        position = { phase: "verdicts", after: judged.after };
        break;
      }
    }
  }
  continueAsNew(context, { ...slice, position, counts });
  return counts;
}
