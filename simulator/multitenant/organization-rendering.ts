import { iso } from "../core/iso.ts";
import type {
  JoinRequestShape,
  MemberShape,
  MemberTransitionShape,
  OrganizationShape,
} from "./graph-shapes.ts";
import type { JoinRequest, Organization, OrganizationMember } from "./organization.ts";
import { ZERO_GUID } from "./organization.ts";

/** `multiTenantOrganization`; a tenant in none reads the inactive form, never a 404. */
export function renderOrganization(organization: Organization | null): OrganizationShape {
  if (organization === null) {
    return {
      createdDateTime: null,
      displayName: null,
      description: null,
      state: "inactive",
    };
  }
  return {
    id: organization.id,
    createdDateTime: iso(organization.createdAt),
    displayName: organization.displayName,
    description: organization.description,
    state: "active",
  };
}

/** What a member's `joinRequest` has reached when the owner looks at it. */
function joinStatusAt(joinRequest: JoinRequest, now: number): "notStarted" | "running" | "failed" {
  switch (joinRequest.kind) {
    case "none":
    case "joined":
      return "notStarted";
    case "failed":
      return "failed";
    case "asked":
      return now < joinRequest.runsAt ? "notStarted" : "running";
  }
}

export interface MemberView {
  readonly member: OrganizationMember;
  /** The join request of that member's own tenant, when it names this organization's owner. */
  readonly joinRequest: JoinRequest | null;
  readonly now: number;
}

/** `multiTenantOrganizationMember`, with the transition that the how-to shows (the reference shows null while pending). */
export function renderMember({ member, joinRequest, now }: MemberView): MemberShape {
  return {
    tenantId: member.tenantId,
    displayName: member.displayName,
    addedDateTime: iso(member.addedAt),
    joinedDateTime: member.joinedAt === null ? null : iso(member.joinedAt),
    addedByTenantId: member.addedByTenantId,
    role: member.role,
    state: member.state,
    transitionDetails: renderMemberTransition({ member, joinRequest, now }),
  };
}

function renderMemberTransition({
  member,
  joinRequest,
  now,
}: MemberView): MemberTransitionShape | null {
  switch (member.transition?.kind) {
    case "removal":
      return {
        desiredState: "removed",
        desiredRole: member.role,
        status: "notStarted",
        details: null,
      };
    case "roleChange":
      return {
        desiredState: member.state,
        desiredRole: member.transition.role,
        status: "notStarted",
        details: null,
      };
    case undefined:
      break;
  }
  if (member.state === "active") {
    return null;
  }
  return {
    desiredState: "active",
    desiredRole: member.role,
    status: joinRequest === null ? "notStarted" : joinStatusAt(joinRequest, now),
    details: joinRequest?.kind === "failed" ? joinRequest.details : null,
  };
}

/** `multiTenantOrganizationJoinRequestRecord` in its four documented shapes; `role` is the tenant's role once joined. */
export function renderJoinRequest(
  joinRequest: JoinRequest,
  role: OrganizationMember["role"] | null,
  now: number,
): JoinRequestShape {
  const record = { id: joinRequest.id };
  switch (joinRequest.kind) {
    case "none":
      return {
        ...record,
        addedByTenantId: ZERO_GUID,
        memberState: null,
        role: null,
        transitionDetails: null,
      };
    case "joined":
      return {
        ...record,
        addedByTenantId: joinRequest.addedByTenantId,
        memberState: "active",
        role,
        transitionDetails: null,
      };
    case "asked":
    case "failed":
      return {
        ...record,
        addedByTenantId: joinRequest.addedByTenantId,
        memberState: "pending",
        role: null,
        transitionDetails: {
          desiredMemberState: "active",
          status: joinStatusAt(joinRequest, now),
          details: joinRequest.kind === "failed" ? joinRequest.details : "",
        },
      };
  }
}
