import { createSequence, digest, guidFrom } from "../core/random.ts";
import { generateUser } from "../directory/user.ts";
import type { Estate, EstateTenant } from "../seed/estate.ts";
import type { ContentSize } from "./content-size.ts";
import type { Governance, ItemPermission } from "./governance.ts";
import type { Container, ContentReference, ItemVersion, MessageAttachment } from "./item.ts";

const DAY_MS = 86_400_000;

const SUBJECTS =
  "Budget for the next quarter,Contract renewal,Customer visit,Delivery schedule,Hiring plan,Invoice question,Launch checklist,Meeting minutes,Offer for review,Project status,Risk register,Supplier audit,Travel approval,Training dates,Weekly report".split(
    ",",
  );
const FILES =
  "Budget,Contract,Forecast,Inventory,Minutes,Offer,Plan,Presentation,Project status,Report,Risk register,Roadmap,Schedule,Specification,Supplier list".split(
    ",",
  );
const EXTENSIONS = ["docx", "xlsx", "pptx", "pdf", "txt"];

/** Bodies and files have at least `min` bytes and fewer than `min + span`, evenly spread. */
const MESSAGE_BYTES = { min: 400, span: 3_000 };
const FILE_BYTES = { min: 1_000, span: 12_000 };
/** Every so many messages one carries an attachment, and how large those are on average. */
const MESSAGES_PER_ATTACHMENT = 5;
const MEAN_ATTACHMENT_BYTES = 3_500;

/** The versions that the seed gives to a container, oldest first; none for a container the seed does not know. */
export function generateVersions(estate: Estate, container: Container): readonly ItemVersion[] {
  const tenant = estate.tenant(container.tenantId);
  if (tenant === null) return [];
  const index = seededPlace(tenant, container);
  if (index === null) return [];
  const versions =
    container.kind === "mailbox"
      ? mailboxVersions(estate, tenant, container, index)
      : fileVersions(estate, tenant, container, index);
  return versions.sort((left, right) => left.at - right.at);
}

/** How much the seed gives to a container on average; nothing to a container it does not know. */
export function expectedSize(estate: Estate, container: Container): ContentSize {
  const tenant = estate.tenant(container.tenantId);
  const place = tenant === null ? null : seededPlace(tenant, container);
  if (tenant === null || place === null) return { bytes: 0, items: 0 };
  const { messagesPerMailbox, filesPerDrive, filesPerSite } = tenant.content;
  if (container.kind === "mailbox") {
    const attachments = messagesPerMailbox / MESSAGES_PER_ATTACHMENT;
    const bytes = messagesPerMailbox * mean(MESSAGE_BYTES) + attachments * MEAN_ATTACHMENT_BYTES;
    return { bytes: Math.round(bytes), items: messagesPerMailbox };
  }
  const items = container.kind === "drive" ? filesPerDrive : filesPerSite;
  return { bytes: items * mean(FILE_BYTES), items };
}

const mean = ({ min, span }: { readonly min: number; readonly span: number }) => min + span / 2;

/** Number of a container among those of the seed, or null. */
function seededPlace(tenant: EstateTenant, container: Container): number | null {
  const isSite = container.kind === "site";
  const index = tenant.ids.indexOf(isSite ? "site" : "user", container.id);
  return index === null || index >= (isSite ? tenant.sites : tenant.users) ? null : index;
}

/** Ids of the folders that every mailbox has. */
export function wellKnownFolderId(
  userId: string,
  name: WellKnownFolder | "recoverableitemsdeletions",
): string {
  return mailItemId(userId, "folder", name);
}

export const WELL_KNOWN_FOLDERS = {
  inbox: "Inbox",
  sentitems: "Sent Items",
  drafts: "Drafts",
  deleteditems: "Deleted Items",
  archive: "Archive",
} as const;
export type WellKnownFolder = keyof typeof WELL_KNOWN_FOLDERS;

function mailboxVersions(
  estate: Estate,
  tenant: EstateTenant,
  container: Container,
  index: number,
): ItemVersion[] {
  const owner = generateUser(tenant, index, estate.startsAt);
  const next = createSequence(estate.seed, "mailbox", container.id);
  const born = Date.parse(owner.createdDateTime);
  const versions: ItemVersion[] = Object.entries(WELL_KNOWN_FOLDERS).map(([name, displayName]) => ({
    itemId: wellKnownFolderId(container.id, name as WellKnownFolder),
    kind: "mailFolder",
    parentId: null,
    name: displayName,
    content: null,
    isDeleted: false,
    at: born,
    createdAt: born,
    by: owner.displayName,
    message: null,
  }));
  for (let number = 0; number < tenant.content.messagesPerMailbox; number += 1) {
    const isSent = next() < 0.25;
    const peer = generateUser(tenant, Math.floor(next() * tenant.users), estate.startsAt);
    const at = instant(estate, next, 300);
    const [from, to] = isSent ? [owner, peer] : [peer, owner];
    const id = mailItemId(container.id, "message", number);
    versions.push({
      itemId: id,
      kind: "message",
      parentId: wellKnownFolderId(container.id, isSent ? "sentitems" : "inbox"),
      name: pick(SUBJECTS, next),
      content: text(`${id}/1`, MESSAGE_BYTES.min + Math.floor(next() * MESSAGE_BYTES.span)),
      isDeleted: false,
      at,
      createdAt: at,
      by: owner.displayName,
      message: {
        from: from.mail ?? from.userPrincipalName,
        fromName: from.displayName,
        to: [{ address: to.mail ?? to.userPrincipalName, name: to.displayName }],
        sentAt: at,
        isRead: next() < 0.8,
        isDraft: false,
        internetMessageId: `<${guidFrom(id)}@${tenant.domain}>`,
        ...(number % MESSAGES_PER_ATTACHMENT === 3
          ? { attachments: [attachmentOf(id, number)] }
          : {}),
      },
    });
  }
  return versions;
}

