import { expect, test } from "@jest/globals";
import type { HttpRequest, InvocationContext } from "@azure/functions";
import * as actions from "../../../src/api/restore-actions.ts";
import { HttpProblem } from "../../../src/api/http-problem.ts";
import type { Principal } from "../../../src/api/principal.ts";
import { findRun } from "../../../src/api/restore-api.ts";
import { serve } from "../../../src/api/serve.ts";
import { requestRestore } from "../../../src/contracts/api.ts";
import { MEMBER } from "../../contract/simulator/small-estate.ts";
import {
  ADMIN,
  APPROVER,
  createRestoreWorld,
  OPERATOR,
  type RestoreWorld,
  START,
  TENANT,
} from "../../support/restore-world.ts";

const RESTORE_TO = "2026-03-02T03:00:00Z";
const problemOf = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (error instanceof HttpProblem) {
      return error.problem;
    }
    throw error;
  }
  throw new Error("It was accepted.");
};

async function planned(world: RestoreWorld): Promise<{ id: string; planHash: string }> {
  const [user] = await world.users(1);
  const { id } = await world.request({
    units: { mailboxes: [user?.email] },
    restoreTo: RESTORE_TO,
  });
  return new Promise((resolve, reject) => {
    world.driver.at(START + 1_000, async () => {
      const { planHash } = await world.read(id);
      resolve({ id, planHash: planHash ?? "" });
      // The clock stands still here for whoever decides; the test settles the rest.
      throw new Pause();
    });
    world.driver.settle().catch((error: unknown) => {
      if (!(error instanceof Pause)) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}
class Pause extends Error {}

const scoped = (tenantId: string, role: "Operator" | "Reader"): Principal => ({
  ...OPERATOR,
  roles: new Set(),
  scopedRoles: new Map([[tenantId, new Set([role])]]),
});

test("a wrong body is 400 and names each field", async () => {
  const handler = serve(requestRestore, async () => ({ status: 202, body: null }));
  const claims = [
    { typ: "oid", val: "object" },
    { typ: "roles", val: "Operator" },
  ];
  const principal = Buffer.from(JSON.stringify({ claims })).toString("base64");
  const answer = await handler(
    {
      url: "https://continuity.test/api/restores",
      method: "POST",
      headers: new Headers({
        "content-type": "application/json",
        "x-ms-client-principal": principal,
      }),
      query: new URLSearchParams(),
      params: {},
      text: async () =>
        JSON.stringify({ tenantId: "x", units: { mailboxes: [7] }, destination: "up", extra: 1 }),
    } as unknown as HttpRequest,
    {} as InvocationContext,
  );
  expect(answer.status).toBe(400);
  const { errors } = JSON.parse(answer.body as string) as { errors: { field: string }[] };
  expect(new Set(errors.map(({ field }) => field))).toEqual(
    new Set(["tenantId", "units.mailboxes[0]", "restoreTo", "destination", "extra"]),
  );
});

test("an unknown tenant is 404 and named", async () => {
  const world = createRestoreWorld();
  const tenantId = "99999999-9999-4999-8999-999999999999";
  const work = world.request({ tenantId, units: { mailboxes: ["a@b"] }, restoreTo: RESTORE_TO });
  expect(await problemOf(work)).toMatchObject({
    status: 404,
    detail: expect.stringContaining(tenantId),
  });
});

test("a tenant of other people is 404, one that may only be read 403", async () => {
  const world = createRestoreWorld();
  const body = { units: { mailboxes: ["a@b"] }, restoreTo: RESTORE_TO };
  expect(await problemOf(world.request(body, scoped(MEMBER, "Operator")))).toMatchObject({
    status: 404,
  });
  expect(await problemOf(world.request(body, scoped(TENANT, "Reader")))).toMatchObject({
    status: 403,
  });
});

test("a tenant that may not be written to is 409 and says how to allow it", async () => {
  const world = createRestoreWorld({ isWriteAllowed: () => false });
  const work = world.request({ units: { mailboxes: ["a@b"] }, restoreTo: RESTORE_TO });
  expect(await problemOf(work)).toMatchObject({
    status: 409,
    detail: expect.stringContaining("AllowWrites"),
  });
});

test("a state of the future is 400", async () => {
  const world = createRestoreWorld();
  const work = world.request({ units: { mailboxes: ["a@b"] }, restoreTo: "2027-01-01T00:00:00Z" });
  expect(await problemOf(work)).toMatchObject({ status: 400, errors: [{ field: "restoreTo" }] });
});

test("unknown units are 422, each by its place in the request, and nothing is stored", async () => {
  const world = createRestoreWorld();
  const [user] = await world.users(1);
  const work = world.request({
    units: {
      mailboxes: [user?.email, "nobody@contoso.com"],
      drives: ["not an address"],
      sites: ["https://contoso.sharepoint.com/sites/nowhere"],
    },
    restoreTo: RESTORE_TO,
  });
  expect(await problemOf(work)).toMatchObject({
    status: 422,
    errors: [
      {
        field: "units.mailboxes[1]",
        expected: "a mailbox that Microsoft 365 Backup protects in this tenant",
        given: '"nobody@contoso.com"',
      },
      { field: "units.drives[0]", given: '"not an address"' },
      { field: "units.sites[0]" },
    ],
  });
  expect((await world.api.tables.runs.list("restores")).records).toEqual([]);
});

test("two names of one thing are one unit", async () => {
  const world = createRestoreWorld();
  const [user] = await world.users(1);
  const email = user?.email ?? "";
  const { id } = await world.request({
    units: { mailboxes: [email, email.toUpperCase(), user?.id] },
    restoreTo: RESTORE_TO,
  });
  expect(await world.read(id)).toMatchObject({ counts: { asked: 1 } });
});

test("an Idempotency-Key starts one run, and belongs to one request", async () => {
  const world = createRestoreWorld();
  const [user, other] = await world.users(2);
  const headers = { "idempotency-key": "key" };
  const body = { units: { mailboxes: [user?.email] }, restoreTo: RESTORE_TO };
  const first = await world.request(body, OPERATOR, headers);
  expect(await world.request(body, OPERATOR, headers)).toEqual(first);
  const otherBody = { ...body, units: { mailboxes: [other?.email] } };
  expect(await problemOf(world.request(otherBody, OPERATOR, headers))).toMatchObject({
    status: 409,
  });
  expect((await world.api.tables.runs.list("restores")).records).toHaveLength(1);
});

test("nobody approves what they asked for, with whatever role", async () => {
  const world = createRestoreWorld();
  const { id, planHash } = await planned(world);
  const asApprover: Principal = { ...OPERATOR, roles: new Set(["Approver"]) };
  const work = actions.approve(world.act(asApprover, id), planHash);
  expect(await problemOf(work)).toMatchObject({ status: 403 });
  const byOperator = actions.approve(world.act({ ...OPERATOR, objectId: "another" }, id), planHash);
  expect(await problemOf(byOperator)).toMatchObject({ status: 403 });
});

test("another plan's hash is 409 and nothing is approved", async () => {
  const world = createRestoreWorld();
  const { id } = await planned(world);
  const work = actions.approve(world.act(APPROVER, id), "0".repeat(64));
  expect(await problemOf(work)).toMatchObject({ status: 409 });
  expect(await world.read(id)).toMatchObject({ state: "waitingForApproval", approvedBy: null });
});

test("an approval counts once; the same again is the same, another person's is 409", async () => {
  const world = createRestoreWorld();
  const { id, planHash } = await planned(world);
  const first = await actions.approve(world.act(APPROVER, id), planHash);
  expect(first).toMatchObject({ state: "restoring", approvedBy: { name: "Arjun" } });
  expect((await actions.approve(world.act(APPROVER, id), planHash)).approvedAt).toBe(
    first.approvedAt,
  );
  const other = actions.approve(world.act(ADMIN, id), planHash);
  expect(await problemOf(other)).toMatchObject({ status: 409 });
});

test("a cancelled run is not approved, and an ended one neither cancelled nor paused", async () => {
  const world = createRestoreWorld();
  const { id, planHash } = await planned(world);
  await actions.cancel(world.act(OPERATOR, id));
  const approval = actions.approve(world.act(APPROVER, id), planHash);
  expect(await problemOf(approval)).toMatchObject({ status: 409 });
  await world.driver.settle();
  expect(await world.read(id)).toMatchObject({ state: "cancelled" });
  for (const action of [actions.suspend, actions.resume]) {
    expect(await problemOf(action(world.act(OPERATOR, id)))).toMatchObject({ status: 409 });
  }
});

test("runs of other tenants are not found", async () => {
  const world = createRestoreWorld();
  const { id } = await planned(world);
  const stranger: Principal = {
    ...ADMIN,
    roles: new Set(),
    scopedRoles: new Map([[MEMBER, new Set(["Admin" as const])]]),
  };
  expect(await problemOf(findRun(world.api, stranger, id))).toMatchObject({ status: 404 });
  expect(await problemOf(actions.cancel(world.act(stranger, id)))).toMatchObject({ status: 404 });
});

test("a run whose orchestration is gone is shown as failed", async () => {
  const world = createRestoreWorld();
  const { id } = await planned(world);
  const gone = { ...world.client, status: async () => null };
  const { presentRun } = await import("../../../src/api/restore-api.ts");
  world.simulator.advanceBy(60 * 60 * 1000);
  expect(await presentRun(world.api, gone, await findRun(world.api, ADMIN, id))).toMatchObject({
    state: "failed",
    message: expect.stringContaining("never started"),
  });
});
