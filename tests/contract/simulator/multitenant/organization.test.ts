import { beforeEach, expect, test } from "@jest/globals";
import { joinOrganization, MTO, PARTNERS, TEMPLATES } from "./edge-steps.ts";
import { type EstateClient, openEstate } from "./estate-client.ts";
import { TENANTS, type TestTenant } from "./six-tenants.ts";

const [owner, member, other] = TENANTS as [TestTenant, TestTenant, TestTenant];
const ZERO_GUID = "00000000-0000-0000-0000-000000000000";

let client: EstateClient;

beforeEach(async () => {
  client = await openEstate();
});

async function createOrganization(): Promise<void> {
  await client.call(owner, "PUT", MTO, { displayName: "Contoso group" });
  client.advanceMinutes(10);
}

async function readJoinRequest(tenant: TestTenant) {
  const { body } = await client.call(tenant, "GET", `${MTO}/joinRequest`);
  const { "@odata.context": _, id, ...rest } = body;
  expect(id).toEqual(expect.any(String));
  return rest;
}

test("a tenant in no organization reads an inactive one without an error", async () => {
  const { status, body } = await client.call(owner, "GET", MTO);
  expect(status).toBe(200);
  expect(body).toMatchObject({ state: "inactive", displayName: null, createdDateTime: null });
  const members = await client.call(owner, "GET", `${MTO}/tenants`);
  expect([members.status, members.body.error.code]).toEqual([404, "Directory_ObjectNotFound"]);
});

test("an organization is accepted at once and becomes visible minutes later", async () => {
  const created = await client.call(owner, "PUT", MTO, { displayName: "Contoso group" });
  expect([created.status, created.body.state]).toEqual([201, "active"]);
  expect((await client.call(owner, "GET", MTO)).body.state).toBe("inactive");
  const early = await client.call(owner, "POST", `${MTO}/tenants`, {
    tenantId: member.tenantId,
    displayName: "Adatum",
  });
  expect(early.status).toBe(404);
  client.advanceMinutes(10);
  expect((await client.call(owner, "GET", MTO)).body).toMatchObject({
    state: "active",
    id: created.body.id,
  });
  const again = await client.call(owner, "PUT", MTO, { displayName: "Another" });
  expect([again.status, again.body.error.code]).toEqual([400, "Request_BadRequest"]);
});

test("an added tenant is pending until it joins, and adding it twice is refused", async () => {
  await createOrganization();
  const body = { tenantId: member.tenantId, displayName: "Adatum" };
  const added = await client.call(owner, "POST", `${MTO}/tenants`, body);
  expect(added.status).toBe(201);
  expect(added.body).toMatchObject({ state: "pending", role: "member", joinedDateTime: null });
  const again = await client.call(owner, "POST", `${MTO}/tenants`, body);
  expect(again.status).toBe(400);
  expect(again.body.error).toMatchObject({
    code: "Request_BadRequest",
    message: "Tenant is already being added in Multi-Tenant Organization.",
  });
});

test("joining passes through notStarted and running and ends as an active member", async () => {
  await createOrganization();
  expect(await readJoinRequest(member)).toEqual({
    addedByTenantId: ZERO_GUID,
    memberState: null,
    role: null,
    transitionDetails: null,
  });
  await joinOrganization(client, owner, member);
  expect((await readJoinRequest(member)).transitionDetails.status).toBe("notStarted");
  client.advanceMinutes(5);
  expect((await readJoinRequest(member)).transitionDetails.status).toBe("running");
  client.advanceMinutes(120);
  expect(await readJoinRequest(member)).toEqual({
    addedByTenantId: owner.tenantId,
    memberState: "active",
    role: "member",
    transitionDetails: null,
  });
  const { body } = await client.call(owner, "GET", `${MTO}/tenants/${member.tenantId}`);
  expect(body).toMatchObject({ state: "active", transitionDetails: null });
  expect(body.joinedDateTime).not.toBeNull();
  const seen = await client.call(member, "GET", MTO);
  expect(seen.body.id).toBe((await client.call(owner, "GET", MTO)).body.id);
});

test("a join that the owner never asked for fails and has to be reset with the zero GUID", async () => {
  await createOrganization();
  const path = `${MTO}/joinRequest`;
  const ask = { addedByTenantId: owner.tenantId };
  expect((await client.call(member, "PATCH", path, ask)).status).toBe(204);
  client.advanceMinutes(121);
  expect(await readJoinRequest(member)).toMatchObject({
    memberState: "pending",
    transitionDetails: { status: "failed", details: "DirectoryService Exception" },
  });
  expect((await client.call(member, "PATCH", path, ask)).status).toBe(400);
  expect((await client.call(member, "PATCH", path, { addedByTenantId: ZERO_GUID })).status).toBe(
    204,
  );
  await joinOrganization(client, owner, member);
  client.advanceMinutes(121);
  expect((await readJoinRequest(member)).memberState).toBe("active");
});

