import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { RestoreRun, RestoreUnit } from "../../src/contracts/restore.ts";
import { type LocalCopy, startLocalCopy } from "../support/local-copy.ts";

let local: LocalCopy;

beforeAll(async () => {
  local = await startLocalCopy();
});

afterAll(() => local.stop());

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ALPINE = "11111111-aaaa-4aaa-8aaa-000000000001";

interface User {
  readonly id: string;
  readonly userPrincipalName: string;
}

interface DriveItem {
  readonly id: string;
  readonly name: string;
}

const request = (change: object) => ({
  tenantId: ALPINE,
  units: { mailboxes: [], drives: [], sites: [] },
  restoreTo: new Date(local.clock.now()).toISOString(),
  destination: "inPlace",
  ...change,
});

async function firstUser(): Promise<User> {
  const users = await (await local.graph(ALPINE)).list<User>("/users?$select=id,userPrincipalName");
  return users[0] as User;
}

const postRestore = (body: unknown) =>
  local.call(local.people.requester, "POST", "/api/restores", body);

const readRun = async (id: string): Promise<RestoreRun> =>
  (await local.call(local.people.requester, "GET", `/api/restores/${id}`))
    .body as unknown as RestoreRun;

const until = (what: string, id: string, isDone: (run: RestoreRun) => boolean) =>
  local.clock.waitUntil(what, async () => isDone(await readRun(id)), {
    stepMs: 5 * MINUTE_MS,
    deadlineMs: 72 * HOUR_MS,
  });

const sessionsIn = async () =>
  (await local.effects()).filter(
    ({ method, path }) => method === "POST" && /RestoreSessions/iu.test(path),
  );

test("a wrong body is refused with every wrong field, and nothing is started", async () => {
  const reply = await postRestore({ tenantId: 7, units: { mailboxes: [""] }, destination: "up" });

  expect(reply.status).toBe(400);
  expect(reply.headers.get("content-type")).toContain("application/problem+json");
  const fields = (reply.body["errors"] as { field: string }[]).map(({ field }) => field);
  expect(fields.sort()).toEqual(["destination", "restoreTo", "tenantId", "units.mailboxes[0]"]);
});

test("an unknown tenant and an unknown unit are named", async () => {
  const nowhere = "99999999-aaaa-4aaa-8aaa-000000000009";
  const tenant = await postRestore(
    request({ tenantId: nowhere, units: { mailboxes: ["x@y.example"] } }),
  );
  expect(tenant.status).toBe(404);
  expect(tenant.body["detail"]).toContain(nowhere);

  const { userPrincipalName } = await firstUser();
  const unit = await postRestore(
    request({ units: { mailboxes: [userPrincipalName, "nobody@alpine.example"] } }),
  );
  expect(unit.status).toBe(422);
  expect(unit.body["errors"]).toEqual([
    expect.objectContaining({
      field: "units.mailboxes[1]",
      given: expect.stringContaining("nobody@alpine.example"),
    }),
  ]);
});

