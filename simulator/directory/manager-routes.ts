import { z } from "zod";

import { resourceNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type Route } from "../core/route.ts";
import { wakeEdges } from "../multitenant/synchronization-wake.ts";
import { directoryState, userUpdated } from "./directory.ts";
import { userJson } from "./routes.ts";
import { DEFAULT_USER_PROPERTIES, type User } from "./user.ts";
import { project } from "../odata/page.ts";

const READ = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
const WRITE = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
const MANAGER = "/users/{userId}/manager";

const Reference = z.strictObject({ "@odata.id": z.string().min(1) });

function findUser(request: GraphRequest, idOrName: string): User {
  const user = directoryState.of(request).tenant(request.tenantId).findUser(idOrName);
  if (user === null) throw resourceNotFound(idOrName);
  return user;
}

function setManager(request: GraphRequest, user: User, managerId: string | null) {
  request.emit(userUpdated, { id: user.id, changes: { managerId } });
  wakeEdges(request, [request.tenantId]);
  return { status: 204 };
}

/** The manager of a user: a relationship, which the user's own properties do not show. */
export const managerRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: MANAGER,
    permissions: { application: READ },
    source: "user-list-manager",
    definition: "user",
    handle: (request) => {
      const { managerId = null } = findUser(request, request.param("userId"));
      if (managerId === null) throw resourceNotFound("manager");
      const manager = findUser(request, managerId);
      return {
        status: 200,
        body: {
          "@odata.context": request.odataContext("directoryObjects/$entity"),
          "@odata.type": "#microsoft.graph.user",
          ...project(userJson(manager), request.query.select, DEFAULT_USER_PROPERTIES),
        },
      };
    },
  }),
  defineRoute({
    method: "PUT",
    path: `${MANAGER}/$ref`,
    permissions: { application: WRITE },
    source: "user-post-manager",
    handle: (request) => {
      const user = findUser(request, request.param("userId"));
      const reference = request.parse(Reference, "Request_BadRequest")["@odata.id"];
      const id = /\/(?:directoryObjects|users)\/([^/]+)$/.exec(reference)?.[1] ?? "";
      return setManager(request, user, findUser(request, id).id);
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${MANAGER}/$ref`,
    permissions: { application: WRITE },
    source: "user-delete-manager",
    handle: (request) => {
      const user = findUser(request, request.param("userId"));
      if ((user.managerId ?? null) === null) throw resourceNotFound("manager");
      return setManager(request, user, null);
    },
  }),
];
