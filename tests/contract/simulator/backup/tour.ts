import { expect } from "@jest/globals";
import { ADATUM, BackupClient, CONTOSO, OTHER_APP_ID, type Json } from "./backup-world.ts";
import { groupId, userIds } from "./provocations.ts";
import type { InProcessSimulator } from "../../../../simulator/protocol/in-process.ts";

const HOUR_MS = 3_600_000;

const SERVICES = [
  { service: "sharePoint", unit: "site", names: "siteWebUrls", ids: "siteIds" },
  {
    service: "oneDriveForBusiness",
    unit: "drive",
    names: "drives",
    ids: "directoryObjectIds",
  },
  { service: "exchange", unit: "mailbox", names: "mailboxes", ids: "directoryObjectIds" },
] as const;
type Words = (typeof SERVICES)[number];

const idOf = (json: Json | undefined) => json?.["id"] as string;

/** Calls every route of the backup area at least once, through a world made of `backupSeed`. */
export async function tourBackup(sim: InProcessSimulator): Promise<void> {
  const contoso = new BackupClient(sim, CONTOSO);
  const adatum = new BackupClient(sim, ADATUM);
  await tourService(contoso, adatum);
  for (const words of SERVICES) {
    await tourProtection(adatum, words);
    await tourRules(adatum, words);
    await tourRestore(contoso, words);
    await tourGranular(contoso, words);
  }
  await contoso.list("/browseSessions");
  await contoso.ask("GET", "/emailNotificationsSetting");
  await new BackupClient(sim, CONTOSO, { isDelegated: true }).ask(
    "PATCH",
    "/emailNotificationsSetting",
    { isEnabled: true },
  );
  await tourOffboarding(contoso);
}

async function tourService(contoso: BackupClient, adatum: BackupClient): Promise<void> {
  const root = await contoso.ask("GET", "");
  expect(root["serviceStatus"]).toMatchObject({
    status: "enabled",
    backupServiceConsumer: "thirdparty",
  });
  const enabled = await adatum.ask("POST", "/enable", { appOwnerTenantId: CONTOSO });
  expect(enabled["status"]).toBe("enabled");
  const competitor = new BackupClient(adatum.sim, ADATUM, { application: 1 });
  const admin = new BackupClient(adatum.sim, ADATUM, { isDelegated: true });
  const app = await competitor.ask("POST", "/serviceApps", {}, 201);
  expect(app).toMatchObject({ id: OTHER_APP_ID, status: "inactive" });
  const path = `/serviceApps/${OTHER_APP_ID}`;
  const body = { effectiveDateTime: "2026-03-12T06:00:00Z" };
  const pending = await admin.ask("POST", `${path}/activate`, body, 202);
  expect(pending["status"]).toBe("pendingActive");
  expect((await adatum.list("/serviceApps")).map(({ status }) => status)).toEqual([
    "pendingInactive",
    "pendingActive",
  ]);
  const back = await admin.ask("POST", `${path}/deactivate`, undefined, 202);
  expect(back["status"]).toBe("inactive");
  expect((await adatum.ask("GET", path))["status"]).toBe("inactive");
  await competitor.ask("DELETE", path, undefined, 204);
}

