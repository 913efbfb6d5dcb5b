import { z } from "zod";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { project } from "../odata/page.ts";
import {
  countActiveOwners,
  findOrganizationOf,
  isInAnyOrganization,
  judgeRemoval,
  type JoinRequest,
  type Organization,
  type OrganizationMember,
  ZERO_GUID,
} from "./organization.ts";
import { renderJoinRequest, renderMember, renderOrganization } from "./organization-rendering.ts";
import {
  joinRequestChanged,
  listOrganizations,
  memberAdded,
  memberRemovalAsked,
  memberRoleWished,
  organizationCreated,
  organizationRenamed,
  readJoinRequest,
} from "./organization-state.ts";
import { joinSettled, removalSettled, roleChangeSettled } from "./organization-transitions.ts";
import { refuse } from "./refusals.ts";
import { durationOf } from "./timing-settings.ts";

const ROOT = "/tenantRelationships/multiTenantOrganization";
const READ = {
  application: ["MultiTenantOrganization.Read.All", "MultiTenantOrganization.ReadWrite.All"],
};
const WRITE = { application: ["MultiTenantOrganization.ReadWrite.All"] };
const NO_CONTENT: GraphResponse = { status: 204 };

const OrganizationBody = z.strictObject({
  displayName: z.string().min(1).max(256),
  description: z.string().max(1024).nullish(),
});
const OrganizationChange = z.strictObject({
  displayName: z.string().min(1).max(256).optional(),
  description: z.string().max(1024).nullish(),
});
const role = z.enum(["owner", "member"]);
const NewMember = z.strictObject({
  tenantId: z.guid(),
  displayName: z.string().min(1).max(256),
  role: role.nullish(),
});
const MemberChange = z.strictObject({ role });
const JoinRequestChange = z.strictObject({ addedByTenantId: z.guid() });

function findOwn(request: GraphRequest): Organization | null {
  return findOrganizationOf(listOrganizations(request), request.tenantId, request.now);
}

function readOwn(request: GraphRequest): Organization {
  const organization = findOwn(request);
  if (organization === null) {
    throw refuse("notFound");
  }
  return organization;
}

/** The caller's organization, if the caller's tenant owns it. */
function readOwned(request: GraphRequest): Organization {
  const organization = readOwn(request);
  if (organization.members.get(request.tenantId)?.role !== "owner") {
    throw refuse("ownersOnly");
  }
  return organization;
}

function readMember(organization: Organization, memberId: string): OrganizationMember {
  const member = organization.members.get(memberId.toLowerCase());
  if (member === undefined) {
    throw refuse("notFound");
  }
  return member;
}

function renderMemberOf(
  request: GraphRequest,
  organization: Organization,
  member: OrganizationMember,
): Record<string, unknown> {
  const joinRequest = readJoinRequest(request, member.tenantId);
  const isForUs =
    "addedByTenantId" in joinRequest && organization.members.has(joinRequest.addedByTenantId);
  return renderMember({ member, joinRequest: isForUs ? joinRequest : null, now: request.now });
}

function answer(request: GraphRequest, context: string, json: Record<string, unknown>) {
  return {
    "@odata.context": request.odataContext(context),
    ...project(json, request.query.select),
  };
}

function createOrganization(request: GraphRequest): GraphResponse {
  const body = request.parse(OrganizationBody, "Request_BadRequest");
  if (isInAnyOrganization(listOrganizations(request), request.tenantId)) {
    throw refuse("organizationExists");
  }
  const organizationId = request.newId();
  const activeAt =
    request.now +
    durationOf(
      request,
      "organizationCreation",
      request.random("organizationCreation", organizationId),
    );
  request.emit(organizationCreated, {
    organizationId,
    displayName: body.displayName,
    description: body.description ?? null,
    tenantDisplayName: request.world.estate.tenant(request.tenantId)?.displayName ?? "",
    activeAt,
  });
  const created = listOrganizations(request).find(({ id }) => id === organizationId) ?? null;
  return {
    status: 201,
    body: answer(
      request,
      "tenantRelationships/multiTenantOrganization/$entity",
      renderOrganization(created),
    ),
  };
}

