import { GraphError, itemNotFound } from "../core/graph-error.ts";
import type { GraphRequest, GraphResponse } from "../core/route.ts";
import type { World } from "../core/world.ts";
import { bytesOf, contentState } from "./content.ts";
import { driveItemJson, mimeTypeOf, tagsOf } from "./drive-json.ts";
import type { ItemVersion } from "./item.ts";
import { rootItemId } from "./seeded-items.ts";
import type { Site } from "./site.ts";
import { driveOf } from "./site-routes.ts";

export function itemAnswer(
  request: GraphRequest,
  site: Site,
  item: ItemVersion,
  status: number,
): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("driveItems/$entity"),
      ...driveItemJson(request, site, item),
    },
  };
}

export function contentAnswer(request: GraphRequest, version: ItemVersion): GraphResponse {
  return {
    status: 200,
    bytes: bytesOf(request, version),
    headers: { "content-type": mimeTypeOf(version.name) },
  };
}

/** The file or folder that a path names: `items/{itemId}`, `root:/{path}` or `items/{itemId}:/{path}`. */
export function requireItem(request: GraphRequest, site: Site): ItemVersion {
  const { itemId, path } = request.params;
  if (path === undefined) return requireById(request, site, request.param("itemId"));
  const base = itemId === undefined ? null : requireFolderId(request, site, itemId);
  const item = itemAt(request, site, path, base);
  if (item === null) throw itemNotFound();
  return item;
}

/** Like `requireItem`, but takes the root of the drive for an item too: it can be shared. */
export function requireSharable(request: GraphRequest, site: Site): ItemVersion {
  const { itemId, path } = request.params;
  return path === undefined && itemId === rootItemId(site.container)
    ? rootOf(request, site)
    : requireItem(request, site);
}

/** The root of a drive as an item. */
export function rootOf(request: GraphRequest, site: Site): ItemVersion {
  const created = Date.parse(site.createdDateTime);
  return (
    contentState.of(request).root(site.container) ?? {
      itemId: rootItemId(site.container),
      kind: "root",
      parentId: null,
      name: "root",
      content: null,
      isDeleted: false,
      at: created,
      createdAt: created,
      by: site.displayName,
      message: null,
    }
  );
}

export function requireById(request: GraphRequest, site: Site, itemId: string): ItemVersion {
  const item = contentState.of(request).read(site.container, itemId);
  if (item === null || item.kind === "root") throw itemNotFound();
  return item;
}

/** The item at a path below a folder (null: the root), or null. */
export function itemAt(
  request: GraphRequest,
  site: Site,
  path: string,
  folderId: string | null = null,
): ItemVersion | null {
  const content = contentState.of(request);
  let parentId = folderId;
  let found: ItemVersion | undefined;
  for (const name of path.split("/")) {
    [found] = content.named(site.container, parentId, name);
    if (found === undefined) return null;
    parentId = found.itemId;
  }
  return found ?? null;
}

/** The folder that a children route names; null is the root. */
export function parentOf(request: GraphRequest, site: Site): string | null {
  const { itemId, path } = request.params;
  if (path === undefined)
    return itemId === undefined ? null : requireFolderId(request, site, itemId);
  const folder = requireItem(request, site);
  if (folder.kind !== "folder") throw itemNotFound();
  return folder.itemId;
}

/** A folder by the id that a request gives; null is the root. */
export function requireFolderId(request: GraphRequest, site: Site, itemId: string): string | null {
  if (itemId === rootItemId(site.container)) return null;
  const folder = requireById(request, site, itemId);
  if (folder.kind !== "folder") throw itemNotFound();
  return folder.itemId;
}

/** The drive of a request, if it may be written to. */
export function writableDrive(request: GraphRequest): Site {
  const site = driveOf(request);
  if (site.isReadOnly) throw new GraphError(403, "accessDenied", "The site is locked for writing.");
  return site;
}

export function refuseTakenName(
  request: GraphRequest,
  site: Site,
  place: {
    readonly parentId: string | null;
    readonly name: string;
    readonly except: string | null;
  },
): void {
  if (isTaken(request, site, place)) {
    throw new GraphError(409, "nameAlreadyExists", "The specified item name already exists.");
  }
}

/** A name that no item of a folder has: the wanted one, or with the first free number, `plan 1.docx`. */
export function freeName(
  source: { readonly world: World },
  site: Site,
  parentId: string | null,
  name: string,
): string {
  const [, stem = name, extension = ""] = /^(.*?)(\.[^.]*)?$/.exec(name) ?? [];
  for (let number = 0; ; number += 1) {
    const candidate = number === 0 ? name : `${stem} ${number}${extension}`;
    if (!isTaken(source, site, { parentId, name: candidate, except: null })) return candidate;
  }
}

function isTaken(
  source: { readonly world: World },
  site: Site,
  place: {
    readonly parentId: string | null;
    readonly name: string;
    readonly except: string | null;
  },
): boolean {
  return contentState
    .of(source)
    .named(site.container, place.parentId, place.name)
    .some(({ itemId }) => itemId !== place.except);
}

/**
 * `If-Match` and `If-None-Match` of a request that changes an item; the tag may be its eTag or its cTag.
 * https://learn.microsoft.com/graph/api/driveitem-update
 */
export function checkMatch(request: GraphRequest, site: Site, item: ItemVersion): void {
  const tags: readonly string[] = Object.values(tagsOf(request, site, item));
  const wanted = request.headers["if-match"];
  const unwanted = request.headers["if-none-match"];
  const isOther = wanted !== undefined && wanted !== "*" && !tags.includes(wanted);
  const isThis = unwanted !== undefined && (unwanted === "*" || tags.includes(unwanted));
  if (isOther || isThis) {
    throw new GraphError(412, "resourceModified", "The item has changed since it was read.");
  }
}

export function newItemId(request: GraphRequest): string {
  return `01${request.newId().replaceAll("-", "").toUpperCase()}`;
}

export function authorOf(request: GraphRequest): string {
  const { principal } = request;
  return principal.kind === "application" ? principal.appDisplayName : principal.userDisplayName;
}
