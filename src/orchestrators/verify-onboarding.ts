import { membershipActivities } from "../contracts/onboarding-orchestration.ts";
import { done, failed, type StepOutcome } from "../domain/onboarding-steps.ts";
import { callActivity } from "../durable/call.ts";
import type { Task } from "../durable/orchestration.ts";
import { checkTenantProtection } from "./check-tenant-protection.ts";
import type { OnboardingScope } from "./onboarding-scope.ts";
import { verifyEdges } from "./synchronize-tenant.ts";

/** Proves the outcome by reading everything again: protection, membership from both sides, users in both targets. */
export function* verifyOnboarding(scope: OnboardingScope): Generator<Task, StepOutcome, unknown> {
  const results = [
    yield* checkTenantProtection(scope, `${scope.input.runId}-verified`, "all"),
    yield* verifyMembership(scope),
    yield* verifyEdges(scope),
  ];
  const detail = results.map((result) => result.detail).join(" ");
  return results.every(({ kind }) => kind === "done") ? done(detail) : failed(detail);
}

function* verifyMembership({
  context,
  input: { tenantId, role },
}: OnboardingScope): Generator<Task, StepOutcome, unknown> {
  if (role === "owner") {
    const { isActive } = yield* callActivity(context, membershipActivities.readOrganization, {
      tenantId,
    });
    return isActive
      ? done("The multitenant organization is active.")
      : failed("The multitenant organization is not active.");
  }
  const owner = yield* callActivity(context, membershipActivities.findOwner, { tenantId });
  if (owner.kind !== "found") {
    return failed("The owner of the multitenant organization is not known any more.");
  }
  const { membership } = yield* callActivity(context, membershipActivities.readMembership, {
    tenantId,
    ownerTenantId: owner.tenantId,
  });
  return membership.kind === "joined"
    ? done("Owner and member both show the membership as active.")
    : failed(`Owner and member do not both show the membership as active: ${membership.kind}.`);
}
