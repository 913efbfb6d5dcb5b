import { expect, test } from "@jest/globals";
import { versionAgain } from "../../../../simulator/backup/restore-files.ts";
import type { Container, ItemVersion } from "../../../../simulator/content/item.ts";
import {
  BackupClient,
  CONTOSO,
  createBackupWorld,
  itemsOf,
  stateOf,
  STARTS_AT,
  write,
  type Json,
} from "./backup-world.ts";

const HOUR_MS = 3_600_000;
const FROM = "2026-02-20T00:00:00Z";
const idOf = (json: Json | undefined) => json?.["id"] as string;

const client = () => new BackupClient(createBackupWorld(), CONTOSO);

/** The version, as of now, by which an item is deleted. */
const deletionOf = (item: ItemVersion) => versionAgain(item, { isDeleted: true });

/** An express point of the first OneDrive, opened for browsing. */
async function browse(world: BackupClient) {
  const unit = await world.unit("driveProtectionUnits");
  const [point] = await world.search(idOf(unit), FROM, STARTS_AT, { tags: "fastRestore" });
  const session = await world.ask(
    "POST",
    "/oneDriveForBusinessBrowseSessions",
    { restorePointId: idOf(point) },
    201,
  );
  const path = `/oneDriveForBusinessBrowseSessions/${idOf(session)}`;
  expect(session["status"]).toBe("creating");
  world.sim.advanceBy(HOUR_MS);
  expect(await world.ask("GET", path)).toMatchObject({ status: "created" });
  const container: Container = {
    tenantId: CONTOSO,
    kind: "drive",
    id: unit["directoryObjectId"] as string,
  };
  return { unit, point, path, sessionId: idOf(session), container };
}

const rows = (body: Json) => body["value"] as Json[];

test("a file of a point is restored into a new folder and nothing else changes", async () => {
  const world = client();
  const { path, sessionId, container } = await browse(world);
  const [library] = rows(await world.ask("POST", `${path}/browse`));
  const top = rows(
    await world.ask("POST", `${path}/browse`, { browseLocationItemKey: library?.["itemKey"] }),
  );
  const file = top.find(({ type }) => type === "file");
  const before = itemsOf(world.sim, container);
  const original = before.find(({ name }) => name === file?.["name"]);
  write(world.sim, container, [deletionOf(original as ItemVersion)]);
  const deleted = itemsOf(world.sim, container);
  const session = await world.ask(
    "POST",
    "/oneDriveForBusinessRestoreSessions",
    { granularDriveRestoreArtifacts: [{ browseSessionId: sessionId, id: file?.["itemKey"] }] },
    201,
  );
  const list = `/oneDriveForBusinessRestoreSessions/${idOf(session)}/granularDriveRestoreArtifacts`;
  expect(await world.list(list)).toMatchObject([
    { status: "added", completionDateTime: "0001-01-01T00:00:00Z", restoredItemKey: "" },
  ]);
  await world.ask("POST", `/restoreSessions/${idOf(session)}/activate`);
  world.sim.advanceBy(3 * HOUR_MS);
  const [restored] = await world.list(list);
  expect(restored).toMatchObject({ status: "succeeded" });
  const after = itemsOf(world.sim, container);
  expect(stateOf(after)).toEqual(expect.arrayContaining(stateOf(deleted)));
  const copy = after.find(({ name }) => name === file?.["name"]);
  const folder = after.find(({ itemId }) => itemId === copy?.parentId);
  expect(copy?.content).toEqual(original?.content);
  expect(restored?.["restoredItemPath"]).toContain(folder?.name);
  expect(after).toHaveLength(deleted.length + 2);
});