function addMember(request: GraphRequest): GraphResponse {
  const body = request.parse(NewMember, "Request_BadRequest");
  const organization = readOwned(request);
  const memberId = body.tenantId.toLowerCase();
  if (organization.members.has(memberId)) {
    throw refuse("tenantAlreadyAdded");
  }
  if (request.world.estate.tenant(memberId) === null) {
    throw refuse("unknownTenant", memberId);
  }
  request.emit(memberAdded, {
    organizationId: organization.id,
    memberId,
    displayName: body.displayName,
    role: body.role ?? "member",
  });
  return {
    status: 201,
    body: answer(
      request,
      "tenantRelationships/multiTenantOrganization/tenants/$entity",
      renderMemberOf(request, organization, readMember(organization, memberId)),
    ),
  };
}

function changeRole(request: GraphRequest): GraphResponse {
  const body = request.parse(MemberChange, "Request_BadRequest");
  const organization = readOwned(request);
  const member = readMember(organization, request.param("tenantId"));
  if (
    body.role === "member" &&
    member.state === "active" &&
    member.role === "owner" &&
    countActiveOwners(organization) === 1
  ) {
    throw refuse("lastOwner");
  }
  const key = { organizationId: organization.id, memberId: member.tenantId };
  const settlesAt =
    request.now +
    durationOf(request, "roleChange", request.random("roleChange", member.tenantId, request.now));
  request.emit(memberRoleWished, { ...key, role: body.role, settlesAt });
  if (member.state === "active") {
    request.schedule(settlesAt, roleChangeSettled, key);
  }
  return NO_CONTENT;
}

function removeMember(request: GraphRequest): GraphResponse {
  const organization = readOwn(request);
  const memberId = request.param("tenantId").toLowerCase();
  if (!organization.members.has(memberId)) {
    throw refuse("resourceNotFound", memberId);
  }
  switch (judgeRemoval(organization, request.tenantId, memberId)) {
    case "notAllowed":
      throw refuse("ownersOnly");
    case "lastOwner":
      throw refuse("lastOwner");
    case "allowed":
      break;
  }
  const key = { organizationId: organization.id, memberId };
  const settlesAt =
    request.now + durationOf(request, "removal", request.random("removal", memberId, request.now));
  request.emit(memberRemovalAsked, { ...key, settlesAt });
  request.schedule(settlesAt, removalSettled, key);
  return NO_CONTENT;
}

function askToJoin(request: GraphRequest): GraphResponse {
  const body = request.parse(JoinRequestChange, "Request_BadRequest");
  const addedByTenantId = body.addedByTenantId.toLowerCase();
  const current = readJoinRequest(request, request.tenantId);
  if (addedByTenantId === ZERO_GUID) {
    return resetJoinRequest(request, current);
  }
  switch (current.kind) {
    case "failed":
      throw refuse("joinNotReset");
    case "asked":
      if (current.addedByTenantId !== addedByTenantId) {
        throw refuse("joinInProgress");
      }
      return NO_CONTENT;
    case "joined":
      throw refuse("organizationExists");
    case "none":
      break;
  }
  const requestId = request.newId();
  const takes = durationOf(request, "join", request.random("join", requestId));
  const starts = durationOf(request, "joinStart", request.random("joinStart", requestId));
  request.emit(joinRequestChanged, {
    kind: "asked",
    id: requestId,
    addedByTenantId,
    runsAt: request.now + starts,
    settlesAt: request.now + takes,
  });
  request.schedule(request.now + takes, joinSettled, { requestId });
  return NO_CONTENT;
}

function resetJoinRequest(request: GraphRequest, current: JoinRequest): GraphResponse {
  if (current.kind === "asked") {
    throw refuse("joinInProgress");
  }
  if (current.kind === "failed") {
    request.emit(joinRequestChanged, { kind: "none", id: current.id });
  }
  return NO_CONTENT;
}

