import { z } from "zod";

import { GraphError } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { appendVersions, type NewVersion } from "./content.ts";
import type { ContentReference, ItemVersion, MessageFields } from "./item.ts";
import { messageJson, messageMime } from "./mail-json.ts";
import {
  checkMailMatch,
  isRecoverable,
  mailboxOf,
  newMailItemId,
  notInStore,
  recoverableItems,
  requireFolder,
  requireFolderNamed,
  requireMessage,
  type Mailbox,
} from "./mailbox.ts";
import { NewAttachment, attachmentFrom } from "./attachment-routes.ts";
import { wellKnownFolderId } from "./seeded-items.ts";

const READ = ["Mail.Read", "Mail.ReadWrite"];
const WRITE = ["Mail.ReadWrite"];

const Recipients = z
  .array(
    z.strictObject({
      emailAddress: z.strictObject({ address: z.email(), name: z.string().optional() }),
    }),
  )
  .optional();
const MessageChange = z.strictObject({
  subject: z.string().max(255).optional(),
  body: z
    .strictObject({ contentType: z.enum(["text", "Text"]).optional(), content: z.string() })
    .optional(),
  toRecipients: Recipients,
  ccRecipients: Recipients,
  bccRecipients: Recipients,
  replyTo: Recipients,
  importance: z.enum(["low", "normal", "high"]).optional(),
  categories: z.array(z.string().min(1)).optional(),
  flag: z.strictObject({ flagStatus: z.enum(["notFlagged", "flagged", "complete"]) }).optional(),
  isRead: z.boolean().optional(),
});
type MessageChange = z.infer<typeof MessageChange>;
const NewMessage = MessageChange.extend({ attachments: z.array(NewAttachment).optional() });
const Destination = z.strictObject({ destinationId: z.string().min(1) });

/** The same routes for all messages of a mailbox and for those of one folder. */
export const mailRoutes: readonly Route[] = [
  "/users/{userId}/messages",
  "/users/{userId}/mailFolders/{folderId}/messages",
].flatMap((messages) => [...collectionRoutes(messages), ...messageRoutes(messages)]);

function collectionRoutes(messages: string): readonly Route[] {
  const definition = "message";
  return [
    defineRoute({
      method: "GET",
      path: messages,
      permissions: { application: READ },
      source: "user-list-messages",
      definition,
      query: ["$select", "$filter", "$top", "$skiptoken", "$count"],
      handle: listMessages,
    }),
    defineRoute({
      method: "POST",
      path: messages,
      permissions: { application: WRITE },
      source: "user-post-messages",
      definition,
      handle: createMessage,
    }),
  ];
}

function messageRoutes(messages: string): readonly Route[] {
  const path = `${messages}/{messageId}`;
  const definition = "message";
  return [
    defineRoute({
      method: "GET",
      path,
      permissions: { application: READ },
      source: "message-get",
      definition,
      handle: (request) => answer(request, requireMessage(request, mailboxOf(request)), 200),
    }),
    defineRoute({
      method: "GET",
      path: `${path}/$value`,
      permissions: { application: READ },
      source: "outlook-get-mime-message",
      query: [],
      handle: (request) => ({
        status: 200,
        bytes: messageMime(request, requireMessage(request, mailboxOf(request))),
        headers: { "content-type": "text/plain" },
      }),
    }),
    defineRoute({
      method: "PATCH",
      path,
      permissions: { application: WRITE },
      source: "message-update",
      definition,
      handle: changeMessage,
    }),
    defineRoute({
      method: "DELETE",
      path,
      permissions: { application: WRITE },
      source: "message-delete",
      handle: (request) => deleteMessage(request, false),
    }),
    defineRoute({
      method: "POST",
      path: `${path}/permanentDelete`,
      permissions: { application: WRITE },
      source: "message-permanentdelete",
      handle: (request) => deleteMessage(request, true),
    }),
    defineRoute({
      method: "POST",
      path: `${path}/move`,
      permissions: { application: WRITE },
      source: "message-move",
      definition,
      handle: moveMessage,
    }),
  ];
}

function listMessages(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const folder = request.params["folderId"] === undefined ? null : requireFolder(request, mailbox);
  const items =
    folder !== null && isRecoverable(mailbox, folder.itemId)
      ? recoverableItems(request, mailbox)
      : mailbox.items.filter(
          (item) => item.kind === "message" && (folder === null || item.parentId === folder.itemId),
        );
  return request.page<ItemVersion>({
    items: items.sort((left, right) => (right.message?.sentAt ?? 0) - (left.message?.sentAt ?? 0)),
    toJson: (item) => messageJson(request, item),
    context: "messages",
    filterable: [
      "subject",
      "receivedDateTime",
      "sentDateTime",
      "isRead",
      "isDraft",
      "hasAttachments",
      "importance",
      "internetMessageId",
      "from/emailAddress/address",
    ],
    pageSize: 10,
    maxPageSize: 1_000,
    ignoreCase: true,
  });
}

