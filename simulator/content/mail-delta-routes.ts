import { GraphError } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { contentState } from "./content.ts";
import { messageJson } from "./mail-json.ts";
import { isRecoverable, mailboxOf, notInStore, requireFolder, type Mailbox } from "./mailbox.ts";

/** What came to a folder, changed in it or left it. https://learn.microsoft.com/graph/api/message-delta */
export const mailDeltaRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/users/{userId}/mailFolders/{folderId}/messages/delta",
    permissions: { application: ["Mail.Read", "Mail.ReadWrite"] },
    source: "message-delta",
    definition: "message",
    query: ["$select", "$top", "$skiptoken", "$deltatoken"],
    handle: listChanges,
  }),
];

function listChanges(request: GraphRequest): GraphResponse {
  const mailbox = mailboxOf(request);
  const { itemId: folderId } = requireFolder(request, mailbox);
  if (isRecoverable(mailbox, folderId)) throw notInStore();
  const arrived = contentState.of(request).arrivals(mailbox.container).length;
  const { raw } = request.query;
  const until = Number(raw.get("until") ?? arrived);
  const since = readToken(raw.get("$deltatoken"), arrived);
  if (!Number.isInteger(until)) throw unknownToken();
  const byId = new Map(mailbox.items.map((item) => [item.itemId, item]));
  const { body } = request.page<string>({
    items: changedIds(request, mailbox, { folderId, since }),
    toJson: (id) => {
      const item = byId.get(id);
      return item?.kind === "message" && item.parentId === folderId
        ? messageJson(request, item)
        : { "@removed": { reason: "deleted" }, id };
    },
    context: "Collection(message)",
    pageSize: 10,
  });
  const next = body["@odata.nextLink"];
  if (typeof next === "string") {
    const link = raw.has("until") ? next : `${next}&until=${until}`;
    return { status: 200, body: { ...body, "@odata.nextLink": link } };
  }
  const token = Buffer.from(String(until)).toString("base64url");
  const link = `${request.baseUrl}/v1.0${request.path}?$deltatoken=${token}`;
  return { status: 200, body: { ...body, "@odata.deltaLink": link } };
}

/** How much had arrived when the token was given; null when there is none. */
function readToken(token: string | null, arrived: number): number | null {
  if (token === null) return null;
  const text = Buffer.from(token, "base64url").toString();
  if (!/^\d+$/.test(text) || Number(text) > arrived) {
    throw unknownToken();
  }
  return Number(text);
}

function unknownToken(): GraphError {
  return new GraphError(410, "SyncStateNotFound", "The delta token is not known; start again.");
}

/** Messages that are in the folder or were there once, of those that something happened to. */
function changedIds(
  request: GraphRequest,
  { container, items }: Mailbox,
  { folderId, since }: { readonly folderId: string; readonly since: number | null },
): string[] {
  if (since === null) {
    return items
      .filter(({ kind, parentId }) => kind === "message" && parentId === folderId)
      .map(({ itemId }) => itemId);
  }
  const content = contentState.of(request);
  const changed = content
    .arrivals(container)
    .slice(since)
    .filter(({ kind }) => kind === "message");
  return [...new Set(changed.map(({ itemId }) => itemId))].filter((id) =>
    content.history(container, id).some(({ parentId }) => parentId === folderId),
  );
}
