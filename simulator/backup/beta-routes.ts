import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { iso } from "../core/iso.ts";
import { activityJson } from "./activity-log.ts";
import { CONFIGURATION, isGuid, openBackup } from "./access.ts";
import type { TenantBackup } from "./backup-state.ts";
import { refusal } from "./error-catalogue.ts";
import type { ProtectionPolicy } from "./protection-policy.ts";
import { unitStatusAt } from "./protection-unit.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

/** `backupCountStatistics`: units of a policy by how far their protection has come. */
function countStatistics(policy: ProtectionPolicy, tenant: TenantBackup, now: number) {
  const count = {
    total: 0,
    protectedCompleted: 0,
    protectedInProgress: 0,
    protectedFailed: 0,
    unprotectedCompleted: 0,
    unprotectedInProgress: 0,
    unprotectedFailed: 0,
    offboardRequested: 0,
    removed: 0,
  };
  const units = tenant.units.ofPolicy(policy.service, policy.id, now);
  for (let index = 0; index < units.length; index += 1) {
    const unit = units.at(index);
    if (unit === undefined) continue;
    count.total += 1;
    const status = unitStatusAt(unit, now);
    if (unit.error !== null) count.protectedFailed += 1;
    else if (status === "protected") count.protectedCompleted += 1;
    else if (status === "protectRequested") count.protectedInProgress += 1;
    else if (status === "unprotected") count.unprotectedCompleted += 1;
    else count.unprotectedInProgress += 1;
  }
  return { ...count, lastComputedDateTime: iso(now) };
}

function readStatistics(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "read");
  const id = request.param("policyId").toLowerCase();
  if (!isGuid(id)) throw refusal("policy", "InvalidPolicyId");
  const policy = tenant.policies.get(id);
  if (policy === undefined) throw refusal("policy", "PolicyNotFound");
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.backupPolicyReport"),
      backupPolicyId: policy.id,
      displayName: policy.displayName,
      countStatistics: countStatistics(policy, tenant, request.now),
    },
  };
}

function listActivities(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "read");
  return request.page({
    items: tenant.activities,
    toJson: activityJson,
    context: "solutions/backupRestore/activityLogs",
    pageSize: tenant.limits.pageSize,
  });
}

/** Reads that only the beta has. Their shapes are not in the metadata of v1.0; the pages are all there is. */
export const backupBetaRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${BACKUP_ROOT}/reports/getStatisticsByPolicy(policyId='{policyId}')`,
    permissions: CONFIGURATION.read,
    source: "backupreport-getstatisticsbypolicy",
    query: [],
    handle: readStatistics,
  }),
  defineRoute({
    method: "GET",
    path: `${BACKUP_ROOT}/activityLogs`,
    permissions: { application: ["BackupRestore-Monitor.Read.All"] },
    source: "backuprestoreroot-list-activitylogs",
    query: ["$select", "$skiptoken"],
    handle: listActivities,
  }),
];
