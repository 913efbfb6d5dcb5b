import { z } from "zod";

import { GraphError, itemNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { appendVersions, contentState } from "./content.ts";
import {
  authorOf,
  checkMatch,
  freeName,
  itemAnswer,
  itemAt,
  newItemId,
  parentOf,
  refuseTakenName,
  requireById,
  requireFolderId,
  requireItem,
  writableDrive,
} from "./drive-items.ts";
import type { ContentReference, ItemVersion } from "./item.ts";
import { settingsOf } from "./retention-label.ts";
import type { Site } from "./site.ts";
import { DRIVE_PATHS } from "./site-routes.ts";

const WRITE = ["Files.ReadWrite.All", "Sites.ReadWrite.All"];

export const Name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^"*:<>?/\\|]+$/, 'A name must not contain " * : < > ? / \\ |.');
const NewFolder = z.strictObject({
  name: Name,
  folder: z.strictObject({}),
  "@microsoft.graph.conflictBehavior": z.enum(["fail", "rename"]).default("fail"),
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
    ...[
      `${drive}/items/{itemId}/content`,
      `${drive}/root:/{path}:/content`,
      `${drive}/items/{itemId}:/{path}:/content`,
    ].map((path) =>
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
      handle: (request) => deleteItem(request, false),
    }),
    defineRoute({
      method: "POST",
      path: `${drive}/items/{itemId}/permanentDelete`,
      permissions,
      source: "driveitem-permanentdelete",
      handle: (request) => deleteItem(request, true),
    }),
  ];
}

function createFolder(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const parentId = parentOf(request, site);
  const input = request.parse(NewFolder, "invalidRequest");
  const isRenamed = input["@microsoft.graph.conflictBehavior"] === "rename";
  const name = isRenamed ? freeName(request, site, parentId, input.name) : input.name;
  refuseTakenName(request, site, { parentId, name, except: null });
  const itemId = newItemId(request);
  appendVersions(request, site.container, [
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
  if (request.params["path"] === undefined) {
    const item = requireItem(request, site);
    checkMatch(request, site, item);
    return putContent(request, site, { existing: item, content });
  }
  const target = targetOf(request, site);
  if (target.existing !== null) checkMatch(request, site, target.existing);
  return putContent(request, site, { ...target, content });
}

/** Where a file named by a path is or would be. */
export interface FileTarget {
  readonly parentId: string | null;
  readonly name: string;
  readonly existing: ItemVersion | null;
}

/** The target of `root:/{path}:` or `items/{itemId}:/{path}:`; the folder must exist. */
export function targetOf(request: GraphRequest, site: Site): FileTarget {
  const { itemId } = request.params;
  const base = itemId === undefined ? null : requireFolderId(request, site, itemId);
  const names = request.param("path").split("/");
  const name = Name.safeParse(names.pop());
  if (!name.success) throw new GraphError(400, "invalidRequest", "The file name is not valid.");
  const folder = names.length === 0 ? null : itemAt(request, site, names.join("/"), base);
  if (names.length > 0 && folder?.kind !== "folder") throw itemNotFound();
  const existing = itemAt(request, site, request.param("path"), base);
  return { parentId: folder?.itemId ?? base, name: name.data, existing };
}

/** Writes the content of a new or an existing file and answers with it. */
export function putContent(
  request: GraphRequest,
  site: Site,
  file: Partial<FileTarget> & {
    readonly existing: ItemVersion | null;
    readonly content: ContentReference;
  },
): GraphResponse {
  const { existing, content, parentId = null, name = "" } = file;
  if (existing === null) {
    const itemId = newItemId(request);
    appendVersions(request, site.container, [
      { itemId, kind: "file", parentId, name, content, by: authorOf(request) },
    ]);
    return itemAnswer(request, site, requireById(request, site, itemId), 201);
  }
  if (existing.kind === "folder") {
    throw file.name === undefined
      ? new GraphError(400, "invalidRequest", "A folder has no content.")
      : new GraphError(409, "nameAlreadyExists", "A folder has this name.");
  }
  refuseRecord(existing, "isContentUpdateAllowed");
  appendVersions(request, site.container, [
    { ...existing, content, by: authorOf(request), at: request.now },
  ]);
  return itemAnswer(request, site, requireById(request, site, existing.itemId), 200);
}

function changeItem(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireItem(request, site);
  checkMatch(request, site, item);
  const change = request.parse(Change, "invalidRequest");
  refuseRecord(item, "isMetadataUpdateAllowed");
  const wanted = change.parentReference?.id;
  const parentId = wanted === undefined ? item.parentId : requireFolderId(request, site, wanted);
  if (isInside(request, site, item, parentId)) {
    throw new GraphError(400, "invalidRequest", "A folder cannot be moved into itself.");
  }
  const name = change.name ?? item.name;
  refuseTakenName(request, site, { parentId, name, except: item.itemId });
  appendVersions(request, site.container, [
    { ...item, name, parentId, by: authorOf(request), at: request.now },
  ]);
  return itemAnswer(request, site, requireById(request, site, item.itemId), 200);
}

/** A deleted item can still be found in the recycle bin by people, a permanently deleted one cannot. */
function deleteItem(request: GraphRequest, isPermanent: boolean): GraphResponse {
  const site = writableDrive(request);
  const item = requireItem(request, site);
  checkMatch(request, site, item);
  const content = contentState.of(request);
  const doomed = [item];
  for (const { itemId } of doomed) doomed.push(...content.children(site.container, itemId));
  for (const each of doomed) refuseRecord(each, "isDeleteAllowed");
  const [at, by] = [request.now, authorOf(request)];
  appendVersions(
    request,
    site.container,
    doomed.map((version) => ({
      ...version,
      isDeleted: true,
      at,
      by,
      ...(isPermanent ? { as: { kind: "purge" as const, at, by } } : {}),
    })),
  );
  return { status: 204 };
}

/** A record stays as it is. https://learn.microsoft.com/purview/records-management */
export function refuseRecord(
  { governance }: ItemVersion,
  deed: "isContentUpdateAllowed" | "isMetadataUpdateAllowed" | "isDeleteAllowed",
): void {
  const label = governance?.retentionLabel;
  if (label !== undefined && settingsOf(label)[deed] === false) {
    throw new GraphError(
      423,
      "resourceLocked",
      `The retention label '${label.name}' forbids this.`,
    );
  }
}

function isInside(
  request: GraphRequest,
  site: Site,
  item: ItemVersion,
  folderId: string | null,
): boolean {
  for (let id = folderId; id !== null;) {
    if (id === item.itemId) return true;
    id = contentState.of(request).read(site.container, id)?.parentId ?? null;
  }
  return false;
}
