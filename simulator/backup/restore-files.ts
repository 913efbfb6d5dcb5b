import type { NewVersion } from "../content/content.ts";
import type { ContentReference, ItemVersion } from "../content/item.ts";

/** Who made the versions that a restore writes. */
export const RESTORED_BY = "Microsoft 365 Backup";

/** Whether two contents are the same bytes. */
export function isSameContent(
  left: ContentReference | null,
  right: ContentReference | null,
): boolean {
  if (left === null || right === null) return left === right;
  if (left.kind === "blob" || right.kind === "blob") {
    return left.kind === "blob" && right.kind === "blob" && left.hash === right.hash;
  }
  return left.kind === right.kind && left.key === right.key && left.size === right.size;
}

function isSameState(left: ItemVersion, right: ItemVersion): boolean {
  return (
    left.kind === right.kind &&
    left.parentId === right.parentId &&
    left.name === right.name &&
    isSameContent(left.content, right.content)
  );
}

/** The version that makes an item again what it was. */
export function versionAgain(item: ItemVersion, change: Partial<NewVersion> = {}): NewVersion {
  return {
    itemId: item.itemId,
    kind: item.kind,
    parentId: item.parentId,
    name: item.name,
    content: item.content,
    message: item.message,
    createdAt: item.createdAt,
    by: RESTORED_BY,
    ...change,
  };
}

/**
 * In-place restore of a site or drive: a rollback to the exact state of the point's time. Later items go, changed,
 * renamed and moved ones come back, deleted ones reappear. What did not change gets no new version.
 */
export function planRollback(
  past: readonly ItemVersion[],
  current: readonly ItemVersion[],
): NewVersion[] {
  const wanted = new Map(past.map((item) => [item.itemId, item]));
  const present = new Map(current.map((item) => [item.itemId, item]));
  const versions: NewVersion[] = [];
  for (const item of current) {
    if (!wanted.has(item.itemId)) versions.push(versionAgain(item, { isDeleted: true }));
  }
  for (const item of past) {
    const now = present.get(item.itemId);
    if (now === undefined || !isSameState(item, now)) versions.push(versionAgain(item));
  }
  return versions;
}

/** Restore to a new place: the state of the point's time as items with new ids; equal bytes are shared. */
export function planCopy(past: readonly ItemVersion[], newItemId: () => string): NewVersion[] {
  const ids = new Map(past.map((item) => [item.itemId, newItemId()]));
  return past.map((item) =>
    versionAgain(item, {
      itemId: ids.get(item.itemId) ?? newItemId(),
      parentId: item.parentId === null ? null : (ids.get(item.parentId) ?? null),
    }),
  );
}
