/** What of Graph a request belongs to; each has limits of its own. */
export type Workload =
  "identity" | "reports" | "provisionOnDemand" | "synchronization" | "backup" | "mail" | "files";

/** Who shares a bucket. */
export type ThrottleScope = "Tenant_Application" | "Application" | "Tenant" | "Mailbox";

/** What a request takes out of a bucket. */
export type Measure = "requests" | "resourceUnits" | "writes";

/** A quota that grows with the tenant: the first row whose `users` is not exceeded counts. */
export type QuotaBySize = readonly { readonly users: number; readonly quota: number }[];

export interface ThrottlingLimit {
  readonly name: string;
  /** "any" counts every request. */
  readonly workload: Workload | "any";
  readonly scope: ThrottleScope;
  readonly measure: Measure;
  /** Per window. Null: Microsoft publishes no limit, so none is applied. */
  readonly quota: number | QuotaBySize | null;
  readonly windowMs: number;
  readonly source: string;
  /** Year and month of the page that was read. */
  readonly date: string;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const GRAPH_LIMITS = "https://learn.microsoft.com/graph/throttling-limits";
const SHAREPOINT_LIMITS =
  "https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online";

/** SharePoint counts licences; a generated tenant has one for each user. */
const perLicences = (first: number, step: number): QuotaBySize => [
  { users: 1_000, quota: first },
  { users: 5_000, quota: first + step },
  { users: 15_000, quota: first + 2 * step },
  { users: 50_000, quota: first + 3 * step },
  { users: Infinity, quota: first + 4 * step },
];

/** Every limit the simulator knows, and where it is written. Costs of requests: request-cost.ts. */
export const THROTTLING_LIMITS: readonly ThrottlingLimit[] = [
  {
    name: "graph.requests.application",
    workload: "any",
    scope: "Application",
    measure: "requests",
    quota: 130_000,
    windowMs: 10 * SECOND_MS,
    source: GRAPH_LIMITS,
    date: "2025-01",
  },
  {
    name: "identity.resourceUnits.pair",
    workload: "identity",
    scope: "Tenant_Application",
    measure: "resourceUnits",
    quota: [
      { users: 49, quota: 3_500 },
      { users: 500, quota: 5_000 },
      { users: Infinity, quota: 8_000 },
    ],
    windowMs: 10 * SECOND_MS,
    source: `${GRAPH_LIMITS}#identity-and-access-service-limits`,
    date: "2025-01",
  },
  {
    name: "identity.resourceUnits.application",
    workload: "identity",
    scope: "Application",
    measure: "resourceUnits",
    quota: 150_000,
    windowMs: 20 * SECOND_MS,
    source: `${GRAPH_LIMITS}#identity-and-access-service-limits`,
    date: "2025-01",
  },
  {
    name: "identity.writes.pair",
    workload: "identity",
    scope: "Tenant_Application",
    measure: "writes",
    quota: 3_000,
    windowMs: 150 * SECOND_MS,
    source: `${GRAPH_LIMITS}#identity-and-access-service-limits`,
    date: "2025-01",
  },
  {
    // Older copies of the page say 70,000; the newer and lower number is taken.
    name: "identity.writes.application",
    workload: "identity",
    scope: "Application",
    measure: "writes",
    quota: 35_000,
    windowMs: 5 * MINUTE_MS,
    source: `${GRAPH_LIMITS}#identity-and-access-service-limits`,
    date: "2025-01",
  },
  {
    name: "identity.writes.tenant",
    workload: "identity",
    scope: "Tenant",
    measure: "writes",
    quota: 18_000,
    windowMs: 5 * MINUTE_MS,
    source: `${GRAPH_LIMITS}#identity-and-access-service-limits`,
    date: "2025-01",
  },
  {
    name: "reports.requests.pair",
    workload: "reports",
    scope: "Tenant_Application",
    measure: "requests",
    quota: 5,
    windowMs: 10 * SECOND_MS,
    source: `${GRAPH_LIMITS}#identity-and-access-reports-service-limits`,
    date: "2025-01",
  },
  {
    name: "reports.requests.application",
    workload: "reports",
    scope: "Application",
    measure: "requests",
    quota: 122,
    windowMs: 10 * SECOND_MS,
    source: `${GRAPH_LIMITS}#identity-and-access-reports-service-limits`,
    date: "2025-01",
  },
  {
    // The page names no scope; the multitenant area keeps the same limit also when throttling is off.
    name: "provisionOnDemand.requests.pair",
    workload: "provisionOnDemand",
    scope: "Tenant_Application",
    measure: "requests",
    quota: 5,
    windowMs: 10 * SECOND_MS,
    source:
      "https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-provisionondemand",
    date: "2026-05",
  },
  {
    name: "synchronization",
    workload: "synchronization",
    scope: "Tenant_Application",
    measure: "requests",
    quota: null,
    windowMs: 10 * SECOND_MS,
    source: `${GRAPH_LIMITS} lists no synchronization resource`,
    date: "2025-01",
  },
  {
    name: "backup",
    workload: "backup",
    scope: "Tenant_Application",
    measure: "requests",
    quota: null,
    windowMs: 10 * SECOND_MS,
    source: `${GRAPH_LIMITS} lists no backup storage resource; only the limit over all of Graph applies`,
    date: "2025-01",
  },
  {
    // The second limit of the page, four requests at a time, cannot be reached: requests run one after another.
    name: "mail.requests.mailbox",
    workload: "mail",
    scope: "Mailbox",
    measure: "requests",
    quota: 10_000,
    windowMs: 10 * MINUTE_MS,
    source: `${GRAPH_LIMITS}#outlook-service-limits`,
    date: "2025-01",
  },
  {
    name: "files.resourceUnits.pair.minute",
    workload: "files",
    scope: "Tenant_Application",
    measure: "resourceUnits",
    quota: perLicences(1_250, 1_250),
    windowMs: MINUTE_MS,
    source: SHAREPOINT_LIMITS,
    date: "2024-07",
  },
  {
    name: "files.resourceUnits.pair.day",
    workload: "files",
    scope: "Tenant_Application",
    measure: "resourceUnits",
    quota: perLicences(1_200_000, 1_200_000),
    windowMs: 24 * 60 * MINUTE_MS,
    source: SHAREPOINT_LIMITS,
    date: "2024-07",
  },
  {
    name: "files.resourceUnits.tenant",
    workload: "files",
    scope: "Tenant",
    measure: "resourceUnits",
    quota: perLicences(18_750, 18_750),
    windowMs: 5 * MINUTE_MS,
    source: SHAREPOINT_LIMITS,
    date: "2024-07",
  },
];

/** The quota of a limit in a tenant of so many users; null when there is none. */
export function quotaOf(limit: ThrottlingLimit, users: number): number | null {
  if (limit.quota === null || typeof limit.quota === "number") return limit.quota;
  return limit.quota.find((row) => users <= row.users)?.quota ?? null;
}
