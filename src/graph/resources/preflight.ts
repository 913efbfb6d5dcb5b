import { NotFoundError, PermissionError } from "../errors.ts";
import type { TenantGraph } from "../graph-client.ts";
import { SYNCHRONIZATION_TEMPLATE_ID } from "./service-principals.ts";

interface Probe {
  readonly path: string;
  /** Only the controller of the backup service may read it; anybody else is refused whatever the permissions. */
  readonly isForController?: true;
  /** What the read behind it proves only in part: Graph has no way to ask for a permission to write. */
  readonly permission: string;
  readonly purpose: string;
}

/**
 * One harmless read for each permission that onboarding needs. Source: permissions.json of the Graph DevX content,
 * 2026-08.
 */
const PROBES: readonly Probe[] = [
  {
    path: "/solutions/backupRestore",
    permission: "BackupRestore-Control.ReadWrite.All",
    purpose: "the backup service",
  },
  {
    path: "/solutions/backupRestore/exchangeProtectionPolicies",
    isForController: true,
    permission: "BackupRestore-Configuration.ReadWrite.All",
    purpose: "protection policies",
  },
  {
    path: "/tenantRelationships/multiTenantOrganization",
    permission: "MultiTenantOrganization.ReadWrite.All",
    purpose: "the multitenant organization",
  },
  {
    path: "/policies/crossTenantAccessPolicy/partners",
    permission: "Policy.ReadWrite.CrossTenantAccess",
    purpose: "cross-tenant access settings",
  },
  {
    path: `/servicePrincipals?$filter=${encodeURIComponent(`applicationTemplateId eq '${SYNCHRONIZATION_TEMPLATE_ID}'`)}&$select=id`,
    permission: "Application.ReadWrite.All",
    purpose: "synchronization configurations",
  },
  { path: "/users?$select=id&$top=1", permission: "User.Read.All", purpose: "users" },
  { path: "/groups?$select=id&$top=1", permission: "Group.Read.All", purpose: "the scope group" },
  { path: "/sites/getAllSites", permission: "Sites.Read.All", purpose: "sites" },
];

/**
 * What onboarding may not even read in a tenant, one sentence each; empty when nothing is missing.
 *
 * @param isController Whether our application controls the tenant's backup service.
 * @throws GraphError for anything but a refusal: throttling and outages say nothing about permissions.
 */
export async function readMissingPermissions(
  graph: TenantGraph,
  isController: boolean,
): Promise<string[]> {
  const missing: string[] = [];
  const probes = PROBES.filter(({ isForController }) => isController || isForController !== true);
  for (const { path, permission, purpose } of probes) {
    try {
      await graph.send({ method: "GET", path });
    } catch (error) {
      if (error instanceof PermissionError) {
        missing.push(`${permission} for ${purpose} is missing: ${error.message}.`);
      } else if (!(error instanceof NotFoundError)) {
        throw error;
      }
    }
  }
  return missing;
}