async function tourProtection(client: BackupClient, words: Words): Promise<void> {
  const collection = `/${words.service}ProtectionPolicies`;
  const units = `${words.unit}ProtectionUnits`;
  const policy = await client.ask("POST", collection, { displayName: "Ours" }, 201);
  expect(policy["status"]).toBe("inactive");
  const path = `${collection}/${idOf(policy)}`;
  const job = await client.ask(
    "POST",
    `${path}/${units}BulkAdditionJobs`,
    {
      displayName: "All",
      [words.names]: ["nobody@adatum.example"],
      [words.ids]: await things(client, words),
    },
    201,
  );
  expect(job["status"]).toBe("active");
  client.sim.advanceBy(HOUR_MS);
  for (const jobs of [`${path}/${units}BulkAdditionJobs`, `/${units}BulkAdditionJobs`]) {
    const [listed] = await client.list(jobs);
    expect(listed).not.toHaveProperty(words.ids);
    const done = await client.ask("GET", `${jobs}/${idOf(job)}`);
    expect(done).toMatchObject({
      status: "completedWithErrors",
      error: { details: [{ target: "nobody@adatum.example" }] },
    });
  }
  const activated = await client.ask(
    "POST",
    `/protectionPolicies/${idOf(policy)}/activate`,
    undefined,
    202,
  );
  expect(activated["status"]).toBe("updating");
  expect((await client.list(`${path}/${units}`)).map(({ status }) => status)).toContain(
    "protectRequested",
  );
  client.sim.advanceBy(2 * HOUR_MS);
  expect((await client.ask("GET", path))["status"]).toBe("active");
  const counted = await client.ask(
    "GET",
    `/protectionPolicies/${idOf(policy)}?$select=protectionPolicyArtifactCount`,
  );
  const listed = await client.list(`/${units}`);
  expect(counted["protectionPolicyArtifactCount"]).toMatchObject({ completed: listed.length });
  expect(await client.list(`/protectionUnits/microsoft.graph.${words.unit}ProtectionUnit`)).toEqual(
    listed,
  );
  for (const one of [`/${units}`, "/protectionUnits"]) {
    expect(await client.ask("GET", `${one}/${idOf(listed[0])}`)).toMatchObject({
      status: "protected",
      protectionSources: "manual",
    });
  }
  const patched = await client.ask("PATCH", path, {
    displayName: "Renamed",
    [`${units}@delta`]: [{ "@removed": { reason: "changed" }, id: idOf(listed[0]) }],
  });
  expect(patched[`${units}@delta`]).toMatchObject([{ status: "removeRequested" }]);
  expect(await client.list(collection)).toMatchObject([
    { displayName: "Renamed", status: "updating" },
  ]);
  await client.list("/protectionPolicies");
  client.sim.advanceBy(2 * HOUR_MS);
  await client.ask("POST", `/protectionPolicies/${idOf(policy)}/deactivate`, undefined, 202);
  client.sim.advanceBy(2 * HOUR_MS);
  const paused = await client.list(`/${units}`);
  expect(new Set(paused.map(({ status }) => status))).toEqual(new Set(["unprotected"]));
  await client.ask("DELETE", `/protectionPolicies/${idOf(policy)}`, undefined, 204);
}

async function things(client: BackupClient, words: Words): Promise<string[]> {
  if (words.unit !== "site") return userIds(client);
  const answer = await client.sim.fetch("/v1.0/sites/getAllSites", {
    token: await client.sim.token(client.tenantId),
  });
  return (answer.body as { value: { id: string; isPersonalSite?: boolean }[] }).value
    .filter(({ isPersonalSite }) => isPersonalSite !== true)
    .map(({ id }) => id);
}

