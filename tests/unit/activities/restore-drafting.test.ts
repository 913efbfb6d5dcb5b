import { afterEach, expect, test } from "@jest/globals";
import { createRestoreWaveActivities } from "../../../src/activities/restore-wave.ts";
import * as actions from "../../../src/api/restore-actions.ts";
import type { WaveKey } from "../../../src/contracts/restore-orchestration.ts";
import { createSession, changeArtifacts } from "../../../src/graph/resources/restore-sessions.ts";
import {
  createRestoreWorld,
  OPERATOR,
  type RestoreWorld,
  START,
  TENANT,
} from "../../support/restore-world.ts";

const CRASH_POINT = Symbol.for("azure-functions-host.crash-point");

/** Makes the next pass of a named point throw, as if the process had died there. */
function crashAt(name: string): void {
  (globalThis as Record<symbol, unknown>)[CRASH_POINT] = (passed: string) => {
    if (passed === name) {
      delete (globalThis as Record<symbol, unknown>)[CRASH_POINT];
      throw new Error(`died at ${name}`);
    }
  };
}

afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[CRASH_POINT];
});

class Pause extends Error {}

/** A planned wave of one mailbox, and the activities that work on it. */
async function plannedWave(world: RestoreWorld, mailbox = 0) {
  const user = (await world.users(mailbox + 1))[mailbox];
  const { id } = await world.request({
    units: { mailboxes: [user?.email] },
    restoreTo: new Date(START - 3 * 3_600_000).toISOString(),
  });
  world.driver.at(world.driver.now() + 1_000, () => {
    throw new Pause();
  });
  await world.driver.settle().catch((error: unknown) => {
    if (!(error instanceof Pause)) {
      throw error;
    }
  });
  const key: WaveKey = { runId: id, tenantId: TENANT, workload: "exchange", number: 1 };
  const [unit] = await world.units(id);
  const pointId = unit?.restorePoint?.id ?? "";
  return { id, key, pointId, activities: createRestoreWaveActivities(world.dependencies) };
}

test("a second call keeps the session of the first", async () => {
  const world = createRestoreWorld();
  const { key, activities } = await plannedWave(world);
  expect(await activities.draft(key)).toEqual({ kind: "drafted" });
  expect(await activities.draft(key)).toEqual({ kind: "drafted" });
  expect(world.effects("POST", /RestoreSessions$/u)).toBe(1);
});

test("two calls at the same time leave one draft", async () => {
  const world = createRestoreWorld();
  const { key, activities } = await plannedWave(world);
  const calls = await Promise.allSettled([activities.draft(key), activities.draft(key)]);
  expect(calls.some(({ status }) => status === "fulfilled")).toBe(true);
  await activities.draft(key);
  expect(await world.sessions()).toHaveLength(1);
});

test("after a crash the empty draft is adopted, a second one deleted, and what is not ours left alone", async () => {
  const world = createRestoreWorld();
  const tenant = world.api.graph.forTenant(TENANT);
  const { key, pointId, activities } = await plannedWave(world);
  const before = await createSession(tenant, "exchange");
  crashAt("restore.draft-created");
  await expect(Promise.resolve(activities.draft(key))).rejects.toThrow("died");
  const [created] = (await world.sessions()).filter(({ id }) => id !== before.id);
  await createSession(tenant, "exchange");
  const full = await createSession(tenant, "exchange");
  await changeArtifacts(tenant, {
    workload: "exchange",
    sessionId: full.id,
    add: [pointId],
    destinationType: "inPlace",
    remove: [],
  });

  await activities.draft(key);
  const left = (await world.sessions()).map(({ id }) => id);
  const wave = await world.api.tables.waves.get(key.runId, "000001");
  expect(wave?.value.sessionId).toBe(created?.id);
  expect(new Set(left)).toEqual(new Set([before.id, created?.id, full.id]));
});

test("another run waits while one creates, and takes over what a dead run left", async () => {
  const world = createRestoreWorld();
  const first = await plannedWave(world);
  const second = await plannedWave(world, 1);
  crashAt("restore.draft-created");
  await expect(Promise.resolve(first.activities.draft(first.key))).rejects.toThrow("died");
  await expect(Promise.resolve(second.activities.draft(second.key))).rejects.toThrow(
    "created one at a time",
  );

  const run = await world.api.tables.runs.get("restores", first.id);
  if (run !== null) {
    const ended = {
      ...run.value,
      state: "failed" as const,
      finishedAt: "2026-03-02T07:00:00.000Z",
    };
    await world.api.tables.runs.put("restores", first.id, ended);
  }
  expect(await second.activities.draft(second.key)).toEqual({ kind: "drafted" });
  expect(world.effects("POST", /RestoreSessions$/u)).toBe(1);
});

test("a wave that is cancelled after an interrupted request deletes what the request created", async () => {
  const world = createRestoreWorld();
  const { id, key, activities } = await plannedWave(world);
  crashAt("restore.draft-created");
  await expect(Promise.resolve(activities.draft(key))).rejects.toThrow("died");
  await actions.cancel(world.act(OPERATOR, id));
  expect(await activities.draft(key)).toEqual({ kind: "cancelled" });
  const discarded = await activities.discard({ ...key, reason: "cancelled", isCancelled: true });
  expect(discarded).toEqual({ kind: "discarded", counts: { done: 0, skipped: 0, failed: 1 } });
  expect(await world.sessions()).toEqual([]);
  expect((await world.api.tables.locks.get(TENANT, "exchange"))?.value.owner).toBeNull();
});

test("a draft that nobody approved is not activated", async () => {
  const world = createRestoreWorld();
  const { key, activities } = await plannedWave(world);
  await activities.draft(key);
  await activities.fill(key);
  await expect(Promise.resolve(activities.activate(key))).rejects.toMatchObject({
    code: "notApproved",
  });
});

test("an artifact that somebody else put into the draft is taken out again", async () => {
  const world = createRestoreWorld();
  const { key, activities } = await plannedWave(world);
  const other = await plannedWave(world, 1);
  await activities.draft(key);
  const [session] = await world.sessions();
  await changeArtifacts(world.api.graph.forTenant(TENANT), {
    workload: "exchange",
    sessionId: session?.id ?? "",
    add: [other.pointId],
    destinationType: "inPlace",
    remove: [],
  });
  expect(await activities.fill(key)).toEqual({ kind: "filled", missing: 0 });
  const [filled] = await world.sessions();
  expect(filled?.points).toHaveLength(1);
  expect(filled?.points).not.toContain(other.pointId);
});
