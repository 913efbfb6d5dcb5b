import { defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import {
  findJoinTarget,
  JOIN_FAILURE_DETAILS,
  listActiveMembers,
  type Organization,
} from "./organization.ts";
import {
  joinRequestChanged,
  listOrganizations,
  memberJoined,
  memberRemoved,
  memberRoleChanged,
  organizationState,
  partnerSaved,
  readJoinRequest,
  readPartner,
  readPolicy,
} from "./organization-state.ts";
import { applyTemplates } from "./partner-policy.ts";

function countInternalUsers(context: Context, tenantId: string): number {
  return context.world.estate.tenant(tenantId)?.users ?? 0;
}

/** A join request comes to its end: the tenant becomes a member, or the request fails and must be reset. */
export const joinSettled = defineTransition(
  "multitenant.joinSettled",
  (context, { requestId }: { readonly requestId: string }) => {
    const request = readJoinRequest(context, context.tenantId);
    if (request.kind !== "asked" || request.id !== requestId) {
      return;
    }
    const { id, addedByTenantId } = request;
    const organization = findJoinTarget(listOrganizations(context), {
      tenantId: context.tenantId,
      addedByTenantId,
      now: context.now,
      internalUsers: [
        countInternalUsers(context, context.tenantId),
        countInternalUsers(context, addedByTenantId),
      ],
    });
    if (organization === null) {
      context.emit(joinRequestChanged, {
        kind: "failed",
        id,
        addedByTenantId,
        details: JOIN_FAILURE_DETAILS,
      });
      return;
    }
    context.emit(memberJoined, {
      organizationId: organization.id,
      memberId: context.tenantId,
    });
    context.emit(joinRequestChanged, { kind: "joined", id, addedByTenantId });
    connectMember(context, organization);
  },
);

/** The joiner's templates act on every member, and every member's templates on the joiner. */
function connectMember(context: Context, organization: Organization): void {
  const joiner = organization.members.get(context.tenantId);
  for (const member of listActiveMembers(organization)) {
    if (joiner === undefined || member.tenantId === joiner.tenantId) {
      continue;
    }
    for (const [from, to] of [
      [joiner, member],
      [member, joiner],
    ] as const) {
      const { templates } = readPolicy(context, from.tenantId);
      const existing = readPartner(context, from.tenantId, to.tenantId);
      context.inTenant(from.tenantId).emit(partnerSaved, applyTemplates(templates, existing, to));
    }
  }
}

interface MemberKey {
  readonly organizationId: string;
  readonly memberId: string;
}

function findTransition(context: Context, { organizationId, memberId }: MemberKey) {
  const organization = organizationState.of(context).organizations.get(organizationId);
  const transition = organization?.members.get(memberId)?.transition ?? null;
  // A later wish has its own time; the earlier one is then void.
  return transition !== null && transition.settlesAt <= context.now ? transition : null;
}

export const roleChangeSettled = defineTransition(
  "multitenant.roleChangeSettled",
  (context, key: MemberKey) => {
    const transition = findTransition(context, key);
    if (transition?.kind === "roleChange") {
      context.emit(memberRoleChanged, { ...key, role: transition.role });
    }
  },
);

export const removalSettled = defineTransition(
  "multitenant.removalSettled",
  (context, key: MemberKey) => {
    if (findTransition(context, key)?.kind === "removal") {
      context.emit(memberRemoved, key);
    }
  },
);
