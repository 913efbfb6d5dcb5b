import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";

import { DOCUMENTED_DURATIONS } from "../../../../simulator/backup/durations.ts";
import { CAPS, DOCUMENTED_LIMITS } from "../../../../simulator/backup/limits.ts";
import { settingsOf } from "../../../../simulator/backup/settings.ts";
import { createInProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { createEstate } from "../../../../simulator/seed/estate.ts";
import { startSimulator } from "../../../../simulator/start.ts";
import {
  ADATUM,
  BackupClient,
  backupSeed,
  CONTOSO,
  STARTS_AT,
} from "../../../contract/simulator/backup/backup-world.ts";
import { createValidatedSimulator } from "../../../contract/simulator/validated-simulator.ts";

const MINUTE_MS = 60_000;

const seedWith = (more: object) => ({ ...(backupSeed() as object), ...more });

/** Minutes that a policy of one mailbox needs to become active. */
async function minutesToActive(more: object): Promise<number> {
  const client = new BackupClient(createValidatedSimulator(seedWith(more)), ADATUM);
  await client.ask("POST", "/enable", { appOwnerTenantId: CONTOSO });
  const policy = await client.ask(
    "POST",
    "/exchangeProtectionPolicies",
    { displayName: "Ours" },
    201,
  );
  const path = `/protectionPolicies/${policy["id"] as string}`;
  await client.ask("POST", `${path}/activate`, undefined, 202);
  for (let minutes = 0; minutes < 200; minutes += 1) {
    if ((await client.ask("GET", path))["status"] === "active") return minutes;
    client.sim.advanceBy(MINUTE_MS);
  }
  return Infinity;
}

test("a seed says how long things take; jitter stays inside the span, and is another one with another seed", async () => {
  const documented = await minutesToActive({});
  expect(documented).toBeGreaterThanOrEqual(15);
  expect(documented).toBeLessThanOrEqual(60);
  expect(await minutesToActive({ durations: { backup: { policyProcessing: 3 } } })).toBe(3);
  const span = { durations: { backup: { policyProcessing: { min: 100, max: 150 } } } };
  const drawn = new Set<number>();
  for (const seed of [1, 2, 3]) drawn.add(await minutesToActive({ ...span, seed }));
  expect(drawn.size).toBeGreaterThan(1);
  for (const minutes of drawn) {
    expect(minutes).toBeGreaterThanOrEqual(100);
    expect(minutes).toBeLessThanOrEqual(150);
  }
});

test.each([
  [
    { durations: { backup: { policyProcesing: 5 } } },
    /^durations\.backup\.policyProcesing: expected one of policyProcessing, unitAddition, .*restore; given 5$/m,
  ],
  [
    { durations: { backup: { firstPoint: "soon" } } },
    /^durations\.backup\.firstPoint: expected number or object; given "soon"$/m,
  ],
  [
    { durations: { backup: { firstPoint: { min: 2, max: 1 } } } },
    /^durations\.backup\.firstPoint: expected min not to be more than max; given \{"min":2,"max":1\}$/m,
  ],
  [
    { durations: { backup: { firstPoint: { min: 2, most: 9 } } } },
    /^durations\.backup\.firstPoint\.most: expected one of min, max; given 9$/m,
  ],
  [
    { durations: { restore: {} } },
    /^durations\.restore: expected one of backup, multitenant; given \{\}$/m,
  ],
  [
    { durations: { backup: { restore: { site: [{ units: 1, minutes: -1 }] } } } },
    /^durations\.backup\.restore\.site\.0\.minutes: expected at least 0; given -1$/m,
  ],
  [
    { limits: { backup: { activeRestoreSessions: 0 } } },
    /^limits\.backup\.activeRestoreSessions: expected more than 0; given 0$/m,
  ],
  [
    { limits: { backup: { restoredArtifactsPerDay: "published" } } },
    /^limits\.backup\.restoredArtifactsPerDay: expected number or one of documented( or null)?; given "published"$/m,
  ],
  [
    { options: { backup: { wrongPolicyState: "both" } } },
    /^options\.backup\.wrongPolicyState: expected one of page, article; given "both"$/m,
  ],
])("a seed with %j is refused with field, what is expected and what was given", (more, line) => {
  expect(() => createEstate(seedWith(more))).toThrow(line);
});

test("a defect in a secret is told without the secret", () => {
  const [application] = (backupSeed() as { applications: object[] }).applications;
  const seed = seedWith({ applications: [{ ...application, clientSecret: "shorty" }] });
  expect(() => createEstate(seed)).toThrow(
    /clientSecret: expected at least 8; given something else/,
  );
  expect(() => createEstate(seed)).not.toThrow(/shorty/);
});

test("what a seed leaves out is as documented", () => {
  expect(settingsOf({})).toEqual({
    durations: DOCUMENTED_DURATIONS,
    limits: DOCUMENTED_LIMITS,
    options: { wrongPolicyState: "page" },
  });
  const { durations, limits } = settingsOf({
    durations: { restore: { unitsPerHour: 9 } },
    limits: { restoredArtifactsPerDay: "documented", pageSize: 3 },
  });
  expect(durations.restore).toEqual({ ...DOCUMENTED_DURATIONS.restore, unitsPerHour: 9 });
  expect(limits).toEqual({
    ...DOCUMENTED_LIMITS,
    restoredArtifactsPerDay: CAPS.restoredArtifactsPerDay.value,
    pageSize: 3,
  });
});

test("a search may be kept to the preview's five values of a parameter", async () => {
  const seed = seedWith({ limits: { backup: { valuesPerSearchParameter: "documented" } } });
  const client = new BackupClient(createValidatedSimulator(seed), CONTOSO);
  const unit = await client.unit("mailboxProtectionUnits");
  const search = async (subjects: number) => {
    const queryExpression = Array.from({ length: subjects }, () => "subject -contains 'a'").join(
      " -or ",
    );
    const body = {
      protectionUnitIds: [unit["id"]],
      protectionTimePeriod: { startDateTime: "2026-03-01T00:00:00Z", endDateTime: STARTS_AT },
      artifactQuery: { artifactType: "message", queryExpression },
    };
    return (await client.call("POST", "/restorePoints/search", body)).status;
  };
  expect([await search(5), await search(6)]).toEqual([200, 400]);
});

test("settings change while it runs, for what begins then, and are the same after a restart", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "simulator-settings-"));
  const start = () =>
    startSimulator({
      readSeed: () => backupSeed(),
      dataDir,
      port: 0,
      clock: { now: () => Date.parse(STARTS_AT) },
    });
  let simulator = await start();
  const settings = async (init?: RequestInit) => {
    const answer = await fetch(`${simulator.url}/simulator/settings`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const put = (json: unknown) => settings({ method: "PUT", body: JSON.stringify(json) });
  try {
    const refused = await put({ durations: { backup: { bulkJobs: 1 } } });
    expect(refused.status).toBe(400);
    expect(refused.body["errors"]).toEqual([
      expect.stringMatching(/^durations\.backup\.bulkJobs: expected one of .*bulkJob.*; given 1$/),
    ]);
    const changed = await put({
      durations: { backup: { bulkJob: 1 }, multitenant: { join: 3 } },
      limits: { backup: { pageSize: 2 } },
    });
    expect(changed.body).toMatchObject({
      durations: {
        backup: { bulkJob: { min: 1, max: 1 }, orphanGraceDays: 7 },
        multitenant: { join: { min: 3, max: 3 }, roleChange: { min: 1, max: 10 } },
      },
      limits: { backup: { pageSize: 2, restoresPerUnitAndMonth: null } },
    });
    await simulator.stop();
    simulator = await start();
    expect((await settings()).body).toEqual(changed.body);
  } finally {
    await simulator.stop();
    rmSync(dataDir, { recursive: true });
  }
});

test("the page size of a seed cuts lists", async () => {
  const seed = seedWith({ limits: { backup: { pageSize: 7 } } });
  const client = new BackupClient(createInProcessSimulator({ seed }), CONTOSO);
  const page = await client.ask("GET", "/mailboxProtectionUnits");
  expect(page["value"]).toHaveLength(7);
  expect(await client.list("/mailboxProtectionUnits")).toHaveLength(27);
});