test("a drive that was overwritten comes back after a second person approved the plan", async () => {
  const { requester, approver } = local.people;
  const user = await firstUser();
  const graph = await local.graph(ALPINE);
  const drive = await graph.get<{ id: string }>(`/users/${user.id}/drive`);
  const read = async () => {
    // A token lives an hour of the estate's time.
    const graph = await local.graph(ALPINE);
    const names = new Map<string, string>();
    const folders = [`/drives/${drive.id}/root`];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      for (const item of await graph.list<DriveItem & { folder?: object }>(`${folder}/children`)) {
        if (item.folder) {
          folders.push(`/drives/${drive.id}/items/${item.id}`);
        } else {
          const bytes = await graph.bytes(`/drives/${drive.id}/items/${item.id}/content`);
          names.set(item.name, bytes.toString("base64"));
        }
      }
    }
    return names;
  };
  const before = await read();
  const restoreTo = new Date(local.clock.now()).toISOString();
  await local.clock.pass(HOUR_MS);
  const struck = await fetch(`${local.copy.simulatorUrl}/simulator/scenarios/ransomware`, {
    method: "POST",
    body: JSON.stringify({ tenantId: ALPINE, share: 1 }),
  });
  expect(struck.status).toBe(200);
  expect(await read()).not.toEqual(before);

  const accepted = await postRestore(
    request({ restoreTo, units: { drives: [user.userPrincipalName], mailboxes: [user.id] } }),
  );
  expect(accepted.status).toBe(202);
  const id = String(accepted.body["id"]);
  expect(accepted.body["statusUrl"]).toBe(`${local.copy.hostUrl}/api/restores/${id}`);
  await until("the plan", id, ({ state }) => state !== "planning");
  const planned = await readRun(id);
  expect(planned).toMatchObject({ state: "waitingForApproval", counts: { asked: 2, planned: 2 } });

  const path = `/api/restores/${id}/approval`;
  const plan = { planHash: planned.planHash };
  const otherPlan = { planHash: "0".repeat(64) };
  expect((await local.call(approver, "POST", path, otherPlan)).status).toBe(409);
  expect((await local.call(requester, "POST", path, plan)).status).toBe(403);
  expect(await sessionsIn()).toEqual([]);
  expect(await readRun(id)).toMatchObject({ state: "waitingForApproval" });

  expect((await local.call(approver, "POST", path, plan)).status).toBe(202);
  await until("the run", id, ({ finishedAt }) => finishedAt !== null);

  expect(await readRun(id)).toMatchObject({
    state: "completed",
    counts: { done: 2, failed: 0, skipped: 0 },
  });
  expect(await read()).toEqual(before);
  const units = await local.call(requester, "GET", `/api/restores/${id}/units`);
  for (const unit of units.body["value"] as RestoreUnit[]) {
    expect(unit).toMatchObject({ state: "done", checkedAt: expect.any(String) });
    expect((unit.restorePoint?.protectionDateTime ?? "") <= restoreTo).toBe(true);
  }
});

test("a run that is cancelled before its approval restores nothing and says so", async () => {
  const { requester, approver } = local.people;
  const user = await firstUser();
  const accepted = await postRestore(request({ units: { mailboxes: [user.id] } }));
  const id = String(accepted.body["id"]);
  await until("the plan", id, ({ state }) => state === "waitingForApproval");
  const sessionsBefore = (await sessionsIn()).length;
  const { planHash } = await readRun(id);

  expect((await local.call(requester, "POST", `/api/restores/${id}/cancel`)).status).toBe(202);
  await until("the end", id, ({ finishedAt }) => finishedAt !== null);

  expect(await readRun(id)).toMatchObject({ state: "cancelled", message: expect.any(String) });
  const late = await local.call(approver, "POST", `/api/restores/${id}/approval`, { planHash });
  expect(late.status).toBe(409);
  expect(await sessionsIn()).toHaveLength(sessionsBefore);
});

test("a suspended run stands still until it is resumed", async () => {
  const { requester, approver } = local.people;
  const user = await firstUser();
  const accepted = await postRestore(request({ units: { mailboxes: [user.id] } }));
  const id = String(accepted.body["id"]);
  await until("the plan", id, ({ state }) => state === "waitingForApproval");
  const { planHash } = await readRun(id);
  const act = async (who: typeof requester, verb: string, body?: unknown) =>
    (await local.call(who, "POST", `/api/restores/${id}/${verb}`, body)).status;

  expect(await act(requester, "suspend")).toBe(202);
  expect(await act(approver, "approval", { planHash })).toBe(202);
  await local.clock.pass(2 * HOUR_MS);
  expect(await readRun(id)).toMatchObject({ isSuspended: true, finishedAt: null });
  expect((await readRun(id)).waves.every(({ sessionId }) => sessionId === null)).toBe(true);

  expect(await act(requester, "resume")).toBe(202);
  await until("the run", id, ({ finishedAt }) => finishedAt !== null);
  expect(await readRun(id)).toMatchObject({ state: "completed", isSuspended: false });
});

test("a plan that nobody approves expires", async () => {
  const user = await firstUser();
  const accepted = await postRestore(request({ units: { mailboxes: [user.id] } }));
  const id = String(accepted.body["id"]);

  await local.clock.waitUntil("the expiry", async () => (await readRun(id)).finishedAt !== null, {
    stepMs: 12 * HOUR_MS,
    deadlineMs: 30 * 24 * HOUR_MS,
  });

  expect(await readRun(id)).toMatchObject({ state: "expired", counts: { done: 0 } });
});