function attachmentOf(messageId: string, number: number): MessageAttachment {
  return {
    id: `${messageId}-1`,
    name: `${FILES[number % FILES.length] ?? ""}.pdf`,
    contentType: "application/pdf",
    isInline: false,
    content: text(`${messageId}/attachment`, 2_000 + (number % 7) * 500),
  };
}

function fileVersions(
  estate: Estate,
  tenant: EstateTenant,
  container: Container,
  index: number,
): ItemVersion[] {
  const next = createSequence(estate.seed, container.kind, container.id);
  const count =
    container.kind === "drive" ? tenant.content.filesPerDrive : tenant.content.filesPerSite;
  const author = () =>
    container.kind === "drive"
      ? generateUser(tenant, index, estate.startsAt)
      : generateUser(tenant, Math.floor(next() * tenant.users), estate.startsAt);
  const folderNames = count < 3 ? [] : ["Projects", "Archive"].slice(0, count < 6 ? 1 : 2);
  const versions: ItemVersion[] = folderNames.map((name) => {
    const at = estate.startsAt - 360 * DAY_MS;
    return {
      itemId: itemId(container.id, "folder", name),
      kind: "folder",
      parentId: null,
      name,
      content: null,
      isDeleted: false,
      at,
      createdAt: at,
      by: author().displayName,
      message: null,
    };
  });
  for (let number = 0; number < count; number += 1) {
    const id = itemId(container.id, "file", number);
    const folder = number % 2 === 1 ? folderNames[(number >> 1) % folderNames.length] : undefined;
    const createdAt = instant(estate, next, 350);
    const name = `${pick(FILES, next)} ${number + 1}.${pick(EXTENSIONS, next)}`;
    const edits = Math.floor(next() * 3);
    const governance = governanceOf(estate, tenant, { id, number, at: createdAt });
    let at = createdAt;
    for (let edition = 1; edition <= edits + 1; edition += 1) {
      versions.push({
        itemId: id,
        kind: "file",
        parentId: folder === undefined ? null : itemId(container.id, "folder", folder),
        name,
        content: text(`${id}/${edition}`, FILE_BYTES.min + Math.floor(next() * FILE_BYTES.span)),
        isDeleted: false,
        at,
        createdAt,
        by: author().displayName,
        message: null,
        ...(governance === null ? {} : { governance }),
      });
      at += Math.floor((estate.startsAt - at) * (0.1 + 0.6 * next()));
    }
  }
  return versions;
}

/** Some files of the seed are shared by a link or with a colleague, and some carry labels. */
function governanceOf(
  estate: Estate,
  tenant: EstateTenant,
  file: { readonly id: string; readonly number: number; readonly at: number },
): Governance | null {
  const { id, number, at } = file;
  const peer = () => {
    const user = generateUser(
      tenant,
      digest(id, "peer").readUInt32LE(0) % tenant.users,
      estate.startsAt,
    );
    return { kind: "user", id: user.id, displayName: user.displayName, email: user.mail } as const;
  };
  const share = (parts: Pick<ItemPermission, "role" | "grantees" | "link">): ItemPermission => ({
    ...parts,
    id: digest(id, "permission").toString("base64url"),
    invitation: null,
    expiresAt: null,
  });
  switch (number % 8) {
    case 1: {
      const link = { type: "view", scope: "organization", application: null } as const;
      return { permissions: [share({ role: "read", grantees: [], link })] };
    }
    case 2:
      return { permissions: [share({ role: "write", grantees: [peer()], link: null })] };
    case 4: {
      const label = { name: "Keep for seven years", isExplicit: true, isLocked: false, at };
      return {
        retentionLabel: { ...label, byId: null, byName: tenant.displayName },
        sensitivityLabel: {
          id: guidFrom(tenant.tenantId, "sensitivityLabel"),
          assignmentMethod: "auto",
        },
      };
    }
    default:
      return null;
  }
}

function itemId(container: string, kind: string, name: string | number): string {
  // Drive item ids look like this in SharePoint and OneDrive: 01 and 32 capitals and digits.
  return `01${guidFrom(container, kind, name).replaceAll("-", "").toUpperCase()}`;
}

/** Outlook's ids begin with AAMk and are long; kept short here. */
function mailItemId(mailbox: string, kind: string, name: string | number): string {
  return `AAMk${digest(mailbox, kind, name).toString("base64url")}`;
}

/** Id of the folder that a drive's items without a parent lie in. */
export function rootItemId(container: Container): string {
  return itemId(container.id, "root", "");
}

function text(key: string, size: number): ContentReference {
  return { kind: "text", key, size };
}

/** A whole second at least an hour and at most `days` days before the seed's start. */
function instant(estate: Estate, next: () => number, days: number): number {
  const at = estate.startsAt - 3_600_000 - Math.floor(next() * (days * DAY_MS - 3_600_000));
  return at - (at % 1_000);
}

function pick(list: readonly string[], next: () => number): string {
  return list[Math.floor(next() * list.length)] ?? "";
}