const organizationRoutes: readonly Route[] = [
  defineRoute({
    method: "PUT",
    path: ROOT,
    permissions: WRITE,
    source: "tenantrelationship-put-multitenantorganization",
    definition: "multiTenantOrganization",
    handle: createOrganization,
  }),
  defineRoute({
    method: "GET",
    path: ROOT,
    permissions: {
      ...READ,
      delegated: [...READ.application, "MultiTenantOrganization.ReadBasic.All"],
    },
    source: "multitenantorganization-get",
    definition: "multiTenantOrganization",
    handle: (request) => ({
      status: 200,
      body: answer(
        request,
        "tenantRelationships/multiTenantOrganization/$entity",
        renderOrganization(findOwn(request)),
      ),
    }),
  }),
  defineRoute({
    method: "PATCH",
    path: ROOT,
    permissions: WRITE,
    source: "multitenantorganization-update",
    handle: (request) => {
      const body = request.parse(OrganizationChange, "Request_BadRequest");
      const organization = readOwned(request);
      request.emit(organizationRenamed, {
        organizationId: organization.id,
        displayName: body.displayName ?? organization.displayName,
        description: body.description === undefined ? organization.description : body.description,
      });
      return NO_CONTENT;
    },
  }),
];

const memberRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${ROOT}/tenants`,
    permissions: READ,
    source: "multitenantorganization-list-tenants",
    definition: "multiTenantOrganizationMember",
    query: ["$select", "$filter", "$top", "$skiptoken"],
    handle: (request) => {
      const organization = readOwn(request);
      return request.page({
        items: [...organization.members.values()],
        toJson: (member) => renderMemberOf(request, organization, member),
        context: "tenantRelationships/multiTenantOrganization/tenants",
        filterable: ["tenantId"],
        ignoreCase: true,
        isDirectory: true,
      });
    },
  }),
  defineRoute({
    method: "POST",
    path: `${ROOT}/tenants`,
    permissions: WRITE,
    source: "multitenantorganization-post-tenants",
    definition: "multiTenantOrganizationMember",
    handle: addMember,
  }),
  defineRoute({
    method: "GET",
    path: `${ROOT}/tenants/{tenantId}`,
    permissions: { application: [...READ.application, "Directory.Read.All"] },
    source: "multitenantorganizationmember-get",
    definition: "multiTenantOrganizationMember",
    handle: (request) => {
      const organization = readOwn(request);
      const member = readMember(organization, request.param("tenantId"));
      return {
        status: 200,
        body: answer(
          request,
          "tenantRelationships/multiTenantOrganization/tenants/$entity",
          renderMemberOf(request, organization, member),
        ),
      };
    },
  }),
  defineRoute({
    method: "PATCH",
    path: `${ROOT}/tenants/{tenantId}`,
    permissions: WRITE,
    source: "multitenantorganizationmember-update",
    handle: changeRole,
  }),
  defineRoute({
    method: "DELETE",
    path: `${ROOT}/tenants/{tenantId}`,
    permissions: WRITE,
    source: "multitenantorganization-delete-tenants",
    handle: removeMember,
  }),
];

const joinRequestRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${ROOT}/joinRequest`,
    permissions: READ,
    source: "multitenantorganizationjoinrequestrecord-get",
    definition: "multiTenantOrganizationJoinRequestRecord",
    handle: (request) => {
      const joinRequest = readJoinRequest(request, request.tenantId);
      const member = findOwn(request)?.members.get(request.tenantId);
      return {
        status: 200,
        body: answer(
          request,
          "tenantRelationships/multiTenantOrganization/joinRequest/$entity",
          renderJoinRequest(joinRequest, member?.role ?? null, request.now),
        ),
      };
    },
  }),
  defineRoute({
    method: "PATCH",
    path: `${ROOT}/joinRequest`,
    permissions: WRITE,
    source: "multitenantorganizationjoinrequestrecord-update",
    handle: askToJoin,
  }),
];

export const multiTenantOrganizationRoutes: readonly Route[] = [
  ...organizationRoutes,
  ...memberRoutes,
  ...joinRequestRoutes,
];
