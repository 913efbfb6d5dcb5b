import { z } from "zod";

import { GraphError, itemNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { appendVersions, contentState, type NewVersion } from "./content.ts";
import { itemAnswer, itemAt, parentOf, requireById, requireItem } from "./drive-items.ts";
import { eTagOf } from "./drive-json.ts";
import type { ItemVersion } from "./item.ts";
import { rootItemId } from "./seeded-items.ts";
import type { Site } from "./site.ts";
import { DRIVE_PATHS, driveOf } from "./site-routes.ts";

const WRITE = ["Files.ReadWrite.All", "Sites.ReadWrite.All"];

const Name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^"*:<>?/\\|]+$/, 'A name must not contain " * : < > ? / \\ |.');
const NewFolder = z.strictObject({
  name: Name,
  folder: z.strictObject({}),
  "@microsoft.graph.conflictBehavior": z.enum(["fail"]).optional(),
});
const Change = z.strictObject({
  name: Name.optional(),
  parentReference: z.strictObject({ id: z.string().min(1) }).optional(),
});

/** The same routes below each way to name a drive. */
export const driveWriteRoutes: readonly Route[] = DRIVE_PATHS.flatMap(writeRoutes);

function writeRoutes(drive: string): readonly Route[] {
  const permissions = { application: WRITE };
  return [
    ...[`${drive}/root/children`, `${drive}/items/{itemId}/children`].map((path) =>
      defineRoute({
        method: "POST",
        path,
        permissions,
        source: "driveitem-post-children",
        definition: "driveItem",
        handle: createFolder,
      }),
    ),
    ...[`${drive}/items/{itemId}/content`, `${drive}/root:/{path}:/content`].map((path) =>
      defineRoute({
        method: "PUT",
        path,
        permissions,
        source: "driveitem-put-content",
        definition: "driveItem",
        accepts: "bytes",
        handle: upload,
      }),
    ),
    defineRoute({
      method: "PATCH",
      path: `${drive}/items/{itemId}`,
      permissions,
      source: "driveitem-update",
      definition: "driveItem",
      handle: changeItem,
    }),
    defineRoute({
      method: "DELETE",
      path: `${drive}/items/{itemId}`,
      permissions,
      source: "driveitem-delete",
      handle: deleteItem,
    }),
  ];
}

function createFolder(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const parentId = parentOf(request, site);
  const { name } = request.parse(NewFolder, "invalidRequest");
  refuseTakenName(request, site, parentId, name, null);
  const itemId = newItemId(request);
  write(request, site, [
    { itemId, kind: "folder", parentId, name, content: null, by: authorOf(request) },
  ]);
  return itemAnswer(request, site, requireById(request, site, itemId), 201);
}

function upload(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const content = {
    kind: "blob",
    hash: request.blobs.put(request.bytes),
    size: request.bytes.length,
  } as const;
  const path = request.params["path"];
  if (path === undefined) {
    const item = requireItem(request, site);
    if (item.kind !== "file")
      throw new GraphError(400, "invalidRequest", "A folder has no content.");
    checkMatch(request, site, item);
    write(request, site, [{ ...item, content, by: authorOf(request), at: request.now }]);
    return itemAnswer(request, site, requireById(request, site, item.itemId), 200);
  }
  const names = path.split("/");
  const name = Name.safeParse(names.pop());
  if (!name.success) throw new GraphError(400, "invalidRequest", "The file name is not valid.");
  const parent = names.length === 0 ? null : itemAt(request, site, names.join("/"));
  const existing = itemAt(request, site, path);
  if (names.length > 0 && parent?.kind !== "folder") throw itemNotFound();
  if (existing?.kind === "folder") {
    throw new GraphError(409, "nameAlreadyExists", "A folder has this name.");
  }
  const itemId = existing?.itemId ?? newItemId(request);
  write(request, site, [
    {
      itemId,
      kind: "file",
      parentId: parent?.itemId ?? null,
      name: name.data,
      content,
      by: authorOf(request),
    },
  ]);
  const status = existing === null ? 201 : 200;
  return itemAnswer(request, site, requireById(request, site, itemId), status);
}

function changeItem(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireItem(request, site);
  checkMatch(request, site, item);
  const change = request.parse(Change, "invalidRequest");
  const wanted = change.parentReference?.id;
  const parentId =
    wanted === undefined
      ? item.parentId
      : wanted === rootItemId(site.container)
        ? null
        : requireById(request, site, wanted).itemId;
  const name = change.name ?? item.name;
  refuseTakenName(request, site, parentId, name, item.itemId);
  write(request, site, [{ ...item, name, parentId, by: authorOf(request), at: request.now }]);
  return itemAnswer(request, site, requireById(request, site, item.itemId), 200);
}

function deleteItem(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireItem(request, site);
  checkMatch(request, site, item);
  const all = contentState.of(request).list(site.container);
  const doomed = [item];
  for (const folder of doomed) {
    doomed.push(...all.filter((candidate) => candidate.parentId === folder.itemId));
  }
  write(
    request,
    site,
    doomed.map((version) => ({
      ...version,
      isDeleted: true,
      at: request.now,
      by: authorOf(request),
    })),
  );
  return { status: 204 };
}

function write(request: GraphRequest, site: Site, versions: readonly NewVersion[]): void {
  appendVersions(request, site.container, versions);
}

function writableDrive(request: GraphRequest): Site {
  const site = driveOf(request);
  if (site.isReadOnly) throw new GraphError(403, "accessDenied", "The site is locked for writing.");
  return site;
}

function refuseTakenName(
  request: GraphRequest,
  site: Site,
  parentId: string | null,
  name: string,
  except: string | null,
): void {
  const isTaken = contentState
    .of(request)
    .list(site.container)
    .some(
      (item) =>
        item.parentId === parentId &&
        item.itemId !== except &&
        item.name.toLowerCase() === name.toLowerCase(),
    );
  if (isTaken) {
    throw new GraphError(409, "nameAlreadyExists", "The specified item name already exists.");
  }
}

function checkMatch(request: GraphRequest, site: Site, item: ItemVersion): void {
  const wanted = request.headers["if-match"];
  if (wanted === undefined || wanted === "*") return;
  const edition = contentState.of(request).history(site.container, item.itemId).length;
  if (wanted !== eTagOf(item, edition)) {
    throw new GraphError(412, "resourceModified", "The item has changed since it was read.");
  }
}

function newItemId(request: GraphRequest): string {
  return `01${request.newId().replaceAll("-", "").toUpperCase()}`;
}

function authorOf(request: GraphRequest): string {
  const { principal } = request;
  return principal.kind === "application" ? principal.appDisplayName : principal.userDisplayName;
}
