import type { ItemVersion } from "../content/item.ts";
import type { Site } from "../content/site.ts";

/** Opaque to callers: `siteGuid,webGuid` for the site, then the library's GUID, then an item. */
export function itemKeyOf(site: Site, itemId: string | null): string {
  const library = `${site.siteId},${site.webId},${site.driveId}`;
  return itemId === null ? library : `${library},${itemId}`;
}

/** What an item key of this site names; null when it names nothing here. */
export function parseItemKey(
  site: Site,
  key: string,
): { readonly kind: "site" } | { readonly kind: "item"; readonly itemId: string | null } | null {
  if (key === `${site.siteId},${site.webId}`) return { kind: "site" };
  const library = itemKeyOf(site, null);
  if (key === library) return { kind: "item", itemId: null };
  return key.startsWith(`${library},`)
    ? { kind: "item", itemId: key.slice(library.length + 1) }
    : null;
}

/** An item with everything below it; for null all items. Parents come before children. */
export function subtreeOf(items: readonly ItemVersion[], rootId: string | null): ItemVersion[] {
  const children = new Map<string | null, ItemVersion[]>();
  for (const item of items) {
    const siblings = children.get(item.parentId) ?? [];
    siblings.push(item);
    children.set(item.parentId, siblings);
  }
  const root = items.find(({ itemId }) => itemId === rootId);
  const found: ItemVersion[] = rootId === null ? [...(children.get(null) ?? [])] : [];
  if (root !== undefined) found.push(root);
  const seen = new Set(found.map(({ itemId }) => itemId));
  for (const item of found) {
    for (const child of children.get(item.itemId) ?? []) {
      // Folders that a damaged history tied into a circle must not be walked for ever.
      if (seen.has(child.itemId)) continue;
      seen.add(child.itemId);
      found.push(child);
    }
  }
  return found;
}

/** The path of an item below its library, such as `/Projects/Plan.docx`. */
export function pathOf(items: ReadonlyMap<string, ItemVersion>, item: ItemVersion): string {
  const names: string[] = [];
  const seen = new Set<string>();
  let next: ItemVersion | undefined = item;
  while (next !== undefined && !seen.has(next.itemId)) {
    seen.add(next.itemId);
    names.unshift(next.name);
    next = next.parentId === null ? undefined : items.get(next.parentId);
  }
  return `/${names.join("/")}`;
}
