import type { GraphRequest } from "../core/route.ts";
import { shapedAs } from "../core/shaped-as.ts";
import { iso } from "../core/iso.ts";
import type { BulkJob, InclusionRule, TenantBackup } from "./backup-state.ts";
import type {
  BulkJobShape,
  InputsShape,
  PointShape,
  PolicyShape,
  PublicErrorShape,
  RuleShape,
  ServiceAppShape,
  ServiceStatusShape,
  StampsShape,
  UnitNamesShape,
  UnitShape,
} from "./graph-shapes.ts";
import { describeProtectable } from "./protectable.ts";
import { policyStatusAt, type ProtectionPolicy } from "./protection-policy.ts";
import {
  unitPolicyAt,
  unitSourcesAt,
  unitStatusAt,
  type ItemError,
  type ProtectionUnit,
} from "./protection-unit.ts";
import type { RestorePoint } from "./restore-point.ts";
import type { ServiceApp, ServiceControl } from "./service-control.ts";
import { SERVICE_WORDS } from "./service-kind.ts";
import type { Stamp } from "./stamp.ts";

export type Json = Record<string, unknown>;

/** Members that came after `unknownFutureValue`: given only to callers that ask for them. */
const EVOLVED_MEMBERS: ReadonlySet<string> = new Set([
  "offboardRequested",
  "offboarded",
  "cancelOffboardRequested",
  "updateRequested",
  "deleteRequested",
  "failed",
  "granular",
]);

/** An enumeration member as the caller may see it. */
export function evolvable<M extends string>(
  member: M,
  request: Pick<GraphRequest, "includeUnknownEnumMembers">,
): M | "unknownFutureValue" {
  return EVOLVED_MEMBERS.has(member) && !request.includeUnknownEnumMembers
    ? "unknownFutureValue"
    : member;
}

export const isoOrNull = (instant: number | null): string | null =>
  instant === null ? null : iso(instant);

/** `createdBy` … `lastModifiedDateTime`. */
export function stampsJson(created: Stamp, modified: Stamp): StampsShape {
  return {
    createdBy: created.by,
    createdDateTime: iso(created.at),
    lastModifiedBy: modified.by,
    lastModifiedDateTime: iso(modified.at),
  };
}

/** An in-body error as `publicError`. */
export function errorJson(error: ItemError | null): PublicErrorShape | null {
  return error === null ? null : { code: error.code, message: error.message };
}

export function serviceStatusJson(control: ServiceControl) {
  return shapedAs<ServiceStatusShape>()({
    status: control.status,
    disableReason: control.disableReason,
    backupServiceConsumer: control.consumer,
    gracePeriodDateTime: isoOrNull(control.gracePeriodAt),
    restoreAllowedTillDateTime: isoOrNull(control.restoreAllowedTillAt),
    lastModifiedBy: control.modified?.by ?? null,
    lastModifiedDateTime: isoOrNull(control.modified?.at ?? null),
  });
}

export function serviceAppJson(app: ServiceApp) {
  return shapedAs<ServiceAppShape>()({
    id: app.id,
    application: { id: app.id, displayName: app.displayName },
    status: app.status,
    registrationDateTime: iso(app.registered.at),
    effectiveDateTime: isoOrNull(app.effectiveAt),
    lastModifiedBy: app.modified.by,
    lastModifiedDateTime: iso(app.modified.at),
  });
}

// The service reports this pair for every service, although Exchange keeps ten-minute points all year.
const RETENTION_SETTINGS = [
  { interval: "R/PT10M", period: "P2W" },
  { interval: "R/P1W", period: "P1Y" },
];