async function tourRules(client: BackupClient, words: Words): Promise<void> {
  const policy = await client.ask(
    "POST",
    `/${words.service}ProtectionPolicies`,
    { displayName: "By rule" },
    201,
  );
  const path = `/${words.service}ProtectionPolicies/${idOf(policy)}`;
  const rules = `${path}/${words.unit}InclusionRules`;
  const members = `(memberOf -any (group.id -in ['${await groupId(client)}']))`;
  const expression = {
    [`${words.unit}Expression`]: words.unit === "site" ? "webUrl -contains 'sites'" : members,
  };
  const made = await client.ask("POST", rules, expression, 201);
  expect(made).toMatchObject({ status: "active", isAutoApplyEnabled: false });
  client.sim.advanceBy(HOUR_MS);
  expect(await client.ask("GET", `${rules}/${idOf(made)}`)).toMatchObject({ status: "completed" });
  expect((await client.list(`${path}/${words.unit}ProtectionUnits`)).length).toBe(
    words.unit === "site" ? 3 : 5,
  );
  const again = await client.ask("POST", `${rules}/${idOf(made)}/run`, undefined, 202);
  expect(again["status"]).toBe("active");
  client.sim.advanceBy(HOUR_MS);
  await client.ask("DELETE", `${rules}/${idOf(made)}`, undefined, 204);
  expect(await client.list(rules)).toEqual([]);
  if (words.unit !== "site") {
    const dynamic = await client.ask(
      "POST",
      rules,
      { ...expression, isAutoApplyEnabled: true },
      201,
    );
    client.sim.advanceBy(HOUR_MS);
    const edited = await client.call("PATCH", `${rules}/${idOf(dynamic)}`, expression, {
      prefer: "include-unknown-enum-members",
    });
    expect(edited.body).toMatchObject({ status: "updateRequested" });
    client.sim.advanceBy(HOUR_MS);
    const going = await client.ask(
      "POST",
      `${rules}/${idOf(dynamic)}/deleteAndUnprotect`,
      undefined,
      202,
    );
    expect(going["status"]).toBe("unknownFutureValue");
    client.sim.advanceBy(HOUR_MS);
    expect((await client.call("GET", `${rules}/${idOf(dynamic)}`)).status).toBe(404);
    // The manual source of the static rule keeps the units.
    expect((await client.list(`${path}/${words.unit}ProtectionUnits`)).length).toBe(5);
  }
  client.sim.advanceBy(2 * HOUR_MS);
  await client.ask("DELETE", `/protectionPolicies/${idOf(policy)}`, undefined, 204);
}

async function tourRestore(client: BackupClient, words: Words): Promise<void> {
  const unit = await client.unit(`${words.unit}ProtectionUnits`);
  const listed = await client.list(
    `/restorePoints?$expand=protectionUnit($filter=id eq '${idOf(unit)}')&$filter=protectionDateTime lt 2026-03-02T00:00:00Z`,
  );
  expect(listed).toHaveLength(5);
  expect(listed[0]).toMatchObject({ protectionUnit: { id: idOf(unit) } });
  await client.ask("GET", `/restorePoints/${idOf(listed[0])}`);
  const period = { startDateTime: "2026-02-28T00:00:00Z", endDateTime: "2026-03-02T00:00:00Z" };
  const [point] = await client.search(idOf(unit), period.startDateTime, period.endDateTime);
  const sessions = `/${words.service}RestoreSessions`;
  const artifacts = `${words.unit}RestoreArtifacts`;
  const addition = { restorePoint: { id: idOf(point) }, destinationType: "new" };
  const session = await client.ask("POST", sessions, { [artifacts]: [addition] }, 201);
  expect(session).toMatchObject({ status: "draft", restoreJobType: "standard" });
  const [added] = await client.list(`${sessions}/${idOf(session)}/${artifacts}`);
  expect(added).toMatchObject({ status: "added", restorePoint: { id: idOf(point) } });
  const patched = await client.ask("PATCH", `${sessions}/${idOf(session)}`, {
    [`${artifacts}@delta`]: [{ "@removed": { reason: "changed" }, id: idOf(added) }, addition],
  });
  expect(patched[`${artifacts}@delta`]).toMatchObject([{ status: "added" }]);
  const started = await client.ask("POST", `/restoreSessions/${idOf(session)}/activate`);
  expect(started["status"]).toBe("activating");
  client.sim.advanceBy(3 * HOUR_MS);
  for (const path of [sessions, "/restoreSessions"]) {
    const done = await client.ask("GET", `${path}/${idOf(session)}`);
    expect(done).toMatchObject({
      status: "completed",
      restoreSessionArtifactCount: { total: 1, completed: 1, inProgress: 0, failed: 0 },
    });
    expect((await client.list(path)).map(idOf)).toContain(idOf(session));
  }
  const draft = await client.ask("POST", sessions, {}, 201);
  await client.ask("DELETE", `/restoreSessions/${idOf(draft)}`, undefined, 204);
  await tourBulkRestore(client, words, unit, period);
}

