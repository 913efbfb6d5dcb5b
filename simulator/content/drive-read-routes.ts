import { GraphError, itemNotFound } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { contentState } from "./content.ts";
import {
  contentAnswer,
  itemAnswer,
  numberedVersions,
  parentOf,
  requireItem,
  type NumberedVersion,
} from "./drive-items.ts";
import { deletedItemJson, driveItemJson, rootJson } from "./drive-json.ts";
import type { ItemVersion } from "./item.ts";
import { rootItemId } from "./seeded-items.ts";
import { DRIVE_PATHS, driveOf } from "./site-routes.ts";

const READ = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"];
const LIST = ["$select", "$top", "$skiptoken"] as const;

/** The same routes below each way to name a drive. */
export const driveReadRoutes: readonly Route[] = DRIVE_PATHS.flatMap((drive) => [
  ...itemRoutes(drive),
  ...historyRoutes(drive),
]);

function itemRoutes(drive: string): readonly Route[] {
  const permissions = { application: READ };
  return [
    defineRoute({
      method: "GET",
      path: `${drive}/root`,
      permissions,
      source: "driveitem-get",
      definition: "driveItem",
      handle: (request) => ({ status: 200, body: rootJson(request, driveOf(request)) }),
    }),
    ...[
      `${drive}/root/children`,
      `${drive}/items/{itemId}/children`,
      `${drive}/root:/{path}:/children`,
    ].map((path) =>
      defineRoute({
        method: "GET",
        path,
        permissions,
        source: "driveitem-list-children",
        definition: "driveItem",
        query: LIST,
        handle: listChildren,
      }),
    ),
    ...[`${drive}/items/{itemId}`, `${drive}/root:/{path}`].map((path) =>
      defineRoute({
        method: "GET",
        path,
        permissions,
        source: "driveitem-get",
        definition: "driveItem",
        handle: (request) => {
          const site = driveOf(request);
          return request.params["itemId"] === rootItemId(site.container)
            ? { status: 200, body: rootJson(request, site) }
            : itemAnswer(request, site, requireItem(request, site), 200);
        },
      }),
    ),
    ...[`${drive}/items/{itemId}/content`, `${drive}/root:/{path}:/content`].map((path) =>
      defineRoute({
        method: "GET",
        path,
        permissions,
        source: "driveitem-get-content",
        query: [],
        handle: (request) => {
          const item = requireItem(request, driveOf(request));
          if (item.content === null) throw itemNotFound();
          return contentAnswer(request, item);
        },
      }),
    ),
  ];
}

function historyRoutes(drive: string): readonly Route[] {
  const permissions = { application: READ };
  return [
    defineRoute({
      method: "GET",
      path: `${drive}/items/{itemId}/versions`,
      permissions,
      source: "driveitem-list-versions",
      definition: "driveItemVersion",
      query: LIST,
      handle: (request) => {
        const site = driveOf(request);
        return request.page<NumberedVersion>({
          items: numberedVersions(request, site, requireItem(request, site)),
          toJson: ({ id, version }) => ({
            id,
            lastModifiedDateTime: iso(version.at),
            lastModifiedBy: { user: { displayName: version.by } },
            size: version.content?.size ?? 0,
          }),
          context: "driveItemVersions",
        });
      },
    }),
    defineRoute({
      method: "GET",
      path: `${drive}/items/{itemId}/versions/{versionId}/content`,
      permissions,
      source: "driveitemversion-get-contents",
      query: [],
      handle: (request) => {
        const site = driveOf(request);
        const found = numberedVersions(request, site, requireItem(request, site)).find(
          ({ id }) => id === request.param("versionId"),
        );
        if (found === undefined) throw itemNotFound();
        return contentAnswer(request, found.version);
      },
    }),
    defineRoute({
      method: "GET",
      path: `${drive}/root/delta`,
      permissions,
      source: "driveitem-delta",
      definition: "driveItem",
      query: LIST,
      handle: listChanges,
    }),
  ];
}

function listChildren(request: GraphRequest): GraphResponse {
  const site = driveOf(request);
  const parentId = parentOf(request, site);
  return request.page<ItemVersion>({
    items: contentState
      .of(request)
      .list(site.container)
      .filter((item) => item.parentId === parentId),
    toJson: (item) => driveItemJson(request, site, item),
    context: "driveItems",
    pageSize: 200,
  });
}

function listChanges(request: GraphRequest): GraphResponse {
  const site = driveOf(request);
  const content = contentState.of(request);
  const arrivals = content.arrivals(site.container);
  const until = Number(request.query.raw.get("until") ?? arrivals.length);
  const token = request.query.raw.get("token");
  const isLatest = token === "latest";
  const since = token === null || isLatest ? null : Number(Buffer.from(token, "base64url"));
  if (Number.isNaN(since) || Number.isNaN(until)) {
    throw new GraphError(410, "resyncRequired", "The delta token is not valid; start again.");
  }
  const ids =
    since === null
      ? content.list(site.container).map((item) => item.itemId)
      : [...new Set(arrivals.slice(since).map((version) => version.itemId))];
  const { body } = request.page<string>({
    items: isLatest ? [] : ids,
    toJson: (id) => {
      const item = content.read(site.container, id);
      if (item !== null) return driveItemJson(request, site, item);
      const last = content.history(site.container, id).at(-1);
      return last === undefined ? { id } : deletedItemJson(site, last);
    },
    context: "driveItems",
    pageSize: 200,
  });
  const next = body["@odata.nextLink"];
  if (typeof next === "string") {
    const hasUntil = request.query.raw.has("until");
    return {
      status: 200,
      body: { ...body, "@odata.nextLink": hasUntil ? next : `${next}&until=${until}` },
    };
  }
  const mark = Buffer.from(String(until)).toString("base64url");
  return {
    status: 200,
    body: { ...body, "@odata.deltaLink": `${request.baseUrl}/v1.0${request.path}?token=${mark}` },
  };
}