/** A policy; `isCounted` adds the count of its units, which the service gives only when it is selected. */
export function policyJson(
  policy: ProtectionPolicy,
  tenant: TenantBackup,
  now: number,
  options: { readonly isCounted: boolean },
) {
  return shapedAs<PolicyShape>()({
    "@odata.type": SERVICE_WORDS[policy.service].policyType,
    id: policy.id,
    displayName: policy.displayName,
    status: policyStatusAt(policy, tenant.units.remarkable(policy.service, policy.id, now), now),
    isEnabled: policy.isActive,
    retentionSettings: RETENTION_SETTINGS,
    ...(options.isCounted
      ? { protectionPolicyArtifactCount: countUnits(policy, tenant, now) }
      : {}),
    ...stampsJson(policy.created, policy.modified),
  });
}

function countUnits(policy: ProtectionPolicy, tenant: TenantBackup, now: number) {
  const units = tenant.units.ofPolicy(policy.service, policy.id, now);
  const count = { total: 0, completed: 0, inProgress: 0, failed: 0 };
  for (let index = 0; index < units.length; index += 1) {
    const unit = units.at(index);
    if (unit === undefined) continue;
    count.total += 1;
    const status = unitStatusAt(unit, now);
    if (unit.error !== null) count.failed += 1;
    else if (status === "protected") count.completed += 1;
    else if (status.endsWith("Requested")) count.inProgress += 1;
  }
  return count;
}

/** A unit; names only for delegated callers, an application gets ids and resolves names itself. */
export function unitJson(unit: ProtectionUnit, tenant: TenantBackup, request: GraphRequest) {
  const words = SERVICE_WORDS[unit.service];
  const names: UnitNamesShape = {
    [words.unitIdProperty]: unit.resourceId,
    ...(request.principal.kind === "delegated" ? describeProtectable(request, unit) : {}),
  };
  return shapedAs<UnitShape & UnitNamesShape>()({
    "@odata.type": words.unitType,
    id: unit.id,
    policyId: unitPolicyAt(unit, request.now) ?? "",
    status: evolvable(unitStatusAt(unit, request.now), request),
    protectionSources: unitSourcesAt(unit, request.now),
    ...names,
    error: errorJson(unit.error),
    offboardRequestedDateTime: isoOrNull(unit.offboardRequestedAt),
    ...stampsJson(unit.created, unit.modified),
  });
}

export function pointJson(point: RestorePoint) {
  return shapedAs<PointShape>()({
    id: point.id,
    protectionDateTime: iso(point.protectionAt),
    expirationDateTime: iso(point.expiresAt),
    tags: point.isExpress ? "fastRestore" : "none",
  });
}

/** Names and ids that were handed in, as the service calls them. */
export function inputsJson(input: Pick<BulkJob, "service" | "names" | "ids">): InputsShape {
  const words = SERVICE_WORDS[input.service];
  return { [words.bulkNames]: input.names, [words.bulkIds]: input.ids };
}

export function bulkJobJson(job: BulkJob, options: { readonly withInputs: boolean }) {
  const words = SERVICE_WORDS[job.service];
  return shapedAs<BulkJobShape>()({
    "@odata.type": words.bulkJobType,
    id: job.id,
    displayName: job.displayName,
    status: job.status,
    ...(options.withInputs ? inputsJson(job) : {}),
    error:
      job.unresolved.length === 0
        ? null
        : {
            code: "completedWithErrors",
            message: "Some resources could not be resolved.",
            details: job.unresolved,
          },
    ...stampsJson(job.created, job.modified),
  });
}

export function ruleJson(
  rule: InclusionRule,
  request: Pick<GraphRequest, "includeUnknownEnumMembers">,
) {
  const words = SERVICE_WORDS[rule.service];
  const expression: Pick<RuleShape, typeof words.ruleExpression> = {
    [words.ruleExpression]: rule.expression,
  };
  return shapedAs<RuleShape>()({
    "@odata.type": words.ruleType,
    id: rule.id,
    status: evolvable(rule.status, request),
    isAutoApplyEnabled: rule.isDynamic,
    ...expression,
    error: null,
    ...stampsJson(rule.created, rule.modified),
  });
}
