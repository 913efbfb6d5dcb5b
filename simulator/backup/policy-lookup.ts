import type { GraphRequest } from "../core/route.ts";
import { isGuid } from "./access.ts";
import type { TenantBackup } from "./backup-state.ts";
import { refusal } from "./error-catalogue.ts";
import type { BackupLimits } from "./limits.ts";
import { policyStatusAt, type PolicyStatus, type ProtectionPolicy } from "./protection-policy.ts";
import type { Service } from "./service-kind.ts";

/** The policy that the path names; `service` is null where the path does not say one. */
export function findPolicy(
  request: GraphRequest,
  tenant: TenantBackup,
  service: Service | null,
): ProtectionPolicy {
  const id = request.param("policyId").toLowerCase();
  if (!isGuid(id)) throw refusal("policy", "InvalidPolicyId");
  const policy = tenant.policies.get(id);
  if (policy === undefined || (service !== null && policy.service !== service)) {
    throw refusal("policy", "PolicyNotFound");
  }
  return policy;
}

/** Status of a policy now. */
export function statusOf(
  policy: ProtectionPolicy,
  tenant: TenantBackup,
  now: number,
): PolicyStatus {
  return policyStatusAt(policy, tenant.units.remarkable(policy.service, policy.id, now), now);
}

/** Whether another policy of the service protects, or is about to. */
export function hasOtherActivePolicy(
  tenant: TenantBackup,
  service: Service,
  exceptId: string | null,
): boolean {
  for (const policy of tenant.policies.values()) {
    if (policy.service === service && policy.id !== exceptId && policy.isActive) return true;
  }
  return false;
}

/** The name a policy may have: 1 to 1,024 characters. */
export function isValidDisplayName(name: unknown, limits: BackupLimits): name is string {
  return typeof name === "string" && name !== "" && name.length <= limits.policyDisplayNameChars;
}
