import {
  backupServiceActivities as activities,
  membershipActivities,
} from "../contracts/onboarding-orchestration.ts";
import type { BackupServiceNeed } from "../domain/onboarding-backup.ts";
import { done, failed } from "../domain/onboarding-steps.ts";
import { callActivity } from "../durable/call.ts";
import type { Task } from "../durable/orchestration.ts";
import type { OnboardingScope } from "./onboarding-scope.ts";
import { type PartOutcome, waitUntil } from "./onboarding-wait.ts";

const MINUTE_MS = 60_000;
/** Enabling is answered at once; its effect is read back for this long. */
const ENABLING_PATIENCE_MS = 60 * MINUTE_MS;

/**
 * Makes our application the controller of the tenant's backup service and turns it on. Becoming controller is for a
 * signed-in administrator: the action is published, and it is seen by reading that it was done.
 */
export function* prepareBackupService(
  scope: OnboardingScope,
): Generator<Task, PartOutcome, unknown> {
  const { context, input } = scope;
  const { tenantId } = input;
  const owner =
    input.role === "member"
      ? yield* callActivity(context, membershipActivities.findOwner, { tenantId })
      : null;
  const { problems } = yield* callActivity(context, activities.preflight, {
    tenantId,
    owner: owner?.kind === "found" ? owner : null,
  });
  if (problems.length > 0) {
    return failed(problems.join(" "));
  }
  yield* callActivity(context, activities.register, { tenantId });

  const controlled = yield* waitUntil(scope, {
    key: "control",
    look: () => callActivity(context, activities.readNeed, { tenantId }),
    reason: ({ need }) => reasonToWait(need),
    operatorAction: ({ operatorAction }) => operatorAction,
    patienceMs: input.operatorActionDeadlineMinutes * MINUTE_MS,
  });
  if (controlled.kind !== "seen") {
    return controlled;
  }
  if (controlled.value.need.kind === "blocked") {
    return failed(controlled.value.need.reason);
  }

  yield* callActivity(context, activities.enable, { tenantId });
  const enabled = yield* waitUntil(scope, {
    key: "enabled",
    look: () => callActivity(context, activities.readNeed, { tenantId }),
    reason: ({ need }) =>
      need.kind === "ready" || need.kind === "blocked"
        ? null
        : "The backup service was turned on and does not show it yet.",
    patienceMs: ENABLING_PATIENCE_MS,
  });
  if (enabled.kind !== "seen") {
    return enabled;
  }
  return enabled.value.need.kind === "blocked"
    ? failed(enabled.value.need.reason)
    : done("The backup service is enabled and our application controls it.");
}

function reasonToWait(need: BackupServiceNeed): string | null {
  switch (need.kind) {
    case "register":
      return "Our application was registered and is not visible yet.";
    case "activate":
      return "An administrator has to activate our application as controller of Microsoft 365 Backup.";
    case "wait":
      return need.reason;
    case "ready":
    case "enable":
    case "blocked":
      return null;
  }
}