test("a folder comes with everything below it", async () => {
  const world = client();
  const { path, sessionId, container } = await browse(world);
  const [library] = rows(await world.ask("POST", `${path}/browse`));
  const top = rows(
    await world.ask("POST", `${path}/browse`, { browseLocationItemKey: library?.["itemKey"] }),
  );
  const folder = top.find(({ type }) => type === "folder");
  const before = itemsOf(world.sim, container);
  const session = await world.ask("POST", "/oneDriveForBusinessRestoreSessions", {}, 201);
  const sessionPath = `/oneDriveForBusinessRestoreSessions/${idOf(session)}`;
  const patched = await world.ask("PATCH", sessionPath, {
    "granularDriveRestoreArtifacts@delta": [
      { browseSessionId: sessionId, itemKey: folder?.["itemKey"] },
    ],
  });
  expect(patched).toMatchObject({ restoreJobType: "unknownFutureValue" });
  await world.ask("POST", `/restoreSessions/${idOf(session)}/activate`);
  world.sim.advanceBy(3 * HOUR_MS);
  const added = itemsOf(world.sim, container).filter(
    ({ itemId }) => !before.some((item) => item.itemId === itemId),
  );
  // The folder of the session, the restored folder and what is in it.
  expect(added).toHaveLength(2 + (folder?.["itemsCount"] as number));
  expect(folder?.["itemsCount"]).toBeGreaterThan(0);
});

test("browsing goes by pages of ten, in the asked order, by name only", async () => {
  const world = client();
  const unit = await world.unit("driveProtectionUnits");
  const container: Container = {
    tenantId: CONTOSO,
    kind: "drive",
    id: unit["directoryObjectId"] as string,
  };
  write(
    world.sim,
    container,
    Array.from({ length: 23 }, (_, index) => ({
      itemId: `01FILE${index}`,
      kind: "file" as const,
      parentId: null,
      name: `note ${String(index).padStart(2, "0")}.txt`,
      content: { kind: "text" as const, key: `note/${index}`, size: 10 },
      by: "Somebody",
    })),
  );
  world.sim.advanceBy(25 * HOUR_MS);
  const [point] = await world.search(
    idOf(unit),
    STARTS_AT,
    new Date(world.sim.now()).toISOString(),
    {
      tags: "fastRestore",
    },
  );
  const session = await world.ask(
    "POST",
    "/oneDriveForBusinessBrowseSessions",
    { restorePointId: idOf(point) },
    201,
  );
  world.sim.advanceBy(HOUR_MS);
  const path = `/oneDriveForBusinessBrowseSessions/${idOf(session)}/browse`;
  const [library] = rows(await world.ask("POST", path));
  const first = await world.ask("POST", path, {
    browseLocationItemKey: library?.["itemKey"],
    filter: "(name -contains 'note')",
    orderBy: "nameDsc",
  });
  expect(first["@odata.count"]).toBe(23);
  const names = rows(first).map(({ name }) => name as string);
  let next = first["@odata.nextLink"] as string | undefined;
  while (next !== undefined) {
    const token: string = new URL(next).searchParams.get("$skiptoken") ?? "";
    const page: Json = await world.ask("GET", `${path}(nextFetchToken='${token}')`);
    expect(await world.ask("GET", `${path}?$skiptoken=${token}`)).toEqual(page);
    names.push(...rows(page).map(({ name }) => name as string));
    next = page["@odata.nextLink"] as string | undefined;
  }
  expect(names).toEqual([...names].sort((left, right) => right.localeCompare(left)));
  expect(names).toHaveLength(23);
});

test("messages found in a point are restored alone, and only if they differ", async () => {
  const world = client();
  const unit = await world.unit("mailboxProtectionUnits");
  const container: Container = {
    tenantId: CONTOSO,
    kind: "mailbox",
    id: unit["directoryObjectId"] as string,
  };
  const messages = itemsOf(world.sim, container).filter(({ kind }) => kind === "message");
  const wanted = messages[0] as (typeof messages)[number];
  const body = {
    protectionUnitIds: [idOf(unit)],
    protectionTimePeriod: { startDateTime: FROM, endDateTime: STARTS_AT },
    artifactQuery: {
      artifactType: "message",
      queryExpression: `(subject -contains '${wanted.name}') -and (sender -eq '${wanted.message?.from ?? ""}')`,
    },
  };
  const found = await world.ask("POST", "/restorePoints/search", body);
  const [result] = found["searchResults"] as { artifactHitCount: number; restorePoint: Json }[];
  const hits = messages.filter(
    ({ name, message }) => name.includes(wanted.name) && message?.from === wanted.message?.from,
  );
  expect(result?.artifactHitCount).toBe(hits.length);
  write(world.sim, container, messages.map(deletionOf));
  const session = await world.ask(
    "POST",
    "/exchangeRestoreSessions",
    {
      granularMailboxRestoreArtifacts: [
        {
          "@odata.type": "#microsoft.graph.granularMailboxRestoreArtifact",
          restorePoint: { id: idOf(result?.restorePoint) },
          destinationType: "inPlace",
          searchResponseId: found["searchResponseId"],
        },
      ],
    },
    201,
  );
  await world.ask("POST", `/restoreSessions/${idOf(session)}/activate`);
  world.sim.advanceBy(4 * HOUR_MS);
  expect(
    await world.list(`/exchangeRestoreSessions/${idOf(session)}/granularMailboxRestoreArtifacts`),
  ).toMatchObject([{ status: "succeeded", restoredItemCount: hits.length }]);
  const back = itemsOf(world.sim, container).filter(({ kind }) => kind === "message");
  expect(back.map(({ itemId }) => itemId)).toEqual(hits.map(({ itemId }) => itemId));
});

