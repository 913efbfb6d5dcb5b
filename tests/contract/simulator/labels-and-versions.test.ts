import { beforeEach, expect, test } from "@jest/globals";

import { ContentCaller } from "./content-caller.ts";

const RECORD = "Retention label for Contracts";

let caller: ContentCaller;
let drive: string;
let file: string;

beforeEach(async () => {
  caller = new ContentCaller();
  drive = await caller.drive();
  file = await caller.file(drive, "contract.txt", "one");
});

const put = (text: string, headers: Record<string, string> = {}) =>
  caller.call("PUT", `${file}/content`, { bytes: Buffer.from(text), headers });

test("a record cannot be edited or deleted, renamed it can be, and unlocked it can be edited", async () => {
  const label = `${file}/retentionLabel`;
  expect(await caller.refused("GET", label)).toEqual([404, "itemNotFound"]);
  expect(await caller.ask("PATCH", label, 201, { name: RECORD })).toMatchObject({
    name: RECORD,
    isLabelAppliedExplicitly: true,
    retentionSettings: {
      behaviorDuringRetentionPeriod: "retainAsRecord",
      isRecordLocked: true,
      isContentUpdateAllowed: false,
      isDeleteAllowed: false,
    },
  });
  const locked = [423, "resourceLocked"];
  expect(await caller.refused("PUT", `${file}/content`, { bytes: Buffer.from("x") })).toEqual(
    locked,
  );
  expect(await caller.refused("DELETE", file)).toEqual(locked);
  expect(await caller.refused("POST", `${file}/createUploadSession`, { json: {} })).toEqual(locked);
  await caller.ask("PATCH", file, 200, { name: "signed.txt" });
  const settings = { retentionSettings: { isRecordLocked: false } };
  expect(await caller.ask("PATCH", label, 200, settings)).toMatchObject(settings);
  expect((await put("two")).status).toBe(200);
  expect(await caller.refused("DELETE", file)).toEqual(locked);
  await caller.ask("DELETE", label, 204);
  await caller.ask("DELETE", file, 204);
});

test("a folder's label goes to what is in it, but not over labels of its own", async () => {
  const folder = await caller.ask("POST", `${drive}/root/children`, 201, {
    name: "Contracts",
    folder: {},
  });
  await caller.ask("PATCH", file, 200, { parentReference: { id: folder.id } });
  const { id } = await caller.ask(
    "PUT",
    `${drive}/items/${folder.id}:/other.txt:/content`,
    201,
    Buffer.from("other"),
  );
  const other = `${drive}/items/${id}/retentionLabel`;
  await caller.ask("PATCH", other, 201, { name: "Delete after five years" });
  const name = "Keep for seven years";
  await caller.ask("PATCH", `${drive}/items/${folder.id}/retentionLabel`, 201, { name });
  expect(await caller.get(`${file}/retentionLabel`)).toMatchObject({
    name,
    isLabelAppliedExplicitly: false,
  });
  expect(await caller.get(other)).toMatchObject({ name: "Delete after five years" });
  await caller.ask("DELETE", `${drive}/items/${folder.id}/retentionLabel`, 204);
  expect(await caller.refused("GET", `${file}/retentionLabel`)).toEqual([404, "itemNotFound"]);
  expect((await caller.get(other))["name"]).toBe("Delete after five years");
  expect(
    await caller.refused("PATCH", `${file}/retentionLabel`, { json: { name: "Nobody made it" } }),
  ).toEqual([400, "invalidRequest"]);
});

