import type * as Graph from "@microsoft/microsoft-graph-types";

import { GraphError, resourceNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type Route } from "../core/route.ts";
import { shapedAs, type Shape } from "../core/shaped-as.ts";
import { equalTo } from "../odata/filter.ts";
import { project, type Sequence } from "../odata/page.ts";
import type { EstateTenant } from "../seed/estate.ts";
import { directoryState, type Group, type TenantDirectory } from "./directory.ts";
import { DEFAULT_USER_PROPERTIES, type User } from "./user.ts";

type UserShape = Shape<Graph.User>;

const READ_USERS = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
const READ_GROUPS = ["Group.Read.All", "GroupMember.Read.All", "Directory.Read.All"];
const LIST = ["$select", "$filter", "$top", "$skiptoken", "$count"] as const;

const FILTERABLE = [
  "id",
  "displayName",
  "userPrincipalName",
  "mail",
  "mailNickname",
  "userType",
  "accountEnabled",
  "createdDateTime",
  "creationType",
  "department",
  "externalUserState",
  "givenName",
  "jobTitle",
  "surname",
];

export const directoryRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/users",
    permissions: { application: READ_USERS },
    source: "user-list",
    definition: "user",
    query: LIST,
    handle: (request) => {
      const directory = directoryOf(request);
      const { filter } = request.query;
      // The two look-ups that clients make for each of thousands of users must not read all of them.
      const key = equalTo(filter, "userPrincipalName") ?? equalTo(filter, "id");
      const found = key === null ? null : directory.findUser(key);
      return request.page<User>({
        items: key === null ? directory.users() : found === null ? [] : [found],
        toJson: userJson,
        context: "users",
        filterable: FILTERABLE,
        defaults: DEFAULT_USER_PROPERTIES,
        ignoreCase: true,
        isDirectory: true,
      });
    },
  }),
  defineRoute({
    method: "GET",
    path: "/users/{userId}",
    permissions: { application: READ_USERS },
    source: "user-get",
    definition: "user",
    handle: (request) => {
      const user = requireUser(request, request.param("userId"));
      return {
        status: 200,
        body: {
          "@odata.context": request.odataContext("users/$entity"),
          ...project(userJson(user), request.query.select, DEFAULT_USER_PROPERTIES),
        },
      };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/directory/deletedItems/graph.user",
    permissions: { application: READ_USERS },
    source: "directory-deleteditems-list",
    definition: "user",
    query: LIST,
    handle: (request) =>
      request.page<User>({
        items: directoryOf(request).deletedUsers(),
        toJson: userJson,
        context: "users",
        filterable: FILTERABLE,
        ignoreCase: true,
        isDirectory: true,
      }),
  }),
  defineRoute({
    method: "GET",
    path: "/groups",
    permissions: { application: READ_GROUPS },
    source: "group-list",
    definition: "group",
    query: LIST,
    handle: (request) =>
      request.page<Group>({
        items: directoryOf(request).groups(),
        toJson: groupJson,
        context: "groups",
        filterable: ["id", "displayName", "mailNickname", "securityEnabled", "mailEnabled"],
        ignoreCase: true,
        isDirectory: true,
      }),
  }),
  defineRoute({
    method: "GET",
    path: "/groups/{groupId}",
    permissions: { application: READ_GROUPS },
    source: "group-get",
    definition: "group",
    handle: (request) => ({
      status: 200,
      body: {
        "@odata.context": request.odataContext("groups/$entity"),
        ...groupJson(requireGroup(request)),
      },
    }),
  }),
  membersRoute("/groups/{groupId}/members", "directoryObjects"),
  membersRoute("/groups/{groupId}/members/graph.user", "users"),
  defineRoute({
    method: "GET",
    path: "/organization",
    permissions: { application: ["Organization.Read.All", "Directory.Read.All"] },
    source: "organization-list",
    definition: "organization",
    handle: (request) =>
      request.page<EstateTenant>({
        items: [tenantOf(request)],
        toJson: organizationJson,
        context: "organization",
      }),
  }),
  defineRoute({
    method: "GET",
    path: "/tenantRelationships/findTenantInformationByTenantId(tenantId='{tenantId}')",
    permissions: { application: ["CrossTenantInformation.ReadBasic.All"] },
    source: "tenantrelationship-findtenantinformationbytenantid",
    definition: "tenantInformation",
    handle: (request) =>
      tenantInformation(request, request.world.estate.tenant(request.param("tenantId"))),
  }),
  defineRoute({
    method: "GET",
    path: "/tenantRelationships/findTenantInformationByDomainName(domainName='{domainName}')",
    permissions: { application: ["CrossTenantInformation.ReadBasic.All"] },
    source: "tenantrelationship-findtenantinformationbydomainname",
    definition: "tenantInformation",
    handle: (request) =>
      tenantInformation(request, request.world.estate.tenantOfDomain(request.param("domainName"))),
  }),
];

