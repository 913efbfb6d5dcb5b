import { defineTransition } from "../core/area.ts";
import { identityOf } from "../core/principal.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { equalTo } from "../odata/filter.ts";
import type { Sequence } from "../odata/page.ts";
import { CONFIGURATION, delegatedOnly, isGuid, openBackup } from "./access.ts";
import { backupOf, type TenantBackup } from "./backup-state.ts";
import { DAY_MS } from "./durations.ts";
import { refusal } from "./error-catalogue.ts";
import { findPolicy } from "./policy-lookup.ts";
import {
  unitOffboardCancelled,
  unitOffboarded,
  unitOffboardRequested,
} from "./protection-events.ts";
import { unitPolicyAt, unitStatusAt, type ProtectionUnit } from "./protection-unit.ts";
import { unitJson } from "./representation.ts";
import { SERVICE_WORDS, SERVICES, type Service } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

const UNITS = `${BACKUP_ROOT}/protectionUnits`;

const FILTERABLE = [
  "id",
  "policyId",
  "status",
  "protectionSources",
  "siteId",
  "siteName",
  "siteWebUrl",
  "directoryObjectId",
  "displayName",
  "email",
];

function pageOfUnits(
  request: GraphRequest,
  tenant: TenantBackup,
  options: {
    readonly items: Sequence<ProtectionUnit>;
    readonly service: Service | null;
    readonly context: string;
  },
): GraphResponse {
  const clauses = (request.query.filterText ?? "").split(/\s(?:and|or)\s/i).length;
  if (clauses > tenant.limits.filterClauses) throw refusal("units", "FilterLengthExceeded");
  return request.page({
    items: narrow(request, tenant, options.items, options.service),
    toJson: (unit) => unitJson(unit, tenant, request),
    context: `solutions/backupRestore/${options.context}`,
    filterable: FILTERABLE,
    ignoreCase: true,
    pageSize: tenant.limits.pageSize,
  });
}

/** A look-up by the thing's id must not make every unit of a large tenant. */
function narrow(
  request: GraphRequest,
  tenant: TenantBackup,
  items: Sequence<ProtectionUnit>,
  service: Service | null,
): Sequence<ProtectionUnit> {
  const { filter } = request.query;
  if (filter === null || service === null) return items;
  const resourceId = equalTo(filter, SERVICE_WORDS[service].unitIdProperty);
  if (resourceId === null) return items;
  const unit = tenant.units.ofResource(service, resourceId);
  return unit === undefined ? [] : [unit];
}

function findUnit(request: GraphRequest, tenant: TenantBackup): ProtectionUnit {
  const id = request.param("unitId");
  if (!isGuid(id)) throw refusal("units", "InvalidProtectionUnitId");
  const unit = tenant.units.get(id);
  if (unit === undefined) throw refusal("units", "ProtectionUnitNotFound");
  return unit;
}

function answerUnit(
  request: GraphRequest,
  tenant: TenantBackup,
  unit: ProtectionUnit,
): GraphResponse {
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("solutions/backupRestore/protectionUnits/$entity"),
      ...unitJson(unit, tenant, request),
    },
  };
}

function readUnit(request: GraphRequest, service: Service | null): GraphResponse {
  const tenant = openBackup(request, "read");
  const unit = findUnit(request, tenant);
  if (service !== null && unit.service !== service) {
    throw refusal("units", "ProtectionUnitNotFound");
  }
  return answerUnit(request, tenant, unit);
}

/** Ninety days after the request the backups are deleted, unless it was taken back. */
export const unitOffboardDue = defineTransition<{ unitId: string; requestedAt: number }>(
  "backup.unitOffboardDue",
  (context, { unitId, requestedAt }) => {
    const unit = backupOf(context).units.get(unitId);
    if (unit?.status !== "offboardRequested" || unit.offboardRequestedAt !== requestedAt) return;
    context.emit(unitOffboarded, { unitId });
  },
);

