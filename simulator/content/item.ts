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

interface MessageFields {
  readonly from: string;
  readonly fromName: string;
  readonly to: readonly { readonly address: string; readonly name: string }[];
  /** Unix milliseconds. */
  readonly sentAt: number;
  readonly isRead: boolean;
  readonly isDraft: boolean;
  readonly internetMessageId: string;
}

/** One item as it was from one instant on. Versions are never changed, only followed by others. */
export interface ItemVersion {
  /** Stays the same over edits, renames and moves. */
  readonly itemId: string;
  readonly kind: "folder" | "file" | "mailFolder" | "message";
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
}

export function containerKey(container: Container): string {
  return `${container.tenantId}/${container.kind}/${container.id}`;
}
