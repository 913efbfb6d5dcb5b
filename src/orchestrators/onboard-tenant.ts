import {
  onboardingRecordActivities as record,
  OnboardTenantInput,
  type OnboardingProgress,
} from "../contracts/onboarding-orchestration.ts";
import { ONBOARDING_STEPS, stepAfter } from "../domain/onboarding-steps.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus } from "../durable/custom-status.ts";
import { continueAsNew, type OrchestrationContext, type Task } from "../durable/orchestration.ts";
import { failureDetail } from "./failure-detail.ts";
import { joinMultitenantOrganization } from "./join-multitenant-organization.ts";
import type { OnboardingScope } from "./onboarding-scope.ts";
import type { PartOutcome } from "./onboarding-wait.ts";
import { prepareBackupService } from "./prepare-backup-service.ts";
import { protectTenant } from "./protect-tenant.ts";
import { synchronizeTenant } from "./synchronize-tenant.ts";
import { verifyOnboarding } from "./verify-onboarding.ts";

/**
 * One tenant's way through its onboarding. Every step finds what is there before it makes anything, so that a tenant that
 * is sent again finds its finished steps done; a step that fails ends this tenant's onboarding and no other's.
 */
export function* onboardTenant(context: OrchestrationContext): Generator<Task, null, unknown> {
  const input = OnboardTenantInput.parse(context.df.getInput());
  const { tenantId } = input;
  let progress: OnboardingProgress = input.progress ?? firstProgress(ONBOARDING_STEPS[0]);
  if (input.progress === null) {
    yield* callActivity(context, record.begin, input);
  }
  for (;;) {
    const scope = openScope(context, input, progress);
    showStatus(context, { step: progress.step });
    const outcome = yield* runGuarded(scope);
    if (outcome.kind === "again") {
      continueAsNew(context, { ...input, progress });
      return null;
    }
    yield* callActivity(context, record.saveStep, {
      tenantId,
      step: progress.step,
      state: outcome.kind,
      detail: outcome.detail,
      waiting: null,
      operatorAction: null,
    });
    const next = outcome.kind === "done" ? stepAfter(progress.step) : null;
    if (next === null) {
      const state = outcome.kind === "done" ? "completed" : "failed";
      yield* callActivity(context, record.end, { tenantId, state });
      showStatus(context, { step: progress.step, state });
      return null;
    }
    progress = firstProgress(next);
  }
}

const firstProgress = (step: OnboardingProgress["step"]): OnboardingProgress => ({
  step,
  waits: {},
  failedJoins: 0,
});

function openScope(
  context: OrchestrationContext,
  input: OnboardTenantInput,
  progress: OnboardingProgress,
): OnboardingScope {
  return {
    context,
    input,
    progress,
    waits: progress.waits,
    announce: (state, detail, waiting, operatorAction) => {
      showStatus(context, { step: progress.step, ...(operatorAction ? { operatorAction } : {}) });
      return callActivity(context, record.saveStep, {
        tenantId: input.tenantId,
        step: progress.step,
        state,
        detail,
        waiting,
        operatorAction,
      });
    },
  };
}

/** Runs the step; whatever it throws is its failure, told to people, and not the orchestration's end. */
function* runGuarded(scope: OnboardingScope): Generator<Task, PartOutcome, unknown> {
  try {
    if (Object.keys(scope.waits).length === 0) {
      yield* scope.announce("running", "", null, null);
    }
    return yield* runStep(scope);
  } catch (error) {
    // Nothing is undone: what was made stays, and is found again when the tenant is sent again.
    return { kind: "failed", detail: failureDetail(error) };
  }
}

function runStep(scope: OnboardingScope): Generator<Task, PartOutcome, unknown> {
  switch (scope.progress.step) {
    case "backupService":
      return prepareBackupService(scope);
    case "protectionPolicies":
      return protectTenant(scope);
    case "multitenantOrganization":
      return joinMultitenantOrganization(scope);
    case "synchronization":
      return synchronizeTenant(scope);
    case "verification":
      return verifyOnboarding(scope);
  }
}
