import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { JournalRow } from "../../../../simulator/core/journal.ts";
import { startSimulator, type RunningSimulator } from "../../../../simulator/start.ts";
import { OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

const directories: string[] = [];
const running: RunningSimulator[] = [];

beforeEach(() => {
  directories.length = 0;
});

afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "simulator-draws-"));
  directories.push(directory);
  return directory;
}

async function start(dataDir: string): Promise<string> {
  const simulator = await startSimulator({
    readSeed: smallEstate,
    dataDir,
    port: 0,
    clock: { now: () => Date.parse("2026-03-02T06:00:00Z") },
    checkpointBytes: 4_000,
  });
  running.push(simulator);
  return simulator.url;
}

async function tokenOf(url: string): Promise<string> {
  const [application] = smallEstate().applications;
  const answer = await fetch(`${url}/${OWNER}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: application?.clientId ?? "",
      client_secret: application?.clientSecret ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function sow(url: string): Promise<void> {
  const rates = { throttled: 0.2, serverError: 0.2, expiredToken: 0.2, missingResults: 0.2 };
  const answer = await fetch(`${url}/simulator/faults/seeded`, {
    method: "PUT",
    body: JSON.stringify({ seed: 11, rates, stormRequests: 3 }),
  });
  expect(answer.status).toBe(200);
}

/** Single reads and batches in turn; the statuses that a client sees. */
async function ask(url: string, requests: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  const headers = {
    authorization: `Bearer ${await tokenOf(url)}`,
    "content-type": "application/json",
  };
  for (let number = 0; number < requests; number += 1) {
    if (number % 3 !== 2) {
      seen.push((await fetch(`${url}/v1.0/users?$top=1`, { headers })).status);
      continue;
    }
    const items = ["a", "b", "c"].map((id) => ({ id, method: "GET", url: "/groups?$top=1" }));
    const body = JSON.stringify({ requests: items });
    const answer = await fetch(`${url}/v1.0/$batch`, { method: "POST", headers, body });
    const { responses } = (await answer.json()) as { responses?: { id: string; status: number }[] };
    seen.push([answer.status, responses?.map(({ id, status }) => `${id} ${status}`)]);
  }
  return seen;
}

test("sown faults meet the same requests whether the simulator is restarted in between or not", async () => {
  // Of single reads and batches: stops after a read, after a batch and in the middle of a storm.
  const rounds = [4, 2, 9, 15, 30];
  const steady = await start(newDirectory());
  await sow(steady);
  const expected: unknown[] = [];
  for (const requests of rounds) expected.push(...(await ask(steady, requests)));
  expect(new Set(expected.map(String)).size).toBeGreaterThan(5);

  const directory = newDirectory();
  let url = await start(directory);
  await sow(url);
  const seen: unknown[] = [];
  for (const requests of rounds) {
    seen.push(...(await ask(url, requests)));
    await running.pop()?.stop();
    url = await start(directory);
  }
  expect(seen).toEqual(expected);

  const journal = await fetch(`${url}/simulator/journal?limit=10000`);
  const { value } = (await journal.json()) as { value: JournalRow[] };
  const draws = value.flatMap(({ draw }) => (draw === undefined ? [] : [draw]));
  expect(new Set(draws).size).toBe(draws.length);
  expect(Math.max(...draws)).toBeGreaterThan(70);
});
