import { beforeEach, expect, test } from "@jest/globals";
import { PARTNERS } from "./edge-steps.ts";
import { type EstateClient, openEstate } from "./estate-client.ts";
import { TENANTS, type TestTenant } from "./six-tenants.ts";

const [owner, member] = TENANTS as [TestTenant, TestTenant];
const PARTNER = `${PARTNERS}/${member.tenantId}`;
const SYNCHRONIZATION = `${PARTNER}/identitySynchronization`;
const ALLOWED = { userSyncInbound: { isSyncAllowed: true } };

let client: EstateClient;

beforeEach(async () => {
  client = await openEstate();
});

const codeOf = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [
  status,
  body?.error?.code ?? null,
];

test("a new partner inherits everything that was not given", async () => {
  const { status, body } = await client.call(owner, "POST", PARTNERS, {
    tenantId: member.tenantId,
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    tenantId: member.tenantId,
    inboundTrust: null,
    b2bCollaborationInbound: null,
    automaticUserConsentSettings: { inboundAllowed: null, outboundAllowed: null },
    isInMultiTenantOrganization: false,
  });
});

test("a second partner with the same tenant conflicts, and a missing one is not found", async () => {
  const body = { tenantId: member.tenantId };
  expect(codeOf(await client.call(owner, "PATCH", PARTNER, {}))).toEqual([
    404,
    "Directory_ObjectNotFound",
  ]);
  await client.call(owner, "POST", PARTNERS, body);
  expect(codeOf(await client.call(owner, "POST", PARTNERS, body))).toEqual([
    409,
    "Request_MultipleObjectsWithSameKeyValue",
  ]);
  const wrong = await client.call(owner, "PATCH", PARTNER, { inboundAllowed: true });
  expect(codeOf(wrong)).toEqual([400, "Request_BadRequest"]);
});

test("a PATCH merges flags and null goes back to inheriting", async () => {
  await client.call(owner, "POST", PARTNERS, { tenantId: member.tenantId });
  for (const [change, expected] of [
    [{ inboundAllowed: true }, { inboundAllowed: true, outboundAllowed: null }],
    [{ outboundAllowed: true }, { inboundAllowed: true, outboundAllowed: true }],
    [null, { inboundAllowed: null, outboundAllowed: null }],
  ] as const) {
    const patched = await client.call(owner, "PATCH", PARTNER, {
      automaticUserConsentSettings: change,
    });
    expect(patched.status).toBe(204);
    const { body } = await client.call(owner, "GET", PARTNER);
    expect(body.automaticUserConsentSettings).toEqual(expected);
  }
});

test("identity synchronization is created once with PUT and changed with PATCH", async () => {
  expect(codeOf(await client.call(owner, "PUT", SYNCHRONIZATION, ALLOWED))[0]).toBe(404);
  await client.call(owner, "POST", PARTNERS, { tenantId: member.tenantId });
  expect(codeOf(await client.call(owner, "PATCH", SYNCHRONIZATION, ALLOWED))).toEqual([
    404,
    "Directory_ObjectNotFound",
  ]);
  expect((await client.call(owner, "GET", SYNCHRONIZATION)).status).toBe(404);
  expect((await client.call(owner, "PUT", SYNCHRONIZATION, ALLOWED)).status).toBe(204);
  const again = await client.call(owner, "PUT", SYNCHRONIZATION, ALLOWED);
  expect(codeOf(again)).toEqual([409, "Request_MultipleObjectsWithSameKeyValue"]);
  expect(again.body.error.details[0].code).toBe("ConflictingObjects");
  const change = { userSyncInbound: { isSyncAllowed: false } };
  expect((await client.call(owner, "PATCH", SYNCHRONIZATION, change)).status).toBe(204);
  expect((await client.call(owner, "GET", SYNCHRONIZATION)).body).toMatchObject(change);
});

test("a partner can be deleted only after its identity synchronization", async () => {
  await client.call(owner, "POST", PARTNERS, { tenantId: member.tenantId });
  await client.call(owner, "PUT", SYNCHRONIZATION, ALLOWED);
  expect((await client.call(owner, "DELETE", PARTNER)).status).toBe(400);
  expect((await client.call(owner, "DELETE", SYNCHRONIZATION)).status).toBe(204);
  expect((await client.call(owner, "DELETE", PARTNER)).status).toBe(204);
  expect((await client.call(owner, "GET", PARTNER)).status).toBe(404);
});

