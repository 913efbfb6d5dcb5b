import { beforeEach, expect, test } from "@jest/globals";
import {
  membershipChanged,
  userCreated,
  userUpdated,
} from "../../../../simulator/directory/directory.ts";
import { directoryState } from "../../../../simulator/directory/directory.ts";
import { wakeEdges } from "../../../../simulator/multitenant/synchronization-wake.ts";
import { allowEdge, type BuiltEdge, buildEdge, listExternal, PARTNERS } from "./edge-steps.ts";
import { type EstateClient, type Json, openEstate } from "./estate-client.ts";
import { MEMBERS_PER_GROUP, TENANTS, type TestTenant } from "./six-tenants.ts";

const [source, target] = TENANTS as [TestTenant, TestTenant];
const POLICY_CHECK = "AzureDirectoryB2BManagementPolicyCheckFailure";

let client: EstateClient;

beforeEach(async () => {
  client = await openEstate();
  await allowEdge(client, source, target);
});

async function startEdge(settings?: string): Promise<BuiltEdge> {
  const edge = await buildEdge(client, source, target, settings);
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  return edge;
}

async function readStatus(edge: BuiltEdge): Promise<Json> {
  return (await client.call(source, "GET", edge.job)).body.status;
}

async function listMemberIds(edge: BuiltEdge): Promise<string[]> {
  const { body } = await client.call(source, "GET", `/groups/${edge.groupId}/members?$select=id`);
  return body.value.map(({ id }: { id: string }) => id);
}

function setMembership(edge: BuiltEdge, userId: string, isMember: boolean): void {
  client.change(source, (context) => {
    context.emit(membershipChanged, { groupId: edge.groupId, userId, isMember });
    wakeEdges(context, [source.tenantId]);
  });
}

async function readLog(filter: string): Promise<Json[]> {
  const { body } = await client.call(source, "GET", `/auditLogs/provisioning?$filter=${filter}`);
  return body.value;
}

test("idle cycles go on every 40 minutes without being recorded", async () => {
  const edge = await startEdge();
  const before = await readStatus(edge);
  client.advanceMinutes(60 * 24 * 90);
  const after = await readStatus(edge);
  expect(after.code).toBe("Active");
  const rounds =
    (Date.parse(after.lastExecution.timeBegan) - Date.parse(before.lastExecution.timeBegan)) /
    2_400_000;
  expect(rounds).toBeGreaterThan(3_200);
  expect(Number.isInteger(rounds)).toBe(true);
  expect(Date.parse(after.steadyStateLastAchievedTime)).toBeGreaterThan(
    Date.parse(before.steadyStateLastAchievedTime),
  );
  const cycles = client.simulator
    .journal()
    .filter(({ path }) => path === "synchronization.cycleDue");
  expect(cycles).toHaveLength(2);
});

test("who leaves the group is soft-deleted in the target, and comes back on return", async () => {
  const edge = await startEdge();
  const [leaver = ""] = await listMemberIds(edge);
  setMembership(edge, leaver, false);
  client.advanceMinutes(45);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP - 1);
  const deleted = await client.call(target, "GET", "/directory/deletedItems/microsoft.graph.user");
  expect(deleted.body.value).toHaveLength(1);
  const rows = await readLog(`jobId eq '${edge.jobId}' and provisioningAction eq 'delete'`);
  expect(rows).toHaveLength(1);
  setMembership(edge, leaver, true);
  client.advanceMinutes(45);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
});

