import { GraphError, itemNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type Route } from "../core/route.ts";
import { directoryState } from "../directory/directory.ts";
import { hasPlan } from "../directory/user.ts";
import type { Page, Sequence } from "../odata/page.ts";
import { driveJson, siteJson } from "./drive-json.ts";
import { findDriveOfUser, findSite, findSiteOfDrive, listSites, type Site } from "./site.ts";

const READ_SITES = ["Sites.Read.All", "Sites.ReadWrite.All"];
const READ_FILES = ["Files.Read.All", "Files.ReadWrite.All", ...READ_SITES];
const LIST = ["$select", "$filter", "$top", "$skiptoken"] as const;

/** The ways to name a drive. */
export const DRIVE_PATHS = [
  "/drives/{driveId}",
  "/users/{userId}/drive",
  "/sites/{siteId}/drive",
] as const;

export const siteRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/sites/getAllSites",
    permissions: { application: READ_SITES, delegated: null },
    source: "site-getallsites",
    definition: "site",
    query: LIST,
    handle: (request) => page(request, withPersonalSites(request)),
  }),
  defineRoute({
    method: "GET",
    path: "/sites",
    permissions: { application: READ_SITES },
    source: "site-search",
    definition: "site",
    query: [...LIST, "$search"],
    handle: (request) => {
      const words = request.query.search?.replaceAll('"', "").toLowerCase().trim();
      if (words === undefined || words === "") {
        throw new GraphError(400, "invalidRequest", "The search parameter is required.");
      }
      return page(request, matching(listSites(request, request.tenantId), words));
    },
  }),
  defineRoute({
    method: "GET",
    path: "/sites/{siteId}",
    permissions: { application: READ_SITES },
    source: "site-get",
    definition: "site",
    handle: (request) => answer(request, requireSite(request, request.param("siteId"))),
  }),
  defineRoute({
    method: "GET",
    path: "/sites/{host}:/{path}",
    permissions: { application: READ_SITES },
    source: "site-getbypath",
    definition: "site",
    handle: (request) => answer(request, siteByPath(request)),
  }),
  drivesRoute("/sites/{siteId}/drives", "drive-list", (request) =>
    requireSite(request, request.param("siteId")),
  ),
  drivesRoute("/sites/{host}:/{path}:/drives", "drive-list", siteByPath),
  drivesRoute("/users/{userId}/drives", "drive-list", driveOfUser),
  ...DRIVE_PATHS.map((path) =>
    defineRoute({
      method: "GET",
      path,
      permissions: { application: READ_FILES },
      source: "drive-get",
      definition: "drive",
      handle: (request) => ({
        status: 200,
        body: {
          "@odata.context": request.odataContext("drives/$entity"),
          ...driveJson(request, driveOf(request)),
        },
      }),
    }),
  ),
];

/** The site behind `/drives/{driveId}`, `/users/{userId}/drive` or `/sites/{siteId}/drive`. */
export function driveOf(request: GraphRequest): Site {
  const { driveId, siteId } = request.params;
  if (driveId !== undefined) {
    const site = findSiteOfDrive(request, request.tenantId, driveId);
    if (site === null) throw itemNotFound();
    return site;
  }
  return siteId === undefined ? driveOfUser(request) : requireSite(request, siteId);
}

function driveOfUser(request: GraphRequest): Site {
  const id = request.param("userId");
  const user = directoryState.of(request).tenant(request.tenantId).findUser(id);
  if (user === null) {
    throw new GraphError(404, "Request_ResourceNotFound", `Resource '${id}' does not exist.`);
  }
  const site = findDriveOfUser(request, request.tenantId, user.id);
  if (site === null) {
    throw new GraphError(404, "ResourceNotFound", "User's mysite not found.");
  }
  return site;
}

export function requireSite(request: GraphRequest, id: string): Site {
  const site = findSite(request, request.tenantId, id);
  if (site === null) throw itemNotFound();
  return site;
}

function siteByPath(request: GraphRequest): Site {
  return requireSite(request, `https://${request.param("host")}/${request.param("path")}`);
}

function drivesRoute(path: string, source: string, find: (request: GraphRequest) => Site): Route {
  return defineRoute({
    method: "GET",
    path,
    permissions: { application: READ_FILES },
    source,
    definition: "drive",
    query: LIST,
    handle: (request) =>
      request.page<Site>({
        items: [find(request)],
        toJson: (site) => driveJson(request, site),
        context: "drives",
      }),
  });
}

function page(request: GraphRequest, items: Sequence<Site>): Page {
  return request.page<Site>({
    items,
    toJson: siteJson,
    context: "sites",
    filterable: ["displayName", "name", "webUrl", "isPersonalSite", "createdDateTime"],
  });
}

function answer(request: GraphRequest, site: Site) {
  return {
    status: 200,
    body: { "@odata.context": request.odataContext("sites/$entity"), ...siteJson(site) },
  };
}

/** Sites first, then the OneDrives: the real list holds both and tells them apart by `isPersonalSite`. */
function withPersonalSites(request: GraphRequest): Sequence<Site> {
  const sites = listSites(request, request.tenantId);
  const users = directoryState.of(request).tenant(request.tenantId).users();
  return {
    length: sites.length + users.length,
    at: (index) => {
      if (index < sites.length) return sites.at(index);
      const user = users.at(index - sites.length);
      if (user === undefined || !hasPlan(user, "SharePoint")) return undefined;
      return findDriveOfUser(request, request.tenantId, user.id) ?? undefined;
    },
  };
}

function matching(sites: Sequence<Site>, words: string): Sequence<Site> {
  return {
    length: sites.length,
    at: (index) => {
      const site = sites.at(index);
      if (site === undefined || words === "*") return site;
      const text = `${site.displayName} ${site.webUrl}`.toLowerCase();
      return words.split(/\s+/).every((word) => text.includes(word.replace(/\*$/, "")))
        ? site
        : undefined;
    },
  };
}
