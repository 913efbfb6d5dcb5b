import { protectWorkload } from "../contracts/onboarding-orchestration.ts";
import { failed } from "../domain/onboarding-steps.ts";
import { WORKLOADS } from "../domain/workload.ts";
import { fanOutSubOrchestrations, type Task } from "../durable/orchestration.ts";
import { checkTenantProtection } from "./check-tenant-protection.ts";
import type { OnboardingScope } from "./onboarding-scope.ts";
import type { PartOutcome } from "./onboarding-wait.ts";
import { firstLine } from "./failure-sentence.ts";

/** Has one active policy of each workload protect everything that ought to be protected, and reads back that it does. */
export function* protectTenant(scope: OnboardingScope): Generator<Task, PartOutcome, unknown> {
  const { runId, tenantId } = scope.input;
  const outcomes = yield* fanOutSubOrchestrations(
    scope.context,
    protectWorkload,
    WORKLOADS.map((workload) => ({
      input: { runId, tenantId, workload },
      instanceId: `protectWorkload-${tenantId}-${workload}-${runId}`,
    })),
    WORKLOADS.length,
  );
  const failures = outcomes.flatMap((outcome, place) =>
    outcome.kind === "failed" ? [`${WORKLOADS[place]}: ${firstLine(outcome.message)}`] : [],
  );
  return failures.length > 0
    ? failed(failures.join("; "))
    : yield* checkTenantProtection(scope, `${runId}-protected`, "some");
}