test.each([
  ["long before the next cycle", 0],
  ["while the user is soft-deleted in the target", 45],
  ["after the user has gone from the target for good", 60 * 24 * 31],
])("who leaves and comes back %s is there again", async (_, minutesAway) => {
  const edge = await startEdge();
  const [leaver = ""] = await listMemberIds(edge);
  const members = `/groups/${edge.groupId}/members`;
  const left = await client.call(source, "DELETE", `${members}/${leaver}/$ref`);
  expect(left.status).toBe(204);
  client.advanceMinutes(minutesAway);
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${leaver}` };
  const back = await client.call(source, "POST", `${members}/$ref`, reference);
  expect(back.status).toBe(204);
  client.advanceMinutes(45);
  expect(await listMemberIds(edge)).toContain(leaver);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
});

test("who leaves and comes back while a cycle runs is not left out", async () => {
  const edge = await buildEdge(client, source, target);
  await client.call(source, "POST", `${edge.job}/start`);
  while ((await listExternal(client, target)).length === 0) client.advanceMinutes(0.005);
  for (const id of await listMemberIds(edge)) {
    setMembership(edge, id, false);
    setMembership(edge, id, true);
  }
  client.advanceMinutes(90);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
});

test("taking somebody out of a group who is not in it does not keep them out later", async () => {
  const edge = await startEdge();
  const members = await listMemberIds(edge);
  const { body } = await client.call(source, "GET", "/users?$select=id&$top=100");
  const ids = (body.value as { id: string }[]).map(({ id }) => id);
  const newcomer = ids.find((id) => !members.includes(id)) ?? "";
  setMembership(edge, newcomer, false);
  setMembership(edge, newcomer, true);
  client.advanceMinutes(45);
  expect(await listMemberIds(edge)).toContain(newcomer);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP + 1);
});

test("changes of the source flow, and a disabled user is disabled, not deleted", async () => {
  const edge = await startEdge();
  const [first = "", second = ""] = await listMemberIds(edge);
  client.change(source, (context) => {
    context.emit(userUpdated, { id: first, changes: { displayName: "Renamed" } });
    context.emit(userUpdated, { id: second, changes: { accountEnabled: false } });
    wakeEdges(context, [source.tenantId]);
  });
  client.advanceMinutes(45);
  const users = await listExternal(client, target);
  expect(users.filter(({ displayName }) => displayName === "Renamed")).toHaveLength(1);
  expect(users.filter(({ accountEnabled }) => accountEnabled === false)).toHaveLength(1);
  expect(
    await readLog(`sourceIdentity/id eq '${second}' and provisioningAction eq 'disable'`),
  ).toHaveLength(1);
  setMembership(edge, second, false);
  client.advanceMinutes(45);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
});

test("a change to a user whom the running cycle has already passed is carried by the next one", async () => {
  const edge = await buildEdge(client, source, target);
  await client.call(source, "POST", `${edge.job}/start`);
  let [first] = await listExternal(client, target);
  while (first === undefined) {
    client.advanceMinutes(0.005);
    [first] = await listExternal(client, target);
  }
  const { mail } = first;
  client.change(source, (context) => {
    const user = directoryState.of(context).tenant(source.tenantId).findUser(mail);
    context.emit(userUpdated, { id: user?.id ?? "", changes: { displayName: "Renamed" } });
    wakeEdges(context, [source.tenantId]);
  });
  client.advanceMinutes(50);
  const users = await listExternal(client, target);
  expect(users.filter((user) => user.mail === mail)).toMatchObject([{ displayName: "Renamed" }]);
});

test("guests and external users of the source are skipped with a reason", async () => {
  const edge = await buildEdge(client, source, target);
  const [first = ""] = await listMemberIds(edge);
  client.change(source, (context) => {
    const user = directoryState.of(context).tenant(source.tenantId).findUser(first);
    if (user !== null) {
      const id = "11111111-2222-4333-8444-555555555555";
      const guest = {
        ...user,
        id,
        userPrincipalName: "g_x.com#EXT#@contoso.com",
        creationType: "Invitation",
      };
      context.emit(userCreated, { user: guest });
      context.emit(membershipChanged, { groupId: edge.groupId, userId: id, isMember: true });
    }
  });
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
  const skipped = await readLog("provisioningStatusInfo/status eq 'skipped'");
  expect(skipped).toHaveLength(1);
  expect((await readStatus(edge)).lastExecution.state).toBe("Succeeded");
});

test("an address that an internal user of the target holds is reported as ambiguous", async () => {
  const edge = await buildEdge(client, source, target);
  const [first = ""] = await listMemberIds(edge);
  client.change(source, (context) => {
    context.emit(userUpdated, {
      id: first,
      changes: { proxyAddresses: ["SMTP:admin@contoso.com", `smtp:admin@${target.domain}`] },
    });
  });
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  const rows = await readLog("provisioningStatusInfo/status eq 'failure'");
  expect(rows.map((row) => row.provisioningStatusInfo.errorInformation.errorCode)).toEqual([
    "InvitationCreationFailureAmbiguousUser",
  ]);
  const status = await readStatus(edge);
  expect(status.lastExecution).toMatchObject({ state: "EntryLevelErrors", countEscrowed: 1 });
});

test("an existing guest is linked and becomes a member only if userType always flows", async () => {
  const edge = await buildEdge(client, source, target);
  const [first = ""] = await listMemberIds(edge);
  client.change(target, (context) => {
    const user = directoryState.of(context).tenant(source.tenantId).findUser(first);
    if (user !== null) {
      const guest = {
        ...user,
        id: "11111111-2222-4333-8444-555555555555",
        userPrincipalName: `${user.userPrincipalName.replace("@", "_")}#EXT#@${target.domain}`,
        creationType: "Invitation",
        externalUserState: "Accepted",
        userType: "Guest" as const,
      };
      context.emit(userCreated, { user: guest });
    }
  });
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  const guests = async () =>
    (await listExternal(client, target)).filter(({ userType }) => userType === "Guest");
  expect(await guests()).toHaveLength(1);
  const { body } = await client.call(source, "GET", `${edge.job}/schema`);
  const { "@odata.context": _, ...schema } = body;
  for (const mapping of schema.synchronizationRules[0].objectMappings[0].attributeMappings) {
    mapping.flowType = "Always";
  }
  expect((await client.call(source, "PUT", `${edge.job}/schema`, schema)).status).toBe(204);
  client.advanceMinutes(45);
  expect(await guests()).toHaveLength(0);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
});

