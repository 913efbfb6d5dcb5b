/** An owner and five further tenants, small enough to read and with a group to synchronize in each. */

const NAMES = ["Contoso", "Adatum", "Litware", "Tailspin", "Wingtip", "Proseware"] as const;

export interface TestTenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
}

export const TENANTS: readonly TestTenant[] = NAMES.map((displayName, index) => ({
  tenantId: `0000000${index + 1}-aaaa-4bbb-8ccc-00000000000${index + 1}`,
  displayName,
  domain: `${displayName.toLowerCase()}.com`,
}));

export const MEMBERS_PER_GROUP = 5;

/** A fresh copy of the seed file. `roles` are the app roles that every tenant has consented to. */
export function sixTenantSeed(roles: readonly string[] | "all" = "all") {
  return {
    seed: 7,
    startsAt: "2026-03-02T06:00:00Z",
    applications: [
      {
        clientId: "cf9b1e06-5915-4c70-bc26-1d7663064c52",
        clientSecret: "local-simulator-only",
        displayName: "test client",
        homeTenantId: TENANTS[0]?.tenantId ?? "",
        consents: TENANTS.map(({ tenantId }) => ({ tenantId, roles })),
      },
    ],
    tenants: TENANTS.map(({ tenantId, displayName, domain }) => ({
      tenantId,
      displayName,
      domain,
      users: 8,
      sites: 1,
      admin: { userPrincipalName: `admin@${domain}`, password: "local-simulator-only" },
      syncGroup: { displayName: "Members for the MTO", members: MEMBERS_PER_GROUP },
    })),
  };
}
