import type { App } from "../composition.ts";
import type {
  OnboardingBatch,
  RejectedRow,
  Tenant,
  TenantOnboarding,
} from "../contracts/onboarding.ts";
import { onboardingInstanceId } from "../contracts/onboarding-orchestration.ts";
import { ROLES } from "../contracts/operation.ts";
import { isLive, type OrchestrationClient } from "../durable/client.ts";
import { type BatchRecord, openOnboarding } from "../store/onboarding.ts";
import { listAll } from "../store/table.ts";
import { type KnownTenant, readKnownTenants } from "../store/tenants.ts";
import { holdsRole, type Principal } from "./principal.ts";

/** Whether the caller may see a tenant. */
export const maySee = (principal: Principal, tenantId: string): boolean =>
  holdsRole(principal, ROLES, tenantId);

/** Whether the caller's roles hold for every tenant. */
const seesEverything = (principal: Principal): boolean => principal.roles.size > 0;

/** The tenants that the caller may see, by display name. */
export async function readVisibleTenants(
  app: Pick<App, "tables" | "config">,
  principal: Principal,
): Promise<Tenant[]> {
  const known = await readKnownTenants<TenantOnboarding>(app.tables, app.config.tenants);
  return known
    .filter(({ tenantId }) => maySee(principal, tenantId))
    .map((tenant) => toTenant(tenant, app.config));
}

const toTenant = (
  { tenantId, displayName, role, onboarding }: KnownTenant<TenantOnboarding>,
  { isWriteAllowed }: Pick<App["config"], "isWriteAllowed">,
): Tenant => ({
  tenantId,
  displayName,
  role,
  isWriteAllowed: isWriteAllowed(tenantId),
  onboarding,
});

/** A batch with the tenants that the caller may see; null when it holds nothing for this caller. */
export async function readBatch(
  app: Pick<App, "tables">,
  batch: BatchRecord,
  tenants: readonly Tenant[],
  principal: Principal,
): Promise<OnboardingBatch | null> {
  const accepted = new Set<string>();
  const rejected: RejectedRow[] = [];
  const { lines } = openOnboarding<RejectedRow>(app.tables);
  for await (const { value } of listAll(lines, batch.id)) {
    if (value.kind === "accepted") {
      accepted.add(value.tenantId);
    } else {
      rejected.push(value.rejected);
    }
  }
  const visible = tenants.filter(({ tenantId }) => accepted.has(tenantId));
  const isOwn = batch.requestedBy.objectId === principal.objectId;
  // A rejected row belongs to no tenant whose scope could be asked.
  const mayReadAll = isOwn || seesEverything(principal);
  if (!mayReadAll && visible.length === 0) {
    return null;
  }
  const count = (state: TenantOnboarding["state"]) =>
    visible.filter(({ onboarding }) => onboarding?.state === state).length;
  return {
    id: batch.id,
    requestedBy: batch.requestedBy,
    requestedAt: batch.requestedAt,
    accepted: visible.length,
    rejected: mayReadAll ? rejected : [],
    counts: {
      queued: count("queued"),
      running: count("running"),
      waiting: count("waiting"),
      completed: count("completed"),
      failed: count("failed"),
    },
    tenants: visible,
  };
}

/**
 * A tenant with what only its orchestration knows: the next look of a wait, a throttling that it waits out, and that it
 * ended without being able to say so.
 */
export async function withLiveStatus(client: OrchestrationClient, tenant: Tenant): Promise<Tenant> {
  const { onboarding } = tenant;
  if (onboarding === null || (onboarding.state !== "running" && onboarding.state !== "waiting")) {
    return tenant;
  }
  const status = await client.status(onboardingInstanceId(tenant.tenantId));
  if (status === null) {
    return tenant;
  }
  if (!isLive(status)) {
    return { ...tenant, onboarding: { ...onboarding, state: "failed", waiting: null } };
  }
  const shown = status.customStatus as { waiting?: TenantOnboarding["waiting"] } | null;
  return {
    ...tenant,
    onboarding: { ...onboarding, waiting: shown?.waiting ?? onboarding.waiting },
  };
}
