import { z } from "zod";

import { GraphError } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { directoryState } from "../directory/directory.ts";
import { hasPlan, type User } from "../directory/user.ts";
import { appendVersions, contentState } from "./content.ts";
import type { Container, ItemVersion } from "./item.ts";
import { mailFolderJson, messageJson, messageMime } from "./mail-json.ts";
import { WELL_KNOWN_FOLDERS, wellKnownFolderId, type WellKnownFolder } from "./seeded-items.ts";

const READ = ["Mail.Read", "Mail.ReadWrite"];
const WRITE = ["Mail.ReadWrite"];
const LIST = ["$select", "$filter", "$top", "$skiptoken", "$count"] as const;

const Recipient = z.strictObject({
  emailAddress: z.strictObject({ address: z.email(), name: z.string().optional() }),
});
const MessageBody = z.strictObject({
  subject: z.string().max(255).optional(),
  body: z
    .strictObject({ contentType: z.enum(["text", "Text"]).optional(), content: z.string() })
    .optional(),
  toRecipients: z.array(Recipient).optional(),
  isRead: z.boolean().optional(),
});

interface Mailbox {
  readonly owner: User;
  readonly container: Container;
  readonly items: readonly ItemVersion[];
}

export const mailRoutes: readonly Route[] = [
  ...["/users/{userId}/messages", "/users/{userId}/mailFolders/{folderId}/messages"].flatMap(
    (path) => [
      defineRoute({
        method: "GET",
        path,
        permissions: { application: READ },
        source: "user-list-messages",
        definition: "message",
        query: LIST,
        handle: listMessages,
      }),
      defineRoute({
        method: "POST",
        path,
        permissions: { application: WRITE },
        source: "user-post-messages",
        definition: "message",
        handle: createMessage,
      }),
    ],
  ),
  defineRoute({
    method: "GET",
    path: "/users/{userId}/messages/{messageId}",
    permissions: { application: READ },
    source: "message-get",
    definition: "message",
    handle: (request) => answer(request, requireMessage(request, mailboxOf(request)), 200),
  }),
  defineRoute({
    method: "GET",
    path: "/users/{userId}/messages/{messageId}/$value",
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
    path: "/users/{userId}/messages/{messageId}",
    permissions: { application: WRITE },
    source: "message-update",
    definition: "message",
    handle: changeMessage,
  }),
  defineRoute({
    method: "DELETE",
    path: "/users/{userId}/messages/{messageId}",
    permissions: { application: WRITE },
    source: "message-delete",
    handle: (request) => {
      const mailbox = mailboxOf(request);
      const item = requireMessage(request, mailbox);
      checkMatch(request, item);
      appendVersions(request, mailbox.container, [
        { ...item, isDeleted: true, at: request.now, by: mailbox.owner.displayName },
      ]);
      return { status: 204 };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/users/{userId}/mailFolders",
    permissions: { application: READ },
    source: "user-list-mailfolders",
    definition: "mailFolder",
    query: LIST,
    handle: (request) => {
      const { items } = mailboxOf(request);
      return request.page<ItemVersion>({
        items: items.filter((item) => item.kind === "mailFolder"),
        toJson: (folder) => mailFolderJson(folder, items),
        context: "mailFolders",
        filterable: ["displayName"],
        pageSize: 10,
      });
    },
  }),
  defineRoute({
    method: "GET",
    path: "/users/{userId}/mailFolders/{folderId}",
    permissions: { application: READ },
    source: "mailfolder-get",
    definition: "mailFolder",
    handle: (request) => {
      const mailbox = mailboxOf(request);
      return { status: 200, body: mailFolderJson(requireFolder(request, mailbox), mailbox.items) };
    },
  }),
];

function listMessages(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const folder = request.params["folderId"] === undefined ? null : requireFolder(request, mailbox);
  return request.page<ItemVersion>({
    items: mailbox.items
      .filter(
        (item) => item.kind === "message" && (folder === null || item.parentId === folder.itemId),
      )
      .sort((left, right) => (right.message?.sentAt ?? 0) - (left.message?.sentAt ?? 0)),
    toJson: (item) => messageJson(request, item),
    context: "messages",
    filterable: [
      "subject",
      "receivedDateTime",
      "sentDateTime",
      "isRead",
      "isDraft",
      "hasAttachments",
      "internetMessageId",
      "from/emailAddress/address",
    ],
    pageSize: 10,
    maxPageSize: 1_000,
    ignoreCase: true,
  });
}

function createMessage(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const input = request.parse(MessageBody, "RequestBodyRead");
  const bytes = Buffer.from(input.body?.content ?? "", "utf8");
  const id = request.newId();
  const itemId = `AAMk${Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url")}`;
  const { owner } = mailbox;
  const isDraft = request.params["folderId"] === undefined;
  const folderId = isDraft
    ? wellKnownFolderId(owner.id, "drafts")
    : requireFolder(request, mailbox).itemId;
  appendVersions(request, mailbox.container, [
    {
      itemId,
      kind: "message",
      parentId: folderId,
      name: input.subject ?? "",
      content: { kind: "blob", hash: request.blobs.put(bytes), size: bytes.length },
      by: owner.displayName,
      message: {
        from: owner.mail ?? owner.userPrincipalName,
        fromName: owner.displayName,
        to: (input.toRecipients ?? []).map(recipientOf),
        sentAt: request.now,
        isRead: input.isRead ?? true,
        isDraft,
        internetMessageId: `<${id}@${owner.userPrincipalName.split("@")[1] ?? ""}>`,
      },
    },
  ]);
  return answer(request, requireById(mailboxOf(request), itemId), 201);
}

function changeMessage(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const item = requireMessage(request, mailbox);
  checkMatch(request, item);
  const input = request.parse(MessageBody, "RequestBodyRead");
  if (item.message === null) throw new Error("A message without message fields.");
  const { isRead, subject, body, toRecipients } = input;
  if (!item.message.isDraft && (subject ?? body ?? toRecipients) !== undefined) {
    throw new GraphError(
      403,
      "ErrorAccessDenied",
      "Only drafts can change subject, body and recipients.",
    );
  }
  const bytes = body === undefined ? null : Buffer.from(body.content, "utf8");
  appendVersions(request, mailbox.container, [
    {
      ...item,
      name: subject ?? item.name,
      content:
        bytes === null
          ? item.content
          : { kind: "blob", hash: request.blobs.put(bytes), size: bytes.length },
      at: request.now,
      by: mailbox.owner.displayName,
      message: {
        ...item.message,
        isRead: isRead ?? item.message.isRead,
        to: toRecipients?.map(recipientOf) ?? item.message.to,
      },
    },
  ]);
  return answer(request, requireById(mailboxOf(request), item.itemId), 200);
}

function recipientOf({ emailAddress }: z.infer<typeof Recipient>) {
  return { address: emailAddress.address, name: emailAddress.name ?? emailAddress.address };
}

/** A change for an edition that is no longer there is refused; the tag is the message's `@odata.etag`. */
function checkMatch(request: GraphRequest, item: ItemVersion): void {
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

function answer(request: GraphRequest, item: ItemVersion, status: number): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("messages/$entity"),
      ...messageJson(request, item),
    },
  };
}

function mailboxOf(request: GraphRequest): Mailbox {
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

function requireMessage(request: GraphRequest, mailbox: Mailbox): ItemVersion {
  return requireById(mailbox, request.param("messageId"));
}

function requireById(mailbox: Mailbox, id: string): ItemVersion {
  const item = mailbox.items.find(({ itemId, kind }) => itemId === id && kind === "message");
  if (item === undefined) throw notInStore();
  return item;
}

function requireFolder(request: GraphRequest, mailbox: Mailbox): ItemVersion {
  const name = request.param("folderId");
  const known = name.toLowerCase();
  const id = Object.hasOwn(WELL_KNOWN_FOLDERS, known)
    ? wellKnownFolderId(mailbox.owner.id, known as WellKnownFolder)
    : name;
  const folder = mailbox.items.find(({ itemId, kind }) => itemId === id && kind === "mailFolder");
  if (folder === undefined) throw notInStore();
  return folder;
}

function notInStore(): GraphError {
  return new GraphError(
    404,
    "ErrorItemNotFound",
    "The specified object was not found in the store.",
  );
}
