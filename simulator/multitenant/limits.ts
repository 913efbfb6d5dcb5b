/** One documented ceiling: its value, where it is written, and as of when. */
export interface Limit {
  readonly value: number;
  readonly source: string;
  readonly date: string;
}

/** Ceilings of multitenant organizations and cross-tenant synchronization. */
export const LIMITS = {
  activeTenantsPerOrganization: {
    value: 100,
    source:
      "Entra multi-tenant-organization-overview and service limits; checked when a tenant joins",
    date: "2025-05",
  },
  internalUsersPerTenant: {
    value: 100_000,
    source: "Microsoft 365 plan page (preview copy); the join request still names the check",
    date: "2023-08",
  },
  provisionOnDemandRequests: {
    value: 5,
    source: "synchronizationJob: provisionOnDemand; a window of 10 seconds",
    date: "2026-05",
  },
  provisionOnDemandWindowMs: {
    value: 10_000,
    source: "synchronizationJob: provisionOnDemand",
    date: "2026-05",
  },
  directoryObjects: {
    value: 300_000,
    source: "Entra service limits, tenant with a verified domain",
    date: "2024-07",
  },
  quarantineFailures: {
    value: 5_000,
    source: "application-provisioning-quarantine-status: evaluation starts at this many failures",
    date: "2025-03",
  },
  quarantineFailuresPercent: {
    value: 40,
    source: "application-provisioning-quarantine-status",
    date: "2025-03",
  },
  quarantineFailuresAbsolute: {
    value: 40_000,
    source: "application-provisioning-quarantine-status",
    date: "2025-03",
  },
  quarantineDays: {
    value: 28,
    source: "application-provisioning-quarantine-status: then the job is disabled",
    date: "2025-03",
  },
  deletionsPerCycle: {
    value: 500,
    source: "accidental-deletions: default threshold, when it is enabled",
    date: "2025-03",
  },
  provisioningLogDays: { value: 30, source: "provisioning logs with P1 or P2", date: "2025-03" },
} as const satisfies Record<string, Limit>;
