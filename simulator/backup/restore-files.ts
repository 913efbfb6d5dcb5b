import type { ItemState, NewVersion } from "../content/content.ts";
import { changeGovernance, isSameGovernance } from "../content/governance.ts";
import { isSameContent, modificationOf, type ItemVersion } from "../content/item.ts";

/** Who made the versions that a restore writes. */
export const RESTORED_BY = "Microsoft 365 Backup";

function isSameItem(left: ItemVersion, right: ItemVersion): boolean {
  const [mine, theirs] = [modificationOf(left), modificationOf(right)];
  return (
    left.kind === right.kind &&
    left.parentId === right.parentId &&
    left.name === right.name &&
    isSameContent(left.content, right.content) &&
    isSameGovernance(left.governance, right.governance) &&
    mine.at === theirs.at &&
    mine.by === theirs.by
  );
}

function isSameState(left: ItemState, right: ItemState): boolean {
  return (
    isSameItem(left.item, right.item) &&
    left.versions.length === right.versions.length &&
    left.versions.every((version, index) => {
      const other = right.versions[index];
      return other !== undefined && (version === other || isSameItem(version, other));
    })
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
    governance: item.governance,
    createdAt: item.createdAt,
    by: RESTORED_BY,
    ...change,
  };
}

/**
 * In-place restore of a site or drive: a rollback to the exact state of the point's time, metadata, permissions, labels
 * and version histories included. Later items go, changed, renamed and moved ones come back, deleted ones reappear. What
 * did not change gets no new version. https://learn.microsoft.com/microsoft-365/backup/backup-restore-data
 */
export function planRollback(
  past: readonly ItemState[],
  current: readonly ItemState[],
  pointAt: number,
): NewVersion[] {
  const wanted = new Set(past.map(({ item }) => item.itemId));
  const present = new Map(current.map((state) => [state.item.itemId, state]));
  const versions: NewVersion[] = [];
  for (const { item } of current) {
    if (wanted.has(item.itemId)) continue;
    if (item.kind !== "root") versions.push(versionAgain(item, { isDeleted: true }));
    else if (item.governance !== undefined) {
      versions.push(versionAgain(item, { governance: undefined }));
    }
  }
  for (const state of past) {
    const now = present.get(state.item.itemId);
    if (now !== undefined && isSameState(state, now)) continue;
    const { at, by } = modificationOf(state.item);
    versions.push(versionAgain(state.item, { as: { kind: "rollback", to: pointAt, at, by } }));
  }
  return versions;
}

interface CopyOptions {
  readonly newItemId: () => string;
  /** With the version history of each file, or only as it was at the point. */
  readonly hasHistory: boolean;
}

/**
 * Restore to a new place: the state of the point's time as items with new ids; equal bytes are shared. Labels come along,
 * sharing does not: only the administrator can open a restored site.
 * https://learn.microsoft.com/graph/api/restoresessionbase-activate
 */
export function planCopy(
  past: readonly ItemState[],
  { newItemId, hasHistory }: CopyOptions,
): NewVersion[] {
  const items = past.filter(({ item }) => item.kind !== "root");
  const ids = new Map(items.map(({ item }) => [item.itemId, newItemId()]));
  return items.flatMap(({ item, versions }) => {
    const place = {
      itemId: ids.get(item.itemId) ?? newItemId(),
      parentId: item.parentId === null ? null : (ids.get(item.parentId) ?? null),
      governance: changeGovernance(item.governance, {
        permissions: null,
        isInheritanceBroken: null,
      }),
    };
    const last = versions.at(-1);
    const isLastOfHistory = last !== undefined && isSameItem(last, item);
    const made = hasHistory && item.kind === "file" ? versions : [];
    return [...made.slice(0, isLastOfHistory ? -1 : undefined), item].map((version) =>
      versionAgain(item, {
        ...place,
        content: version.content,
        as: { kind: "copy", ...modification(version) },
      }),
    );
  });
}

function modification(version: ItemVersion): { readonly at: number; readonly by: string } {
  const { at, by } = modificationOf(version);
  return { at, by };
}
