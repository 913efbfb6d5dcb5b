import type { FileAttachment, MailFolder, Message } from "@microsoft/microsoft-graph-types";

import type { BlobStore } from "./blob-store.ts";
import { bytesOf } from "./content.ts";
import type { ItemVersion, MessageAttachment, Recipient } from "./item.ts";
import { iso } from "../core/iso.ts";
import { digest } from "../core/random.ts";
import type { World } from "../core/world.ts";

interface Source {
  readonly world: World;
  readonly blobs: BlobStore;
}

export function messageJson(source: Source, item: ItemVersion): Record<string, unknown> {
  const fields = item.message;
  if (fields === null) throw new Error(`The item ${item.itemId} is not a message.`);
  const body = Buffer.from(bytesOf(source, item)).toString("utf8");
  const sender = { emailAddress: { name: fields.fromName, address: fields.from } };
  return {
    "@odata.etag": `W/"${changeKeyOf(item)}"`,
    ...({
      id: item.itemId,
      createdDateTime: iso(item.createdAt),
      lastModifiedDateTime: iso(item.at),
      changeKey: changeKeyOf(item),
      categories: [...(fields.categories ?? [])],
      receivedDateTime: iso(fields.sentAt),
      sentDateTime: iso(fields.sentAt),
      hasAttachments: (fields.attachments ?? []).some(({ isInline }) => !isInline),
      internetMessageId: fields.internetMessageId,
      subject: item.name,
      bodyPreview: body.slice(0, 255),
      importance: fields.importance ?? "normal",
      parentFolderId: item.parentId ?? "",
      conversationId: `AAQk${digest("conversation", item.itemId).toString("base64url")}`,
      isDeliveryReceiptRequested: false,
      isReadReceiptRequested: false,
      isRead: fields.isRead,
      isDraft: fields.isDraft,
      body: { contentType: "text", content: body },
      sender,
      from: sender,
      toRecipients: recipientsJson(fields.to),
      ccRecipients: recipientsJson(fields.cc),
      bccRecipients: recipientsJson(fields.bcc),
      replyTo: recipientsJson(fields.replyTo),
      flag: { flagStatus: fields.flag ?? "notFlagged" },
    } satisfies Message),
  };
}

function recipientsJson(
  recipients: readonly Recipient[] = [],
): { readonly emailAddress: { readonly name: string; readonly address: string } }[] {
  return recipients.map(({ name, address }) => ({ emailAddress: { name, address } }));
}

/** A file that a message carries, with or without its bytes. */
export function attachmentJson(
  source: Source,
  item: ItemVersion,
  attachment: MessageAttachment,
): Record<string, unknown> {
  return {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "@odata.mediaContentType": attachment.contentType,
    ...({
      id: attachment.id,
      lastModifiedDateTime: iso(item.at),
      name: attachment.name,
      contentType: attachment.contentType,
      size: attachment.content.size,
      isInline: attachment.isInline,
      contentBytes: Buffer.from(bytesOf(source, attachment)).toString("base64"),
    } satisfies Omit<FileAttachment, "contentBytes"> & { contentBytes: string }),
  };
}

function addressList(recipients: readonly Recipient[] = []): string {
  return recipients.map(({ name, address }) => `${name} <${address}>`).join(", ");
}

/** The message as MIME text, as `/$value` gives it. */
export function messageMime(source: Source, item: ItemVersion): Uint8Array {
  const fields = item.message;
  const head = [
    `From: ${fields?.fromName ?? ""} <${fields?.from ?? ""}>`,
    `To: ${addressList(fields?.to)}`,
    ...(fields?.cc === undefined ? [] : [`Cc: ${addressList(fields.cc)}`]),
    `Subject: ${item.name}`,
    `Date: ${new Date(fields?.sentAt ?? item.createdAt).toUTCString()}`,
    `Message-ID: ${fields?.internetMessageId ?? ""}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytesOf(source, item)]);
}

export function mailFolderJson(
  folder: ItemVersion,
  items: readonly ItemVersion[],
): Record<string, unknown> {
  const children = items.filter((item) => item.parentId === folder.itemId);
  const messages = children.filter((item) => item.kind === "message");
  return {
    id: folder.itemId,
    displayName: folder.name,
    parentFolderId: folder.parentId,
    childFolderCount: children.length - messages.length,
    unreadItemCount: messages.filter((item) => item.message?.isRead === false).length,
    totalItemCount: messages.length,
    isHidden: false,
  } satisfies MailFolder;
}

function changeKeyOf(item: ItemVersion): string {
  return `CQAAAB${digest("change", item.itemId, item.at).toString("base64url")}`;
}
