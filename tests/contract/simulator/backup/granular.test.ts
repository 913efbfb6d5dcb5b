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
  const none = await search([first], "(subject -contains 'zzzz') -or hasAttachment -eq true");
  expect(none.body).toMatchObject({ searchResults: [], noResultProtectionUnitIds: [first] });
});

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
