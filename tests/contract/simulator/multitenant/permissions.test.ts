import { expect, test } from "@jest/globals";
import { multitenantArea } from "../../../../simulator/multitenant/area.ts";
import { openEstate } from "./estate-client.ts";
import { TENANTS, type TestTenant } from "./six-tenants.ts";

const [tenant] = TENANTS as [TestTenant];

/** Least-privileged application permission of each resource, as in Microsoft's permission map of August 2026. */
const LEAST: readonly (readonly [pattern: RegExp, method: RegExp, permission: string])[] = [
  [/multiTenantOrganization/u, /GET/u, "MultiTenantOrganization.Read.All"],
  [/multiTenantOrganization/u, /PUT|POST|PATCH|DELETE/u, "MultiTenantOrganization.ReadWrite.All"],
  [/^\/policies\/crossTenantAccessPolicy/u, /GET/u, "Policy.Read.All"],
  [
    /^\/policies\/crossTenantAccessPolicy/u,
    /PUT|POST|PATCH|DELETE/u,
    "Policy.ReadWrite.CrossTenantAccess",
  ],
  [/\/schema\/(functions|filterOperators)$/u, /GET/u, "Synchronization.ReadWrite.All"],
  [/\/discover$/u, /POST/u, "Directory.ReadWrite.All"],
  [/\/synchronization\//u, /GET/u, "Synchronization.Read.All"],
  [/\/synchronization\//u, /PUT|POST|PATCH|DELETE/u, "Synchronization.ReadWrite.All"],
  [/appRoleAssignedTo/u, /POST|DELETE/u, "AppRoleAssignment.ReadWrite.All"],
  [/^\/(applications|servicePrincipals)/u, /GET/u, "Application.Read.All"],
  [
    /^\/(applications|servicePrincipals|applicationTemplates)/u,
    /POST|DELETE/u,
    "Application.ReadWrite.OwnedBy",
  ],
  [/^\/auditLogs\/provisioning/u, /GET/u, "ProvisioningLog.Read.All"],
];

const calls = multitenantArea.routes.map(({ method, path }) => ({
  method,
  path: path.replaceAll(/\{\w+\}/gu, "00000000-0000-4000-8000-000000000001"),
}));

test("every route refuses a token without its permission", async () => {
  const client = await openEstate({ roles: ["User.Read.All"] });
  for (const { method, path } of calls) {
    const { status, body } = await client.call(tenant, method, path);
    expect([method, path, status, body.error.code]).toEqual([
      method,
      path,
      403,
      "Authorization_RequestDenied",
    ]);
  }
});

test.each([...new Set(LEAST.map(([, , permission]) => permission))])(
  "%s is enough for exactly its own calls",
  async (permission) => {
    const client = await openEstate({ roles: [permission] });
    for (const { method, path } of calls) {
      const row = LEAST.find(([pattern, verb]) => pattern.test(path) && verb.test(method));
      if (row?.[2] === permission) {
        const { status } = await client.call(tenant, method, path);
        expect([method, path, status === 403]).toEqual([method, path, false]);
      }
    }
  },
);