test("partners are listed with their identity synchronization on request", async () => {
  await client.call(owner, "POST", PARTNERS, { tenantId: member.tenantId });
  await client.call(owner, "PUT", SYNCHRONIZATION, ALLOWED);
  const plain = await client.call(owner, "GET", PARTNERS);
  expect(plain.body.value[0].identitySynchronization).toBeUndefined();
  const expanded = await client.call(
    owner,
    "GET",
    `${PARTNERS}?$select=tenantId&$expand=identitySynchronization`,
  );
  expect(expanded.body.value).toEqual([
    {
      tenantId: member.tenantId,
      identitySynchronization: { tenantId: member.tenantId, displayName: null, ...ALLOWED },
    },
  ]);
});

test("a single partner shows what $expand asks for beside what $select names", async () => {
  await client.call(owner, "POST", PARTNERS, { tenantId: member.tenantId });
  await client.call(owner, "PUT", SYNCHRONIZATION, ALLOWED);
  const query = "$select=isServiceProvider&$expand=identitySynchronization";
  const { body } = await client.call(owner, "GET", `${PARTNER}?${query}`);
  expect(Object.keys(body).sort()).toEqual([
    "@odata.context",
    "identitySynchronization",
    "isServiceProvider",
  ]);
  expect(body.identitySynchronization.userSyncInbound).toEqual({ isSyncAllowed: true });
  const other = await client.call(owner, "GET", `${PARTNER}?$expand=serviceProviderConstraints`);
  expect(codeOf(other)).toEqual([400, "Request_UnsupportedQuery"]);
});

const NOBODY = { accessType: "blocked", targets: [{ target: "AllUsers", targetType: "user" }] };
const NO_APPLICATION = {
  accessType: "blocked",
  targets: [{ target: "AllApplications", targetType: "application" }],
};

test.each([
  ["tenantRestrictions", { usersAndGroups: NOBODY, devices: { mode: "allowed", rule: "all" } }],
  ["m365CollaborationInbound", { users: NOBODY }],
  ["m365CollaborationOutbound", { usersAndGroups: NOBODY }],
  ["appServiceConnectInbound", { applications: NO_APPLICATION }],
])(
  "the setting %s of a partner and of the default is kept, and null inherits",
  async (name, to) => {
    await client.call(owner, "POST", PARTNERS, { tenantId: member.tenantId });
    expect((await client.call(owner, "GET", PARTNER)).body[name]).toBeNull();
    const partner = await client.call(owner, "PATCH", PARTNER, { [name]: to });
    expect(partner.status).toBe(204);
    expect((await client.call(owner, "GET", PARTNER)).body[name]).toEqual(to);
    await client.call(owner, "PATCH", PARTNER, { [name]: null });
    expect((await client.call(owner, "GET", PARTNER)).body[name]).toBeNull();
    const wrong = await client.call(owner, "PATCH", PARTNER, { [name]: { nobody: NOBODY } });
    expect(codeOf(wrong)).toEqual([400, "Request_BadRequest"]);
    const path = "/policies/crossTenantAccessPolicy/default";
    expect((await client.call(owner, "PATCH", path, { [name]: to })).status).toBe(204);
    expect((await client.call(owner, "GET", path)).body[name]).toEqual(to);
  },
);

test("the default can be changed and reset, but never redeems automatically", async () => {
  const path = "/policies/crossTenantAccessPolicy/default";
  const before = await client.call(owner, "GET", path);
  expect(before.body).toMatchObject({
    isServiceDefault: true,
    automaticUserConsentSettings: { inboundAllowed: false, outboundAllowed: false },
  });
  const refused = await client.call(owner, "PATCH", path, {
    automaticUserConsentSettings: { inboundAllowed: true },
  });
  expect(refused.status).toBe(400);
  await client.call(owner, "PATCH", path, { inboundTrust: { isMfaAccepted: true } });
  expect((await client.call(owner, "GET", path)).body.isServiceDefault).toBe(false);
  await client.call(owner, "POST", `${path}/resetToSystemDefault`);
  expect((await client.call(owner, "GET", path)).body).toEqual(before.body);
});

test("the policy itself can be read and renamed", async () => {
  const path = "/policies/crossTenantAccessPolicy";
  const change = { displayName: "Ours", allowedCloudEndpoints: ["microsoftonline.us"] };
  expect((await client.call(owner, "PATCH", path, change)).status).toBe(204);
  expect((await client.call(owner, "GET", path)).body).toMatchObject(change);
});
