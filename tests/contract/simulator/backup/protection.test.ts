import { expect, test } from "@jest/globals";
import { unitStalled } from "../../../../simulator/backup/protection-events.ts";
import {
  act,
  ADATUM,
  BackupClient,
  CONTOSO,
  createBackupWorld,
  OTHER_APP_ID,
  STARTS_AT,
  TAILSPIN,
  type Json,
} from "./backup-world.ts";
import { competitor, person, policyIn, takeover, userIds } from "./provocations.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const idOf = (json: Json | undefined) => json?.["id"] as string;

const PERIOD = ["2026-03-02T05:00:00Z", STARTS_AT] as const;

test("the seed's shares, stale units and errors are what the service reports", async () => {
  const client = new BackupClient(createBackupWorld(), CONTOSO);
  const sizes = { site: [10, 8], drive: [30, 27], mailbox: [30, 27] } as const;
  for (const [kind, [, covered]] of Object.entries(sizes)) {
    const units = await client.list(`/${kind}ProtectionUnits`);
    expect(units).toHaveLength(covered);
    const faulty = units.filter(({ error }) => error !== null);
    expect(faulty).toMatchObject([{ status: "unprotected" }]);
    const stale: Json[] = [];
    for (const unit of units) {
      const points = await client.search(idOf(unit), ...PERIOD);
      if (points.length === 0 && unit["error"] === null) stale.push(unit);
    }
    expect(stale).toMatchObject([{ status: "protected", protectionSources: "manual" }]);
  }
  const statuses = (await client.list("/protectionPolicies")).map(({ status }) => status);
  expect(statuses).toEqual(["activeWithErrors", "activeWithErrors", "activeWithErrors"]);
});

test("a unit that stalls stays protected while its points end", async () => {
  const client = new BackupClient(createBackupWorld(), CONTOSO);
  const unit = await client.unit("siteProtectionUnits");
  act(client.sim, CONTOSO, (context) => {
    context.emit(unitStalled, { unitId: idOf(unit) });
  });
  client.sim.advanceBy(DAY_MS);
  expect((await client.ask("GET", `/protectionUnits/${idOf(unit)}`))["status"]).toBe("protected");
  const points = await client.search(idOf(unit), STARTS_AT, "2026-03-03T06:00:00Z");
  expect(points).toEqual([]);
});

test("a new policy protects after its processing, and its first points come about an hour later", async () => {
  const client = new BackupClient(createBackupWorld(), ADATUM);
  const [directoryObjectId] = await userIds(client);
  const policyId = await policyIn(client, {
    units: { mailboxProtectionUnits: [{ directoryObjectId }] },
  });
  const unitPath = `/exchangeProtectionPolicies/${policyId}/mailboxProtectionUnits`;
  expect(await client.list(unitPath)).toMatchObject([{ status: "unprotected" }]);
  await client.ask("POST", `/protectionPolicies/${policyId}/activate`, undefined, 202);
  expect(await client.list(unitPath)).toMatchObject([{ status: "protectRequested" }]);
  const protectedAfter = await minutesUntil(client, async () => {
    const [unit] = await client.list(unitPath);
    return unit?.["status"] === "protected";
  });
  expect(protectedAfter).toBeGreaterThanOrEqual(15);
  expect(protectedAfter).toBeLessThanOrEqual(61);
  const [unit] = await client.list(unitPath);
  const pointAfter = await minutesUntil(client, async () => {
    const now = new Date(client.sim.now()).toISOString();
    return (await client.search(idOf(unit), STARTS_AT, now)).length > 0;
  });
  expect(pointAfter).toBeGreaterThanOrEqual(44);
  expect(pointAfter).toBeLessThanOrEqual(86);
});

async function minutesUntil(client: BackupClient, isTrue: () => Promise<boolean>): Promise<number> {
  for (let minutes = 0; minutes < 300; minutes += 1) {
    if (await isTrue()) return minutes;
    client.sim.advanceBy(MINUTE_MS);
  }
  throw new Error("It did not become true within five hours.");
}

