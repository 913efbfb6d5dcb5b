import { defineEvent, defineState } from "../core/area.ts";
import type { JoinRequest, MemberRole, Organization } from "./organization.ts";
import {
  DEFAULT_TEMPLATES,
  type DefaultChange,
  type Partner,
  type PolicyTemplates,
} from "./partner-policy.ts";

/** A tenant's cross-tenant access policy. */
export interface CrossTenantPolicy {
  displayName: string;
  allowedCloudEndpoints: readonly string[];
  /** What differs from the system default; null while nothing does. */
  defaults: DefaultChange | null;
  templates: PolicyTemplates;
  readonly partners: Map<string, Partner>;
}

interface OrganizationState {
  readonly organizations: Map<string, Organization>;
  readonly joinRequests: Map<string, JoinRequest>;
  readonly policies: Map<string, CrossTenantPolicy>;
}

/** Organizations, join requests and cross-tenant access policies of all tenants; instants are epoch milliseconds. */
export const organizationState = defineState<OrganizationState>("multitenant", () => ({
  organizations: new Map(),
  joinRequests: new Map(),
  policies: new Map(),
}));

type World = Parameters<typeof organizationState.of>[0];

export function listOrganizations(source: World): Organization[] {
  return [...organizationState.of(source).organizations.values()];
}

export function readJoinRequest(source: World, tenantId: string): JoinRequest {
  return organizationState.of(source).joinRequests.get(tenantId) ?? { kind: "none", id: tenantId };
}

const UNTOUCHED_POLICY: Omit<CrossTenantPolicy, "partners"> = {
  displayName: "CrossTenantAccessPolicy",
  allowedCloudEndpoints: [],
  defaults: null,
  templates: DEFAULT_TEMPLATES,
};

export function readPolicy(source: World, tenantId: string): Readonly<CrossTenantPolicy> {
  return (
    organizationState.of(source).policies.get(tenantId) ?? {
      ...UNTOUCHED_POLICY,
      partners: new Map(),
    }
  );
}

export function readPartner(source: World, tenantId: string, partnerId: string): Partner | null {
  return organizationState.of(source).policies.get(tenantId)?.partners.get(partnerId) ?? null;
}

function policyToChange(state: OrganizationState, tenantId: string): CrossTenantPolicy {
  const policy = state.policies.get(tenantId) ?? { ...UNTOUCHED_POLICY, partners: new Map() };
  state.policies.set(tenantId, policy);
  return policy;
}

export const organizationCreated = defineEvent(
  organizationState,
  "multitenant.organizationCreated",
  (
    state,
    payload: {
      readonly organizationId: string;
      readonly displayName: string;
      readonly description: string | null;
      readonly tenantDisplayName: string;
      readonly activeAt: number;
    },
    { at, tenantId },
  ) => {
    const { organizationId: id, displayName, description, activeAt } = payload;
    state.organizations.set(id, {
      id,
      createdAt: at,
      activeAt,
      displayName,
      description,
      members: new Map([
        [
          tenantId,
          {
            tenantId,
            displayName: payload.tenantDisplayName,
            addedByTenantId: tenantId,
            addedAt: at,
            joinedAt: null,
            role: "owner",
            state: "active",
            transition: null,
          },
        ],
      ]),
    });
  },
  ({ organizationId }) => organizationId,
);

export const organizationRenamed = defineEvent(
  organizationState,
  "multitenant.organizationRenamed",
  (
    state,
    payload: {
      readonly organizationId: string;
      readonly displayName: string;
      readonly description: string | null;
    },
  ) => {
    const organization = state.organizations.get(payload.organizationId);
    if (organization !== undefined) {
      organization.displayName = payload.displayName;
      organization.description = payload.description;
    }
  },
  ({ organizationId }) => organizationId,
);

interface MemberKey {
  readonly organizationId: string;
  readonly memberId: string;
}

const memberSubject = ({ memberId }: MemberKey) => memberId;

