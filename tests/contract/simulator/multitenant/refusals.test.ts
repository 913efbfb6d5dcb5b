import { beforeEach, expect, test } from "@jest/globals";
import { allowEdge, buildEdge, GALLERY, joinOrganization, MTO, PARTNERS } from "./edge-steps.ts";
import { type EstateClient, openEstate } from "./estate-client.ts";
import { TENANTS, type TestTenant } from "./six-tenants.ts";

const [owner, member, other] = TENANTS as [TestTenant, TestTenant, TestTenant];
const NOWHERE = "99999999-0000-4000-8000-000000000009";

let client: EstateClient;

beforeEach(async () => {
  client = await openEstate();
});

async function refusal(tenant: TestTenant, method: string, path: string, json?: unknown) {
  const { status, body } = await client.call(tenant, method, path, json);
  return [status, body?.error?.code ?? null] as [number, string | null];
}

test("tenants that do not exist cannot be added, joined to or trusted", async () => {
  await client.call(owner, "PUT", MTO, { displayName: "Contoso group" });
  client.advanceMinutes(10);
  const nobody = { tenantId: NOWHERE, displayName: "Nobody" };
  expect(await refusal(owner, "POST", `${MTO}/tenants`, nobody)).toEqual([
    400,
    "Request_BadRequest",
  ]);
  expect(await refusal(owner, "POST", PARTNERS, { tenantId: NOWHERE })).toEqual([
    400,
    "Request_BadRequest",
  ]);
  expect(await refusal(owner, "POST", PARTNERS, { tenantId: owner.tenantId })).toEqual([
    400,
    "Request_BadRequest",
  ]);
});

test("a join request in progress can be repeated but not sent elsewhere or reset", async () => {
  await client.call(owner, "PUT", MTO, { displayName: "Contoso group" });
  client.advanceMinutes(10);
  await joinOrganization(client, owner, member);
  const path = `${MTO}/joinRequest`;
  const again = { addedByTenantId: owner.tenantId };
  expect(await refusal(member, "PATCH", path, again)).toEqual([204, null]);
  for (const addedByTenantId of [other.tenantId, "00000000-0000-0000-0000-000000000000"]) {
    expect(await refusal(member, "PATCH", path, { addedByTenantId })).toEqual([
      400,
      "Request_BadRequest",
    ]);
  }
  client.advanceMinutes(121);
  expect(await refusal(member, "PATCH", path, again)).toEqual([400, "Request_BadRequest"]);
});

test("credentials without a policy or with an unknown tenant are invalid", async () => {
  const { body } = await client.call(owner, "POST", GALLERY, { displayName: "To Adatum" });
  client.advanceMinutes(0.25);
  const path = `/servicePrincipals/${body.servicePrincipal.id}/synchronization/jobs/validateCredentials`;
  const company = { key: "CompanyId", value: member.tenantId };
  const policy = { key: "AuthenticationType", value: "SyncPolicy" };
  for (const credentials of [[company], [policy], [policy, { ...company, value: NOWHERE }]]) {
    const attempt = { templateId: "Azure2Azure", useSavedCredentials: false, credentials };
    expect(await refusal(owner, "POST", path, attempt)).toEqual([400, "InvalidCredentials"]);
  }
  const unsaved = { templateId: "Azure2Azure", useSavedCredentials: true };
  expect(await refusal(owner, "POST", path, unsaved)).toEqual([400, "InvalidCredentials"]);
});

test("provisioning on demand needs a rule of the schema and a user of the source", async () => {
  await allowEdge(client, owner, member);
  const edge = await buildEdge(client, owner, member);
  const { body } = await client.call(owner, "GET", `${edge.job}/schema`);
  const provision = (ruleId: string, objectId: string) =>
    refusal(owner, "POST", `${edge.job}/provisionOnDemand`, {
      parameters: [{ ruleId, subjects: [{ objectId, objectTypeName: "User" }] }],
    });
  expect(await provision("none", NOWHERE)).toEqual([400, "InvalidRequest"]);
  expect(await provision(body.synchronizationRules[0].id, NOWHERE)).toEqual([
    404,
    "Request_ResourceNotFound",
  ]);
});

test("other gallery templates and unknown ids are not found", async () => {
  const instantiate = `/applicationTemplates/${NOWHERE}/instantiate`;
  expect(await refusal(owner, "POST", instantiate, { displayName: "Other" })).toEqual([
    404,
    "Request_ResourceNotFound",
  ]);
  for (const path of [
    `/applications/${NOWHERE}`,
    `/servicePrincipals/${NOWHERE}/appRoleAssignedTo`,
  ]) {
    expect(await refusal(owner, "GET", path)).toEqual([404, "Request_ResourceNotFound"]);
  }
});

test("unknown properties and query options are refused", async () => {
  for (const [method, path, json] of [
    ["PUT", MTO, { displayName: "Contoso group", state: "active" }],
    ["POST", PARTNERS, { tenantId: member.tenantId, isTrusted: true }],
    ["GET", `${PARTNERS}?$expand=serviceProviderConstraints`, undefined],
    ["GET", "/auditLogs/provisioning?$orderby=jobId", undefined],
    ["GET", "/auditLogs/provisioning?$filter=durationInMilliseconds gt 5", undefined],
  ] as const) {
    expect((await refusal(owner, method, path, json))[0]).toBe(400);
  }
});