/** A draft, or in a folder a message as if it had just come in: nothing else brings mail to the simulator. */
function createMessage(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const { attachments, ...input } = request.parse(NewMessage, "RequestBodyRead");
  const { owner } = mailbox;
  const isDraft = request.params["folderId"] === undefined;
  const folderId = isDraft
    ? wellKnownFolderId(owner.id, "drafts")
    : requireFolder(request, mailbox).itemId;
  if (isRecoverable(mailbox, folderId)) throw notInStore();
  const itemId = newMailItemId(request);
  const message: MessageFields = {
    from: owner.mail ?? owner.userPrincipalName,
    fromName: owner.displayName,
    to: [],
    sentAt: request.now,
    isRead: true,
    isDraft,
    internetMessageId: `<${request.newId()}@${owner.userPrincipalName.split("@")[1] ?? ""}>`,
    ...(attachments === undefined
      ? {}
      : { attachments: attachments.map((each) => attachmentFrom(request, each)) }),
  };
  append(request, mailbox, {
    itemId,
    kind: "message",
    parentId: folderId,
    name: input.subject ?? "",
    content: bodyOf(request, input.body?.content ?? ""),
    by: owner.displayName,
    message: changeFields(message, input),
  });
  return answer(request, again(request, itemId), 201);
}

/** https://learn.microsoft.com/graph/api/message-update: what is addressed and said can only be changed in a draft. */
function changeMessage(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const item = requireMessage(request, mailbox);
  checkMailMatch(request, item);
  const input = request.parse(MessageChange, "RequestBodyRead");
  if (item.message === null) throw new Error("A message without message fields.");
  const { subject, body, toRecipients, ccRecipients, bccRecipients, replyTo } = input;
  const ofDrafts = [subject, body, toRecipients, ccRecipients, bccRecipients, replyTo];
  if (isRecoverable(mailbox, item.parentId)) throw notInStore();
  if (!item.message.isDraft && ofDrafts.some((part) => part !== undefined)) {
    throw new GraphError(
      403,
      "ErrorAccessDenied",
      "Only drafts can change subject, body and recipients.",
    );
  }
  append(request, mailbox, {
    ...item,
    name: subject ?? item.name,
    content: body === undefined ? item.content : bodyOf(request, body.content),
    at: request.now,
    by: mailbox.owner.displayName,
    message: changeFields(item.message, input),
  });
  return answer(request, again(request, item.itemId), 200);
}

function changeFields(message: MessageFields, change: MessageChange): MessageFields {
  const { importance: _importance, flag: _flag, ...rest } = message;
  const importance = change.importance ?? message.importance ?? "normal";
  const flag = change.flag?.flagStatus ?? message.flag ?? "notFlagged";
  const list = (
    name: "cc" | "bcc" | "replyTo",
    recipients: z.infer<typeof Recipients>,
  ): Partial<MessageFields> =>
    recipients === undefined ? {} : { [name]: recipientsOf(recipients) };
  return {
    ...rest,
    isRead: change.isRead ?? message.isRead,
    to: change.toRecipients === undefined ? message.to : recipientsOf(change.toRecipients),
    ...list("cc", change.ccRecipients),
    ...list("bcc", change.bccRecipients),
    ...list("replyTo", change.replyTo),
    ...(change.categories === undefined ? {} : { categories: change.categories }),
    ...(importance === "normal" ? {} : { importance }),
    ...(flag === "notFlagged" ? {} : { flag }),
  };
}

function recipientsOf(recipients: NonNullable<z.infer<typeof Recipients>>): MessageFields["to"] {
  return recipients.map(({ emailAddress: { address, name } }) => ({
    address,
    name: name ?? address,
  }));
}

/** Deleted messages can be recovered for two weeks, permanently deleted ones cannot. */
function deleteMessage(request: GraphRequest, isPermanent: boolean): GraphResponse {
  const mailbox = mailboxOf(request);
  const item = requireMessage(request, mailbox);
  checkMailMatch(request, item);
  if (isRecoverable(mailbox, item.parentId) && !isPermanent) {
    throw new GraphError(
      403,
      "ErrorAccessDenied",
      "Items of the recoverable items deletions folder cannot be deleted.",
    );
  }
  const { displayName: by } = mailbox.owner;
  append(request, mailbox, {
    ...item,
    isDeleted: true,
    at: request.now,
    by,
    ...(isPermanent ? { as: { kind: "purge" as const, at: request.now, by } } : {}),
  });
  return { status: 204 };
}

/** Also how a message comes back from the recoverable items. Ids here are immutable: a moved message keeps its own. */
function moveMessage(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const item = requireMessage(request, mailbox);
  const { destinationId } = request.parse(Destination, "RequestBodyRead");
  const folder = requireFolderNamed(mailbox, destinationId);
  if (isRecoverable(mailbox, folder.itemId)) {
    throw new GraphError(403, "ErrorAccessDenied", "Messages get there by being deleted.");
  }
  append(request, mailbox, {
    ...item,
    parentId: folder.itemId,
    at: request.now,
    by: mailbox.owner.displayName,
  });
  return answer(request, again(request, item.itemId), 201);
}

function append(request: GraphRequest, mailbox: Mailbox, version: NewVersion): void {
  appendVersions(request, mailbox.container, [version]);
}

function bodyOf(request: GraphRequest, text: string): ContentReference {
  const bytes = Buffer.from(text, "utf8");
  return { kind: "blob", hash: request.blobs.put(bytes), size: bytes.length };
}

/** A message as it is after a change. */
function again(request: GraphRequest, itemId: string): ItemVersion {
  const item = mailboxOf(request).items.find((each) => each.itemId === itemId);
  if (item === undefined) throw notInStore();
  return item;
}

function answer(request: GraphRequest, item: ItemVersion, status: number): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("messages/$entity"),
      ...messageJson(request, item),
    },
  };
}