test("a sensitivity label comes a moment later and needs a reason to go", async () => {
  const extract = async () =>
    (await caller.ask("POST", `${file}/extractSensitivityLabels`, 200))["labels"];
  const sensitivityLabelId = "5feba255-812e-446a-ac59-a7044ef827b5";
  const asked = await caller.call("POST", `${file}/assignSensitivityLabel`, {
    json: { sensitivityLabelId, assignmentMethod: "privileged" },
  });
  expect(asked).toMatchObject({ status: 202, headers: { location: expect.any(String) } });
  expect(await extract()).toEqual([]);
  caller.simulator.advanceBy(10_000);
  expect(await extract()).toMatchObject([{ sensitivityLabelId, assignmentMethod: "privileged" }]);
  const none = { sensitivityLabelId: "" };
  expect(await caller.refused("POST", `${file}/assignSensitivityLabel`, { json: none })).toEqual([
    400,
    "invalidRequest",
  ]);
  await caller.ask("POST", `${file}/assignSensitivityLabel`, 202, {
    ...none,
    justificationText: "It is public now.",
  });
  caller.simulator.advanceBy(10_000);
  expect(await extract()).toEqual([]);
});

test("an earlier version comes back as a new one, and the current one is read as the file", async () => {
  await put("two");
  caller.simulator.advanceBy(60_000);
  await put("three");
  const ids = async () => (await caller.list(`${file}/versions`)).map(({ id }) => id);
  expect(await ids()).toEqual(["3.0", "2.0", "1.0"]);
  expect(await caller.text(`${file}/versions/2.0/content`)).toBe("two");
  expect(await caller.refused("GET", `${file}/versions/3.0/content`)).toEqual([
    400,
    "invalidRequest",
  ]);
  await caller.ask("POST", `${file}/versions/1.0/restoreVersion`, 204);
  expect(await ids()).toEqual(["4.0", "3.0", "2.0", "1.0"]);
  expect(await caller.text(`${file}/content`)).toBe("one");
  // Restoring what is current makes nothing.
  await caller.ask("POST", `${file}/versions/4.0/restoreVersion`, 204);
  expect(await ids()).toHaveLength(4);
  expect(await caller.refused("GET", `${file}/versions/9.0`)).toEqual([404, "itemNotFound"]);
});

test("the eTag changes with the item, the cTag only with its content, and either guards a change", async () => {
  const first = await caller.get(file);
  const renamed = await caller.ask("PATCH", file, 200, { name: "renamed.txt" });
  expect(renamed["cTag"]).toBe(first["cTag"]);
  expect(renamed["eTag"]).not.toBe(first["eTag"]);
  expect(renamed["createdBy"]).toEqual(first["createdBy"]);
  const stale = { "if-match": first["eTag"] as string };
  expect((await put("two", stale)).status).toBe(412);
  expect((await put("two", { "if-match": renamed["cTag"] as string })).status).toBe(200);
  expect((await put("three", { "if-match": renamed["cTag"] as string })).status).toBe(412);
  const folder = await caller.ask("POST", `${drive}/root/children`, 201, { name: "A", folder: {} });
  expect(folder).not.toHaveProperty("cTag");
});

test("a folder cannot be moved into itself, and a second one of a name can be numbered", async () => {
  const make = (more: object = {}) =>
    caller.ask("POST", `${drive}/root/children`, 201, { name: "A", folder: {}, ...more });
  const { id } = await make();
  const inner = await caller.ask("POST", `${drive}/items/${id}/children`, 201, {
    name: "B",
    folder: {},
  });
  expect(
    await caller.refused("PATCH", `${drive}/items/${id}`, {
      json: { parentReference: { id: inner.id } },
    }),
  ).toEqual([400, "invalidRequest"]);
  const second = await make({ "@microsoft.graph.conflictBehavior": "rename" });
  expect(second["name"]).toBe("A 1");
});

test("deleted files count in the recycle bin's size for 93 days, permanently deleted ones do not", async () => {
  const quota = async () => (await caller.get(drive))["quota"] as Record<string, number>;
  const before = await quota();
  const another = await caller.file(drive, "another.txt", "another");
  await caller.ask("DELETE", file, 204);
  await caller.ask("POST", `${another}/permanentDelete`, 204);
  expect(await quota()).toMatchObject({ deleted: 3, used: (before["used"] ?? 0) - 3 });
  caller.simulator.advanceBy(94 * 86_400_000);
  expect(await quota()).toMatchObject({ deleted: 0 });
});
