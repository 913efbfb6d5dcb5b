import type { Drive, DriveItem, Site as SiteEntity } from "@microsoft/microsoft-graph-types";

import type { BlobStore } from "./blob-store.ts";
import { bytesOf, contentState } from "./content.ts";
import { editionsOf } from "./item-history.ts";
import { modificationOf, type ItemVersion } from "./item.ts";
import { quickXorHash } from "./quick-xor-hash.ts";
import { rootItemId } from "./seeded-items.ts";
import type { Site } from "./site.ts";
import { iso } from "../core/iso.ts";
import type { World } from "../core/world.ts";

interface Source {
  readonly world: World;
  readonly blobs: BlobStore;
  readonly now: number;
}

/** A terabyte, what a person's OneDrive and a small tenant's site may hold. */
const QUOTA_BYTES = 1_099_511_627_776;
/** Both stages of the recycle bin together. https://learn.microsoft.com/sharepoint/manage-recycle-bin */
const RECYCLE_BIN_MS = 93 * 24 * 60 * 60_000;

const MIME_TYPES: Readonly<Record<string, string>> = {
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  pdf: "application/pdf",
  txt: "text/plain",
};

export function siteJson(site: Site): Record<string, unknown> {
  const url = new URL(site.webUrl);
  return {
    id: site.id,
    createdDateTime: site.createdDateTime,
    lastModifiedDateTime: site.createdDateTime,
    displayName: site.displayName,
    name: site.name,
    webUrl: site.webUrl,
    isPersonalSite: site.isPersonalSite,
    root: {},
    siteCollection: { hostname: url.host },
  } satisfies SiteEntity;
}

export function driveJson(source: Source, site: Site): Record<string, unknown> {
  return {
    id: site.driveId,
    name: site.isPersonalSite ? "OneDrive" : "Documents",
    description: "",
    createdDateTime: site.createdDateTime,
    webUrl: libraryUrl(site),
    driveType: driveTypeOf(site),
    owner:
      site.ownerId === null
        ? { group: { displayName: site.displayName } }
        : { user: { id: site.ownerId, displayName: site.displayName } },
    quota: quotaOf(source, site),
  } satisfies Omit<Drive, "owner"> & { owner: object };
}

/** Only the size of the recycle bin shows in Graph v1.0, not what is in it. */
export function quotaOf(
  source: Omit<Source, "blobs">,
  site: Site,
): Readonly<Record<"deleted" | "used" | "remaining" | "total", number>> & {
  readonly state: "normal";
} {
  const content = contentState.of(source);
  const used = sizeOf(content.list(site.container));
  const deleted = sizeOf(
    content
      .deleted(site.container)
      .filter(({ at, mark }) => mark?.kind !== "purge" && at > source.now - RECYCLE_BIN_MS),
  );
  const remaining = Math.max(0, QUOTA_BYTES - used - deleted);
  return { deleted, used, remaining, state: "normal", total: QUOTA_BYTES };
}

function sizeOf(items: readonly ItemVersion[]): number {
  return items.reduce((total, item) => total + (item.content?.size ?? 0), 0);
}

/** The top folder of a drive. */
export function rootJson(source: Source, site: Site): Record<string, unknown> {
  const children = contentState.of(source).children(site.container, null);
  return {
    id: rootItemId(site.container),
    name: "root",
    createdDateTime: site.createdDateTime,
    lastModifiedDateTime: iso(
      Math.max(
        Date.parse(site.createdDateTime),
        ...children.map((child) => modificationOf(child).at),
      ),
    ),
    webUrl: libraryUrl(site),
    size: 0,
    parentReference: { driveId: site.driveId, driveType: driveTypeOf(site), siteId: site.siteId },
    folder: { childCount: children.length },
    root: {},
  } satisfies DriveItem;
}

