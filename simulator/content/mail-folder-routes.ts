import { z } from "zod";

import { GraphError } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { appendVersions } from "./content.ts";
import type { ItemVersion } from "./item.ts";
import { mailFolderJson } from "./mail-json.ts";
import {
  isRecoverable,
  mailboxOf,
  newMailItemId,
  notInStore,
  recoverableItems,
  requireFolder,
  requireFolderNamed,
  type Mailbox,
} from "./mailbox.ts";
import { WELL_KNOWN_FOLDERS, wellKnownFolderId, type WellKnownFolder } from "./seeded-items.ts";

const READ = ["Mail.Read", "Mail.ReadWrite"];
const WRITE = ["Mail.ReadWrite"];
const FOLDERS = "/users/{userId}/mailFolders";

const NewFolder = z.strictObject({ displayName: z.string().min(1).max(255) });
const Destination = z.strictObject({ destinationId: z.string().min(1) });

const folder = { definition: "mailFolder" } as const;

export const mailFolderRoutes: readonly Route[] = [
  ...(
    [
      [FOLDERS, "user-list-mailfolders", "user-post-mailfolders"],
      [
        `${FOLDERS}/{folderId}/childFolders`,
        "mailfolder-list-childfolders",
        "mailfolder-post-childfolders",
      ],
    ] as const
  ).flatMap(([path, listed, posted]) => [
    defineRoute({
      ...folder,
      method: "GET",
      path,
      permissions: { application: READ },
      source: listed,
      query: ["$select", "$filter", "$top", "$skiptoken", "$count"],
      handle: listFolders,
    }),
    defineRoute({
      ...folder,
      method: "POST",
      path,
      permissions: { application: WRITE },
      source: posted,
      handle: createFolder,
    }),
  ]),
  defineRoute({
    ...folder,
    method: "GET",
    path: `${FOLDERS}/{folderId}`,
    permissions: { application: READ },
    source: "mailfolder-get",
    handle: (request) => {
      const mailbox = mailboxOf(request);
      return answer(request, mailbox, requireFolder(request, mailbox), 200);
    },
  }),
  defineRoute({
    ...folder,
    method: "PATCH",
    path: `${FOLDERS}/{folderId}`,
    permissions: { application: WRITE },
    source: "mailfolder-update",
    handle: (request) => {
      const { displayName } = request.parse(NewFolder, "RequestBodyRead");
      return change(request, { name: displayName }, 200);
    },
  }),
  defineRoute({
    ...folder,
    method: "POST",
    path: `${FOLDERS}/{folderId}/move`,
    permissions: { application: WRITE },
    source: "mailfolder-move",
    handle: (request) => {
      const { destinationId } = request.parse(Destination, "RequestBodyRead");
      const mailbox = mailboxOf(request);
      const { itemId } = requireFolderNamed(mailbox, destinationId);
      if (
        isRecoverable(mailbox, itemId) ||
        isInside(mailbox, requireFolder(request, mailbox), itemId)
      ) {
        throw new GraphError(400, "ErrorMoveCopyFailed", "The folder cannot be moved there.");
      }
      return change(request, { parentId: itemId }, 201);
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${FOLDERS}/{folderId}`,
    permissions: { application: WRITE },
    source: "mailfolder-delete",
    handle: deleteFolder,
  }),
];

function parentIdOf(request: GraphRequest, mailbox: Mailbox): string | null {
  return request.params["folderId"] === undefined ? null : requireFolder(request, mailbox).itemId;
}

function listFolders(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const parentId = parentIdOf(request, mailbox);
  return request.page<ItemVersion>({
    items: mailbox.items.filter((item) => item.kind === "mailFolder" && item.parentId === parentId),
    toJson: (item) => mailFolderJson(item, mailbox.items),
    context: "mailFolders",
    filterable: ["displayName"],
    pageSize: 10,
  });
}

function createFolder(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const { displayName } = request.parse(NewFolder, "RequestBodyRead");
  const parentId = parentIdOf(request, mailbox);
  const isTaken = mailbox.items.some(
    (item) =>
      item.kind === "mailFolder" &&
      item.parentId === parentId &&
      item.name.toLowerCase() === displayName.toLowerCase(),
  );
  if (isTaken) {
    throw new GraphError(
      409,
      "ErrorFolderExists",
      "A folder with the specified name already exists.",
    );
  }
  const itemId = newMailItemId(request);
  appendVersions(request, mailbox.container, [
    {
      itemId,
      kind: "mailFolder",
      parentId,
      name: displayName,
      content: null,
      by: mailbox.owner.displayName,
    },
  ]);
  const opened = mailboxOf(request);
  return answer(request, opened, requireFolderNamed(opened, itemId), 201);
}

function isInside(mailbox: Mailbox, item: ItemVersion, folderId: string): boolean {
  for (let id: string | null = folderId; id !== null;) {
    if (id === item.itemId) return true;
    id = mailbox.items.find(({ itemId }) => itemId === id)?.parentId ?? null;
  }
  return false;
}

function change(
  request: GraphRequest,
  changes: Partial<Pick<ItemVersion, "name" | "parentId">>,
  status: number,
): GraphResponse {
  const mailbox = mailboxOf(request);
  const item = requireOwnFolder(request, mailbox);
  appendVersions(request, mailbox.container, [
    { ...item, ...changes, at: request.now, by: mailbox.owner.displayName },
  ]);
  const opened = mailboxOf(request);
  return answer(request, opened, requireFolderNamed(opened, item.itemId), status);
}

/** The folder goes with everything in it; its messages can be recovered one by one. */
function deleteFolder(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const doomed = [requireOwnFolder(request, mailbox)];
  for (const parent of doomed) {
    doomed.push(...mailbox.items.filter(({ parentId }) => parentId === parent.itemId));
  }
  const by = mailbox.owner.displayName;
  appendVersions(
    request,
    mailbox.container,
    doomed.map((item) => ({ ...item, isDeleted: true, at: request.now, by })),
  );
  return { status: 204 };
}

/** A folder that people made; the others stay where they are. */
function requireOwnFolder(request: GraphRequest, mailbox: Mailbox): ItemVersion {
  const item = requireFolder(request, mailbox);
  if (isRecoverable(mailbox, item.itemId)) throw notInStore();
  const isKnown = Object.keys(WELL_KNOWN_FOLDERS).some(
    (name) => wellKnownFolderId(mailbox.owner.id, name as WellKnownFolder) === item.itemId,
  );
  if (isKnown) {
    throw new GraphError(
      403,
      "ErrorDeleteDistinguishedFolder",
      "Distinguished folders cannot be changed or deleted.",
    );
  }
  return item;
}

function answer(
  request: GraphRequest,
  mailbox: Mailbox,
  item: ItemVersion,
  status: number,
): GraphResponse {
  const items = isRecoverable(mailbox, item.itemId)
    ? recoverableItems(request, mailbox)
    : mailbox.items;
  return {
    status,
    body: {
      "@odata.context": request.odataContext("mailFolders/$entity"),
      ...mailFolderJson(item, items),
    },
  };
}
