import {
  verificationActivities as activities,
  verifyWorkload,
  VerifyTenantInput,
} from "../contracts/verification-orchestration.ts";
import { addVerdicts, NO_VERDICTS, type VerdictCounts } from "../domain/verdict.ts";
import { type Workload, WORKLOADS } from "../domain/workload.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus } from "../durable/custom-status.ts";
import {
  fanOutSubOrchestrations,
  type OrchestrationContext,
  type Task,
} from "../durable/orchestration.ts";
import { failureSentence, firstLine } from "./failure-sentence.ts";

/** Verifies one tenant: the service itself, then its three workloads side by side. */
export function* verifyTenant(
  context: OrchestrationContext,
): Generator<Task, VerdictCounts, unknown> {
  const input = VerifyTenantInput.parse(context.df.getInput());
  const { verificationId, tenantId } = input;
  const failures: string[] = [];

  showStatus(context, { phase: "service" });
  try {
    yield* callActivity(context, activities.readService, input);
  } catch (error) {
    // Without its service's state a tenant is still verified: unit by unit, and this failure is a finding.
    failures.push(failureSentence(error));
  }

  showStatus(context, { phase: "workloads" });
  const outcomes = yield* fanOutSubOrchestrations(
    context,
    verifyWorkload,
    WORKLOADS.map((workload) => ({
      input: { verificationId, tenantId, workload },
      instanceId: `verifyWorkload-${tenantId}-${workload}-${verificationId}`,
    })),
    WORKLOADS.length,
  );
  const workloads: Partial<Record<Workload, VerdictCounts>> = {};
  for (const [index, workload] of WORKLOADS.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind === "completed") {
      workloads[workload] = outcome.output;
    } else {
      failures.push(`${workload} could not be verified: ${firstLine(outcome?.message ?? "")}`);
    }
  }

  yield* callActivity(context, activities.endTenant, { ...input, workloads, failures });
  return Object.values(workloads).reduce(addVerdicts, NO_VERDICTS);
}