async function tourBulkRestore(
  client: BackupClient,
  words: Words,
  unit: Json,
  protectionTimePeriod: Json,
): Promise<void> {
  const sessions = `/${words.service}RestoreSessions`;
  const session = await client.ask("POST", sessions, {}, 201);
  const requests = `${sessions}/${idOf(session)}/${words.unit}RestoreArtifactsBulkAdditionRequests`;
  const reference = (unit["siteId"] ?? unit["directoryObjectId"]) as string;
  const missing =
    words.unit === "site" ? "https://contoso.sharepoint.com/sites/none" : "no@one.example";
  const made = await client.ask(
    "POST",
    requests,
    {
      displayName: "Bulk",
      [words.ids]: [reference],
      [words.names]: [missing],
      protectionTimePeriod,
      destinationType: "inPlace",
      tags: "none",
      restorePointPreference: "latest",
    },
    201,
  );
  expect(made["status"]).toBe("active");
  await client.ask("POST", `/restoreSessions/${idOf(session)}/activate`);
  client.sim.advanceBy(4 * HOUR_MS);
  expect(await client.list(requests)).toMatchObject([
    { status: "completedWithErrors", error: { details: [{ target: missing }] } },
  ]);
  await client.ask("GET", `${requests}/${idOf(made)}`);
  expect(await client.ask("GET", `/restoreSessions/${idOf(session)}`)).toMatchObject({
    status: "completed",
    restoreJobType: "bulk",
  });
  await client.ask("DELETE", `${requests}/${idOf(made)}`, undefined, 204);
}

async function tourGranular(client: BackupClient, words: Words): Promise<void> {
  const capital = `${words.unit.charAt(0).toUpperCase()}${words.unit.slice(1)}`;
  const session = await client.ask("POST", `/${words.service}RestoreSessions`, {}, 201);
  await client.list(
    `/${words.service}RestoreSessions/${idOf(session)}/granular${capital}RestoreArtifacts`,
  );
  if (words.unit === "mailbox") return;
  const units = await client.list(`/${words.unit}ProtectionUnits`);
  const from = "2026-02-20T00:00:00Z";
  const [point] = await client.search(idOf(units[0]), from, "2026-03-02T00:00:00Z", {
    tags: "fastRestore",
  });
  const path = `/${words.service}BrowseSessions`;
  const browsing = await client.ask("POST", path, { restorePointId: idOf(point) }, 201);
  client.sim.advanceBy(HOUR_MS);
  expect(await client.list(path)).toMatchObject([{ status: "created" }]);
  await client.ask("GET", `${path}/${idOf(browsing)}`);
  const first = await client.ask("POST", `${path}/${idOf(browsing)}/browse`);
  expect(first["value"]).toMatchObject([{ type: "documentLibrary" }]);
  const token = Buffer.from(JSON.stringify({ start: 10, asked: {} })).toString("base64url");
  await client.ask("GET", `${path}/${idOf(browsing)}/browse?$skiptoken=${token}`);
  await client.ask("GET", `${path}/${idOf(browsing)}/browse(nextFetchToken='${token}')`);
}

async function tourOffboarding(client: BackupClient): Promise<void> {
  const admin = new BackupClient(client.sim, client.tenantId, { isDelegated: true });
  const [policy] = await client.list("/exchangeProtectionPolicies");
  const unit = await client.unit("mailboxProtectionUnits");
  await client.ask("PATCH", `/exchangeProtectionPolicies/${idOf(policy)}`, {
    "mailboxProtectionUnits@delta": [{ "@removed": { reason: "changed" }, id: idOf(unit) }],
  });
  client.sim.advanceBy(2 * HOUR_MS);
  const path = `/protectionUnits/${idOf(unit)}`;
  expect((await client.call("POST", `${path}/offboard`)).status).toBe(403);
  expect(await admin.ask("POST", `${path}/offboard`)).toMatchObject({
    status: "unknownFutureValue",
    policyId: "",
  });
  await admin.ask("POST", `${path}/cancelOffboard`);
  client.sim.advanceBy(HOUR_MS);
  expect((await client.ask("GET", path))["status"]).toBe("unprotected");
  expect((await client.list("/protectionUnits")).map(idOf)).toContain(idOf(unit));
}