test("an administrator activates an inactive controller, and only then it may act", async () => {
  const client = new BackupClient(createBackupWorld(), TAILSPIN);
  const [app] = await client.list("/serviceApps");
  expect(app).toMatchObject({ status: "inactive" });
  const path = `/serviceApps/${idOf(app)}/activate`;
  expect((await client.call("POST", path, {})).status).toBe(403);
  expect((await client.call("POST", "/enable", { appOwnerTenantId: CONTOSO })).status).toBe(403);
  expect(await person(client).ask("POST", path, {}, 202)).toMatchObject({ status: "active" });
  await client.ask("POST", "/enable", { appOwnerTenantId: CONTOSO });
  expect(await client.list("/protectionPolicies")).toEqual([]);
});

test("a takeover lets the old controller act until the date and the new one from then on", async () => {
  const client = new BackupClient(createBackupWorld(), CONTOSO);
  const other = competitor(client);
  await takeover(client);
  expect((await client.call("POST", "/exchangeRestoreSessions", {})).status).toBe(201);
  expect((await other.call("GET", "/protectionPolicies")).status).toBe(200);
  expect((await other.call("POST", "/exchangeRestoreSessions", {})).status).toBe(403);
  client.sim.advanceTo("2026-03-12T06:00:00Z");
  expect((await client.call("GET", "/protectionPolicies")).status).toBe(403);
  expect((await other.call("POST", "/exchangeRestoreSessions", {})).status).toBe(201);
  const apps = await other.list("/serviceApps");
  expect(apps.map(({ id, status }) => [id === OTHER_APP_ID, status])).toEqual([
    [false, "inactive"],
    [true, "active"],
  ]);
});

test("a controller that unregisters leaves seven days and then a disabled service", async () => {
  const client = new BackupClient(createBackupWorld(), CONTOSO);
  const [app] = await client.list("/serviceApps");
  await client.ask("DELETE", `/serviceApps/${idOf(app)}`, undefined, 204);
  expect((await client.call("GET", "/protectionPolicies")).status).toBe(403);
  const root = async () => (await client.ask("GET", ""))["serviceStatus"] as Json;
  expect(await root()).toMatchObject({
    status: "enabled",
    gracePeriodDateTime: "2026-03-09T06:00:00Z",
  });
  client.sim.advanceBy(8 * DAY_MS);
  expect(await root()).toMatchObject({ status: "disabled", backupServiceConsumer: "unknown" });
});

test("a unit is offboarded ninety days after the request and cannot be taken back then", async () => {
  const client = new BackupClient(createBackupWorld(), CONTOSO);
  const [policy] = await client.list("/exchangeProtectionPolicies");
  const unit = await client.unit("mailboxProtectionUnits");
  await client.ask("PATCH", `/exchangeProtectionPolicies/${idOf(policy)}`, {
    "mailboxProtectionUnits@delta": [{ "@removed": { reason: "changed" }, id: idOf(unit) }],
  });
  client.sim.advanceBy(2 * 3_600_000);
  const path = `/protectionUnits/${idOf(unit)}`;
  await person(client).ask("POST", `${path}/offboard`);
  const status = async () => {
    const answer = await client.call("GET", path, undefined, {
      prefer: "include-unknown-enum-members",
    });
    return (answer.body as Json)["status"];
  };
  const newest = () => client.search(idOf(unit), "2026-01-01T00:00:00Z", "2026-03-02T06:00:00Z");
  client.sim.advanceBy(89 * DAY_MS);
  expect(await status()).toBe("offboardRequested");
  expect(await newest()).not.toHaveLength(0);
  client.sim.advanceBy(DAY_MS);
  expect(await status()).toBe("offboarded");
  expect(await newest()).toHaveLength(0);
  expect(await person(client).call("POST", `${path}/cancelOffboard`)).toMatchObject({
    status: 403,
    body: { error: { code: "OperationNotAllowed", details: [] } },
  });
});
