import type { OnboardingEdge } from "../contracts/onboarding.ts";
import {
  edgeActivities as activities,
  type EdgeOutcome,
  onboardingRecordActivities as record,
  SynchronizeEdgeInput,
} from "../contracts/onboarding-orchestration.ts";
import { done, failed } from "../domain/onboarding-steps.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus } from "../durable/custom-status.ts";
import {
  continueAsNew,
  currentTime,
  type OrchestrationContext,
  type Task,
} from "../durable/orchestration.ts";
import { failureDetail } from "./failure-detail.ts";
import { type PartOutcome, type WaitScope, waitUntil } from "./onboarding-wait.ts";

const HOUR_MS = 60 * 60_000;
/** Settings of the two tenants and a new configuration become known within minutes; no page says how many. */
const SETTINGS_PATIENCE_MS = 2 * HOUR_MS;
/** 0.01 to 0.08 minutes a user: some fifty thousand users. Source: when-will-provisioning-finish, 2025-03. */
const FIRST_CYCLE_PATIENCE_MS = 72 * HOUR_MS;

/** Builds one direction of synchronization, source to target, and waits until its first cycle is through. */
export function* synchronizeEdge(
  context: OrchestrationContext,
): Generator<Task, EdgeOutcome, unknown> {
  const input = SynchronizeEdgeInput.parse(context.df.getInput());
  const { waits } = input;
  const save = (state: OnboardingEdge["state"], detail: string) =>
    callActivity(context, record.saveEdge, {
      tenantId: input.tenantId,
      edge: {
        sourceTenantId: input.source.tenantId,
        targetTenantId: input.target.tenantId,
        state,
        detail,
        expected: null,
        synchronized: null,
      },
    });
  const scope: WaitScope = { context, waits, announce: (state, detail) => save(state, detail) };

  showStatus(context, { source: input.source.displayName, target: input.target.displayName });
  let outcome: PartOutcome;
  try {
    outcome = yield* buildEdge(scope, input, save);
  } catch (error) {
    // Nothing is undone: what was made stays, and is found again when the tenant is sent again.
    outcome = failed(failureDetail(error));
  }
  if (outcome.kind === "again") {
    continueAsNew(context, { ...input, waits });
    return failed("The wait goes on.");
  }
  yield* save(outcome.kind, outcome.detail);
  return outcome;
}

/** The order matters: credentials are refused until both tenants' settings are made. Source: E-XTS configure, 2024-10. */
function* buildEdge(
  scope: WaitScope,
  { source, target }: SynchronizeEdgeInput,
  save: (state: "running", detail: string) => Generator<Task, unknown, unknown>,
): Generator<Task, PartOutcome, unknown> {
  const { context, waits } = scope;
  if (waits["firstCycle"] === undefined) {
    yield* save("running", "Settings of both tenants are made.");
  }
  const atTarget = { tenantId: target.tenantId, partnerTenantId: source.tenantId };
  const atSource = { tenantId: source.tenantId, partnerTenantId: target.tenantId };
  yield* callActivity(context, activities.ensurePartner, atTarget);
  const { displayName } = source;
  yield* callActivity(context, activities.allowInbound, { ...atTarget, displayName });
  yield* callActivity(context, activities.allowRedemption, atTarget);
  yield* callActivity(context, activities.ensurePartner, atSource);
  yield* callActivity(context, activities.allowRedemption, atSource);

  const options = {
    deadline: new Date(currentTime(context).getTime() + SETTINGS_PATIENCE_MS),
  };
  const edge = { sourceTenantId: source.tenantId, targetTenantId: target.tenantId };
  const { servicePrincipalId, scopeRoleId } = yield* callActivity(
    context,
    activities.ensureConfiguration,
    edge,
    options,
  );
  const configuration = { ...edge, servicePrincipalId };
  yield* callActivity(context, activities.validateCredentials, configuration, options);
  const { jobId } = yield* callActivity(context, activities.ensureJob, configuration, options);
  const job = { ...configuration, jobId };
  yield* callActivity(context, activities.saveSecrets, job, options);
  yield* callActivity(
    context,
    activities.assignScopeGroup,
    { ...configuration, scopeRoleId },
    options,
  );
  if (waits["firstCycle"] === undefined) {
    yield* callActivity(context, activities.startJob, job, options);
  }
  return yield* waitForFirstCycle(scope, job);
}

function* waitForFirstCycle(
  scope: WaitScope,
  job: {
    readonly sourceTenantId: string;
    readonly targetTenantId: string;
    readonly servicePrincipalId: string;
    readonly jobId: string;
  },
): Generator<Task, PartOutcome, unknown> {
  const cycle = yield* waitUntil(scope, {
    key: "firstCycle",
    look: () => callActivity(scope.context, activities.readJob, job),
    reason: ({ kind }) =>
      kind === "running" || kind === "notStarted"
        ? "The first cycle of the synchronization runs."
        : null,
    patienceMs: FIRST_CYCLE_PATIENCE_MS,
  });
  if (cycle.kind !== "seen") {
    return cycle;
  }
  return cycle.value.kind === "quarantined"
    ? failed(`The job is in quarantine: ${cycle.value.reason}`)
    : done("The first cycle is through.");
}
