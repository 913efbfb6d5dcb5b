import { itemNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { contentState } from "./content.ts";
import { contentAnswer, itemAnswer, parentOf, requireItem } from "./drive-items.ts";
import { driveItemJson, rootJson } from "./drive-json.ts";
import type { ItemVersion } from "./item.ts";
import { rootItemId } from "./seeded-items.ts";
import { DRIVE_PATHS, driveOf } from "./site-routes.ts";

const READ = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"];
const LIST = ["$select", "$top", "$skiptoken"] as const;

/** The same routes below each way to name a drive. */
export const driveReadRoutes: readonly Route[] = DRIVE_PATHS.flatMap(itemRoutes);

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
    ...[`${drive}/items/{itemId}`, `${drive}/root:/{path}`, `${drive}/items/{itemId}:/{path}`].map(
      (path) =>
        defineRoute({
          method: "GET",
          path,
          permissions,
          source: "driveitem-get",
          definition: "driveItem",
          handle: (request) => {
            const site = driveOf(request);
            const { itemId, path: below } = request.params;
            return below === undefined && itemId === rootItemId(site.container)
              ? { status: 200, body: rootJson(request, site) }
              : itemAnswer(request, site, requireItem(request, site), 200);
          },
        }),
    ),
    ...[
      `${drive}/items/{itemId}/content`,
      `${drive}/root:/{path}:/content`,
      `${drive}/items/{itemId}:/{path}:/content`,
    ].map((path) =>
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

function listChildren(request: GraphRequest): GraphResponse {
  const site = driveOf(request);
  const parentId = parentOf(request, site);
  return request.page<ItemVersion>({
    items: contentState.of(request).children(site.container, parentId),
    toJson: (item) => driveItemJson(request, site, item),
    context: "driveItems",
    pageSize: 200,
  });
}
