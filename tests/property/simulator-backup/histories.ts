import * as fc from "fast-check";
import type { NewVersion } from "../../../simulator/content/content.ts";
import type { ItemVersion } from "../../../simulator/content/item.ts";

/** One random thing that a person or an attacker does to a drive, a site or a mailbox. */
export type Change =
  | { readonly kind: "create"; readonly name: number; readonly isFolder: boolean }
  | { readonly kind: "overwrite" | "delete" | "read"; readonly pick: number }
  | { readonly kind: "rename"; readonly pick: number; readonly name: number }
  | { readonly kind: "move"; readonly pick: number; readonly into: number };

const pick = fc.nat({ max: 999 });
const name = fc.nat({ max: 99 });

export const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("create" as const), name, isFolder: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom("overwrite" as const, "delete" as const, "read" as const),
    pick,
  }),
  fc.record({ kind: fc.constant("rename" as const), pick, name }),
  fc.record({ kind: fc.constant("move" as const), pick, into: pick }),
);

/** What a change means for the items that exist; null when it means nothing. `serial` makes ids and bytes new. */
export function versionOf(
  change: Change,
  items: readonly ItemVersion[],
  serial: number,
  space: "files" | "mail",
): NewVersion | null {
  const [folderKind, leafKind] =
    space === "files" ? (["folder", "file"] as const) : (["mailFolder", "message"] as const);
  const folders = items.filter((item) => item.kind === folderKind);
  const content = { kind: "text" as const, key: `history/${serial}`, size: 20 + (serial % 50) };
  if (change.kind === "create") {
    const parent = folders[change.name % (folders.length + 1)];
    const isFolder = change.isFolder && change.name % 3 === 0;
    return {
      itemId: `01NEW${serial}`,
      kind: isFolder ? folderKind : leafKind,
      parentId: parent?.itemId ?? null,
      name: `new ${change.name}`,
      content: isFolder ? null : content,
      message: isFolder || space === "files" ? null : messageFields(serial),
      by: "Somebody",
    };
  }
  const item = items[change.pick % Math.max(1, items.length)];
  if (item === undefined) return null;
  const again: NewVersion = { ...item, by: "Somebody else" };
  delete (again as { at?: number }).at;
  switch (change.kind) {
    case "overwrite":
      return item.content === null ? null : { ...again, content };
    case "delete":
      return { ...again, isDeleted: true };
    case "read":
      return item.message === null
        ? null
        : { ...again, message: { ...item.message, isRead: !item.message.isRead } };
    case "rename":
      return { ...again, name: `renamed ${change.name}` };
    case "move": {
      const target = folders[change.into % (folders.length + 1)];
      return target?.itemId === item.itemId ? null : { ...again, parentId: target?.itemId ?? null };
    }
  }
}

function messageFields(serial: number): NonNullable<ItemVersion["message"]> {
  return {
    from: "a@contoso.example",
    fromName: "A",
    to: [{ address: "b@contoso.example", name: "B" }],
    sentAt: serial,
    isRead: false,
    isDraft: serial % 5 === 0,
    internetMessageId: `<${serial}@contoso.example>`,
  };
}
