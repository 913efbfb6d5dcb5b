import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { type RunningSimulator, startSimulator } from "../../../../simulator/start.ts";
import { allowEdge, buildEdge, joinOrganization, listExternal, MTO } from "./edge-steps.ts";
import { checkShape, type GraphCaller, sendOverHttp } from "./estate-client.ts";
import { MEMBERS_PER_GROUP, sixTenantSeed, TENANTS, type TestTenant } from "./six-tenants.ts";

const [source, target] = TENANTS as [TestTenant, TestTenant];
const dataDir = mkdtempSync(path.join(tmpdir(), "multitenant-restart-"));
const seed = sixTenantSeed();

let now = Date.parse(seed.startsAt);
let simulator: RunningSimulator | null = null;

async function restart(): Promise<void> {
  await simulator?.stop();
  simulator = await startSimulator({
    readSeed: () => seed,
    dataDir,
    port: 0,
    clock: { now: () => now },
  });
}

afterEach(async () => {
  await simulator?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function readToken({ tenantId }: TestTenant): Promise<string> {
  const [application] = seed.applications;
  const response = await fetch(`${simulator?.url}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: application?.clientId ?? "",
      client_secret: application?.clientSecret ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const client: GraphCaller = {
  async call(tenant, method, target, json) {
    const url = `${simulator?.url}/v1.0${target}`;
    const answer = await sendOverHttp(url, method, await readToken(tenant), json);
    checkShape(method, target, answer);
    return answer;
  },
  advanceMinutes(minutes) {
    now += minutes * 60_000;
  },
};

test("a restart in the middle of a join and of a cycle loses and doubles nothing", async () => {
  await restart();
  await client.call(source, "PUT", MTO, { displayName: "Contoso group" });
  client.advanceMinutes(10);
  await joinOrganization(client, source, target);
  client.advanceMinutes(10);
  await restart();
  const joining = await client.call(target, "GET", `${MTO}/joinRequest`);
  expect(joining.body.transitionDetails.status).toBe("running");
  client.advanceMinutes(120);
  const joined = await client.call(target, "GET", `${MTO}/joinRequest`);
  expect(joined.body.memberState).toBe("active");

  await allowEdge(client, source, target);
  const edge = await buildEdge(client, source, target);
  await client.call(source, "POST", `${edge.job}/start`);
  let arrived = 0;
  // Users leave a cycle one by one: stop at a moment when some are there and some are not.
  while (arrived === 0) {
    client.advanceMinutes(0.005);
    arrived = (await listExternal(client, target)).length;
  }
  expect(arrived).toBeLessThan(MEMBERS_PER_GROUP);
  const before = await client.call(source, "GET", edge.job);
  expect(before.body.status.progress[0]).toMatchObject({
    completedUnits: arrived,
    totalUnits: MEMBERS_PER_GROUP,
  });
  await restart();
  const restarted = await client.call(source, "GET", edge.job);
  expect(restarted.body.status).toEqual(before.body.status);
  client.advanceMinutes(10);
  const users = await listExternal(client, target);
  expect(new Set(users.map(({ mail }) => String(mail))).size).toBe(MEMBERS_PER_GROUP);
  expect(users).toHaveLength(MEMBERS_PER_GROUP);
  const after = await client.call(source, "GET", edge.job);
  expect(after.body.status).toMatchObject({
    code: "Active",
    lastExecution: { state: "Succeeded", countExported: MEMBERS_PER_GROUP },
  });
});