test("a search for messages takes one mailbox and a well-formed query", async () => {
  const world = client();
  const units = await world.list("/mailboxProtectionUnits");
  const search = (protectionUnitIds: string[], queryExpression: string) =>
    world.call("POST", "/restorePoints/search", {
      protectionUnitIds,
      protectionTimePeriod: { startDateTime: FROM, endDateTime: STARTS_AT },
      artifactQuery: { artifactType: "message", queryExpression },
    });
  const [first, second] = [idOf(units[0]), idOf(units[1])];
  expect((await search([first, second], "subject -contains 'a'")).status).toBe(400);
  expect((await search([first], "subject is 'a'")).status).toBe(400);
  const none = await search([first], "(subject -contains 'zzzz') -or sender -eq 'no@body.example'");
  expect(none.body).toMatchObject({ searchResults: [], noResultProtectionUnitIds: [first] });
});

test("a search finds messages by attachment and by everybody they were sent to, but no drafts", async () => {
  const world = client();
  const unit = await world.unit("mailboxProtectionUnits");
  const user = `/v1.0/users/${unit["directoryObjectId"] as string}`;
  const address = "everybody@contoso.example";
  const message = {
    subject: "Circular",
    bccRecipients: [{ emailAddress: { address } }],
    attachments: [{ name: "a.txt", contentBytes: "YQ==" }],
  };
  for (const path of [`${user}/messages`, `${user}/mailFolders/inbox/messages`]) {
    const token = await world.sim.token(CONTOSO);
    expect(await world.sim.fetch(path, { method: "POST", token, json: message })).toMatchObject({
      status: 201,
    });
  }
  world.sim.advanceBy(HOUR_MS);
  const hits = async (queryExpression: string) => {
    const found = await world.ask("POST", "/restorePoints/search", {
      protectionUnitIds: [idOf(unit)],
      protectionTimePeriod: {
        startDateTime: STARTS_AT,
        endDateTime: new Date(world.sim.now()).toISOString(),
      },
      artifactQuery: { artifactType: "message", queryExpression },
    });
    const [result] = found["searchResults"] as { artifactHitCount: number }[];
    return result?.artifactHitCount ?? 0;
  };
  expect(await hits(`recipient -eq '${address}'`)).toBe(1);
  expect(await hits(`(recipient -eq '${address}') -and hasAttachment -eq true`)).toBe(1);
  // The seed gives one of five messages an attachment.
  expect(await hits("hasAttachment -eq true")).toBe(2);
  expect(await hits("hasAttachment -eq false")).toBe(4);
});

