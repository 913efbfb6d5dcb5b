import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { RestoreRun } from "../../src/contracts/restore.ts";
import { type LocalCopy, startLocalCopy } from "../support/local-copy.ts";
import { pointsNamedIn } from "./host/named-points.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ALPINE = "11111111-aaaa-4aaa-8aaa-000000000001";

let dataPath: string;
let local: LocalCopy;

beforeEach(async () => {
  dataPath = await mkdtemp(join(tmpdir(), "continuity-crash-"));
});
afterEach(async () => {
  await local.stop();
  await rm(dataPath, { recursive: true, force: true });
});

async function start(crashAt: string | null): Promise<void> {
  if (crashAt !== null) {
    process.env["HOST_CRASH_AT"] = crashAt;
  }
  try {
    local = await startLocalCopy({ dataPath });
    // The copy says that it ended; here that is what is wanted.
    local.copy.unexpectedEnd.catch(() => undefined);
  } finally {
    delete process.env["HOST_CRASH_AT"];
  }
}

const readRun = async (id: string): Promise<RestoreRun> =>
  (await local.call(local.people.requester, "GET", `/api/restores/${id}`))
    .body as unknown as RestoreRun;

async function until(what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if (await isDone()) {
      return;
    }
    await delay(50);
  }
  throw new Error(`${what} did not come.`);
}

const isAlive = async (): Promise<boolean> => {
  try {
    await fetch(new URL("/api/health", local.copy.hostUrl));
    return true;
  } catch {
    return false;
  }
};

/** Asks for two drives and two mailboxes and approves the plan; the host may die before it answers that. */
async function approvedRun(): Promise<string> {
  const graph = await local.graph(ALPINE);
  const users = await graph.list<{ id: string }>("/users?$select=id");
  const ids = users.map(({ id }) => id).slice(0, 2);
  const accepted = await local.call(local.people.requester, "POST", "/api/restores", {
    tenantId: ALPINE,
    units: { mailboxes: ids, drives: ids },
    restoreTo: new Date(local.clock.now() - HOUR_MS).toISOString(),
    destination: "inPlace",
  });
  const id = String(accepted.body["id"]);
  await until("the plan", async () => (await readRun(id)).planHash !== null);
  const { planHash } = await readRun(id);
  await local
    .call(local.people.approver, "POST", `/api/restores/${id}/approval`, { planHash })
    .catch(() => undefined);
  return id;
}

/** Every point of the app but one stands between two writes of a wave, until its session is activated. */
const OF_A_DISCARDED_DRAFT = "restore.draft-deleted";
const pointsOfAWave = pointsNamedIn("src").filter((point) => point !== OF_A_DISCARDED_DRAFT);

test.each(pointsOfAWave)("a process that dies at %s leaves one session a wave", async (point) => {
  await start(point);
  const id = await approvedRun();
  await until("the crash", async () => !(await isAlive()));
  await local.stop();
  await start(null);

  await local.clock.waitUntil("the run", async () => (await readRun(id)).finishedAt !== null, {
    stepMs: 10 * MINUTE_MS,
    deadlineMs: 72 * HOUR_MS,
  });
  expect(await readRun(id)).toMatchObject({ state: "completed", counts: { asked: 4, done: 4 } });
  const effects = await local.effects();
  const count = (method: string, path: RegExp) =>
    effects.filter((row) => row.method === method && path.test(row.path)).length;
  expect(count("POST", /RestoreSessions$/u)).toBe(2);
  expect(count("POST", /\/activate$/u)).toBe(2);
  expect(count("DELETE", /restoreSessions/u)).toBe(0);
});

/** The service refuses every activation, for good. */
async function refuseActivations(): Promise<void> {
  const answer = await fetch(new URL("/simulator/faults", local.copy.simulatorUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      method: "POST",
      path: "/activate$",
      times: 1_000,
      behaviour: "status",
      status: 400,
      body: { error: { code: "invalidRequest", message: "Not today." } },
    }),
  });
  expect(answer.status).toBe(201);
}

test("a process that dies while it deletes drafts that cannot be activated leaves none", async () => {
  await start(OF_A_DISCARDED_DRAFT);
  await refuseActivations();
  const id = await approvedRun();
  await until("the crash", async () => !(await isAlive()));
  await local.stop();
  await start(null);
  await refuseActivations();

  await local.clock.waitUntil("the run", async () => (await readRun(id)).finishedAt !== null, {
    stepMs: 10 * MINUTE_MS,
    deadlineMs: 72 * HOUR_MS,
  });
  expect(await readRun(id)).toMatchObject({ counts: { asked: 4, done: 0, failed: 4 } });
  const graph = await local.graph(ALPINE);
  for (const service of ["exchange", "oneDriveForBusiness"]) {
    expect(await graph.list(`/solutions/backupRestore/${service}RestoreSessions`)).toEqual([]);
  }
});
