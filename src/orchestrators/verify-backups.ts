import {
  verificationActivities as activities,
  VerifyBackupsInput,
  verifyTenant,
} from "../contracts/verification-orchestration.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus } from "../durable/custom-status.ts";
import {
  fanOutSubOrchestrations,
  type OrchestrationContext,
  type Task,
} from "../durable/orchestration.ts";

/** Tenants side by side; each has its own limits at Graph, ours are memory and connections. */
const TENANTS_AT_A_TIME = 10;

/** One pass over the estate: could everything be brought back, now? */
export function* verifyBackups(context: OrchestrationContext): Generator<Task, null, unknown> {
  const input = VerifyBackupsInput.parse(context.df.getInput());
  const { verificationId } = input;
  showStatus(context, { phase: "tenants", tenants: input.tenants.length });
  yield* callActivity(context, activities.begin, input);

  const outcomes = yield* fanOutSubOrchestrations(
    context,
    verifyTenant,
    input.tenants.map((tenant) => ({
      input: { verificationId, ...tenant },
      instanceId: `verifyTenant-${tenant.tenantId}-${verificationId}`,
    })),
    TENANTS_AT_A_TIME,
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.kind === "failed" ? [outcome.message] : [],
  );

  yield* callActivity(context, activities.end, { verificationId, failures });
  showStatus(context, { phase: "ended" });
  return null;
}
