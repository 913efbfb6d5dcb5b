import { itemNotFound } from "../core/graph-error.ts";
import type { GraphRequest, GraphResponse } from "../core/route.ts";
import { bytesOf, contentState } from "./content.ts";
import { driveItemJson, mimeTypeOf } from "./drive-json.ts";
import type { ItemVersion } from "./item.ts";
import { rootItemId } from "./seeded-items.ts";
import type { Site } from "./site.ts";

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

export interface NumberedVersion {
  readonly id: string;
  readonly version: ItemVersion;
}

/** Versions with different content, newest first; a rename makes none. */
export function numberedVersions(
  request: GraphRequest,
  site: Site,
  item: ItemVersion,
): NumberedVersion[] {
  const kept: ItemVersion[] = [];
  for (const version of contentState.of(request).history(site.container, item.itemId)) {
    const before = kept.at(-1);
    if (version.isDeleted) continue;
    if (JSON.stringify(before?.content) === JSON.stringify(version.content)) continue;
    kept.push(version);
  }
  return kept.map((version, index) => ({ id: `${index + 1}.0`, version })).reverse();
}

export function requireItem(request: GraphRequest, site: Site): ItemVersion {
  const path = request.params["path"];
  if (path === undefined) return requireById(request, site, request.param("itemId"));
  const item = itemAt(request, site, path);
  if (item === null) throw itemNotFound();
  return item;
}

export function requireById(request: GraphRequest, site: Site, itemId: string): ItemVersion {
  const item = contentState.of(request).read(site.container, itemId);
  if (item === null) throw itemNotFound();
  return item;
}

export function itemAt(request: GraphRequest, site: Site, path: string): ItemVersion | null {
  const items = contentState.of(request).list(site.container);
  let found: ItemVersion | undefined;
  for (const name of path.split("/")) {
    const parentId: string | null = found?.itemId ?? null;
    found = items.find(
      (item) => item.parentId === parentId && item.name.toLowerCase() === name.toLowerCase(),
    );
    if (found === undefined) return null;
  }
  return found ?? null;
}

/** The folder that a children route names; null is the root. */
export function parentOf(request: GraphRequest, site: Site): string | null {
  const { itemId, path } = request.params;
  if (path === undefined && (itemId === undefined || itemId === rootItemId(site.container))) {
    return null;
  }
  const folder = requireItem(request, site);
  if (folder.kind !== "folder") throw itemNotFound();
  return folder.itemId;
}