export const memberAdded = defineEvent(
  organizationState,
  "multitenant.memberAdded",
  (
    state,
    payload: MemberKey & { readonly displayName: string; readonly role: MemberRole },
    { at, tenantId },
  ) => {
    state.organizations.get(payload.organizationId)?.members.set(payload.memberId, {
      tenantId: payload.memberId,
      displayName: payload.displayName,
      addedByTenantId: tenantId,
      addedAt: at,
      joinedAt: null,
      role: payload.role,
      state: "pending",
      transition: null,
    });
  },
  memberSubject,
);

export const memberRoleWished = defineEvent(
  organizationState,
  "multitenant.memberRoleWished",
  (state, payload: MemberKey & { readonly role: MemberRole; readonly settlesAt: number }) => {
    const member = state.organizations.get(payload.organizationId)?.members.get(payload.memberId);
    if (member === undefined) {
      return;
    }
    if (member.state === "pending") {
      // Only a wish until the tenant joins.
      member.role = payload.role;
    } else {
      member.transition = {
        kind: "roleChange",
        role: payload.role,
        settlesAt: payload.settlesAt,
      };
    }
  },
  memberSubject,
);

export const memberRoleChanged = defineEvent(
  organizationState,
  "multitenant.memberRoleChanged",
  (state, payload: MemberKey & { readonly role: MemberRole }) => {
    const member = state.organizations.get(payload.organizationId)?.members.get(payload.memberId);
    if (member !== undefined) {
      member.role = payload.role;
      member.transition = null;
    }
  },
  memberSubject,
);

export const memberRemovalAsked = defineEvent(
  organizationState,
  "multitenant.memberRemovalAsked",
  (state, payload: MemberKey & { readonly settlesAt: number }) => {
    const member = state.organizations.get(payload.organizationId)?.members.get(payload.memberId);
    if (member !== undefined) {
      member.transition = { kind: "removal", settlesAt: payload.settlesAt };
    }
  },
  memberSubject,
);

export const memberRemoved = defineEvent(
  organizationState,
  "multitenant.memberRemoved",
  (state, payload: MemberKey) => {
    const organization = state.organizations.get(payload.organizationId);
    organization?.members.delete(payload.memberId);
    const joinRequest = state.joinRequests.get(payload.memberId);
    if (joinRequest?.kind === "joined") {
      state.joinRequests.set(payload.memberId, { kind: "none", id: joinRequest.id });
    }
    const isDeserted = ![...(organization?.members.values() ?? [])].some(
      (member) => member.state === "active",
    );
    if (isDeserted) {
      state.organizations.delete(payload.organizationId);
    }
  },
  memberSubject,
);

export const joinRequestChanged = defineEvent(
  organizationState,
  "multitenant.joinRequestChanged",
  (state, payload: JoinRequest, { tenantId }) => {
    state.joinRequests.set(tenantId, payload);
  },
  ({ id }) => id,
);

export const memberJoined = defineEvent(
  organizationState,
  "multitenant.memberJoined",
  (state, payload: MemberKey, { at }) => {
    const member = state.organizations.get(payload.organizationId)?.members.get(payload.memberId);
    if (member !== undefined) {
      member.state = "active";
      member.joinedAt = at;
      member.transition = null;
    }
  },
  memberSubject,
);

export const partnerSaved = defineEvent(
  organizationState,
  "multitenant.partnerSaved",
  (state, partner: Partner, { tenantId }) => {
    policyToChange(state, tenantId).partners.set(partner.tenantId, partner);
  },
  (partner) => partner.tenantId,
);

export const partnerDeleted = defineEvent(
  organizationState,
  "multitenant.partnerDeleted",
  (state, payload: { readonly partnerId: string }, { tenantId }) => {
    policyToChange(state, tenantId).partners.delete(payload.partnerId);
  },
  ({ partnerId }) => partnerId,
);

export const policyChanged = defineEvent(
  organizationState,
  "multitenant.policyChanged",
  (state, payload: Partial<Omit<CrossTenantPolicy, "partners">>, { tenantId }) => {
    Object.assign(policyToChange(state, tenantId), payload);
  },
);
