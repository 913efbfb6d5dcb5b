import { expect } from "@jest/globals";

import type { InProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import {
  allowEdge,
  buildEdge,
  credentialsFor,
  GALLERY,
  joinOrganization,
  listExternal,
  MTO,
  PARTNERS,
  TEMPLATES,
} from "../multitenant/edge-steps.ts";
import type { GraphCaller, Json } from "../multitenant/estate-client.ts";
import { MEMBERS_PER_GROUP, TENANTS, type TestTenant } from "../multitenant/six-tenants.ts";

const [owner, member] = TENANTS as [TestTenant, TestTenant];

/** Calls every route of the multitenant area at least once, through a world made of `sixTenantSeed`. */
export async function tourMultitenant(sim: InProcessSimulator): Promise<void> {
  const client: GraphCaller = {
    async call(tenant, method, path, json) {
      const answer = await sim.fetch(`/v1.0${path}`, {
        method,
        token: await sim.token(tenant.tenantId),
        ...(json === undefined ? {} : { json }),
      });
      return { ...answer, body: answer.body as Json };
    },
    advanceMinutes(minutes) {
      sim.advanceBy(minutes * 60_000);
    },
  };
  await tourPolicies(client);
  await tourOrganization(client);
  await tourSynchronization(client);
}

async function succeed(
  client: GraphCaller,
  tenant: TestTenant,
  method: string,
  path: string,
  json?: unknown,
): Promise<Json> {
  const { status, body } = await client.call(tenant, method, path, json);
  expect({ method, path, isRefused: status >= 400, body: status >= 400 ? body : null }).toEqual({
    method,
    path,
    isRefused: false,
    body: null,
  });
  return body;
}

async function tourPolicies(client: GraphCaller): Promise<void> {
  const root = "/policies/crossTenantAccessPolicy";
  await succeed(client, owner, "PATCH", root, { displayName: "Ours" });
  expect((await succeed(client, owner, "GET", root)).displayName).toBe("Ours");
  const change = { inboundTrust: { isMfaAccepted: true } };
  await succeed(client, owner, "PATCH", `${root}/default`, change);
  await succeed(client, owner, "POST", `${root}/default/resetToSystemDefault`);
  expect((await succeed(client, owner, "GET", `${root}/default`)).isServiceDefault).toBe(true);
  for (const [name, settings] of [
    ["IdentitySynchronization", { userSyncInbound: { isSyncAllowed: true } }],
    ["PartnerConfiguration", { inboundTrust: { isMfaAccepted: true } }],
  ] as const) {
    const template = `${TEMPLATES}/multiTenantOrganization${name}`;
    await succeed(client, owner, "PATCH", template, settings);
    await succeed(client, owner, "GET", template);
    await succeed(client, owner, "POST", `${template}/resetToDefaultSettings`);
  }
  const partner = `${PARTNERS}/${member.tenantId}`;
  const synchronization = `${partner}/identitySynchronization`;
  const allowed = { userSyncInbound: { isSyncAllowed: true } };
  await succeed(client, owner, "POST", PARTNERS, { tenantId: member.tenantId });
  await succeed(client, owner, "PATCH", partner, change);
  await succeed(client, owner, "PUT", synchronization, allowed);
  await succeed(client, owner, "PATCH", synchronization, allowed);
  expect(await succeed(client, owner, "GET", synchronization)).toMatchObject(allowed);
  expect((await succeed(client, owner, "GET", PARTNERS)).value).toHaveLength(1);
  expect(await succeed(client, owner, "GET", partner)).toMatchObject(change);
  await succeed(client, owner, "DELETE", synchronization);
  await succeed(client, owner, "DELETE", partner);
}

async function tourOrganization(client: GraphCaller): Promise<void> {
  await succeed(client, owner, "PUT", MTO, { displayName: "Contoso group" });
  client.advanceMinutes(10);
  await succeed(client, owner, "PATCH", MTO, { displayName: "Contoso and friends" });
  await joinOrganization(client, owner, member);
  client.advanceMinutes(121);
  expect((await succeed(client, owner, "GET", MTO)).state).toBe("active");
  expect((await succeed(client, member, "GET", `${MTO}/joinRequest`)).memberState).toBe("active");
  expect((await succeed(client, owner, "GET", `${MTO}/tenants`)).value).toHaveLength(2);
  const tenant = `${MTO}/tenants/${member.tenantId}`;
  await succeed(client, owner, "PATCH", tenant, { role: "owner" });
  client.advanceMinutes(10);
  expect((await succeed(client, owner, "GET", tenant)).state).toBe("active");
  await succeed(client, owner, "DELETE", tenant);
  client.advanceMinutes(121);
  for (const [here, there] of [
    [owner, member],
    [member, owner],
  ] as const) {
    const partner = `${PARTNERS}/${there.tenantId}`;
    await client.call(here, "DELETE", `${partner}/identitySynchronization`);
    await client.call(here, "DELETE", partner);
  }
}

async function tourSynchronization(client: GraphCaller): Promise<void> {
  await allowEdge(client, owner, member);
  const edge = await buildEdge(client, owner, member);
  const principal = `/servicePrincipals/${edge.servicePrincipalId}`;
  const ask = (method: string, path: string, json?: unknown) =>
    succeed(client, owner, method, path, json);
  await ask("GET", "/applications");
  await ask("GET", `/applications/${edge.applicationId}`);
  await ask("GET", "/servicePrincipals");
  await ask("GET", principal);
  expect((await ask("GET", `${principal}/appRoleAssignedTo`)).value).toHaveLength(1);
  const { value: templates } = await ask("GET", `${principal}/synchronization/templates`);
  await ask("GET", `${principal}/synchronization/templates/${templates[0].id}/schema`);
  expect((await ask("GET", `${principal}/synchronization/jobs`)).value).toHaveLength(1);
  const credentials = credentialsFor(member);
  await ask("POST", `${principal}/synchronization/jobs/validateCredentials`, credentials);
  await ask("POST", `${edge.job}/validateCredentials`, credentials);

  const { "@odata.context": _context, ...schema } = await ask("GET", `${edge.job}/schema`);
  await ask("PUT", `${edge.job}/schema`, schema);
  const template = `${principal}/synchronization/templates/${templates[0].id}`;
  for (const owned of [`${edge.job}/schema`, `${template}/schema`]) {
    expect((await ask("GET", `${owned}/functions`)).value).not.toHaveLength(0);
    expect((await ask("GET", `${owned}/filterOperators`)).value).not.toHaveLength(0);
    const tried = await ask("POST", `${owned}/parseExpression`, { expression: "ToUpper([city])" });
    expect(tried.parsingSucceeded).toBe(true);
  }
  const directory = `${edge.job}/schema/directories/${schema.directories[0].id}`;
  expect((await ask("POST", `${directory}/discover`)).objects).toHaveLength(1);
  const members = await ask("GET", `/groups/${edge.groupId}/members?$select=id`);
  const subject = { objectId: members.value[0].id, objectTypeName: "User" };
  await ask("POST", `${edge.job}/provisionOnDemand`, {
    parameters: [{ ruleId: schema.synchronizationRules[0].id, subjects: [subject] }],
  });
  await ask("DELETE", `${edge.job}/schema`);
  await ask("POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  expect(await listExternal(client, member)).toHaveLength(MEMBERS_PER_GROUP);
  expect((await ask("GET", edge.job)).status.code).toBe("Active");
  expect((await ask("GET", "/auditLogs/provisioning")).value.length).toBeGreaterThan(0);
  await ask("POST", `${edge.job}/pause`);
  await ask("POST", `${edge.job}/restart`, { criteria: { resetScope: "Full" } });
  await ask("DELETE", edge.job);
  await ask("DELETE", `${principal}/appRoleAssignedTo/${edge.assignmentId}`);
  await ask("DELETE", principal);
  // Deleting a service principal takes its application along, so another one is deleted by itself.
  const another = await ask("POST", GALLERY, { displayName: "Not needed" });
  client.advanceMinutes(1);
  await ask("DELETE", `/applications/${another.application.id}`);
}
