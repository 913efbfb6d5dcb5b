import type { NewVersion } from "../content/content.ts";
import { isSameContent, type ItemVersion, type MessageFields } from "../content/item.ts";
import { RESTORED_BY, versionAgain } from "./restore-files.ts";

/** What a mailbox restore will write. `folder` is the folder it had to make, if any. */
export interface MailboxPlan {
  readonly versions: readonly NewVersion[];
  readonly folder: { readonly id: string; readonly name: string } | null;
  readonly restoredItemCount: number;
}

/**
 * Items of a point that differ from now: deleted since, or with another subject, body, addressees, categories or
 * attachments. Read marks, flags, importance and moves (to Deleted Items too) are no versions, drafts are never backed
 * up, and what came later does not matter. https://learn.microsoft.com/microsoft-365/backup/backup-restore-data
 */
export function differingItems(
  past: readonly ItemVersion[],
  current: readonly ItemVersion[],
): ItemVersion[] {
  const present = new Map(current.map((item) => [item.itemId, item]));
  return past.filter((item) => {
    if (item.kind !== "message" || item.message?.isDraft === true) return false;
    const now = present.get(item.itemId);
    return now === undefined || !isSameMessage(item, now);
  });
}

function isSameMessage(left: ItemVersion, right: ItemVersion): boolean {
  return (
    left.name === right.name &&
    isSameContent(left.content, right.content) &&
    versionedFieldsOf(left.message) === versionedFieldsOf(right.message)
  );
}

/** Those fields of a message of which a change is backed up, as one text. */
function versionedFieldsOf(message: MessageFields | null): string {
  if (message === null) return "";
  const { from, to, cc = [], bcc = [], replyTo = [], categories = [], attachments = [] } = message;
  const addresses = [to, cc, bcc, replyTo].map((list) => list.map(({ address }) => address));
  const files = attachments.map(({ name, content }) => [
    name,
    content.kind === "blob" ? content.hash : content.key,
    content.size,
  ]);
  return JSON.stringify([from, addresses, categories, files]);
}

/**
 * In-place restore of a mailbox: differing items come back where they were, everything else stays untouched. An item
 * whose folder is gone goes into a new folder for recovered items.
 */
export function planMailboxInPlace(plan: {
  readonly past: readonly ItemVersion[];
  readonly current: readonly ItemVersion[];
  readonly folderName: string;
  readonly newItemId: () => string;
}): MailboxPlan {
  const items = differingItems(plan.past, plan.current);
  const folders = livingFolders(plan.current);
  const hasLost = items.some((item) => item.parentId !== null && !folders.has(item.parentId));
  const folder = hasLost ? { id: plan.newItemId(), name: plan.folderName } : null;
  const versions = items.map((item) =>
    versionAgain(item, {
      parentId:
        item.parentId === null || folders.has(item.parentId) ? item.parentId : (folder?.id ?? null),
    }),
  );
  return {
    versions: folder === null ? versions : [folderVersion("mailFolder", folder), ...versions],
    folder,
    restoredItemCount: items.length,
  };
}

/** Restore into a new folder: copies of the differing items; without any, nothing is made. */
export function planMailboxNewFolder(plan: {
  readonly past: readonly ItemVersion[];
  readonly current: readonly ItemVersion[];
  readonly folderName: string;
  readonly newItemId: () => string;
}): MailboxPlan {
  const items = differingItems(plan.past, plan.current);
  if (items.length === 0) return { versions: [], folder: null, restoredItemCount: 0 };
  const folder = { id: plan.newItemId(), name: plan.folderName };
  const copies = items.map((item) =>
    versionAgain(item, { itemId: plan.newItemId(), parentId: folder.id }),
  );
  return {
    versions: [folderVersion("mailFolder", folder), ...copies],
    folder,
    restoredItemCount: items.length,
  };
}

function livingFolders(current: readonly ItemVersion[]): Set<string> {
  return new Set(current.flatMap((item) => (item.kind === "mailFolder" ? [item.itemId] : [])));
}

/** A new folder at the root of a mailbox or a library. */
export function folderVersion(
  kind: "folder" | "mailFolder",
  folder: { readonly id: string; readonly name: string },
): NewVersion {
  return {
    itemId: folder.id,
    kind,
    parentId: null,
    name: folder.name,
    content: null,
    by: RESTORED_BY,
  };
}