test("a schema that touches the matching attribute is invalid", async () => {
  const edge = await buildEdge(client, source, target);
  const { body } = await client.call(source, "GET", `${edge.job}/schema`);
  const mappings = body.synchronizationRules[0].objectMappings[0].attributeMappings;
  mappings.find((mapping: Json) => mapping.targetAttributeName === "mail").matchingPriority = 2;
  const { status, body: answer } = await client.call(source, "PUT", `${edge.job}/schema`, body);
  expect([status, answer.error.code]).toEqual([400, "schemaInvalid"]);
});

test("a scoping filter keeps users out", async () => {
  const edge = await buildEdge(client, source, target);
  const { body } = await client.call(source, "GET", `${edge.job}/schema`);
  body.synchronizationRules[0].objectMappings[0].scope.groups = [
    {
      name: "nobody",
      clauses: [
        {
          operatorName: "EQUALS",
          sourceOperandName: "department",
          targetOperand: { values: ["No such department"] },
        },
      ],
    },
  ];
  expect((await client.call(source, "PUT", `${edge.job}/schema`, body)).status).toBe(204);
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  expect(await listExternal(client, target)).toEqual([]);
  expect((await readStatus(edge)).code).toBe("Active");
});

test("without policy the job goes to quarantine, retries more and more rarely, and recovers", async () => {
  const edge = await startEdge();
  const inTarget = `${PARTNERS}/${source.tenantId}`;
  const allow = (isAllowed: boolean) =>
    client.call(target, "PATCH", `${inTarget}/identitySynchronization`, {
      userSyncInbound: { isSyncAllowed: isAllowed },
    });
  await allow(false);
  client.advanceMinutes(45);
  const status = await readStatus(edge);
  expect(status).toMatchObject({
    code: "Quarantine",
    countSuccessiveCompleteFailures: 1,
    lastExecution: { state: "Failed", error: { code: POLICY_CHECK } },
    quarantine: { seriesCount: 1, reason: "EncounteredQuarantineException" },
  });
  const wait =
    Date.parse(status.quarantine.nextAttempt) - Date.parse(status.quarantine.currentBegan);
  expect(wait).toBe(6 * 3_600_000);
  client.advanceMinutes(6 * 60 + 45);
  expect((await readStatus(edge)).quarantine.seriesCount).toBe(2);
  await allow(true);
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  expect(await readStatus(edge)).toMatchObject({ code: "Active", quarantine: null });
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
});

