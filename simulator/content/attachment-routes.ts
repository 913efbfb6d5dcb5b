import { z } from "zod";

import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { appendVersions, bytesOf } from "./content.ts";
import type { ItemVersion, MessageAttachment } from "./item.ts";
import { attachmentJson } from "./mail-json.ts";
import { mailboxOf, newMailItemId, notInStore, requireMessage, type Mailbox } from "./mailbox.ts";

const READ = ["Mail.Read", "Mail.ReadWrite"];
const WRITE = ["Mail.ReadWrite"];
const ATTACHMENTS = "/users/{userId}/messages/{messageId}/attachments";

/** A file attachment; items and links are not simulated. */
export const NewAttachment = z.strictObject({
  name: z.string().min(1),
  contentBytes: z.base64(),
  contentType: z.string().optional(),
  isInline: z.boolean().default(false),
});

/** An attachment of a request, its bytes stored. */
export function attachmentFrom(
  request: GraphRequest,
  input: z.infer<typeof NewAttachment>,
): MessageAttachment {
  const bytes = Buffer.from(input.contentBytes, "base64");
  return {
    id: newMailItemId(request),
    name: input.name,
    contentType: input.contentType ?? "application/octet-stream",
    isInline: input.isInline,
    content: { kind: "blob", hash: request.blobs.put(bytes), size: bytes.length },
  };
}

const attachment = { definition: "attachment" } as const;

export const attachmentRoutes: readonly Route[] = [
  defineRoute({
    ...attachment,
    method: "GET",
    path: ATTACHMENTS,
    permissions: { application: READ },
    source: "message-list-attachments",
    query: ["$select", "$top", "$skiptoken"],
    handle: (request) => {
      const item = requireMessage(request, mailboxOf(request));
      return request.page<MessageAttachment>({
        items: item.message?.attachments ?? [],
        toJson: (each) => attachmentJson(request, item, each),
        context: "attachments",
        pageSize: 10,
      });
    },
  }),
  defineRoute({
    ...attachment,
    method: "POST",
    path: ATTACHMENTS,
    permissions: { application: WRITE },
    source: "message-post-attachments",
    handle: (request) => {
      const added = attachmentFrom(request, request.parse(NewAttachment, "RequestBodyRead"));
      const { mailbox, item } = open(request);
      put(request, mailbox, item, [...(item.message?.attachments ?? []), added]);
      return answer(request, item, added, 201);
    },
  }),
  defineRoute({
    ...attachment,
    method: "GET",
    path: `${ATTACHMENTS}/{attachmentId}`,
    permissions: { application: READ },
    source: "attachment-get",
    handle: (request) => {
      const { item } = open(request);
      return answer(request, item, requireAttachment(request, item), 200);
    },
  }),
  defineRoute({
    method: "GET",
    path: `${ATTACHMENTS}/{attachmentId}/$value`,
    permissions: { application: READ },
    source: "attachment-get",
    query: [],
    handle: (request) => {
      const found = requireAttachment(request, open(request).item);
      const headers = { "content-type": found.contentType };
      return { status: 200, bytes: bytesOf(request, found), headers };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${ATTACHMENTS}/{attachmentId}`,
    permissions: { application: WRITE },
    source: "attachment-delete",
    handle: (request) => {
      const { mailbox, item } = open(request);
      const { id } = requireAttachment(request, item);
      const rest = (item.message?.attachments ?? []).filter((each) => each.id !== id);
      put(request, mailbox, item, rest);
      return { status: 204 };
    },
  }),
];

function open(request: GraphRequest): { readonly mailbox: Mailbox; readonly item: ItemVersion } {
  const mailbox = mailboxOf(request);
  return { mailbox, item: requireMessage(request, mailbox) };
}

function put(
  request: GraphRequest,
  mailbox: Mailbox,
  item: ItemVersion,
  attachments: readonly MessageAttachment[],
): void {
  const { displayName } = mailbox.owner;
  const message = item.message === null ? null : { ...item.message, attachments };
  appendVersions(request, mailbox.container, [
    { ...item, message, at: request.now, by: displayName },
  ]);
}

function requireAttachment(request: GraphRequest, item: ItemVersion): MessageAttachment {
  const id = request.param("attachmentId");
  const found = item.message?.attachments?.find((each) => each.id === id);
  if (found === undefined) throw notInStore();
  return found;
}

function answer(
  request: GraphRequest,
  item: ItemVersion,
  found: MessageAttachment,
  status: number,
): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("attachments/$entity"),
      ...attachmentJson(request, item, found),
    },
  };
}
