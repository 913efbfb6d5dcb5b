import { beforeEach, expect, test } from "@jest/globals";

import { ContentCaller, type Entity } from "./content-caller.ts";

const USER = "/users/admin@contoso.com";
const MESSAGES = `${USER}/messages`;
const DELETIONS = `${USER}/mailFolders/recoverableitemsdeletions`;
const DAY_MS = 86_400_000;

let caller: ContentCaller;
let message: Entity;

beforeEach(async () => {
  caller = new ContentCaller();
  const inbox = await caller.list(`${USER}/mailFolders/inbox/messages`);
  message = inbox[0] as Entity;
});

const idsOf = async (path: string) => (await caller.list(path)).map(({ id }) => id);

test("a deleted message can be recovered for two weeks", async () => {
  const path = `${MESSAGES}/${message.id}`;
  expect(await idsOf(`${DELETIONS}/messages`)).toEqual([]);
  await caller.ask("DELETE", path, 204);
  expect(await caller.refused("GET", path)).toEqual([404, "ErrorItemNotFound"]);
  expect(await idsOf(MESSAGES)).not.toContain(message.id);
  expect(await idsOf(`${DELETIONS}/messages`)).toEqual([message.id]);
  expect(await caller.get(DELETIONS)).toMatchObject({ totalItemCount: 1 });
  expect(await idsOf(`${USER}/mailFolders`)).not.toContain((await caller.get(DELETIONS)).id);
  const recoverable = `${DELETIONS}/messages/${message.id}`;
  expect(await caller.refused("DELETE", recoverable)).toEqual([403, "ErrorAccessDenied"]);
  await caller.ask("POST", `${recoverable}/move`, 201, { destinationId: "inbox" });
  expect((await caller.get(path))["subject"]).toBe(message["subject"]);
  await caller.ask("DELETE", path, 204);
  caller.simulator.advanceBy(15 * DAY_MS);
  expect(await idsOf(`${DELETIONS}/messages`)).toEqual([]);
});

test("a permanently deleted message cannot be recovered, one in Deleted Items is still there", async () => {
  const path = `${MESSAGES}/${message.id}`;
  await caller.ask("POST", `${path}/move`, 201, { destinationId: "deleteditems" });
  expect(await idsOf(`${USER}/mailFolders/deleteditems/messages`)).toEqual([message.id]);
  expect(await idsOf(MESSAGES)).toContain(message.id);
  await caller.ask("POST", `${path}/permanentDelete`, 204);
  expect(await idsOf(MESSAGES)).not.toContain(message.id);
  expect(await idsOf(`${DELETIONS}/messages`)).toEqual([]);
});

test("a draft takes every property; of a message only its marks, categories and attachments change", async () => {
  const recipient = { emailAddress: { address: "someone@adatum.com", name: "Someone" } };
  const properties = {
    subject: "Offer",
    body: { contentType: "text", content: "Dear customer" },
    toRecipients: [recipient],
    ccRecipients: [recipient],
    bccRecipients: [recipient],
    replyTo: [recipient],
    importance: "high",
    categories: ["Sales"],
    flag: { flagStatus: "flagged" },
    isRead: false,
  };
  const attachment = { name: "a.txt", contentBytes: Buffer.from("text").toString("base64") };
  const draft = await caller.ask("POST", MESSAGES, 201, {
    ...properties,
    attachments: [{ "@odata.type": "#microsoft.graph.fileAttachment", ...attachment }],
  });
  const read = await caller.get(`${MESSAGES}/${draft.id}`);
  expect(read).toMatchObject({ ...properties, isDraft: true, hasAttachments: true });
  expect(await caller.list(`${MESSAGES}/${draft.id}/attachments`)).toMatchObject([attachment]);
  const path = `${MESSAGES}/${message.id}`;
  const { importance, categories, flag } = properties;
  await caller.ask("PATCH", path, 200, { importance, categories, flag });
  expect(await caller.get(path)).toMatchObject({ importance, categories, flag });
  for (const name of ["subject", "body", "toRecipients", "ccRecipients", "replyTo"] as const) {
    const json = { [name]: properties[name] };
    expect(await caller.refused("PATCH", path, { json })).toEqual([403, "ErrorAccessDenied"]);
  }
});

test("a deleted folder takes its messages along; known folders stay", async () => {
  const folders = `${USER}/mailFolders`;
  const folder = await caller.ask("POST", folders, 201, { displayName: "Offers" });
  expect(await caller.refused("POST", folders, { json: { displayName: "offers" } })).toEqual([
    409,
    "ErrorFolderExists",
  ]);
  const child = await caller.ask("POST", `${folders}/${folder.id}/childFolders`, 201, {
    displayName: "Old",
  });
  await caller.ask("POST", `${MESSAGES}/${message.id}/move`, 201, { destinationId: child.id });
  expect(
    await caller.refused("POST", `${folders}/${folder.id}/move`, {
      json: { destinationId: child.id },
    }),
  ).toEqual([400, "ErrorMoveCopyFailed"]);
  await caller.ask("DELETE", `${folders}/${folder.id}`, 204);
  expect(await idsOf(`${DELETIONS}/messages`)).toEqual([message.id]);
  expect(await caller.refused("DELETE", `${folders}/inbox`)).toEqual([
    403,
    "ErrorDeleteDistinguishedFolder",
  ]);
});

const path = (link: unknown) => String(link).split("/v1.0")[1] ?? "";

test("delta of a folder tells what came, what changed and what left", async () => {
  const delta = `${USER}/mailFolders/inbox/messages/delta`;
  const first = await caller.get(`${delta}?$top=1`);
  expect(first.value).toHaveLength(1);
  expect(first).not.toHaveProperty("@odata.deltaLink");
  let page = first;
  const seen = [...first.value];
  while (page["@odata.nextLink"] !== undefined) {
    page = await caller.get(path(page["@odata.nextLink"]));
    seen.push(...page.value);
  }
  const inbox = await idsOf(`${USER}/mailFolders/inbox/messages`);
  expect(seen.map(({ id }) => id).sort()).toEqual(inbox.sort());
  const link = path(page["@odata.deltaLink"]);
  expect((await caller.get(link)).value).toEqual([]);
  const { id } = await caller.ask("POST", `${USER}/mailFolders/inbox/messages`, 201, {});
  await caller.ask("POST", MESSAGES, 201, {});
  await caller.ask("POST", `${MESSAGES}/${message.id}/move`, 201, { destinationId: "archive" });
  const { value } = await caller.get(link);
  expect(value.map((each) => [each.id, each["@removed"]])).toEqual([
    [id, undefined],
    [message.id, { reason: "deleted" }],
  ]);
  expect(await caller.refused("GET", `${delta}?$deltatoken=nonsense`)).toEqual([
    410,
    "SyncStateNotFound",
  ]);
});
