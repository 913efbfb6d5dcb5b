/** What both sides say about a tenant's membership of an owner's multitenant organization. */
export interface MembershipReading {
  /** `state` of the tenant in the owner's list; null when it is not listed. */
  readonly ownerState: string | null;
  /** `state` of the organization as the tenant itself sees it: `inactive` when it belongs to none. */
  readonly organizationState: string | null;
  /** `memberState` of the tenant's request to join. */
  readonly memberState: string | null;
  /** Whom the tenant asked to be let in; the zero GUID when nobody. */
  readonly addedByTenantId: string | null;
  readonly transitionStatus: string | null;
  readonly transitionDetails: string | null;
}

export type Membership =
  | { readonly kind: "joined" }
  | { readonly kind: "asked" }
  | { readonly kind: "notAsked" }
  /** Graph gave up; the request has to be reset before another one. */
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "elsewhere"; readonly reason: string };

const ZERO_GUID = "00000000-0000-0000-0000-000000000000";

/** Judges a membership. A tenant has joined only when both sides say so. */
export function judgeMembership(reading: MembershipReading, ownerTenantId: string): Membership {
  const isActiveHere = reading.memberState === "active" || reading.organizationState === "active";
  if (isActiveHere && reading.ownerState === "active") {
    return { kind: "joined" };
  }
  if (isActiveHere && reading.ownerState === null) {
    return {
      kind: "elsewhere",
      reason:
        "The tenant already belongs to another multitenant organization; it may join only one.",
    };
  }
  if (reading.transitionStatus === "failed") {
    return { kind: "failed", reason: reading.transitionDetails ?? "Graph gave no reason" };
  }
  const asked = reading.addedByTenantId?.toLowerCase() ?? ZERO_GUID;
  if (asked === ZERO_GUID) {
    return { kind: "notAsked" };
  }
  return asked === ownerTenantId
    ? { kind: "asked" }
    : { kind: "elsewhere", reason: `The tenant has asked to join the organization of ${asked}.` };
}

export interface OwnerCandidate {
  readonly tenantId: string;
  readonly displayName: string;
  readonly role: "owner" | "member" | null;
}

export type OwnerChoice =
  | { readonly kind: "found"; readonly tenantId: string; readonly displayName: string }
  | { readonly kind: "none" }
  | { readonly kind: "several"; readonly reason: string };

/** The tenant that owns the multitenant organization that a member is to join. */
export function chooseOwner(
  candidates: readonly OwnerCandidate[],
  memberTenantId: string,
): OwnerChoice {
  const owners = candidates.filter(
    ({ tenantId, role }) => role === "owner" && tenantId !== memberTenantId,
  );
  const [first] = owners;
  if (first === undefined) {
    return { kind: "none" };
  }
  if (owners.length > 1) {
    const names = owners.map(({ displayName }) => displayName).join(", ");
    return {
      kind: "several",
      reason: `Several tenants have the role owner (${names}); give it to the one that owns the multitenant organization.`,
    };
  }
  return { kind: "found", tenantId: first.tenantId, displayName: first.displayName };
}
