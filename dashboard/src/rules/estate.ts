import type { Tenant } from "../../../src/contracts/onboarding.ts";
import type {
  TenantVerification,
  Verification,
  VerdictCounts,
} from "../../../src/contracts/verification.ts";
import { filteredCounts } from "./verdict-filter.ts";

/** The newest verification that has ended; lists are newest first. */
export const lastEnded = (verifications: readonly Verification[]): Verification | null =>
  verifications.find(({ state }) => state === "completed" || state === "completedWithErrors") ??
  null;

/**
 * Tenants that can be restored: their backup service was enabled at the last verification, or their onboarding, which
 * ends with a verification of its own, has completed.
 */
export function protectedTenants(
  tenants: readonly Tenant[],
  verification: Verification | null,
): Tenant[] {
  const enabled = new Set(
    verification?.tenants
      .filter(
        ({ serviceStatus }) =>
          serviceStatus === "enabled" || serviceStatus === "protectionChangeLocked",
      )
      .map(({ tenantId }) => tenantId),
  );
  return tenants.filter(
    ({ tenantId, onboarding }) => enabled.has(tenantId) || onboarding?.state === "completed",
  );
}

/** Tenants whose onboarding waits for a signed-in person. */
export const tenantsToActOn = (tenants: readonly Tenant[]): Tenant[] =>
  tenants.filter(
    ({ onboarding }) => onboarding?.state === "waiting" && onboarding.operatorAction !== null,
  );

/** A tenant's verdicts over its three workloads. */
export const tenantCounts = (tenant: TenantVerification): VerdictCounts =>
  filteredCounts([tenant], { tenantId: "", workload: "" });

export const totalOf = (counts: VerdictCounts): number =>
  counts.fresh + counts.stale + counts.error + counts.unprotected + counts.unknown;

/** Tenants as the caller named them, by id; an id that is not listed stands for itself. */
export function tenantNames(
  tenants: readonly Pick<Tenant, "tenantId" | "displayName">[] | undefined,
): (tenantId: string) => string {
  const names = new Map(tenants?.map(({ tenantId, displayName }) => [tenantId, displayName]));
  return (tenantId) => names.get(tenantId) ?? tenantId;
}