function offboard(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const unit = findUnit(request, tenant);
  const status = unitStatusAt(unit, request.now);
  if (status !== "unprotected" || unitPolicyAt(unit, request.now) !== null) {
    throw refusal("units", "OperationNotAllowed");
  }
  request.emit(unitOffboardRequested, { unitId: unit.id, by: identityOf(request.principal) });
  request.schedule(
    request.now + Math.round(tenant.durations.offboardGraceDays * DAY_MS),
    unitOffboardDue,
    { unitId: unit.id, requestedAt: request.now },
  );
  return answerUnit(request, tenant, tenant.units.get(unit.id) ?? unit);
}

function cancelOffboard(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const unit = findUnit(request, tenant);
  if (unitStatusAt(unit, request.now) !== "offboardRequested") {
    throw refusal("units", "OperationNotAllowed");
  }
  request.emit(unitOffboardCancelled, { unitId: unit.id, by: identityOf(request.principal) });
  return answerUnit(request, tenant, tenant.units.get(unit.id) ?? unit);
}

const LIST_OPTIONS = ["$select", "$filter", "$skiptoken"] as const;

function typedRoutes(service: Service): Route[] {
  const words = SERVICE_WORDS[service];
  const definition = words.unitType.replace("#microsoft.graph.", "");
  const source = `backuprestoreroot-list-${words.units.toLowerCase()}`;
  const listAll = (request: GraphRequest) => {
    const tenant = openBackup(request, "read");
    return pageOfUnits(request, tenant, {
      items: tenant.units.ofService(service),
      service,
      context: words.units,
    });
  };
  const list = (path: string, handle: (request: GraphRequest) => GraphResponse) =>
    defineRoute({
      method: "GET",
      path,
      permissions: CONFIGURATION.read,
      source,
      definition,
      query: LIST_OPTIONS,
      handle,
    });
  return [
    list(`${BACKUP_ROOT}/${words.units}`, listAll),
    list(`${UNITS}/graph.${definition}`, listAll),
    list(`${BACKUP_ROOT}/${words.policies}/{policyId}/${words.units}`, (request) => {
      const tenant = openBackup(request, "read");
      const policy = findPolicy(request, tenant, service);
      return pageOfUnits(request, tenant, {
        items: tenant.units.ofPolicy(service, policy.id, request.now),
        service: null,
        context: `${words.policies}('${policy.id}')/${words.units}`,
      });
    }),
    defineRoute({
      method: "GET",
      path: `${BACKUP_ROOT}/${words.units}/{unitId}`,
      permissions: CONFIGURATION.read,
      source: "protectionunitbase-get",
      definition,
      handle: (request) => readUnit(request, service),
    }),
  ];
}

export const unitRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: UNITS,
    permissions: CONFIGURATION.read,
    source: "backuprestoreroot-list-protectionunits",
    definition: "protectionUnitBase",
    query: LIST_OPTIONS,
    handle(request) {
      const tenant = openBackup(request, "read");
      return pageOfUnits(request, tenant, {
        items: tenant.units.all(),
        service: null,
        context: "protectionUnits",
      });
    },
  }),
  defineRoute({
    method: "GET",
    path: `${UNITS}/{unitId}`,
    permissions: CONFIGURATION.read,
    source: "protectionunitbase-get",
    definition: "protectionUnitBase",
    handle: (request) => readUnit(request, null),
  }),
  defineRoute({
    method: "POST",
    path: `${UNITS}/{unitId}/offboard`,
    permissions: delegatedOnly(CONFIGURATION.write),
    source: "protectionunitbase-offboard",
    definition: "protectionUnitBase",
    handle: offboard,
  }),
  defineRoute({
    method: "POST",
    path: `${UNITS}/{unitId}/cancelOffboard`,
    permissions: delegatedOnly(CONFIGURATION.write),
    source: "protectionunitbase-canceloffboard",
    definition: "protectionUnitBase",
    handle: cancelOffboard,
  }),
  ...SERVICES.flatMap(typedRoutes),
];
