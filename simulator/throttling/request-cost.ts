import type { Measure, Workload } from "./limits.ts";

/** The parts of a request that decide what it costs. */
export interface CostlyRequest {
  readonly method: string;
  /** Path of the route, with parameters in braces. */
  readonly routePath: string;
  readonly hasSelect: boolean;
  readonly hasExpand: boolean;
  readonly top: number | null;
  /** Whether a delta query carries the token of an earlier one. */
  readonly hasDeltaToken: boolean;
}

export interface RequestCost extends Readonly<Record<Measure, number>> {
  readonly workload: Workload;
}

/** Which workload serves a path; the first match counts. */
const WORKLOADS: readonly (readonly [RegExp, Workload])[] = [
  [/^\/auditLogs\//, "reports"],
  [/\/provisionOnDemand$/, "provisionOnDemand"],
  [/^\/servicePrincipals\/\{\w+\}\/synchronization(\/|$)/, "synchronization"],
  [/^\/solutions\/backupRestore(\/|$)/, "backup"],
  [/^\/users\/\{\w+\}\/(messages|mailFolders)(\/|$)/, "mail"],
  [/^\/users\/\{\w+\}\/drives?(\/|$)/, "files"],
  [/^\/(drives|sites)(\/|$)/, "files"],
];

/**
 * Resource units of directory requests, before $select, $expand and $top; everything else costs 1.
 * https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits (2025-01)
 */
const IDENTITY_UNITS: Readonly<Record<string, number>> = {
  "GET /applications": 2,
  "GET /applications/{}/extensionProperties": 2,
  "GET /contracts": 3,
  "POST /directoryObjects/getByIds": 5,
  "GET /domains/{}/domainNameReferences": 4,
  "GET /groups/{}/members": 3,
  "GET /groups/{}/transitiveMembers": 5,
  "POST /users/{}/checkMemberGroups": 4,
  "POST /users/{}/checkMemberObjects": 4,
  "POST /users/{}/getMemberGroups": 2,
  "POST /users/{}/getMemberObjects": 2,
  "GET /users/{}/licenseDetails": 2,
  "GET /users/{}/memberOf": 2,
  "GET /users/{}/ownedObjects": 2,
  "GET /users/{}/transitiveMemberOf": 2,
  "GET /oauth2PermissionGrants": 2,
  "GET /oauth2PermissionGrants/{}": 2,
  "GET /servicePrincipals/{}/appRoleAssignments": 2,
  "GET /subscribedSkus": 3,
  "GET /users": 2,
};

/** Listed reads that cost no write although they are POST. */
const IS_READ = /^POST .*\/(getByIds|checkMember\w+|getMember\w+)$/;
const IS_MANY = /^\/sites$|\/(getAllSites|drives|children|versions|delta)$/;
const SMALL_TOP = 20;

/** What a request takes from each kind of bucket; unlisted directory paths count as directory requests. */
export function costOf(request: CostlyRequest): RequestCost {
  const workload = workloadOf(request.routePath);
  const key = keyOf(request);
  const isWrite = request.method !== "GET" && !IS_READ.test(key);
  const resourceUnits =
    workload === "identity"
      ? identityUnits(request, key)
      : workload === "files"
        ? fileUnits(request)
        : 1;
  return { workload, requests: 1, resourceUnits, writes: isWrite ? 1 : 0 };
}

function workloadOf(routePath: string): Workload {
  return WORKLOADS.find(([pattern]) => pattern.test(routePath))?.[1] ?? "identity";
}

function keyOf({ method, routePath }: CostlyRequest): string {
  return `${method} ${routePath.replaceAll(/\{\w+\}/g, "{}").replace(/\/graph\.\w+$/, "")}`;
}

function identityUnits(request: CostlyRequest, key: string): number {
  const base = IDENTITY_UNITS[key] ?? 1;
  const isSmall = request.top !== null && request.top < SMALL_TOP;
  return Math.max(
    1,
    base - Number(request.hasSelect) + Number(request.hasExpand) - Number(isSmall),
  );
}

/** One item, a download or a delta with a token: 1; many items or a write: 2; permissions: 5. */
function fileUnits({ method, routePath, hasDeltaToken }: CostlyRequest): number {
  if (/\/permissions(\/|$)/.test(routePath)) return 5;
  if (method !== "GET") return 2;
  return IS_MANY.test(routePath) && !hasDeltaToken ? 2 : 1;
}
