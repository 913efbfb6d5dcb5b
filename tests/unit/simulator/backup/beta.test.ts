import { expect, test } from "@jest/globals";

import { createInProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { startSimulator } from "../../../../simulator/start.ts";
import {
  BackupClient,
  backupSeed,
  CONTOSO,
  STARTS_AT,
} from "../../../contract/simulator/backup/backup-world.ts";

const ROOT = "/beta/solutions/backupRestore";
const withBeta = () => ({ ...(backupSeed() as object), options: { beta: true } });

async function open(seed: unknown) {
  const sim = createInProcessSimulator({ seed });
  const client = new BackupClient(sim, CONTOSO);
  const policies = await client.list("/exchangeProtectionPolicies");
  const token = await sim.token(CONTOSO);
  return {
    client,
    policyId: policies[0]?.["id"] as string,
    get: (path: string) => sim.fetch(`${ROOT}${path}`, { token }),
  };
}

test("without the option everything below /beta is refused like an unknown route", async () => {
  const { policyId, get } = await open(backupSeed());
  const report = await get(`/reports/getStatisticsByPolicy(policyId='${policyId}')`);
  expect(report).toMatchObject({ status: 400, body: { error: { code: "BadRequest" } } });
});

test("statistics of a policy count its units as their list shows them", async () => {
  const { client, policyId, get } = await open(withBeta());
  const { status, body } = await get(`/reports/getStatisticsByPolicy(policyId='${policyId}')`);
  const units = await client.list(`/exchangeProtectionPolicies/${policyId}/mailboxProtectionUnits`);
  const failed = units.filter(({ error }) => error !== null);
  expect(failed).not.toHaveLength(0);
  expect(status).toBe(200);
  expect(body).toEqual({
    "@odata.context": expect.stringContaining("/beta/$metadata#"),
    backupPolicyId: policyId,
    displayName: "All mailboxes",
    countStatistics: {
      total: units.length,
      protectedCompleted: units.length - failed.length,
      protectedInProgress: 0,
      protectedFailed: failed.length,
      unprotectedCompleted: 0,
      unprotectedInProgress: 0,
      unprotectedFailed: 0,
      offboardRequested: 0,
      removed: 0,
      lastComputedDateTime: STARTS_AT,
    },
  });
});

test("the activity log tells what happened to policies, rules, units and restores, and by whom", async () => {
  const { client, policyId, get } = await open(withBeta());
  const person = new BackupClient(client.sim, CONTOSO, { isDelegated: true });
  const policy = `/exchangeProtectionPolicies/${policyId}`;
  await person.ask("PATCH", policy, { displayName: "Renamed" });
  const unit = await client.unit("mailboxProtectionUnits");
  const removal = { "@removed": { reason: "changed" }, id: unit["id"] };
  await client.ask("PATCH", policy, { "mailboxProtectionUnits@delta": [removal] });
  const [point] = await client.search(
    unit["id"] as string,
    "2026-03-01T00:00:00Z",
    "2026-03-02T05:00:00Z",
  );
  const session = await client.ask(
    "POST",
    "/exchangeRestoreSessions",
    {
      mailboxRestoreArtifacts: [{ restorePoint: { id: point?.["id"] }, destinationType: "new" }],
    },
    201,
  );
  await client.ask("POST", `/restoreSessions/${session["id"] as string}/activate`);
  client.sim.advanceBy(6 * 3_600_000);
  await person.ask("POST", `/protectionUnits/${unit["id"] as string}/offboard`);
  client.sim.advanceBy(91 * 86_400_000);
  const token = await client.sim.token(CONTOSO);
  const { body } = await client.sim.fetch(`${ROOT}/activityLogs`, { token });
  const common = { serviceType: "exchange", resultStatus: "succeeded", error: null };
  expect((body as { value: unknown[] }).value).toMatchObject([
    {
      ...common,
      "@odata.type": "#microsoft.graph.backupPolicyActivityLog",
      activityType: "backupPolicyRenamed",
      policyId,
      policyName: "Renamed",
      oldPolicyName: "All mailboxes",
      performedBy: expect.not.stringMatching(/^Continuity$/),
    },
    {
      ...common,
      activityType: "backupPolicyModified",
      performedBy: "Continuity",
      protectionUnitDetails: { requestedToAddCount: 0, removedCount: 1 },
    },
    { ...common, activityType: "restoreTaskCreated", restoreSessionId: session["id"] },
    {
      ...common,
      "@odata.type": "#microsoft.graph.restoreTaskActivityLog",
      activityType: "restoreTaskCompleted",
      restoreArtifactDetails: { totalArtifactsCount: 1, restoredCount: 1, failedCount: 0 },
    },
    {
      ...common,
      "@odata.type": "#microsoft.graph.offboardingActivityLog",
      activityType: "protectionUnitLevelOffboarding",
      performedBy: "system",
      offboardingDetails: { offboardedCount: 1, offboardingStatus: "completed" },
    },
  ]);
  expect((await get("/activityLogs")).status).toBe(401);
});

test("beta has no other routes: those of v1.0 and writes are refused there", async () => {
  const { get } = await open(withBeta());
  expect((await get("/protectionPolicies")).status).toBe(400);
  expect((await get("/reports/getStatisticsByPolicy(policyId='none')")).body).toMatchObject({
    error: { code: "InvalidPolicyId" },
  });
});

test("the option of the command wins over the seed", async () => {
  const simulator = await startSimulator({
    readSeed: () => backupSeed(),
    dataDir: null,
    port: 0,
    clock: { now: () => Date.parse(STARTS_AT) },
    beta: true,
  });
  try {
    const answer = await fetch(`${simulator.url}${ROOT}/reports/none`);
    expect(answer.status).toBe(401);
    const report = await fetch(`${simulator.url}${ROOT}/none`, {
      headers: { authorization: `Bearer ${await tokenOf(simulator.url)}` },
    });
    expect(await report.text()).toContain("Resource not found for the segment 'none'");
  } finally {
    await simulator.stop();
  }
});

async function tokenOf(url: string): Promise<string> {
  const [application] = (backupSeed() as { applications: Record<string, string>[] }).applications;
  const answer = await fetch(`${url}/${CONTOSO}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: application?.["clientId"] ?? "",
      client_secret: application?.["clientSecret"] ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
