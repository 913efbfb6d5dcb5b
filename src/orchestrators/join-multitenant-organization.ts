import { membershipActivities as activities } from "../contracts/onboarding-orchestration.ts";
import { done, failed } from "../domain/onboarding-steps.ts";
import { callActivity } from "../durable/call.ts";
import { currentTime, type Task } from "../durable/orchestration.ts";
import { sleepUntil } from "../durable/timer.ts";
import type { OnboardingScope } from "./onboarding-scope.ts";
import { type PartOutcome, waitUntil } from "./onboarding-wait.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** "Can take minutes". Source: multitenantorganization PUT, Entra how-to, 2025-05. */
const CREATION_PATIENCE_MS = 2 * HOUR_MS;
const LISTING_PATIENCE_MS = HOUR_MS;
/** Up to two hours by the newer pages, up to four by the admin center's. Sources: E-MTO 2025-05, M365 join page 2023-08. */
const JOIN_PATIENCE_MS = 4 * HOUR_MS;
/** Wait before a request that failed is repeated. Source: M365 join page, 2023-08. */
const JOIN_PAUSE_MS = 2 * HOUR_MS;

interface Owner {
  readonly tenantId: string;
  readonly displayName: string;
}

/**
 * Makes the tenant part of the multitenant organization: an owner creates it, a member is listed by the owner and asks to
 * join. Templates are set in both before, because they act only at the moment of joining.
 */
export function* joinMultitenantOrganization(
  scope: OnboardingScope,
): Generator<Task, PartOutcome, unknown> {
  const { context, input } = scope;
  const { tenantId, displayName, role } = input;
  yield* callActivity(context, activities.setTemplates, { tenantId });
  if (role === "owner") {
    const created = yield* waitForOrganization(scope, { tenantId, displayName });
    return created.kind === "seen"
      ? done("The multitenant organization is active and the tenant owns it.")
      : created;
  }
  const found = yield* waitForOwner(scope);
  if (found.kind !== "seen") {
    return found;
  }
  if (found.value.kind !== "found") {
    return failed(found.value.kind === "several" ? found.value.reason : "There is no owner.");
  }
  const owner = found.value;
  yield* callActivity(context, activities.setTemplates, { tenantId: owner.tenantId });
  const created = yield* waitForOrganization(scope, owner);
  if (created.kind !== "seen") {
    return created;
  }
  const ids = { tenantId, ownerTenantId: owner.tenantId };
  yield* callActivity(context, activities.addMember, { ...ids, displayName });
  const listed = yield* waitUntil(scope, {
    key: "listed",
    look: () => callActivity(context, activities.readMembership, ids),
    reason: ({ ownerState }) =>
      ownerState === null ? `${owner.displayName} does not list the tenant yet.` : null,
    patienceMs: LISTING_PATIENCE_MS,
  });
  return listed.kind === "seen" ? yield* join(scope, owner) : listed;
}

const waitForOrganization = (scope: OnboardingScope, owner: Owner) =>
  waitUntil(scope, {
    key: "organization",
    look: () =>
      callActivity(scope.context, activities.ensureOrganization, {
        tenantId: owner.tenantId,
        displayName: owner.displayName,
      }),
    reason: ({ isActive }) =>
      isActive ? null : `The multitenant organization of ${owner.displayName} is being created.`,
    patienceMs: CREATION_PATIENCE_MS,
  });

const waitForOwner = (scope: OnboardingScope) =>
  waitUntil(scope, {
    key: "owner",
    look: () =>
      callActivity(scope.context, activities.findOwner, { tenantId: scope.input.tenantId }),
    reason: ({ kind }) =>
      kind === "none"
        ? "No tenant has the role owner: send the owner's row too, or name it in the setting Tenants."
        : null,
    patienceMs: scope.input.operatorActionDeadlineMinutes * MINUTE_MS,
  });

/** Asks to join and waits; a request that Graph gave up is reset and repeated once. */
function* join(scope: OnboardingScope, owner: Owner): Generator<Task, PartOutcome, unknown> {
  const { context, progress } = scope;
  const ids = { tenantId: scope.input.tenantId, ownerTenantId: owner.tenantId };
  for (;;) {
    yield* callActivity(context, activities.requestJoin, ids);
    const settled = yield* waitUntil(scope, {
      key: `join${progress.failedJoins}`,
      look: () => callActivity(context, activities.readMembership, ids),
      reason: ({ membership }) =>
        membership.kind === "asked" || membership.kind === "notAsked"
          ? `The tenant asked to join the organization of ${owner.displayName}; that takes up to four hours.`
          : null,
      patienceMs: JOIN_PATIENCE_MS,
    });
    if (settled.kind !== "seen") {
      return settled;
    }
    const { membership } = settled.value;
    if (membership.kind === "joined") {
      return done(`The tenant is an active member of the organization of ${owner.displayName}.`);
    }
    if (membership.kind !== "failed" || progress.failedJoins > 0) {
      return failed(
        membership.kind === "elsewhere"
          ? membership.reason
          : `Graph gave up the request to join twice: ${"reason" in membership ? membership.reason : membership.kind}.`,
      );
    }
    yield* resetJoin(scope, membership.reason);
  }
}

function* resetJoin(scope: OnboardingScope, reason: string): Generator<Task, void, unknown> {
  const { context, input, progress } = scope;
  yield* callActivity(context, activities.resetJoin, { tenantId: input.tenantId });
  progress.failedJoins += 1;
  const now = currentTime(context);
  const until = new Date(now.getTime() + JOIN_PAUSE_MS);
  const detail = `Graph gave up the request to join (${reason}); it is repeated once.`;
  const waiting = {
    reason: detail,
    since: now.toISOString(),
    nextLookAt: until.toISOString(),
    deadline: until.toISOString(),
  };
  yield* scope.announce("waiting", detail, waiting, null);
  yield* sleepUntil(context, until);
}
