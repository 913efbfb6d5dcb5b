import { beforeEach, expect, test } from "@jest/globals";

import { contentState } from "../../../../simulator/content/content.ts";
import type { Container } from "../../../../simulator/content/item.ts";
import { operations } from "../../../../simulator/control/operations.ts";
import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { scenarios } from "../../../../simulator/scenarios/scenarios.ts";
import { MEMBER, OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

const DAY_MS = 24 * 3_600_000;
const ROOT = "/v1.0/solutions/backupRestore";

let simulator: InProcessSimulator;
let token: string;

beforeEach(async () => {
  simulator = createInProcessSimulator({ seed: smallEstate() });
  token = await simulator.token(OWNER);
});

/** Lets a scenario happen; its answer is checked against what the API says of it. */
async function happen<T>(name: string, body: object, status = 200): Promise<T> {
  const answer = await simulator.fetch(`/simulator/scenarios/${name}`, {
    method: "POST",
    json: { tenantId: OWNER, ...body },
  });
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
  if (status === 200)
    scenarios.find((scenario) => scenario.name === name)?.answer.parse(answer.body);
  return answer.body as T;
}

async function read<T>(path: string, bearer = token): Promise<T> {
  const answer = await simulator.fetch(path, { token: bearer });
  expect(answer.status).toBe(200);
  return answer.body as T;
}

const readStatus = async () =>
  (await read<{ serviceStatus: Record<string, unknown> }>(ROOT)).serviceStatus;

test("every scenario is an operation of the control API with the same schema", () => {
  for (const { name, input } of scenarios) {
    expect(operations.find(({ path }) => path === `/scenarios/${name}`)?.body).toBe(input);
  }
});

test.each(scenarios.map(({ name }) => [name]))(
  "%s refuses unknown members and unknown tenants",
  async (name) => {
    await happen(name, { nonsense: 1 }, 400);
    await happen(name, { tenantId: "99999999-9999-4999-8999-999999999999", units: 1 }, 400);
  },
);

test("content drifts in the past at once and in the future when its time comes", async () => {
  const now = simulator.now();
  const { affected, changes, ahead } = await happen<{
    affected: { drives: { ownerId: string }[]; mailboxes: { id: string }[] };
    changes: number;
    ahead: number;
  }>("content-drift", {
    units: 8,
    changesPerUnit: 10,
    startsAt: new Date(now - 5 * DAY_MS).toISOString(),
    endsAt: new Date(now + 5 * DAY_MS).toISOString(),
  });
  expect(changes).toBe(80);
  expect(ahead).toBeGreaterThan(0);
  expect(ahead).toBeLessThan(changes);
  const made = () =>
    simulator
      .journal({ effectsOnly: true, limit: 10_000 })
      .flatMap(({ effects }) => effects)
      .filter(({ type }) => type === "content.versionsAppended").length;
  expect(made()).toBe(changes - ahead);
  simulator.advanceBy(5 * DAY_MS);
  expect(made()).toBe(changes);
  const box: Container = { tenantId: OWNER, kind: "mailbox", id: affected.mailboxes[0]?.id ?? "" };
  const content = contentState.of(simulator.simulator.engine);
  expect(content.versions(box).filter(({ at }) => at > now - 5 * DAY_MS)).toHaveLength(10);
  const drive: Container = {
    tenantId: OWNER,
    kind: "drive",
    id: affected.drives[0]?.ownerId ?? "",
  };
  const after = content.versions(drive).filter(({ at }) => at > now - 5 * DAY_MS);
  expect(after).toHaveLength(10);
  const instants = after.map(({ at }) => at);
  expect(instants).toEqual(instants.toSorted((left, right) => left - right));
});

test("people join and leave a group, and the group's members follow", async () => {
  const { group, added, removed } = await happen<{
    group: { id: string };
    added: { id: string }[];
    removed: { id: string }[];
  }>("membership-change", { add: 3, remove: 2 });
  const { value } = await read<{ value: { id: string }[] }>(`/v1.0/groups/${group.id}/members`);
  const ids = value.map(({ id }) => id);
  expect(ids).toHaveLength(5 - 2 + 3);
  expect(ids).toEqual(expect.arrayContaining(added.map(({ id }) => id)));
  for (const { id } of removed) expect(ids).not.toContain(id);
  await happen("membership-change", { addUserIds: [added[0]?.id] }, 409);
  await happen("membership-change", {}, 400);
});

test("users are deleted, but not the administrator, and come back", async () => {
  const { users } = await happen<{ users: { id: string }[] }>("user-deletion", { users: 500 });
  expect(users).toHaveLength(11);
  const left = await read<{ value: { userPrincipalName: string }[] }>("/v1.0/users");
  expect(left.value.map(({ userPrincipalName }) => userPrincipalName)).toEqual([
    "admin@contoso.com",
  ]);
  const [first] = users;
  await happen("user-restoration", { userIds: [first?.id] });
  expect((await read<{ value: unknown[] }>("/v1.0/users")).value).toHaveLength(2);
  await happen("user-restoration", {});
  expect((await read<{ value: unknown[] }>("/v1.0/users")).value).toHaveLength(12);
});

test("a billing lapse locks protection, then restores, and in the end disables the service", async () => {
  await happen("billing-lapse", { restoreDays: 10, graceDays: 20 });
  expect(await readStatus()).toMatchObject({
    status: "protectionChangeLocked",
    disableReason: "invalidBillingProfile",
    restoreAllowedTillDateTime: "2026-03-12T06:00:00Z",
    gracePeriodDateTime: "2026-03-22T06:00:00Z",
  });
  await happen("billing-lapse", {}, 409);
  simulator.advanceBy(10 * DAY_MS);
  token = await simulator.token(OWNER);
  expect(await readStatus()).toMatchObject({ status: "restoreLocked" });
  simulator.advanceBy(10 * DAY_MS);
  token = await simulator.token(OWNER);
  expect(await readStatus()).toMatchObject({ status: "disabled" });
  const enable = () =>
    simulator.fetch(`${ROOT}/enable`, {
      method: "POST",
      token,
      json: { appOwnerTenantId: OWNER },
    });
  expect((await enable()).status).toBe(402);
  await happen("billing-return", {});
  expect((await enable()).status).toBe(200);
  expect(await readStatus()).toMatchObject({ status: "enabled" });
});

test("billing that comes back within the grace period ends the lapse for good", async () => {
  await happen("billing-lapse", {});
  await happen("billing-return", {});
  expect(await readStatus()).toMatchObject({ status: "enabled", disableReason: "none" });
  simulator.advanceBy(60 * DAY_MS);
  token = await simulator.token(OWNER);
  expect(await readStatus()).toMatchObject({ status: "enabled" });
});

test("a tenant switches backup off as a whole, and its policies stop at the end of the grace", async () => {
  await happen("backup-offboarding", { restoreDays: 1, graceDays: 2 });
  expect(await readStatus()).toMatchObject({ disableReason: "userRequested" });
  simulator.advanceBy(2 * DAY_MS);
  const deactivated = simulator
    .journal({ effectsOnly: true })
    .flatMap(({ effects }) => effects)
    .filter(({ type }) => type === "backup.policyDeactivated");
  expect(deactivated).toHaveLength(3);
  await happen("backup-offboarding", { restoreDays: 3, graceDays: 2 }, 400);
});

test("another application takes control when its notice is over", async () => {
  const { appId } = await happen<{ appId: string }>("controller-takeover", { noticeDays: 7 });
  const statuses = async () =>
    (await read<{ value: { id: string; status: string }[] }>(`${ROOT}/serviceApps`)).value.map(
      ({ id, status }) => [id === appId, status],
    );
  expect(await statuses()).toEqual([
    [false, "pendingInactive"],
    [true, "pendingActive"],
  ]);
  await happen("controller-takeover", {}, 409);
  simulator.advanceBy(7 * DAY_MS);
  token = await simulator.token(OWNER);
  const refused = await simulator.fetch(`${ROOT}/protectionPolicies`, { token });
  expect(refused.status).toBe(403);
});

test("units stall silently, fail with an error, or are held against restores", async () => {
  const { units } = await happen<{ units: { id: string }[] }>("unit-failed", {
    units: 2,
    service: "exchange",
    code: "QuotaExceeded",
  });
  const unit = await read<{ status: string; error: { code: string } }>(
    `${ROOT}/protectionUnits/${units[0]?.id}`,
  );
  expect(unit).toMatchObject({ status: "unprotected", error: { code: "QuotaExceeded" } });
  const stalled = await happen<{ units: { id: string }[] }>("unit-stalled", { share: 0.5 });
  const still = await read<{ status: string }>(`${ROOT}/protectionUnits/${stalled.units[0]?.id}`);
  expect(still.status).toBe("protected");
  const ids = stalled.units.map(({ id }) => id);
  await happen("resource-held", { unitIds: ids });
  await happen("resource-held", { unitIds: ids, isHeld: false });
  await happen("resource-held", { unitIds: ["nobody"] }, 409);
  await happen("unit-stalled", { tenantId: MEMBER, units: 1 }, 409);
  await happen("unit-stalled", { units: 1, share: 0.5 }, 400);
});