export function driveItemJson(
  source: Source,
  site: Site,
  item: ItemVersion,
): Record<string, unknown> {
  const content = contentState.of(source);
  const path = folderPath(source, site, item.parentId);
  const modified = modificationOf(item);
  const when = { createdDateTime: iso(item.createdAt), lastModifiedDateTime: iso(modified.at) };
  const [first = item] = content.history(site.container, item.itemId);
  return {
    id: item.itemId,
    name: item.name,
    ...when,
    ...tagsOf(source, site, item),
    webUrl: `${libraryUrl(site)}${encodePath(`${path}/${item.name}`)}`,
    createdBy: { user: { displayName: modificationOf(first).by } },
    lastModifiedBy: { user: { displayName: modified.by } },
    parentReference: {
      driveId: site.driveId,
      driveType: driveTypeOf(site),
      id: item.parentId ?? rootItemId(site.container),
      path: `/drives/${site.driveId}/root:${path}`,
      siteId: site.siteId,
    },
    fileSystemInfo: when,
    size: item.content?.size ?? 0,
    ...sharedFacet(item),
    ...(item.kind === "folder"
      ? {
          folder: {
            childCount: content.children(site.container, item.itemId).length,
          },
        }
      : {
          file: {
            mimeType: mimeTypeOf(item.name),
            hashes: { quickXorHash: checksumOf(source, item) },
          },
        }),
  } satisfies DriveItem;
}

/** What an item that is shared by itself says of that: the widest scope. */
function sharedFacet({ governance }: ItemVersion): Pick<DriveItem, "shared"> {
  const permissions = governance?.permissions ?? [];
  if (permissions.length === 0) return {};
  const scopes = permissions.map(({ link }) => link?.scope ?? "users");
  const scope = (["anonymous", "organization"] as const).find((each) => scopes.includes(each));
  return { shared: { scope: scope ?? "users" } };
}

/** The eTag of an item and the cTag of its content; folders have no cTag. */
export function tagsOf(
  source: { readonly world: World },
  site: Site,
  item: ItemVersion,
): { readonly eTag: string; readonly cTag?: string } {
  const editions = editionsOf(contentState.of(source).history(site.container, item.itemId));
  const eTag = `"{${guidPart(item)}},${editions.item}"`;
  if (item.kind !== "file") return { eTag };
  return { eTag, cTag: `"c:{${guidPart(item)}},${editions.content}"` };
}

function checksumOf(source: Source, item: ItemVersion): string {
  const make = () => quickXorHash(bytesOf(source, item));
  return item.content === null ? make() : contentState.of(source).checksum(item.content, make);
}

/** What delta answers for an item that is gone. */
export function deletedItemJson(site: Site, item: ItemVersion): Record<string, unknown> {
  return {
    id: item.itemId,
    name: item.name,
    parentReference: {
      driveId: site.driveId,
      driveType: driveTypeOf(site),
      id: item.parentId ?? rootItemId(site.container),
    },
    deleted: { state: "deleted" },
  } satisfies DriveItem;
}

export function mimeTypeOf(name: string): string {
  const extension = name.split(".").at(-1)?.toLowerCase() ?? "";
  return MIME_TYPES[extension] ?? "application/octet-stream";
}

function folderPath(source: Source, site: Site, parentId: string | null): string {
  const names: string[] = [];
  let id = parentId;
  while (id !== null) {
    const folder = contentState.of(source).history(site.container, id).at(-1);
    if (folder === undefined) break;
    names.unshift(folder.name);
    id = folder.parentId;
  }
  return names.map((name) => `/${name}`).join("");
}

function guidPart(item: ItemVersion): string {
  return item.itemId.slice(2).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function libraryUrl(site: Site): string {
  return `${site.webUrl}/${site.isPersonalSite ? "Documents" : "Shared%20Documents"}`;
}

function driveTypeOf(site: Site): "business" | "documentLibrary" {
  return site.isPersonalSite ? "business" : "documentLibrary";
}
