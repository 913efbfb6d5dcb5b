import type { UnifiedRoleAssignment } from "@microsoft/microsoft-graph-types";
import { z } from "zod";

import { GraphError, resourceNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { directoryState } from "./directory.ts";
import {
  DIRECTORY_ROLES,
  listRoleAssignments,
  roleEvents,
  type RoleAssignment,
} from "./role-assignment.ts";

const WRITE = ["RoleManagement.ReadWrite.Directory"];
const READ = ["RoleManagement.Read.Directory", ...WRITE];
const ASSIGNMENTS = "/roleManagement/directory/roleAssignments";

const NewAssignment = z.strictObject({
  principalId: z.guid(),
  roleDefinitionId: z.guid(),
  /** Only assignments for the whole tenant are simulated. */
  directoryScopeId: z.literal("/"),
});

const assignment = { definition: "unifiedRoleAssignment" } as const;

export const roleRoutes: readonly Route[] = [
  defineRoute({
    ...assignment,
    method: "GET",
    path: ASSIGNMENTS,
    permissions: { application: READ },
    source: "rbacapplication-list-roleassignments",
    query: ["$select", "$filter", "$top", "$skiptoken"],
    handle: (request) =>
      request.page<RoleAssignment>({
        items: listRoleAssignments(request),
        toJson: assignmentJson,
        context: "roleManagement/directory/roleAssignments",
        filterable: ["principalId", "roleDefinitionId", "directoryScopeId"],
      }),
  }),
  defineRoute({
    ...assignment,
    method: "POST",
    path: ASSIGNMENTS,
    permissions: { application: WRITE },
    source: "rbacapplication-post-roleassignments",
    handle: assign,
  }),
  defineRoute({
    ...assignment,
    method: "GET",
    path: `${ASSIGNMENTS}/{assignmentId}`,
    permissions: { application: READ },
    source: "unifiedroleassignment-get",
    handle: (request) => answer(request, requireAssignment(request), 200),
  }),
  defineRoute({
    method: "DELETE",
    path: `${ASSIGNMENTS}/{assignmentId}`,
    permissions: { application: WRITE },
    source: "unifiedroleassignment-delete",
    handle: (request) => {
      request.emit(roleEvents.roleUnassigned, { id: requireAssignment(request).id });
      return { status: 204 };
    },
  }),
];

function assign(request: GraphRequest): GraphResponse {
  const input = request.parse(NewAssignment, "Request_BadRequest");
  const principalId = input.principalId.toLowerCase();
  const roleDefinitionId = input.roleDefinitionId.toLowerCase();
  const isKnown = Object.values<string>(DIRECTORY_ROLES).includes(roleDefinitionId);
  const user = directoryState.of(request).tenant(request.tenantId).findUser(principalId);
  if (!isKnown) throw resourceNotFound(input.roleDefinitionId);
  if (user === null) throw resourceNotFound(input.principalId);
  const isThere = listRoleAssignments(request).some(
    (each) => each.principalId === principalId && each.roleDefinitionId === roleDefinitionId,
  );
  if (isThere) {
    throw new GraphError(
      400,
      "Request_BadRequest",
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  const made: RoleAssignment = { id: request.newId(), principalId, roleDefinitionId };
  request.emit(roleEvents.roleAssigned, { assignment: made });
  return answer(request, made, 201);
}

function requireAssignment(request: GraphRequest): RoleAssignment {
  const id = request.param("assignmentId");
  const found = listRoleAssignments(request).find((each) => each.id === id.toLowerCase());
  if (found === undefined) throw resourceNotFound(id);
  return found;
}

function answer(request: GraphRequest, found: RoleAssignment, status: number): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("roleManagement/directory/roleAssignments/$entity"),
      ...assignmentJson(found),
    },
  };
}

function assignmentJson(found: RoleAssignment): Record<string, unknown> {
  return {
    id: found.id,
    principalId: found.principalId,
    roleDefinitionId: found.roleDefinitionId,
    directoryScopeId: "/",
  } satisfies UnifiedRoleAssignment;
}
