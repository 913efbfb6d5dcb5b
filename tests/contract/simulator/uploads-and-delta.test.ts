import { beforeEach, expect, test } from "@jest/globals";

import { ContentCaller, type Entity } from "./content-caller.ts";
import { validate } from "./metadata.ts";

const UNIT = 320 * 1024;
const BYTES = Buffer.alloc(2 * UNIT + 100, "large file ");

let caller: ContentCaller;
let drive: string;

beforeEach(async () => {
  caller = new ContentCaller();
  drive = await caller.drive();
});

const open = async (path: string, json: object = {}) =>
  new URL(
    (await caller.ask("POST", `${path}/createUploadSession`, 200, json))["uploadUrl"] as string,
  ).pathname;

/** Speaks to the address of an upload session: no token, not below `/v1.0`. */
async function send(
  method: string,
  address: string,
  part?: { readonly from: number; readonly to: number; readonly total?: number },
) {
  const { from = 0, to = 0, total = BYTES.length } = part ?? {};
  const answer = await caller.simulator.fetch(address, {
    method,
    ...(part === undefined
      ? {}
      : {
          bytes: BYTES.subarray(from, to),
          headers: { "content-range": `bytes ${from}-${to - 1}/${total}` },
        }),
  });
  if (answer.status === 200 || answer.status === 202) {
    const definition = (answer.body as Entity).id === undefined ? "uploadSession" : "driveItem";
    expect(validate(definition, answer.body)).toEqual([]);
  }
  return answer;
}

test("a large file arrives in fragments, in order, and can be resumed", async () => {
  const address = await open(`${drive}/root:/large.bin:`);
  expect(await send("PUT", address, { from: 0, to: UNIT })).toMatchObject({
    status: 202,
    body: { nextExpectedRanges: [`${UNIT}-`] },
  });
  expect(await send("PUT", address, { from: 0, to: UNIT })).toMatchObject({ status: 416 });
  expect(await send("PUT", address, { from: UNIT, to: UNIT + 100 })).toMatchObject({ status: 400 });
  expect(await send("PUT", address, { from: UNIT, to: 2 * UNIT, total: 7 })).toMatchObject({
    status: 400,
  });
  expect(await caller.refused("GET", `${drive}/root:/large.bin`)).toEqual([404, "itemNotFound"]);
  expect(await send("GET", address)).toMatchObject({
    status: 200,
    body: { nextExpectedRanges: [`${UNIT}-`] },
  });
  await send("PUT", address, { from: UNIT, to: 2 * UNIT });
  const last = await send("PUT", address, { from: 2 * UNIT, to: BYTES.length });
  expect(last).toMatchObject({ status: 201, body: { name: "large.bin", size: BYTES.length } });
  const { bytes } = await caller.call("GET", `${drive}/root:/large.bin:/content`);
  expect(Buffer.from(bytes).equals(BYTES)).toBe(true);
  expect(await send("GET", address)).toMatchObject({ status: 404 });
  const effects = caller.simulator.journal({ effectsOnly: true }).flatMap((row) => row.effects);
  expect(effects.filter(({ type }) => type === "content.versionsAppended")).toHaveLength(1);
});

const how = (behavior: string) => ({ item: { "@microsoft.graph.conflictBehavior": behavior } });

test("an upload replaces, numbers or refuses a file that is already there", async () => {
  const item = await caller.file(drive, "a.txt", "first");
  const small = { from: 0, to: 10, total: 10 };
  const named = `${drive}/root:/a.txt:`;
  expect(
    await caller.refused("POST", `${named}/createUploadSession`, { json: how("fail") }),
  ).toEqual([409, "nameAlreadyExists"]);
  const replaced = await send("PUT", await open(named, how("replace")), small);
  expect(replaced).toMatchObject({ status: 200, body: { id: item.split("/").at(-1) } });
  const renamed = await send("PUT", await open(named, how("rename")), small);
  expect(renamed).toMatchObject({ status: 201, body: { name: "a 1.txt" } });
  expect(await send("PUT", await open(item), small)).toMatchObject({ status: 200 });
  expect(await caller.list(`${item}/versions`)).toHaveLength(2);
  // Who takes the name while the upload runs wins.
  const late = await open(`${drive}/root:/late.txt:`);
  await caller.file(drive, "late.txt", "earlier");
  expect(await send("PUT", late, small)).toMatchObject({
    status: 409,
    body: { error: { code: "nameAlreadyExists" } },
  });
  const tooLarge = { json: { item: { fileSize: 2 ** 41 } } };
  expect(await caller.refused("POST", `${item}/createUploadSession`, tooLarge)).toEqual([
    507,
    "quotaLimitReached",
  ]);
  const stale = { headers: { "if-match": '"another"' }, json: {} };
  expect(await caller.refused("POST", `${item}/createUploadSession`, stale)).toEqual([
    412,
    "resourceModified",
  ]);
});