test("only owners add, change and remove others; a removed tenant is not found", async () => {
  await createOrganization();
  await joinOrganization(client, owner, member);
  await joinOrganization(client, owner, other);
  client.advanceMinutes(121);
  const add = { tenantId: TENANTS[3]?.tenantId, displayName: "Tailspin" };
  for (const [method, path, body] of [
    ["POST", `${MTO}/tenants`, add],
    ["PATCH", MTO, { displayName: "Mine" }],
    ["PATCH", `${MTO}/tenants/${other.tenantId}`, { role: "owner" }],
    ["DELETE", `${MTO}/tenants/${other.tenantId}`, undefined],
  ] as const) {
    const answer = await client.call(member, method, path, body);
    expect([answer.status, answer.body.error.code]).toEqual([403, "Authorization_RequestDenied"]);
  }
  const unknown = await client.call(owner, "DELETE", `${MTO}/tenants/${TENANTS[5]?.tenantId}`);
  expect([unknown.status, unknown.body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
  expect((await client.call(owner, "DELETE", `${MTO}/tenants/${other.tenantId}`)).status).toBe(204);
  const leaving = await client.call(owner, "GET", `${MTO}/tenants/${other.tenantId}`);
  expect(leaving.body.transitionDetails.desiredState).toBe("removed");
  client.advanceMinutes(121);
  const gone = await client.call(owner, "GET", `${MTO}/tenants/${other.tenantId}`);
  expect([gone.status, gone.body.error.code]).toEqual([404, "Directory_ObjectNotFound"]);
  expect((await client.call(other, "GET", MTO)).body.state).toBe("inactive");
  const partner = await client.call(owner, "GET", `${PARTNERS}/${other.tenantId}`);
  expect(partner.body.isInMultiTenantOrganization).toBe(false);
});

test("the last owner can leave only when nobody else is left", async () => {
  await createOrganization();
  await joinOrganization(client, owner, member);
  client.advanceMinutes(121);
  const leave = `${MTO}/tenants/${owner.tenantId}`;
  expect((await client.call(owner, "DELETE", leave)).status).toBe(400);
  expect((await client.call(owner, "PATCH", leave, { role: "member" })).status).toBe(400);
  await client.call(owner, "PATCH", `${MTO}/tenants/${member.tenantId}`, { role: "owner" });
  client.advanceMinutes(11);
  expect((await client.call(owner, "DELETE", leave)).status).toBe(204);
  client.advanceMinutes(121);
  expect((await client.call(owner, "GET", MTO)).body.state).toBe("inactive");
  expect((await client.call(member, "GET", MTO)).body.state).toBe("active");
});

test("templates act on both sides when a tenant joins, and never again", async () => {
  await createOrganization();
  const level = "newPartners,existingPartners";
  for (const tenant of [owner, member]) {
    await client.call(
      tenant,
      "PATCH",
      `${TEMPLATES}/multiTenantOrganizationIdentitySynchronization`,
      {
        userSyncInbound: { isSyncAllowed: true },
        templateApplicationLevel: level,
      },
    );
    await client.call(tenant, "PATCH", `${TEMPLATES}/multiTenantOrganizationPartnerConfiguration`, {
      automaticUserConsentSettings: { inboundAllowed: true, outboundAllowed: true },
      inboundTrust: { isMfaAccepted: true },
      templateApplicationLevel: level,
    });
  }
  // A value of the partner's own that the template does not name stays.
  await client.call(owner, "POST", PARTNERS, {
    tenantId: member.tenantId,
    inboundTrust: { isCompliantDeviceAccepted: true },
  });
  await joinOrganization(client, owner, member);
  client.advanceMinutes(121);
  for (const [tenant, partner] of [
    [owner, member],
    [member, owner],
  ] as const) {
    const { body } = await client.call(
      tenant,
      "GET",
      `${PARTNERS}/${partner.tenantId}?$expand=identitySynchronization`,
    );
    expect(body).toMatchObject({
      isInMultiTenantOrganization: true,
      automaticUserConsentSettings: { inboundAllowed: true, outboundAllowed: true },
      inboundTrust: { isMfaAccepted: true },
      identitySynchronization: { userSyncInbound: { isSyncAllowed: true } },
    });
  }
  const mine = await client.call(owner, "GET", `${PARTNERS}/${member.tenantId}`);
  expect(mine.body.inboundTrust.isCompliantDeviceAccepted).toBe(true);
  const reset = `${TEMPLATES}/multiTenantOrganizationIdentitySynchronization`;
  await client.call(owner, "POST", `${reset}/resetToDefaultSettings`);
  const template = await client.call(owner, "GET", reset);
  expect(template.body).toMatchObject({
    templateApplicationLevel: level,
    userSyncInbound: { isSyncAllowed: null },
  });
  const kept = await client.call(
    owner,
    "GET",
    `${PARTNERS}/${member.tenantId}/identitySynchronization`,
  );
  expect(kept.body.userSyncInbound.isSyncAllowed).toBe(true);
});