test("messages restored into a new folder lie in one that says what it is; drafts and marks bring nothing", async () => {
  const world = client();
  const unit = await world.unit("mailboxProtectionUnits");
  const container: Container = {
    tenantId: CONTOSO,
    kind: "mailbox",
    id: unit["directoryObjectId"] as string,
  };
  const [first, second, third] = itemsOf(world.sim, container).filter(
    (item) => item.kind === "message",
  ) as [ItemVersion, ItemVersion, ItemVersion];
  const [point] = await world.search(idOf(unit), FROM, STARTS_AT);
  const marked = { ...first.message, isRead: false, flag: "flagged", importance: "high" } as const;
  write(world.sim, container, [
    versionAgain(first, { message: marked as NonNullable<ItemVersion["message"]> }),
    versionAgain(second, { parentId: null }),
  ]);
  const restoreAll = async () => {
    const session = await world.ask(
      "POST",
      "/exchangeRestoreSessions",
      {
        mailboxRestoreArtifacts: [{ restorePoint: { id: idOf(point) }, destinationType: "new" }],
      },
      201,
    );
    await world.ask("POST", `/restoreSessions/${idOf(session)}/activate`);
    world.sim.advanceBy(4 * HOUR_MS);
    const path = `/exchangeRestoreSessions/${idOf(session)}/mailboxRestoreArtifacts`;
    return (await world.list(path))[0] as Json;
  };
  const before = itemsOf(world.sim, container);
  expect(await restoreAll()).toMatchObject({ status: "succeeded", restoredItemCount: 0 });
  expect(itemsOf(world.sim, container)).toEqual(before);
  write(world.sim, container, [deletionOf(third)]);
  const artifact = await restoreAll();
  expect(artifact).toMatchObject({
    restoredItemCount: 1,
    restoredFolderName: expect.stringMatching(/^Restored Items 2026-03-02, \d\d:\d\d$/),
  });
  const inside = itemsOf(world.sim, container).filter(
    ({ parentId }) => parentId === artifact["restoredFolderId"],
  );
  expect(inside).toMatchObject([{ name: third.name, content: third.content }]);
});

test("people browse backups of sites and OneDrives only as SharePoint Backup Administrators", async () => {
  const world = client();
  const { path, sessionId } = await browse(world);
  const person = new BackupClient(world.sim, CONTOSO, { isDelegated: true });
  const [library] = rows(await world.ask("POST", `${path}/browse`));
  const artifacts = [{ browseSessionId: sessionId, id: library?.["itemKey"] }];
  const sessions = "/oneDriveForBusinessRestoreSessions";
  const draft = await world.ask("POST", sessions, {}, 201);
  const granular = "granularDriveRestoreArtifacts";
  const calls = [
    ["GET", path, undefined],
    ["POST", `${path}/browse`, {}],
    ["GET", "/browseSessions", undefined],
    ["GET", "/oneDriveForBusinessBrowseSessions", undefined],
    ["POST", sessions, { [granular]: artifacts }],
    ["PATCH", `${sessions}/${idOf(draft)}`, { [`${granular}@delta`]: artifacts }],
    ["GET", `${sessions}/${idOf(draft)}/${granular}`, undefined],
  ] as const;
  const answers = async () =>
    Promise.all(
      calls.map(async ([method, each, json]) => (await person.call(method, each, json)).status),
    );
  expect(await answers()).toEqual(calls.map(() => 403));
  // What is not about single files needs no role.
  await person.ask("GET", `${sessions}/${idOf(draft)}`);
  const token = await world.sim.token(CONTOSO);
  const assigned = await world.sim.fetch("/v1.0/roleManagement/directory/roleAssignments", {
    method: "POST",
    token,
    json: {
      principalId: await adminId(world),
      roleDefinitionId: "9d3e04ba-3ee4-4d1b-a3a7-9aef423a09be",
      directoryScopeId: "/",
    },
  });
  expect(assigned.status).toBe(201);
  expect(await answers()).toEqual([200, 200, 200, 200, 201, 200, 200]);
});

async function adminId(world: BackupClient): Promise<string> {
  const { body } = await world.sim.fetch("/v1.0/users/admin@contoso.example", {
    token: await world.sim.token(CONTOSO),
  });
  return idOf(body as Json);
}

test("a person sets whom to write to, an application only reads it", async () => {
  const world = client();
  const change = {
    isEnabled: true,
    additionalEvents: "restoreAndPolicyUpdates",
    recipients: { role: "custom", customRecipients: [{ email: "backup@contoso.example" }] },
  };
  expect((await world.call("PATCH", "/emailNotificationsSetting", change)).status).toBe(403);
  const person = new BackupClient(world.sim, CONTOSO, { isDelegated: true });
  await person.ask("PATCH", "/emailNotificationsSetting", change);
  expect(await world.ask("GET", "/emailNotificationsSetting")).toMatchObject(change);
});
