export const OWNER = "11111111-1111-4111-8111-111111111111";
export const MEMBER = "22222222-2222-4222-8222-222222222222";

function tenant(tenantId: string, displayName: string, domain: string, isProtected: boolean) {
  return {
    tenantId,
    displayName,
    domain,
    users: 12,
    sites: 3,
    admin: { userPrincipalName: `admin@${domain}`, password: "local-simulator-only" },
    content: { messagesPerMailbox: 5, filesPerDrive: 4, filesPerSite: 6 },
    syncGroup: { displayName: "Members for the MTO", members: 5 },
    backup: {
      billing: true,
      serviceApp: "active",
      enabled: isProtected,
      protected: isProtected
        ? {
            since: "2026-01-01T00:00:00Z",
            mailboxes: 1,
            drives: 1,
            sites: 1,
            stale: 0,
            errors: 0,
          }
        : null,
    },
    multiTenantOrganization: null,
  };
}

/** A seed of two small tenants; the first one is protected. */
export function smallEstate() {
  return {
    seed: 7,
    startsAt: "2026-03-02T06:00:00Z",
    applications: [
      {
        clientId: "33333333-3333-4333-8333-333333333333",
        clientSecret: "local-simulator-only",
        displayName: "m365-continuity",
        homeTenantId: OWNER,
        consents: [
          { tenantId: OWNER, roles: "all" },
          { tenantId: MEMBER, roles: "all" },
        ],
      },
      {
        clientId: "44444444-4444-4444-8444-444444444444",
        clientSecret: "local-simulator-only",
        displayName: "reader of users",
        homeTenantId: OWNER,
        consents: [{ tenantId: OWNER, roles: ["User.Read.All"] }],
      },
    ],
    tenants: [
      tenant(OWNER, "Contoso", "contoso.com", true),
      tenant(MEMBER, "Adatum", "adatum.com", false),
    ],
  };
}
