import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, expect, test } from "@jest/globals";

import { startSimulator, type RunningSimulator } from "../../../../simulator/start.ts";
import { OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

interface Entity {
  readonly id: string;
  readonly value: readonly Entity[];
  readonly [name: string]: unknown;
}

const data = mkdtempSync(join(tmpdir(), "simulator-content-"));
let simulator: RunningSimulator | null = null;

afterEach(async () => {
  await simulator?.stop();
  rmSync(data, { recursive: true, force: true });
});

const start = async () => {
  simulator = await startSimulator({
    readSeed: smallEstate,
    dataDir: data,
    port: 0,
    clock: { now: () => Date.parse("2026-03-02T06:00:00Z") },
  });
  return simulator.url;
};

async function ask(url: string, method: string, path: string, content?: unknown): Promise<Entity> {
  const token = await fetch(`${url}/${OWNER}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: smallEstate().applications[0]?.clientId ?? "",
      client_secret: "local-simulator-only",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  const { access_token: bearer } = (await token.json()) as { access_token: string };
  const isBytes = content instanceof Uint8Array;
  const answer = await fetch(`${url}/v1.0${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      "content-type": isBytes ? "application/octet-stream" : "application/json",
    },
    ...(content === undefined ? {} : { body: isBytes ? content : JSON.stringify(content) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Entity;
}

test("sharing, labels, versions, role assignments and half an upload are still there after a restart", async () => {
  const drive = "/users/admin@contoso.com/drive";
  const first = await start();
  const { id } = await ask(first, "PUT", `${drive}/root:/a.txt:/content`, Buffer.from("one"));
  const item = `${drive}/items/${id}`;
  await ask(first, "PUT", `${item}/content`, Buffer.from("two"));
  await ask(first, "POST", `${item}/createLink`, { type: "view" });
  await ask(first, "PATCH", `${item}/retentionLabel`, { name: "Keep for seven years" });
  const { id: userId } = await ask(first, "GET", "/users/admin@contoso.com");
  await ask(first, "POST", "/roleManagement/directory/roleAssignments", {
    principalId: userId,
    roleDefinitionId: "9d3e04ba-3ee4-4d1b-a3a7-9aef423a09be",
    directoryScopeId: "/",
  });
  const upload = await ask(first, "POST", `${drive}/root:/b.bin:/createUploadSession`, {});
  const address = new URL(upload["uploadUrl"] as string).pathname;
  const bytes = Buffer.alloc(320 * 1024 + 5, "b");
  const put = (url: string, from: number, to: number) =>
    fetch(`${url}${address}`, {
      method: "PUT",
      headers: { "content-range": `bytes ${from}-${to - 1}/${bytes.length}` },
      body: bytes.subarray(from, to),
    });
  expect((await put(first, 0, 320 * 1024)).status).toBe(202);
  const paths = ["", "/permissions", "/retentionLabel", "/versions"].map((part) => item + part);
  const roles = "/roleManagement/directory/roleAssignments";
  const read = async (url: string) =>
    JSON.stringify(
      await Promise.all([...paths, roles].map((path) => ask(url, "GET", path))),
    ).replaceAll(url, "");
  const before = await read(first);
  await simulator?.stop();
  const second = await start();
  expect(await read(second)).toBe(before);
  expect((await put(second, 320 * 1024, bytes.length)).status).toBe(201);
  expect(await ask(second, "GET", `${drive}/root:/b.bin`)).toMatchObject({ size: bytes.length });
});
