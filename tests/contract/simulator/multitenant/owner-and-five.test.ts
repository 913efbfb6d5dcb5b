import { expect, test } from "@jest/globals";
import {
  buildEdge,
  joinOrganization,
  listExternal,
  MTO,
  PARTNERS,
  TEMPLATES,
} from "./edge-steps.ts";
import { openEstate } from "./estate-client.ts";
import { MEMBERS_PER_GROUP, TENANTS, type TestTenant } from "./six-tenants.ts";

const [owner, ...joiners] = TENANTS as [TestTenant, ...TestTenant[]];

test("an owner and five joining tenants synchronize their groups in both directions", async () => {
  const client = await openEstate();
  for (const tenant of TENANTS) {
    await client.call(
      tenant,
      "PATCH",
      `${TEMPLATES}/multiTenantOrganizationIdentitySynchronization`,
      {
        userSyncInbound: { isSyncAllowed: true },
        templateApplicationLevel: "newPartners,existingPartners",
      },
    );
    await client.call(tenant, "PATCH", `${TEMPLATES}/multiTenantOrganizationPartnerConfiguration`, {
      automaticUserConsentSettings: { inboundAllowed: true, outboundAllowed: true },
      templateApplicationLevel: "newPartners,existingPartners",
    });
  }
  await client.call(owner, "PUT", MTO, { displayName: "Contoso group" });
  client.advanceMinutes(10);
  for (const joiner of joiners) {
    await joinOrganization(client, owner, joiner);
  }
  client.advanceMinutes(121);
  for (const tenant of TENANTS) {
    const members = await client.call(tenant, "GET", `${MTO}/tenants`);
    expect(members.body.value.map(({ state }: { state: string }) => state)).toEqual(
      TENANTS.map(() => "active"),
    );
    const partners = await client.call(
      tenant,
      "GET",
      `${PARTNERS}?$expand=identitySynchronization`,
    );
    expect(partners.body.value).toHaveLength(TENANTS.length - 1);
  }

  for (const joiner of joiners) {
    for (const [source, target] of [
      [owner, joiner],
      [joiner, owner],
    ] as const) {
      const edge = await buildEdge(client, source, target);
      expect((await client.call(source, "POST", `${edge.job}/start`)).status).toBe(204);
    }
  }
  client.advanceMinutes(100);

  const inOwner = await listExternal(client, owner);
  expect(inOwner).toHaveLength(joiners.length * MEMBERS_PER_GROUP);
  expect(new Set(inOwner.map(({ userType }) => String(userType)))).toEqual(new Set(["Member"]));
  for (const joiner of joiners) {
    const users = await listExternal(client, joiner);
    expect(users).toHaveLength(MEMBERS_PER_GROUP);
    // What came in from the other joiners stays with the owner.
    expect(users.every(({ mail }) => String(mail).endsWith(`@${owner.domain}`))).toBe(true);
  }
});
