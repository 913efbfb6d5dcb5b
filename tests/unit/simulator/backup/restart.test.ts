import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { startSimulator, type RunningSimulator } from "../../../../simulator/start.ts";
import {
  ADATUM,
  APP_ID,
  BACKUP,
  backupSeed,
  CONTOSO,
  STARTS_AT,
  type Json,
} from "../../../contract/simulator/backup/backup-world.ts";

const HOUR_MS = 3_600_000;

interface Caller {
  now: number;
  simulator: RunningSimulator;
}

async function call(
  { simulator }: Caller,
  tenantId: string,
  method: string,
  path: string,
  json?: unknown,
): Promise<Json> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: APP_ID,
    client_secret: "not a real secret",
    scope: "https://graph.microsoft.com/.default",
  });
  const token = await fetch(`${simulator.url}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: form,
  });
  const { access_token: bearer } = (await token.json()) as { access_token: string };
  const answer = await fetch(`${simulator.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Json;
}

const valueOf = (body: Json) => body["value"] as Json[];
const idOf = (body: Json | undefined) => body?.["id"] as string;

/** Leaves something of every kind behind: policies, units, jobs, a finished, a running and a draft session. */
async function makeHistory(caller: Caller): Promise<void> {
  const adatum = (method: string, path: string, json?: unknown) =>
    call(caller, ADATUM, method, `${BACKUP}${path}`, json);
  const contoso = (method: string, path: string, json?: unknown) =>
    call(caller, CONTOSO, method, `${BACKUP}${path}`, json);
  await adatum("POST", "/enable", { appOwnerTenantId: CONTOSO });
  const policy = await adatum("POST", "/exchangeProtectionPolicies", { displayName: "Ours" });
  const users = valueOf(await call(caller, ADATUM, "GET", "/v1.0/users?$select=id"));
  await adatum(
    "POST",
    `/exchangeProtectionPolicies/${idOf(policy)}/mailboxProtectionUnitsBulkAdditionJobs`,
    { displayName: "All", directoryObjectIds: users.map(idOf) },
  );
  caller.now += HOUR_MS;
  await adatum("POST", `/protectionPolicies/${idOf(policy)}/activate`);
  const units = valueOf(await contoso("GET", "/driveProtectionUnits"));
  for (const [place, unit] of units.slice(0, 3).entries()) {
    const found = await contoso("POST", "/restorePoints/search", {
      protectionUnitIds: [idOf(unit)],
      protectionTimePeriod: { startDateTime: "2026-02-01T00:00:00Z", endDateTime: STARTS_AT },
    });
    const [result] = found["searchResults"] as { restorePoint: Json }[];
    const session = await contoso("POST", "/oneDriveForBusinessRestoreSessions", {
      driveRestoreArtifacts: [
        { restorePoint: { id: idOf(result?.restorePoint) }, destinationType: "new" },
      ],
    });
    if (place > 0) await contoso("POST", `/restoreSessions/${idOf(session)}/activate`);
    if (place === 1) caller.now += 3 * HOUR_MS;
  }
}

async function readAll(caller: Caller): Promise<unknown[]> {
  const paths = [
    "",
    "/serviceApps",
    "/protectionPolicies",
    "/protectionUnits",
    "/mailboxProtectionUnitsBulkAdditionJobs",
    "/restoreSessions",
  ];
  const found: unknown[] = [];
  for (const tenantId of [CONTOSO, ADATUM]) {
    for (const path of paths) found.push(await call(caller, tenantId, "GET", `${BACKUP}${path}`));
    found.push(await call(caller, tenantId, "GET", "/v1.0/sites/getAllSites"));
  }
  return JSON.parse(JSON.stringify(found).replaceAll(caller.simulator.url, "")) as unknown[];
}

test("the backup service is the same after a restart, and what was running goes on", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "backup-restart-"));
  const start = () =>
    startSimulator({
      readSeed: () => backupSeed(),
      dataDir,
      port: 0,
      clock: { now: () => caller.now },
    });
  const caller = { now: Date.parse(STARTS_AT) } as Caller;
  caller.simulator = await start();
  try {
    await makeHistory(caller);
    const before = await readAll(caller);
    await caller.simulator.stop();
    caller.simulator = await start();
    expect(await readAll(caller)).toEqual(before);
    caller.now += 4 * HOUR_MS;
    const sessions = valueOf(await call(caller, CONTOSO, "GET", `${BACKUP}/restoreSessions`));
    expect(sessions.map(({ status }) => status)).toEqual(["draft", "completed", "completed"]);
    const after = await readAll(caller);
    await caller.simulator.stop();
    caller.simulator = await start();
    expect(await readAll(caller)).toEqual(after);
  } finally {
    await caller.simulator.stop();
    rmSync(dataDir, { recursive: true });
  }
});