test("after 28 days in quarantine the job is switched off", async () => {
  const edge = await startEdge();
  await client.call(target, "PATCH", `${PARTNERS}/${source.tenantId}`, {
    automaticUserConsentSettings: { inboundAllowed: false },
  });
  client.advanceMinutes(60 * 24 * 30);
  const { body } = await client.call(source, "GET", edge.job);
  expect(body.schedule.state).toBe("Disabled");
});

test("deletions above the threshold wait for an administrator", async () => {
  const edge = await startEdge(
    '{"Enabled":true,"DeleteThresholdEnabled":true,"DeleteThresholdValue":2}',
  );
  for (const id of (await listMemberIds(edge)).slice(0, 3)) {
    setMembership(edge, id, false);
  }
  client.advanceMinutes(45);
  expect((await readStatus(edge)).quarantine.reason).toBe("TooManyDeletes");
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
  expect(await readLog("provisioningAction eq 'stagedDelete'")).toHaveLength(3);
  const criteria = { resetScope: "ForceDeletes" };
  expect((await client.call(source, "POST", `${edge.job}/restart`, { criteria })).status).toBe(204);
  client.advanceMinutes(3);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP - 3);
  expect((await readStatus(edge)).code).toBe("Active");
});

test("a paused job keeps its state and goes on after a start", async () => {
  const edge = await startEdge();
  await client.call(source, "POST", `${edge.job}/pause`);
  const { body } = await client.call(source, "GET", edge.job);
  expect([body.schedule.state, body.status.code]).toEqual(["Paused", "Paused"]);
  const [leaver = ""] = await listMemberIds(edge);
  setMembership(edge, leaver, false);
  client.advanceMinutes(120);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP - 1);
});

test("provisioning on demand skips who is not assigned and knows a limit of five in ten seconds", async () => {
  const edge = await buildEdge(client, source, target);
  const { body } = await client.call(source, "GET", `${edge.job}/schema`);
  const ruleId = body.synchronizationRules[0].id as string;
  const provision = (objectId: string) =>
    client.call(source, "POST", `${edge.job}/provisionOnDemand`, {
      parameters: [{ ruleId, subjects: [{ objectId, objectTypeName: "User" }] }],
    });
  const users = await client.call(source, "GET", "/users?$select=id");
  const outsider = users.body.value.at(-1).id as string;
  const skipped = JSON.parse((await provision(outsider)).body.value as string) as Json[];
  expect(skipped[0].statusInfo).toMatchObject({
    status: "Skipped",
    errorCode: "NotEffectivelyEntitled",
  });
  const [first = ""] = await listMemberIds(edge);
  await provision(first);
  const again = JSON.parse((await provision(first)).body.value as string) as Json[];
  expect(again[0].statusInfo).toMatchObject({ status: "Skipped", errorCode: "RedundantExport" });
  await provision(first);
  await provision(first);
  const limited = await provision(first);
  expect(limited.status).toBe(429);
  expect(limited.headers["retry-after"]).toBe("10");
  client.advanceMinutes(0.2);
  expect((await provision(first)).status).toBe(200);
});

test("the provisioning log can be filtered and ordered", async () => {
  const edge = await startEdge();
  const since = new Date(client.simulator.now() - 3_600_000).toISOString();
  const filter = `servicePrincipal/id eq '${edge.servicePrincipalId}' and activityDateTime gt ${since}`;
  const rows = await readLog(filter);
  expect(rows).toHaveLength(MEMBERS_PER_GROUP);
  expect(rows[0]).toMatchObject({
    provisioningAction: "create",
    tenantId: target.tenantId,
    provisioningStatusInfo: { status: "success", errorInformation: null },
  });
  const users = await listExternal(client, target);
  expect(rows.map(({ targetIdentity }) => String(targetIdentity.id)).sort()).toEqual(
    users.map(({ id }) => String(id)).sort(),
  );
  const page = await client.call(
    source,
    "GET",
    "/auditLogs/provisioning?$orderby=activityDateTime asc&$top=2",
  );
  expect(page.body.value[0].id).toBe(rows.at(-1).id);
  expect(page.body["@odata.nextLink"]).toEqual(expect.any(String));
  client.advanceMinutes(60 * 24 * 31);
  expect(await readLog(`jobId eq '${edge.jobId}'`)).toEqual([]);
});
