import { GraphError } from "../core/graph-error.ts";
import type { GraphRequest } from "../core/route.ts";
import { directoryState } from "../directory/directory.ts";
import { hasPlan, type User } from "../directory/user.ts";
import { contentState } from "./content.ts";
import type { Container, ItemVersion } from "./item.ts";
import { messageJson } from "./mail-json.ts";
import { WELL_KNOWN_FOLDERS, wellKnownFolderId, type WellKnownFolder } from "./seeded-items.ts";

/** How long a deleted message can be recovered unless an administrator says otherwise. https://learn.microsoft.com/exchange/policy-and-compliance/recoverable-items-folder/recoverable-items-folder */
const RECOVERABLE_MS = 14 * 24 * 60 * 60_000;
const RECOVERABLE = "recoverableitemsdeletions";

export interface Mailbox {
  readonly owner: User;
  readonly container: Container;
  readonly items: readonly ItemVersion[];
}

/** The mailbox of the user that a request names. */
export function mailboxOf(request: GraphRequest): Mailbox {
  const id = request.param("userId");
  const owner = directoryState.of(request).tenant(request.tenantId).findUser(id);
  if (owner === null) {
    throw new GraphError(404, "ErrorInvalidUser", `The requested user '${id}' is invalid.`);
  }
  if (!hasPlan(owner, "exchange")) {
    throw new GraphError(
      404,
      "MailboxNotEnabledForRESTAPI",
      "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    );
  }
  const container: Container = { tenantId: request.tenantId, kind: "mailbox", id: owner.id };
  return { owner, container, items: contentState.of(request).list(container) };
}

/**
 * What the folder of recoverable items holds: messages that were deleted lately and not for good. No list of folders or
 * messages shows it; it is found by its well-known name. https://learn.microsoft.com/graph/api/resources/mailfolder
 */
export function recoverableItems(request: GraphRequest, mailbox: Mailbox): ItemVersion[] {
  const folderId = recoverableFolder(mailbox).itemId;
  return contentState
    .of(request)
    .deleted(mailbox.container)
    .filter(
      ({ kind, at, mark }) =>
        kind === "message" && mark?.kind !== "purge" && at > request.now - RECOVERABLE_MS,
    )
    .map((item) => ({ ...item, isDeleted: false, parentId: folderId }));
}

function recoverableFolder({ owner }: Mailbox): ItemVersion {
  const at = Date.parse(owner.createdDateTime);
  return {
    itemId: wellKnownFolderId(owner.id, RECOVERABLE),
    kind: "mailFolder",
    parentId: null,
    name: "Deletions",
    content: null,
    isDeleted: false,
    at,
    createdAt: at,
    by: owner.displayName,
    message: null,
  };
}

/** A message of the mailbox, or of the folder that the path names: recoverable ones are only found in theirs. */
export function requireMessage(request: GraphRequest, mailbox: Mailbox): ItemVersion {
  const id = request.param("messageId");
  const folderId =
    request.params["folderId"] === undefined ? null : requireFolder(request, mailbox).itemId;
  const items = isRecoverable(mailbox, folderId)
    ? recoverableItems(request, mailbox)
    : mailbox.items;
  const item = items.find(({ itemId, kind }) => itemId === id && kind === "message");
  if (item === undefined || (folderId !== null && item.parentId !== folderId)) throw notInStore();
  return item;
}

/** The folder that a path names. */
export function requireFolder(request: GraphRequest, mailbox: Mailbox): ItemVersion {
  return requireFolderNamed(mailbox, request.param("folderId"));
}

/** A folder by id or well-known name. */
export function requireFolderNamed(mailbox: Mailbox, name: string): ItemVersion {
  const folder = findFolder(mailbox, name);
  if (folder === null) throw notInStore();
  return folder;
}

function findFolder(mailbox: Mailbox, name: string): ItemVersion | null {
  const known = name.toLowerCase();
  const recoverable = recoverableFolder(mailbox);
  if (known === RECOVERABLE || name === recoverable.itemId) return recoverable;
  const id = Object.hasOwn(WELL_KNOWN_FOLDERS, known)
    ? wellKnownFolderId(mailbox.owner.id, known as WellKnownFolder)
    : name;
  return mailbox.items.find(({ itemId, kind }) => itemId === id && kind === "mailFolder") ?? null;
}

/** Whether a folder is the one of recoverable items. */
export function isRecoverable(mailbox: Mailbox, folderId: string | null): boolean {
  return folderId === recoverableFolder(mailbox).itemId;
}

/** A change for an edition that is no longer there is refused; the tag is the message's `@odata.etag`. */
export function checkMailMatch(request: GraphRequest, item: ItemVersion): void {
  const wanted = request.headers["if-match"];
  if (wanted === undefined || wanted === "*") return;
  if (wanted !== messageJson(request, item)["@odata.etag"]) {
    throw new GraphError(
      412,
      "ErrorIrresolvableConflict",
      "The change key passed in the request does not match the current change key for the item.",
    );
  }
}

export function newMailItemId(request: GraphRequest): string {
  return `AAMk${Buffer.from(request.newId().replaceAll("-", ""), "hex").toString("base64url")}`;
}

export function notInStore(): GraphError {
  return new GraphError(
    404,
    "ErrorItemNotFound",
    "The specified object was not found in the store.",
  );
}
