import { randomUUID } from "node:crypto";

const NAMES = ["Contoso", "Fabrikam", "Northwind", "Adatum", "Litware"] as const;

export const CLIENT_ID = "33333333-3333-4333-8333-333333333333";
export const CLIENT_SECRET = randomUUID();
export const tenantIdOf = (index: number) => `1111111${index}-1111-4111-8111-111111111111`;

interface EstateSize {
  readonly tenants: number;
  readonly usersPerTenant: number;
  readonly sitesPerTenant: number;
}

/** Enough to have full pages; what the request rates are measured on. */
export const SMALL: EstateSize = { tenants: 1, usersPerTenant: 500, sitesPerTenant: 100 };

/** A million mailboxes and drives and twenty thousand sites, all protected. */
export const LARGE: EstateSize = { tenants: 5, usersPerTenant: 100_000, sitesPerTenant: 4_000 };

/** A seed file of tenants that have been protected for two months. */
export function seedOf({ tenants, usersPerTenant, sitesPerTenant }: EstateSize): unknown {
  const chosen = NAMES.slice(0, tenants);
  return {
    seed: 7,
    startsAt: "2026-03-02T06:00:00Z",
    applications: [
      {
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        displayName: "bench",
        homeTenantId: tenantIdOf(0),
        consents: chosen.map((_, index) => ({ tenantId: tenantIdOf(index), roles: "all" })),
      },
    ],
    tenants: chosen.map((displayName, index) => ({
      tenantId: tenantIdOf(index),
      displayName,
      domain: `${displayName.toLowerCase()}.example`,
      users: usersPerTenant,
      sites: sitesPerTenant,
      admin: {
        userPrincipalName: `admin@${displayName.toLowerCase()}.example`,
        password: CLIENT_SECRET,
      },
      backup: {
        billing: true,
        serviceApp: "active",
        enabled: true,
        protected: { since: "2026-01-01T00:00:00Z", mailboxes: 1, drives: 1, sites: 1 },
      },
    })),
  };
}
