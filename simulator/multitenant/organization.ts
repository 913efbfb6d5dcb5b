import { LIMITS } from "./limits.ts";

export type MemberRole = "owner" | "member";

export const ZERO_GUID = "00000000-0000-0000-0000-000000000000";

/** What a member is on its way to; instants are epoch milliseconds. */
type MemberTransition =
  | { readonly kind: "roleChange"; readonly role: MemberRole; readonly settlesAt: number }
  | { readonly kind: "removal"; readonly settlesAt: number };

/** A tenant in the list of an organization: `pending` until its own administrator has joined. */
export interface OrganizationMember {
  readonly tenantId: string;
  readonly displayName: string;
  readonly addedByTenantId: string;
  readonly addedAt: number;
  /** Stays null for the tenant that created the organization. */
  joinedAt: number | null;
  role: MemberRole;
  state: "pending" | "active";
  transition: MemberTransition | null;
}

/** One multitenant organization, seen by all its tenants; it is visible from `activeAt` on. */
export interface Organization {
  readonly id: string;
  readonly createdAt: number;
  readonly activeAt: number;
  displayName: string;
  description: string | null;
  readonly members: Map<string, OrganizationMember>;
}

/** Where a tenant stands with joining an organization to which another tenant has added it. */
export type JoinRequest =
  | { readonly kind: "none"; readonly id: string }
  | {
      readonly kind: "asked";
      readonly id: string;
      readonly addedByTenantId: string;
      readonly runsAt: number;
      readonly settlesAt: number;
    }
  | {
      readonly kind: "failed";
      readonly id: string;
      readonly addedByTenantId: string;
      readonly details: string;
    }
  | {
      readonly kind: "joined";
      readonly id: string;
      readonly addedByTenantId: string;
    };

/** All that a failed join ever says (multitenantorganizationjoinrequestrecord-get, fourth example). */
export const JOIN_FAILURE_DETAILS = "DirectoryService Exception";

/** The organization in which a tenant is active, once it is visible. */
export function findOrganizationOf(
  organizations: Iterable<Organization>,
  tenantId: string,
  now: number,
): Organization | null {
  for (const organization of organizations) {
    if (organization.activeAt <= now && organization.members.get(tenantId)?.state === "active") {
      return organization;
    }
  }
  return null;
}

/** Whether the tenant has created or joined an organization, even one that is not visible yet. */
export function isInAnyOrganization(
  organizations: Iterable<Organization>,
  tenantId: string,
): boolean {
  return findOrganizationOf(organizations, tenantId, Number.POSITIVE_INFINITY) !== null;
}

export function countActiveOwners(organization: Organization): number {
  return [...organization.members.values()].filter(
    (member) => member.state === "active" && member.role === "owner",
  ).length;
}

export function listActiveMembers(organization: Organization): OrganizationMember[] {
  return [...organization.members.values()].filter((member) => member.state === "active");
}

/** Whether two tenants are active members of one visible organization. */
export function areTogether(
  organizations: Iterable<Organization>,
  pair: readonly [string, string],
  now: number,
): boolean {
  const organization = findOrganizationOf(organizations, pair[0], now);
  return organization?.members.get(pair[1])?.state === "active";
}

export interface JoinAttempt {
  readonly tenantId: string;
  readonly addedByTenantId: string;
  readonly now: number;
  /** Internal users of the joining tenant and of the owner. */
  readonly internalUsers: readonly [number, number];
}

/**
 * The organization that a join request leads to, or null when the service would answer with its only error text:
 * the owner has not added the tenant, the tenant is in another organization, or a ceiling is passed.
 */
export function findJoinTarget(
  organizations: readonly Organization[],
  attempt: JoinAttempt,
): Organization | null {
  if (isInAnyOrganization(organizations, attempt.tenantId)) {
    return null;
  }
  const organization = findOrganizationOf(organizations, attempt.addedByTenantId, attempt.now);
  const invitation = organization?.members.get(attempt.tenantId);
  if (
    organization?.members.get(attempt.addedByTenantId)?.role !== "owner" ||
    invitation === undefined ||
    invitation.transition?.kind === "removal"
  ) {
    return null;
  }
  if (listActiveMembers(organization).length >= LIMITS.activeTenantsPerOrganization.value) {
    return null;
  }
  return attempt.internalUsers.some((count) => count > LIMITS.internalUsersPerTenant.value)
    ? null
    : organization;
}

export type RemovalVerdict = "allowed" | "notAllowed" | "lastOwner";

/**
 * Who may remove whom (multitenantorganization-delete-tenants): a member itself, an owner any other tenant, an owner
 * itself while another active owner stays or when it is the last active tenant.
 */
export function judgeRemoval(
  organization: Organization,
  callerTenantId: string,
  tenantId: string,
): RemovalVerdict {
  const caller = organization.members.get(callerTenantId);
  if (caller?.state !== "active") {
    return "notAllowed";
  }
  if (callerTenantId !== tenantId) {
    return caller.role === "owner" ? "allowed" : "notAllowed";
  }
  if (caller.role === "member" || countActiveOwners(organization) > 1) {
    return "allowed";
  }
  return listActiveMembers(organization).length === 1 ? "allowed" : "lastOwner";
}
