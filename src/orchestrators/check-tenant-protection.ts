import {
  checkProtection,
  onboardingRecordActivities as record,
} from "../contracts/onboarding-orchestration.ts";
import { describeProtection, type ProtectionTally } from "../domain/onboarding-protection.ts";
import { done, failed, type StepOutcome } from "../domain/onboarding-steps.ts";
import { type Workload, WORKLOADS } from "../domain/workload.ts";
import { callActivity } from "../durable/call.ts";
import { fanOutSubOrchestrations, type Task } from "../durable/orchestration.ts";
import type { OnboardingScope } from "./onboarding-scope.ts";

/**
 * Reads a tenant's protectables and protection units anew and compares them; stores the counts.
 *
 * @param runId Keeps what this pass reads apart from every other pass.
 * @param demands `some`: each workload protects something; single failures are counted and named. `all`: nothing failed.
 */
export function* checkTenantProtection(
  { context, input: { tenantId } }: OnboardingScope,
  runId: string,
  demands: "some" | "all",
): Generator<Task, StepOutcome, unknown> {
  const outcomes = yield* fanOutSubOrchestrations(
    context,
    checkProtection,
    WORKLOADS.map((workload) => ({
      input: { runId, tenantId, workload },
      instanceId: `checkProtection-${tenantId}-${workload}-${runId}`,
    })),
    WORKLOADS.length,
  );
  const unread: string[] = [];
  const tallies: { readonly workload: Workload; readonly tally: ProtectionTally }[] = [];
  for (const [place, workload] of WORKLOADS.entries()) {
    const outcome = outcomes[place];
    if (outcome?.kind === "completed") {
      tallies.push({ workload, tally: outcome.output });
    } else {
      unread.push(`${workload} could not be read back: ${outcome?.message ?? "no answer"}`);
    }
  }
  yield* callActivity(context, record.saveProtection, {
    tenantId,
    protection: tallies.map(({ workload, tally }) => ({
      workload,
      protectables: tally.protectables,
      protected: tally.protected,
      failed: tally.failed + tally.pending,
    })),
  });
  if (unread.length > 0) {
    return failed(unread.join("; "));
  }
  const detail = tallies
    .map(({ workload, tally }) => describeProtection(workload, tally))
    .join(" ");
  const isEnough = tallies.every(({ tally }) =>
    demands === "all"
      ? tally.protected === tally.protectables
      : tally.protectables === 0 || tally.protected > 0,
  );
  return isEnough ? done(detail) : failed(detail);
}
