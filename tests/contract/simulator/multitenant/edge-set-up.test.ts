import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  allowEdge,
  buildEdge,
  credentialsFor,
  GALLERY,
  listExternal,
  PARTNERS,
} from "./edge-steps.ts";
import { type EstateClient, type Json, openEstate } from "./estate-client.ts";
import { MEMBERS_PER_GROUP, TENANTS, type TestTenant } from "./six-tenants.ts";

const [source, target] = TENANTS as [TestTenant, TestTenant];
const POLICY_CHECK = "AzureDirectoryB2BManagementPolicyCheckFailure";

let client: EstateClient;

beforeEach(async () => {
  client = await openEstate({ overHttp: true });
});

afterEach(async () => {
  await client.stop();
});

const outcome = ({ status, body }: { status: number; body: Json }) => [
  status,
  (body?.error?.code ?? null) as string | null,
];

test("an edge built in the documented order brings the group's users as members", async () => {
  await allowEdge(client, source, target);
  const edge = await buildEdge(client, source, target);
  const root = `/servicePrincipals/${edge.servicePrincipalId}/synchronization`;
  const validated = await client.call(
    source,
    "POST",
    `${root}/jobs/validateCredentials`,
    credentialsFor(target),
  );
  expect(validated.status).toBe(204);

  const schema = await client.call(source, "GET", `${edge.job}/schema`);
  const { id: ruleId, name } = schema.body.synchronizationRules[0];
  expect(name).toBe("USER_INBOUND_USER");
  const members = await client.call(source, "GET", `/groups/${edge.groupId}/members?$select=id`);
  const canary = members.body.value[0].id as string;
  const onDemand = await client.call(source, "POST", `${edge.job}/provisionOnDemand`, {
    parameters: [{ ruleId, subjects: [{ objectId: canary, objectTypeName: "User" }] }],
  });
  const [report] = JSON.parse(onDemand.body.value as string) as Json[];
  expect(report).toMatchObject({ action: "Create", statusInfo: { status: "Success" } });
  expect(await listExternal(client, target)).toHaveLength(1);

  expect((await client.call(source, "POST", `${edge.job}/start`)).status).toBe(204);
  const waiting = await client.call(source, "GET", edge.job);
  expect(waiting.body).toMatchObject({
    schedule: { interval: "PT40M", state: "Active" },
    status: {
      code: "NotRun",
      lastExecution: {
        state: "Failed",
        timeBegan: "0001-01-01T00:00:00Z",
        error: { code: "None" },
      },
    },
  });
  client.advanceMinutes(3);
  const settled = await client.call(source, "GET", edge.job);
  expect(settled.body.status).toMatchObject({
    code: "Active",
    quarantine: null,
    lastExecution: { state: "Succeeded", countExported: MEMBERS_PER_GROUP - 1 },
    synchronizedEntryCountByType: [{ key: "User", value: MEMBERS_PER_GROUP }],
  });

  const users = await listExternal(client, target);
  expect(users).toHaveLength(MEMBERS_PER_GROUP);
  for (const user of users) {
    expect(user).toMatchObject({
      userType: "Member",
      externalUserState: "Accepted",
      showInAddressList: true,
      accountEnabled: true,
      identities: [{ issuer: "ExternalAzureAD" }],
    });
    expect(user.userPrincipalName).toMatch(/_contoso\.com#EXT#@adatum\.com$/u);
  }
});

test("credentials validate only when both sides allow the edge", async () => {
  const { body } = await client.call(source, "POST", GALLERY, { displayName: "To Adatum" });
  client.advanceMinutes(0.25);
  const validate = async () =>
    outcome(
      await client.call(
        source,
        "POST",
        `/servicePrincipals/${body.servicePrincipal.id}/synchronization/jobs/validateCredentials`,
        credentialsFor(target),
      ),
    );
  const inTarget = `${PARTNERS}/${source.tenantId}`;
  await client.call(target, "POST", PARTNERS, { tenantId: source.tenantId });
  await client.call(source, "POST", PARTNERS, { tenantId: target.tenantId });
  expect(await validate()).toEqual([400, POLICY_CHECK]);
  await client.call(target, "PUT", `${inTarget}/identitySynchronization`, {
    userSyncInbound: { isSyncAllowed: true },
  });
  expect(await validate()).toEqual([400, POLICY_CHECK]);
  await client.call(target, "PATCH", inTarget, {
    automaticUserConsentSettings: { inboundAllowed: true },
  });
  expect(await validate()).toEqual([400, POLICY_CHECK]);
  await client.call(source, "PATCH", `${PARTNERS}/${target.tenantId}`, {
    automaticUserConsentSettings: { outboundAllowed: true },
  });
  expect(await validate()).toEqual([204, null]);
});

test("a new application is found only some seconds after it was made", async () => {
  const { body } = await client.call(source, "POST", GALLERY, { displayName: "To Adatum" });
  const path = `/servicePrincipals/${body.servicePrincipal.id}`;
  expect(outcome(await client.call(source, "GET", path))).toEqual([
    404,
    "Request_ResourceNotFound",
  ]);
  const job = { templateId: "Azure2Azure" };
  expect((await client.call(source, "POST", `${path}/synchronization/jobs`, job)).status).toBe(404);
  client.advanceMinutes(0.25);
  expect((await client.call(source, "GET", path)).body.appRoleAssignmentRequired).toBe(true);
  for (const filter of [
    "displayName eq 'To Adatum'",
    "applicationTemplateId eq '518e5f48-1fc8-4c48-9387-9fdf28b0dfe7'",
  ]) {
    for (const list of ["/servicePrincipals", "/applications"]) {
      const found = await client.call(source, "GET", `${list}?$filter=${filter}`);
      expect(found.body.value).toHaveLength(1);
    }
  }
  expect((await client.call(target, "GET", path)).status).toBe(404);
});

test("steps out of order are refused with a reason", async () => {
  const { body } = await client.call(source, "POST", GALLERY, { displayName: "To Adatum" });
  client.advanceMinutes(0.25);
  const principal = body.servicePrincipal;
  const root = `/servicePrincipals/${principal.id}/synchronization`;
  const call = async (method: string, path: string, json?: unknown) =>
    outcome(await client.call(source, method, path, json));
  expect(await call("POST", `${root}/jobs`, { templateId: "Other" })).toEqual([
    404,
    "TemplateNotFound",
  ]);
  expect(await call("GET", `${root}/jobs/none`)).toEqual([404, "SynchronizationJobNotFound"]);
  const created = await client.call(source, "POST", `${root}/jobs`, { templateId: "Azure2Azure" });
  expect(created.body).toMatchObject({
    schedule: { state: "Disabled" },
    status: { code: "Paused", lastExecution: null },
  });
  const job = `${root}/jobs/${created.body.id}`;
  expect(await call("POST", `${root}/jobs`, { templateId: "Azure2Azure" })).toEqual([
    409,
    "Conflict",
  ]);
  expect(await call("POST", `${job}/start`)).toEqual([400, "CredentialsMissing"]);
  const assignment = { resourceId: principal.id, appRoleId: principal.appRoles[0].id };
  const assignedTo = `/servicePrincipals/${principal.id}/appRoleAssignedTo`;
  const nobody = { ...assignment, principalId: "00000000-0000-4000-8000-000000000000" };
  expect(await call("POST", assignedTo, nobody)).toEqual([404, "Request_ResourceNotFound"]);
  const groups = await client.call(source, "GET", "/groups");
  const group = { ...assignment, principalId: groups.body.value[0].id };
  expect(await call("POST", assignedTo, { ...group, appRoleId: principal.id })).toEqual([
    400,
    "Request_BadRequest",
  ]);
  expect(await call("POST", assignedTo, group)).toEqual([201, null]);
  expect(await call("POST", assignedTo, group)).toEqual([400, "Request_BadRequest"]);
});

test("deleting the application ends the job and leaves the users", async () => {
  await allowEdge(client, source, target);
  const edge = await buildEdge(client, source, target);
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  expect((await client.call(source, "DELETE", `/applications/${edge.applicationId}`)).status).toBe(
    204,
  );
  expect((await client.call(source, "GET", edge.job)).status).toBe(404);
  client.advanceMinutes(120);
  expect(await listExternal(client, target)).toHaveLength(MEMBERS_PER_GROUP);
});
