import type { Governance } from "./governance.ts";

/** Where content lives: a mailbox or OneDrive by its user's id, a site by its site collection's GUID. */
export interface Container {
  readonly tenantId: string;
  readonly kind: "mailbox" | "drive" | "site";
  readonly id: string;
}

/** What an item consists of. Bytes are made on demand; equal references are equal bytes, so copies share them. */
export type ContentReference =
  | { readonly kind: "text" | "random"; readonly key: string; readonly size: number }
  | { readonly kind: "blob"; readonly hash: string; readonly size: number };

export interface Recipient {
  readonly address: string;
  readonly name: string;
}

/** A file that a message carries. */
export interface MessageAttachment {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly isInline: boolean;
  readonly content: ContentReference;
}

/** What a message has besides its subject and body. What is left out is empty, normal or not there. */
export interface MessageFields {
  readonly from: string;
  readonly fromName: string;
  readonly to: readonly Recipient[];
  readonly cc?: readonly Recipient[];
  readonly bcc?: readonly Recipient[];
  readonly replyTo?: readonly Recipient[];
  /** Unix milliseconds. */
  readonly sentAt: number;
  readonly isRead: boolean;
  readonly isDraft: boolean;
  readonly internetMessageId: string;
  readonly importance?: "low" | "high";
  readonly categories?: readonly string[];
  readonly flag?: "flagged" | "complete";
  readonly attachments?: readonly MessageAttachment[];
}

/**
 * What only one version says of itself and the next does not take over. `at` and `by` are the last modification that
 * the item shows, because none of these is one:
 * sharing: who may see the item changed; rollback: it is again what it was at `to`, with the version history of then;
 * copy: it was brought here from elsewhere; purge: it was deleted past the recycle bin.
 */
export type VersionMark = { readonly at: number; readonly by: string } & (
  | { readonly kind: "sharing" | "copy" | "purge" }
  | { readonly kind: "rollback"; readonly to: number }
);

/**
 * One item as it was from one instant on. Versions are never changed, only followed by others. The root of a drive is an
 * item once somebody shared it; lists of items leave it out.
 */
export interface ItemVersion {
  /** Stays the same over edits, renames and moves. */
  readonly itemId: string;
  readonly kind: "folder" | "file" | "mailFolder" | "message" | "root";
  /** Item of the parent folder; null: the root of the drive or mailbox. */
  readonly parentId: string | null;
  /** File or folder name; subject of a message. */
  readonly name: string;
  /** Null for folders. */
  readonly content: ContentReference | null;
  readonly isDeleted: boolean;
  /** When this version came to be, Unix milliseconds. */
  readonly at: number;
  /** When the item came to be, Unix milliseconds. */
  readonly createdAt: number;
  /** Display name of who made this version. */
  readonly by: string;
  /** Only for messages. */
  readonly message: MessageFields | null;
  /** Sharing and labels; left out when the item has neither. */
  readonly governance?: Governance | undefined;
  readonly mark?: VersionMark | undefined;
}

/** When and by whom an item was last modified, as it shows it. */
export function modificationOf(version: ItemVersion): {
  readonly at: number;
  readonly by: string;
} {
  return version.mark ?? version;
}

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

export function containerKey(container: Container): string {
  return `${container.tenantId}/${container.kind}/${container.id}`;
}
