import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { findHost } from "../../../cli/host-address.ts";

let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "host-address-"));
  await mkdir(join(data, "host"));
  await writeFile(join(data, "run.json"), '{"host":{"url":"http://127.0.0.1:9000"}}');
  await writeFile(
    join(data, "host", "keys.json"),
    '{"masterKey":"master","systemKeys":{"durabletask_extension":"durable"}}',
  );
  await writeFile(join(data, "host", "run.json"), "{");
});

afterAll(() => rm(data, { recursive: true }));

test("address and key come from the data directory of a start", async () => {
  expect(await findHost({ data })).toEqual({ url: "http://127.0.0.1:9000", key: "durable" });
});

test("what is said outright wins", async () => {
  const host = await findHost({ data, url: "http://localhost:1/", key: "mine" });
  expect(host).toEqual({ url: "http://localhost:1", key: "mine" });
});

test("a key of this machine is not sent to another", async () => {
  expect(await findHost({ data, url: "https://example.com" })).toMatchObject({ key: null });
  expect(await findHost({ data, url: "http://127.0.0.1:5" })).toMatchObject({ key: "durable" });
});

test("without a data directory it is the default address without a key", async () => {
  const host = await findHost({ data: join(data, "none") });
  expect(host).toEqual({ url: "http://127.0.0.1:7071", key: null });
});

test("a wrong address and a broken file are said in a sentence", async () => {
  await expect(findHost({ data, url: "localhost" })).rejects.toThrow(/is no address of a host/u);
  await expect(findHost({ data: join(data, "host") })).rejects.toThrow(/no readable JSON/u);
});
