import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { JournalRow } from "../../../../simulator/core/journal.ts";
import { startSimulator } from "../../../../simulator/start.ts";
import { OWNER, smallEstate } from "../small-estate.ts";
import { startSimulatorProcess, type SimulatorProcess } from "./simulator-process.ts";

let directory: string;
let data: string;
let running: SimulatorProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "simulator-"));
  data = join(directory, "data");
  writeFileSync(join(directory, "seed.json"), JSON.stringify(smallEstate()));
  running = [];
});

afterEach(async () => {
  for (const each of running) await each.kill();
  rmSync(directory, { recursive: true, force: true });
});

async function start(...more: string[]): Promise<SimulatorProcess> {
  const seed = join(directory, "seed.json");
  const simulator = await startSimulatorProcess(["--seed", seed, "--data", data, ...more]);
  running.push(simulator);
  return simulator;
}

async function tokenOf({ url }: SimulatorProcess): Promise<string> {
  const [application] = smallEstate().applications;
  const response = await fetch(`${url}/${OWNER}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: application?.clientId ?? "",
      client_secret: application?.clientSecret ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function upload(url: string, token: string, name: string, content: string): Promise<boolean> {
  try {
    const target = `${url}/v1.0/users/admin@contoso.com/drive/root:/${name}:/content`;
    const response = await fetch(target, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}` },
      body: content,
    });
    return response.status === 201;
  } catch {
    return false;
  }
}

async function effects({ url }: SimulatorProcess): Promise<readonly JournalRow[]> {
  const response = await fetch(`${url}/simulator/journal?effectsOnly=true`);
  return ((await response.json()) as { value: readonly JournalRow[] }).value;
}

test("keeps every acknowledged change and its journal row over kill -9, and one process at a time", async () => {
  const first = await start();
  const token = await tokenOf(first);
  const acknowledged: string[] = [];
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let number = 0; ; number += 1) {
      const name = `file-${writer}-${number}.txt`;
      if (!(await upload(first.url, token, name, `content of ${name}`))) return;
      acknowledged.push(name);
      if (acknowledged.length === 60) await first.kill();
    }
  });
  await Promise.all(writers);
  expect(acknowledged.length).toBeGreaterThanOrEqual(60);

  const second = await start();
  const again = startSimulator({ readSeed: smallEstate, dataDir: data, port: 0, clock: Date });
  await expect(again).rejects.toThrow(
    `The data directory ${data} is in use by process ${second.child.pid ?? 0}.`,
  );
  for (const name of acknowledged) {
    const target = `${second.url}/v1.0/users/admin@contoso.com/drive/root:/${name}:/content`;
    const response = await fetch(target, { headers: { authorization: `Bearer ${token}` } });
    expect(await response.text()).toBe(`content of ${name}`);
  }
  const paths = (await effects(second)).map((row) => row.path);
  for (const name of acknowledged) {
    expect(paths.filter((path) => path.includes(`/${name}:`))).toHaveLength(1);
  }
});

test("remembers the instant that its virtual clock reached, throttles nobody meanwhile, and ends with its parent", async () => {
  const first = await start("--clock", "virtual@2026-03-02T06:00:00Z");
  const throttling = await fetch(`${first.url}/simulator/throttling`);
  expect(await throttling.json()).toMatchObject({ mode: "none" });
  const answer = await fetch(`${first.url}/simulator/clock`, {
    method: "POST",
    body: JSON.stringify({ advanceBySeconds: 86_400 }),
  });
  expect(await answer.json()).toEqual({ now: "2026-03-03T06:00:00.000Z" });
  await first.kill();
  const second = await start("--clock", "virtual", "--exit-with-parent");
  const clock = await fetch(`${second.url}/simulator/clock`);
  expect(await clock.json()).toMatchObject({ now: "2026-03-03T06:00:00.000Z" });
  const ended = new Promise((resolve) => second.child.once("exit", resolve));
  second.child.disconnect();
  expect(await ended).toBe(0);
});
