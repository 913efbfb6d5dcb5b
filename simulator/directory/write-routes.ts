import { z } from "zod";

import { GraphError, resourceNotFound } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import {
  directoryState,
  groupCreated,
  membershipChanged,
  userDeleted,
  userUpdated,
  type TenantDirectory,
} from "./directory.ts";
import { wakeEdges } from "../multitenant/synchronization-wake.ts";

const WRITE_USERS = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
const WRITE_GROUPS = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
const WRITE_MEMBERS = ["GroupMember.ReadWrite.All", ...WRITE_GROUPS];

const Text = z.string().max(256).nullable();
const UserChange = z.strictObject({
  accountEnabled: z.boolean().optional(),
  companyName: Text.optional(),
  department: Text.optional(),
  displayName: z.string().min(1).max(256).optional(),
  givenName: Text.optional(),
  jobTitle: Text.optional(),
  mobilePhone: Text.optional(),
  officeLocation: Text.optional(),
  showInAddressList: z.boolean().nullable().optional(),
  surname: Text.optional(),
  usageLocation: z.string().length(2).optional(),
  userType: z.enum(["Member", "Guest"]).optional(),
});
const NewGroup = z.strictObject({
  displayName: z.string().min(1).max(256),
  description: Text.optional(),
  mailEnabled: z.literal(false),
  mailNickname: z.string().min(1).max(64),
  securityEnabled: z.literal(true),
  groupTypes: z.array(z.never()).optional(),
});
const Reference = z.strictObject({ "@odata.id": z.string().min(1) });

export const directoryWriteRoutes: readonly Route[] = [
  defineRoute({
    method: "PATCH",
    path: "/users/{userId}",
    permissions: { application: WRITE_USERS },
    source: "user-update",
    handle: (request) => {
      const user = directoryOf(request).findUser(request.param("userId"));
      if (user === null) throw resourceNotFound(request.param("userId"));
      const changes = request.parse(UserChange, "Request_BadRequest");
      request.emit(userUpdated, { id: user.id, changes: withoutUndefined(changes) });
      wakeEdges(request, [request.tenantId]);
      return { status: 204 };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/users/{userId}",
    permissions: { application: WRITE_USERS },
    source: "user-delete",
    handle: (request) => {
      const user = directoryOf(request).findUser(request.param("userId"));
      if (user === null) throw resourceNotFound(request.param("userId"));
      request.emit(userDeleted, { id: user.id });
      wakeEdges(request, [request.tenantId]);
      return { status: 204 };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/directory/deletedItems/{userId}/restore",
    permissions: { application: ["User.DeleteRestore.All", ...WRITE_USERS] },
    source: "directory-deleteditems-restore",
    definition: "directoryObject",
    handle: (request) => {
      const user = directoryOf(request).findAnyUser(request.param("userId"));
      if (user === null || user.deletedDateTime === null) {
        throw resourceNotFound(request.param("userId"));
      }
      request.emit(userDeleted, { id: user.id, restored: true });
      wakeEdges(request, [request.tenantId]);
      return {
        status: 200,
        body: {
          "@odata.context": request.odataContext("directoryObjects/$entity"),
          "@odata.type": "#microsoft.graph.user",
          id: user.id,
          displayName: user.displayName,
          userPrincipalName: user.userPrincipalName,
        },
      };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/groups",
    permissions: { application: WRITE_GROUPS },
    source: "group-post-groups",
    definition: "group",
    handle: createGroup,
  }),
  defineRoute({
    method: "POST",
    path: "/groups/{groupId}/members/$ref",
    permissions: { application: WRITE_MEMBERS },
    source: "group-post-members",
    handle: addMember,
  }),
  defineRoute({
    method: "DELETE",
    path: "/groups/{groupId}/members/{userId}/$ref",
    permissions: { application: WRITE_MEMBERS },
    source: "group-delete-members",
    handle: (request) => {
      const groupId = requireGroupId(request);
      const userId = request.param("userId").toLowerCase();
      if (!directoryOf(request).isMember(groupId, userId)) throw resourceNotFound(userId);
      request.emit(membershipChanged, { groupId, userId, isMember: false });
      wakeEdges(request, [request.tenantId]);
      return { status: 204 };
    },
  }),
];

function createGroup(request: GraphRequest): GraphResponse {
  const input = request.parse(NewGroup, "Request_BadRequest");
  const group = {
    id: request.newId(),
    displayName: input.displayName,
    description: input.description ?? null,
    mailNickname: input.mailNickname,
    createdDateTime: iso(request.now),
    securityEnabled: true,
  };
  request.emit(groupCreated, { group });
  return {
    status: 201,
    body: {
      "@odata.context": request.odataContext("groups/$entity"),
      ...group,
      groupTypes: [],
      mailEnabled: false,
    },
  };
}

function addMember(request: GraphRequest): GraphResponse {
  const groupId = requireGroupId(request);
  const reference = request.parse(Reference, "Request_BadRequest")["@odata.id"];
  const id = /\/(?:directoryObjects|users)\/([^/]+)$/.exec(reference)?.[1] ?? "";
  const user = directoryOf(request).findUser(id);
  if (user === null) throw resourceNotFound(id);
  if (directoryOf(request).isMember(groupId, user.id)) {
    throw new GraphError(
      400,
      "Request_BadRequest",
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  }
  request.emit(membershipChanged, { groupId, userId: user.id, isMember: true });
  wakeEdges(request, [request.tenantId]);
  return { status: 204 };
}

function requireGroupId(request: GraphRequest): string {
  const group = directoryOf(request).findGroup(request.param("groupId"));
  if (group === null) throw resourceNotFound(request.param("groupId"));
  return group.id;
}

function directoryOf(request: GraphRequest): TenantDirectory {
  return directoryState.of(request).tenant(request.tenantId);
}

/** Only what was given: `exactOptionalPropertyTypes` tells an absent property from an undefined one. */
function withoutUndefined<T extends object>(
  changes: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
