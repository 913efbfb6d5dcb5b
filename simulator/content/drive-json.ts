import type { BlobStore } from "./blob-store.ts";
import { bytesOf, contentState } from "./content.ts";
import type { ItemVersion } from "./item.ts";
import { quickXorHash } from "./quick-xor-hash.ts";
import { rootItemId } from "./seeded-items.ts";
import type { Site } from "./site.ts";
import { iso } from "../core/iso.ts";
import type { World } from "../core/world.ts";

interface Source {
  readonly world: World;
  readonly blobs: BlobStore;
}

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
  };
}

export function driveJson(site: Site): Record<string, unknown> {
  const driveType = driveTypeOf(site);
  return {
    id: site.driveId,
    name: site.isPersonalSite ? "OneDrive" : "Documents",
    description: "",
    createdDateTime: site.createdDateTime,
    webUrl: `${site.webUrl}/${site.isPersonalSite ? "Documents" : "Shared%20Documents"}`,
    driveType,
    owner:
      site.ownerId === null
        ? { group: { displayName: site.displayName } }
        : { user: { id: site.ownerId, displayName: site.displayName } },
    quota: { deleted: 0, remaining: 1_099_511_627_776, state: "normal", total: 1_099_511_627_776 },
  };
}

/** The top folder of a drive. */
export function rootJson(source: Source, site: Site): Record<string, unknown> {
  const children = contentState
    .of(source)
    .list(site.container)
    .filter((item) => item.parentId === null);
  return {
    id: rootItemId(site.container),
    name: "root",
    createdDateTime: site.createdDateTime,
    lastModifiedDateTime: iso(
      Math.max(Date.parse(site.createdDateTime), ...children.map((child) => child.at)),
    ),
    webUrl: driveJson(site)["webUrl"],
    size: 0,
    parentReference: { driveId: site.driveId, driveType: driveTypeOf(site), siteId: site.siteId },
    folder: { childCount: children.length },
    root: {},
  };
}

export function driveItemJson(
  source: Source,
  site: Site,
  item: ItemVersion,
): Record<string, unknown> {
  const content = contentState.of(source);
  const edition = content.history(site.container, item.itemId).length;
  const path = folderPath(source, site, item.parentId);
  const when = { createdDateTime: iso(item.createdAt), lastModifiedDateTime: iso(item.at) };
  return {
    id: item.itemId,
    name: item.name,
    ...when,
    eTag: eTagOf(item, edition),
    cTag: `"c:{${guidPart(item)}},${edition}"`,
    webUrl: `${String(driveJson(site)["webUrl"])}${encodePath(`${path}/${item.name}`)}`,
    createdBy: { user: { displayName: item.by } },
    lastModifiedBy: { user: { displayName: item.by } },
    parentReference: {
      driveId: site.driveId,
      driveType: driveTypeOf(site),
      id: item.parentId ?? rootItemId(site.container),
      path: `/drives/${site.driveId}/root:${path}`,
      siteId: site.siteId,
    },
    fileSystemInfo: when,
    size: item.content?.size ?? 0,
    ...(item.kind === "folder"
      ? {
          folder: {
            childCount: content
              .list(site.container)
              .filter((child) => child.parentId === item.itemId).length,
          },
        }
      : {
          file: {
            mimeType: mimeTypeOf(item.name),
            hashes: { quickXorHash: checksumOf(source, item) },
          },
        }),
  };
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
  };
}

export function eTagOf(item: ItemVersion, edition: number): string {
  return `"{${guidPart(item)}},${edition}"`;
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

function driveTypeOf(site: Site): "business" | "documentLibrary" {
  return site.isPersonalSite ? "business" : "documentLibrary";
}
