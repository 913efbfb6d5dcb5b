import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { RestoreRun } from "../../src/contracts/restore.ts";
import { type LocalCopy, startLocalCopy } from "../support/local-copy.ts";

let dataPath: string;
let local: LocalCopy;

beforeEach(async () => {
  dataPath = await mkdtemp(join(tmpdir(), "continuity-crash-"));
  local = await startLocalCopy({ dataPath });
});

afterEach(async () => {
  await local.stop();
  await rm(dataPath, { recursive: true, force: true });
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ALPINE = "11111111-aaaa-4aaa-8aaa-000000000001";

const readRun = async (id: string): Promise<RestoreRun> =>
  (await local.call(local.people.requester, "GET", `/api/restores/${id}`))
    .body as unknown as RestoreRun;

async function approvedRun(): Promise<string> {
  const graph = await local.graph(ALPINE);
  const users = await graph.list<{ id: string }>("/users?$select=id");
  const ids = users.map(({ id }) => id).slice(0, 12);
  const restoreTo = new Date(local.clock.now()).toISOString();
  await local.clock.pass(HOUR_MS);
  const accepted = await local.call(local.people.requester, "POST", "/api/restores", {
    tenantId: ALPINE,
    units: { mailboxes: ids, drives: ids },
    restoreTo,
    destination: "inPlace",
  });
  expect(accepted.status).toBe(202);
  const id = String(accepted.body["id"]);
  await local.clock.waitUntil("the plan", async () => (await readRun(id)).planHash !== null, {
    stepMs: MINUTE_MS,
    deadlineMs: HOUR_MS,
  });
  const { planHash } = await readRun(id);
  const approval = await local.call(local.people.approver, "POST", `/api/restores/${id}/approval`, {
    planHash,
  });
  expect(approval.status).toBe(202);
  return id;
}

async function crashAndStartAgain(): Promise<void> {
  await local.copy.kill();
  await local.stop();
  local = await startLocalCopy({ dataPath });
}

interface Session {
  readonly id: string;
  readonly status: string;
}

interface Artifact {
  readonly status: string;
  readonly restorePoint: { readonly protectionUnit?: { readonly id: string } };
}

/** How often each unit was restored, over all sessions that the tenant has. */
async function restoresByUnit(): Promise<{ drafts: number; times: number[] }> {
  const graph = await local.graph(ALPINE);
  const times = new Map<string, number>();
  let drafts = 0;
  for (const [service, unit] of [
    ["exchange", "mailbox"],
    ["oneDriveForBusiness", "drive"],
  ] as const) {
    const base = `/solutions/backupRestore/${service}RestoreSessions`;
    for (const session of await graph.list<Session>(base)) {
      drafts += session.status === "draft" ? 1 : 0;
      for (const artifact of await graph.list<Artifact>(
        `${base}/${session.id}/${unit}RestoreArtifacts`,
      )) {
        const key = `${unit} ${artifact.restorePoint.protectionUnit?.id}`;
        times.set(key, (times.get(key) ?? 0) + 1);
      }
    }
  }
  return { drafts, times: [...times.values()] };
}

test.each([0, 1, 2, 3, 4, 5])(
  "a crash %i steps into a restore run neither loses nor doubles anything",
  async (steps) => {
    const id = await approvedRun();
    // Each step lets the run go on to its next wait; the crash comes while it works on the one after.
    for (let step = 0; step < steps; step += 1) {
      await local.clock.pass(MINUTE_MS);
    }
    await crashAndStartAgain();

    await local.clock.waitUntil("the run", async () => (await readRun(id)).finishedAt !== null, {
      stepMs: 10 * MINUTE_MS,
      deadlineMs: 72 * HOUR_MS,
    });

    expect(await readRun(id)).toMatchObject({
      state: "completed",
      counts: { asked: 24, done: 24, failed: 0 },
    });
    const { drafts, times } = await restoresByUnit();
    expect(drafts).toBe(0);
    expect(times).toEqual(Array.from({ length: 24 }, () => 1));
  },
);