test("an upload is finished on demand, cancelled, or forgotten a day after its last fragment", async () => {
  const small = { from: 0, to: 10, total: 10 };
  const deferred = await open(`${drive}/root:/deferred.txt:`, { deferCommit: true });
  expect(await send("POST", deferred)).toMatchObject({ status: 400 });
  expect(await send("PUT", deferred, small)).toMatchObject({
    status: 202,
    body: { nextExpectedRanges: [] },
  });
  expect(await send("POST", deferred)).toMatchObject({ status: 201 });
  const cancelled = await open(`${drive}/root:/cancelled.txt:`);
  expect(await send("DELETE", cancelled)).toMatchObject({ status: 204 });
  expect(await send("PUT", cancelled, small)).toMatchObject({ status: 404 });
  const forgotten = await open(`${drive}/root:/forgotten.txt:`);
  caller.simulator.advanceBy(24 * 3_600_000);
  expect(await send("PUT", forgotten, small)).toMatchObject({ status: 404 });
});

const delta = async (link: unknown) => caller.get(String(link).split("/v1.0")[1] ?? "");

const names = (page: Entity) => page.value.map(({ name }) => name);

test("delta begins with the root and tells of changed items with the folders above them", async () => {
  const first = await caller.get(`${drive}/root/delta`);
  expect(first.value[0]).toMatchObject({ name: "root", root: {} });
  const link = first["@odata.deltaLink"];
  expect((await delta(link)).value).toEqual([]);
  const folder = await caller.ask("POST", `${drive}/root/children`, 201, { name: "A", folder: {} });
  const inner = await caller.ask("POST", `${drive}/items/${folder.id}/children`, 201, {
    name: "B",
    folder: {},
  });
  const after = (await delta(link))["@odata.deltaLink"];
  const { id } = await caller.ask(
    "PUT",
    `${drive}/items/${inner.id}:/c.txt:/content`,
    201,
    Buffer.from("c"),
  );
  expect(names(await delta(after))).toEqual(["root", "A", "B", "c.txt"]);
  const path = String(after).split("/v1.0")[1] ?? "";
  const alone = await caller.call("GET", path, { headers: { deltaexcludeparent: "true" } });
  expect(names(alone.entity)).toEqual(["c.txt"]);
  await caller.ask("DELETE", `${drive}/items/${inner.id}`, 204);
  const gone = (await delta(after)).value.filter(({ deleted }) => deleted !== undefined);
  expect(gone.map((item) => item.id).sort()).toEqual([inner.id, id].sort());
});

test("delta takes an instant for a token, and sends those with a wrong one back to the beginning", async () => {
  caller.simulator.advanceBy(60_000);
  const instant = new Date(caller.simulator.now()).toISOString();
  caller.simulator.advanceBy(60_000);
  await caller.file(drive, "late.txt", "late");
  const since = await caller.get(`${drive}/root/delta?token=${encodeURIComponent(instant)}`);
  expect(since.value.map(({ name }) => name)).toEqual(["root", "late.txt"]);
  const wrong = await caller.call("GET", `${drive}/root/delta(token='nonsense')`);
  expect(wrong).toMatchObject({
    status: 410,
    headers: { location: expect.stringMatching(/\/root\/delta$/) },
    body: { error: { code: "resyncChangesApplyDifferences" } },
  });
});