function membersRoute(path: string, context: string): Route {
  return defineRoute({
    method: "GET",
    path,
    permissions: { application: [...READ_GROUPS, "User.Read.All"] },
    source: "group-list-members",
    definition: "user",
    query: LIST,
    handle: (request) => {
      const members: Sequence<User> = directoryOf(request).members(requireGroup(request).id);
      return request.page<User>({
        items: members,
        toJson: (user) => ({ "@odata.type": "#microsoft.graph.user", ...userJson(user) }),
        context,
        filterable: FILTERABLE,
        defaults: DEFAULT_USER_PROPERTIES,
        ignoreCase: true,
        isDirectory: true,
      });
    },
  });
}

/** A live user by id or principal name; 404 in the directory's words otherwise. */
function requireUser(request: GraphRequest, idOrName: string): User {
  const user = directoryOf(request).findUser(idOrName);
  if (user === null) throw resourceNotFound(idOrName);
  return user;
}

function requireGroup(request: GraphRequest): Group {
  const group = directoryOf(request).findGroup(request.param("groupId"));
  if (group === null) throw resourceNotFound(request.param("groupId"));
  return group;
}

function directoryOf(request: GraphRequest): TenantDirectory {
  return directoryState.of(request).tenant(request.tenantId);
}

function tenantOf(request: GraphRequest): EstateTenant {
  const tenant = request.world.estate.tenant(request.tenantId);
  if (tenant === null) throw resourceNotFound(request.tenantId);
  return tenant;
}

export function userJson({ managerId: _relationship, ...user }: User) {
  return shapedAs<UserShape>()(user);
}

function groupJson(group: Group) {
  return shapedAs<Shape<Graph.Group>>()({
    ...group,
    deletedDateTime: null,
    groupTypes: [],
    mail: null,
    mailEnabled: false,
    membershipRule: null,
    proxyAddresses: [],
    visibility: null,
  });
}

function organizationJson(tenant: EstateTenant) {
  return shapedAs<Shape<Graph.Organization>>()({
    id: tenant.tenantId,
    displayName: tenant.displayName,
    tenantType: "AAD",
    countryLetterCode: "DE",
    verifiedDomains: [
      {
        capabilities: "Email, OfficeCommunicationsOnline",
        isDefault: true,
        isInitial: false,
        name: tenant.domain,
        type: "Managed",
      },
    ],
  });
}

function tenantInformation(request: GraphRequest, tenant: EstateTenant | null) {
  if (tenant === null) {
    throw new GraphError(
      404,
      "Directory_ObjectNotFound",
      "Unable to read the company information from the directory.",
    );
  }
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.tenantInformation"),
      ...shapedAs<Shape<Graph.TenantInformation>>()({
        tenantId: tenant.tenantId,
        displayName: tenant.displayName,
        defaultDomainName: tenant.domain,
        federationBrandName: null,
      }),
    },
  };
}
