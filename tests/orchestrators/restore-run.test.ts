import { expect, test } from "@jest/globals";
import * as actions from "../../src/api/restore-actions.ts";
import {
  APPROVER,
  createRestoreWorld,
  OPERATOR,
  START,
  type RestoreWorld,
} from "../support/restore-world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RESTORE_TO = new Date(START - 3 * HOUR).toISOString();

async function requestAll(world: RestoreWorld) {
  const users = await world.users(5);
  const sites = await world.sites(2);
  return world.request({
    units: {
      mailboxes: users.map(({ email }) => email),
      drives: users.map(({ id }) => id),
      sites: sites.map(({ webUrl }) => webUrl),
    },
    restoreTo: RESTORE_TO,
  });
}

test("restores every unit once after a second person approved the plan", async () => {
  const world = createRestoreWorld();
  const { id, statusUrl } = await requestAll(world);
  expect(statusUrl).toBe(`https://continuity.test/api/restores/${id}`);
  world.approveAt(id, START + 10 * MINUTE);
  await world.driver.settle();

  const run = await world.read(id);
  expect(run).toMatchObject({
    state: "completed",
    counts: { asked: 12, planned: 12, done: 12, skipped: 0, failed: 0 },
    approvedBy: { name: "Arjun" },
    message: null,
  });
  expect(run.waves.map(({ workload, units, state }) => ({ workload, units, state }))).toEqual([
    { workload: "exchange", units: 5, state: "ended" },
    { workload: "oneDriveForBusiness", units: 5, state: "ended" },
    { workload: "sharePoint", units: 2, state: "ended" },
  ]);
  const sessions = await world.sessions();
  expect(sessions.map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
  const units = await world.units(id);
  expect(new Set(units.map(({ restorePoint }) => restorePoint?.id))).toEqual(
    new Set(sessions.flatMap(({ points }) => points)),
  );
  for (const unit of units) {
    expect(Date.parse(unit.restorePoint?.protectionDateTime ?? "")).toBeLessThanOrEqual(
      Date.parse(RESTORE_TO),
    );
    expect(unit.checkedAt).not.toBeNull();
  }
});

test("shows why it waits, and nothing is created before the approval", async () => {
  const world = createRestoreWorld();
  const { id } = await requestAll(world);
  let seen: unknown;
  world.driver.at(START + HOUR, async () => {
    seen = await world.read(id);
    expect(await world.sessions()).toEqual([]);
    await actions.cancel(world.act(OPERATOR, id));
  });
  await world.driver.settle();
  expect(seen).toMatchObject({
    state: "waitingForApproval",
    planHash: expect.stringMatching(/^[0-9a-f]{64}$/u),
    waiting: {
      reason: "The plan of 12 units waits for approval by another person than Olivia.",
      deadline: expect.any(String),
    },
  });
  expect(await world.read(id)).toMatchObject({
    state: "cancelled",
    message: "Cancelled by Olivia before any session was activated: nothing was restored.",
  });
  expect(await world.sessions()).toEqual([]);
});

test("expires when nobody approves in time", async () => {
  const world = createRestoreWorld();
  const { id } = await requestAll(world);
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({
    state: "expired",
    finishedAt: "2026-03-03T06:00:00.000Z",
    message: expect.stringContaining("Nobody approved"),
  });
});

test("finds an approval whose signal was lost", async () => {
  const world = createRestoreWorld();
  const { id } = await requestAll(world);
  world.driver.at(START + 10 * MINUTE, async () => {
    const deaf = { ...world.client, raiseEvent: async () => undefined };
    const { planHash } = await world.read(id);
    await actions.approve({ ...world.act(APPROVER, id), client: deaf }, planHash ?? "");
  });
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({ state: "completed" });
});

test("does not stop active sessions when it is cancelled, and says so", async () => {
  const world = createRestoreWorld();
  const { id } = await requestAll(world);
  world.approveAt(id, START + 10 * MINUTE);
  world.driver.at(START + 20 * MINUTE, async () => {
    await actions.cancel(world.act(OPERATOR, id));
  });
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({
    state: "cancelled",
    counts: { done: 12, failed: 0 },
    message:
      "Cancelled by Olivia. Sessions that had been activated, which Microsoft 365 Backup cannot stop: 3 with 12 units; they were watched to their end. Sessions that were not started: 0.",
  });
});

test("stands still while it is suspended and goes on when it is resumed", async () => {
  const world = createRestoreWorld();
  const { id } = await requestAll(world);
  world.driver.at(START + 5 * MINUTE, async () => {
    expect(await actions.suspend(world.act(OPERATOR, id))).toMatchObject({ isSuspended: true });
  });
  world.approveAt(id, START + 10 * MINUTE);
  world.driver.at(START + 2 * HOUR, async () => {
    expect(await world.sessions()).toEqual([]);
    expect(await actions.resume(world.act(OPERATOR, id))).toMatchObject({ isSuspended: false });
  });
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({ state: "completed", isSuspended: false });
});

test("plans what it can and says of every other unit why it cannot be restored", async () => {
  const world = createRestoreWorld();
  const [user] = await world.users(1);
  const unknown = Array.from({ length: 100 }, (_, index) => `nobody${index}@contoso.com`);
  const { id } = await world.request({
    units: { mailboxes: [user?.email, user?.id, ...unknown] },
    restoreTo: RESTORE_TO,
  });
  world.approveAt(id, START + 10 * MINUTE);
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({
    state: "completedWithErrors",
    counts: { asked: 102, planned: 1, done: 1, skipped: 101, failed: 0 },
  });
  const reasons = new Set((await world.units(id)).map(({ reason }) => reason));
  expect(reasons).toEqual(
    new Set([
      "Nothing differed from the restore point; read back.",
      "It is asked for more than once; it is restored once.",
      "It is not known in this tenant: expected a mailbox that Microsoft 365 Backup protects in this tenant.",
    ]),
  );
});

test("skips units without a restore point that old, and fails a run of nothing else", async () => {
  const world = createRestoreWorld();
  const [user] = await world.users(1);
  const { id } = await world.request({
    units: { mailboxes: [user?.email] },
    restoreTo: "2025-12-01T00:00:00Z",
  });
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({
    state: "failed",
    message: "None of the units can be restored; each says why.",
    counts: { asked: 1, planned: 0, skipped: 1 },
  });
  expect(await world.units(id)).toMatchObject([
    {
      state: "skipped",
      reason: "There is no restore point at or before 2025-12-01T00:00:00.000Z.",
    },
  ]);
});

test("restores to new places and waits until they are visible", async () => {
  const world = createRestoreWorld();
  const users = await world.users(2);
  const sites = await world.sites(1);
  const { id } = await world.request({
    units: { drives: users.map(({ email }) => email), sites: sites.map(({ id }) => id) },
    restoreTo: RESTORE_TO,
    destination: "new",
  });
  world.approveAt(id, START + 10 * MINUTE);
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({ state: "completed", counts: { done: 3 } });
  for (const unit of await world.units(id)) {
    expect(unit.restored?.webUrl).toEqual(expect.stringContaining("https://"));
  }
});

test("activates nothing when the stored plan is not the one that was approved", async () => {
  const world = createRestoreWorld();
  const { id } = await requestAll(world);
  world.driver.at(START + 10 * MINUTE, async () => {
    const { planHash } = await world.read(id);
    await actions.approve(world.act(APPROVER, id), planHash ?? "");
    const record = await world.api.tables.runs.get("restores", id);
    if (record !== null) {
      await world.api.tables.runs.put("restores", id, {
        ...record.value,
        approvedHash: "0".repeat(64),
      });
    }
  });
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({
    state: "completedWithErrors",
    counts: { done: 0, failed: 12 },
  });
  expect(await world.sessions()).toEqual([]);
});
