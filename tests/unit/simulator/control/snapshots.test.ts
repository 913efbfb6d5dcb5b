import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { startSimulator, type RunningSimulator } from "../../../../simulator/start.ts";
import { OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

let data: string;
const running: RunningSimulator[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "simulator-snapshots-"));
});

afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
  rmSync(data, { recursive: true, force: true });
});

async function start(dataDir: string): Promise<string> {
  const simulator = await startSimulator({
    readSeed: smallEstate,
    dataDir,
    port: 0,
    clock: { now: () => Date.parse("2026-03-02T06:00:00Z") },
  });
  running.push(simulator);
  return `${simulator.url}/simulator`;
}

interface Made {
  readonly directory: string;
  readonly sequence: number;
}

async function post(url: string, body: object): Promise<{ status: number; body: Made }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Made };
}

const usersOf = async (url: string) => {
  const { tenants } = (await (await fetch(`${url}/state?tenantId=${OWNER}`)).json()) as {
    tenants: { users: number }[];
  };
  return tenants[0]?.users;
};

test("a simulator starts from a snapshot with what was there when it was made", async () => {
  const url = await start(data);
  const remove = () => post(`${url}/scenarios/user-deletion`, { tenantId: OWNER, users: 1 });
  await remove();
  // Others go on changing things while the copy is made.
  const [made] = await Promise.all([
    post(`${url}/snapshots`, { name: "before" }),
    remove(),
    remove(),
  ]);
  expect(made.status).toBe(201);
  await remove();
  expect(await usersOf(url)).toBe(8);
  expect((await post(`${url}/snapshots`, { name: "before" })).status).toBe(409);
  expect((await post(`${url}/snapshots`, { name: "../escape" })).status).toBe(400);
  const listed = (await (await fetch(`${url}/snapshots`)).json()) as { value: unknown[] };
  expect(listed.value).toEqual([made.body]);

  const copy = await start(made.body.directory);
  expect([9, 10, 11]).toContain(await usersOf(copy));
  expect(await usersOf(url)).toBe(8);
});
