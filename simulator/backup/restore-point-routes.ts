import { z } from "zod";
import { iso, parseInstant } from "../core/iso.ts";
import { shapedAs } from "../core/shaped-as.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { isGuid, openBackup, SEARCH } from "./access.ts";
import { contentState } from "../content/content.ts";
import type { TenantBackup } from "./backup-state.ts";
import { messagesSearched } from "./browse-events.ts";
import {
  matchesMessage,
  parseMessageExpression,
  valuesPerParameter,
  type MessageExpression,
} from "./message-expression.ts";
import { containerOf } from "./protectable.ts";
import { refusal } from "./error-catalogue.ts";
import type { PointShape, SearchResponseShape, SearchResultShape } from "./graph-shapes.ts";
import type { BackupLimits } from "./limits.ts";
import type { ProtectionUnit } from "./protection-unit.ts";
import { pointJson } from "./representation.ts";
import {
  findRestorePoint,
  listRestorePoints,
  parseRestorePointId,
  type RestorePoint,
} from "./restore-point.ts";
import { SERVICE_WORDS } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

const POINTS = `${BACKUP_ROOT}/restorePoints`;

/** A point with its unit by id: the expanded form of lists and search results. */
function expandedPointJson(point: RestorePoint, unit: ProtectionUnit) {
  return shapedAs<PointShape>()({
    ...pointJson(point),
    protectionUnit: { "@odata.type": SERVICE_WORDS[unit.service].unitType, id: unit.id },
  });
}

/** Thousands of searches a minute find the same points, until each unit has its next one. */
const hitTexts = new WeakMap<RestorePoint, string>();

/** One search result as JSON text. */
function hitText(point: RestorePoint, unit: ProtectionUnit, artifactHitCount: number): string {
  const known = artifactHitCount === 0 ? hitTexts.get(point) : undefined;
  if (known !== undefined) return known;
  const restorePoint = expandedPointJson(point, unit);
  const text = JSON.stringify(shapedAs<SearchResultShape>()({ restorePoint, artifactHitCount }));
  if (artifactHitCount === 0) hitTexts.set(point, text);
  return text;
}

function findUnit(tenant: TenantBackup, unitId: string): ProtectionUnit | null {
  if (!isGuid(unitId)) throw refusal("restorePoints", "InvalidProtectionUnitId");
  return tenant.units.get(unitId) ?? null;
}

const EXPAND = /^\s*protectionUnit\s*\(\s*\$filter\s*=\s*id\s+eq\s+'([^']*)'\s*\)\s*$/i;
const BEFORE = /^\s*protectionDateTime\s+(lt|le)\s+'?([^'\s]+?)'?\s*$/i;

function listPoints(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "read");
  const { expand, filterText } = request.query;
  const clauses = (filterText ?? "").split(/\s(?:and|or)\s/i).length;
  if (clauses > tenant.limits.filterClauses) throw refusal("restorePoints", "FilterLengthExceeded");
  const unitId = EXPAND.exec(expand ?? "")?.[1];
  const [, operator, instant] = BEFORE.exec(filterText ?? "") ?? [];
  const before = parseInstant(instant ?? "");
  if (unitId === undefined || before === null)
    throw refusal("restorePoints", "InvalidSearchRequest");
  const unit = findUnit(tenant, unitId);
  if (unit === null) throw refusal("restorePoints", "InvalidProtectionUnitId");
  const points = listRestorePoints(unit, {
    from: 0,
    to: operator?.toLowerCase() === "le" ? before : before - 1,
    now: request.now,
    order: "latest",
    isExpressOnly: false,
    limit: tenant.limits.pointsPerUnit,
  });
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("solutions/backupRestore/restorePoints"),
      value: points.map((point) => expandedPointJson(point, unit)),
    },
  };
}

function readPoint(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "read");
  const named = parseRestorePointId(request.param("id"));
  const unit = named === null ? undefined : tenant.units.get(named.unitId);
  const point =
    named === null || unit === undefined
      ? null
      : findRestorePoint(unit, named.protectionAt, request.now);
  if (point === null) throw refusal("restorePoints", "NotFound");
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("solutions/backupRestore/restorePoints/$entity"),
      ...pointJson(point),
    },
  };
}

const makeSearchBody = (unitIds: number) =>
  z.strictObject({
    protectionUnitIds: z.array(z.string()).min(1).max(unitIds),
    protectionTimePeriod: z.strictObject({
      startDateTime: z.string(),
      // A documented example leaves the end out.
      endDateTime: z.string().nullish(),
    }),
    restorePointPreference: z.enum(["latest", "oldest"]).nullish(),
    tags: z.enum(["none", "fastRestore"]).nullish(),
    artifactQuery: z
      .strictObject({ artifactType: z.literal("message").nullish(), queryExpression: z.string() })
      .nullish(),
  });
type SearchBody = z.infer<ReturnType<typeof makeSearchBody>>;

/** By the number of units that a search may name: making a schema takes longer than a search. */
const searchBodies = new Map<number, ReturnType<typeof makeSearchBody>>();

function searchBody({ unitIdsPerSearch: unitIds }: BackupLimits) {
  const body = searchBodies.get(unitIds) ?? makeSearchBody(unitIds);
  searchBodies.set(unitIds, body);
  return body;
}

/** What to look for in each point; a search for messages is about one mailbox. */
function readQuery(
  body: SearchBody,
  units: readonly { readonly unit: ProtectionUnit | null }[],
  limits: BackupLimits,
): MessageExpression | null {
  const text = body.artifactQuery?.queryExpression;
  if (text === undefined) return null;
  const expression = parseMessageExpression(text);
  const isOneMailbox = units.length === 1 && units[0]?.unit?.service === "exchange";
  if (expression === null || !isOneMailbox) throw refusal("restorePoints", "InvalidSearchRequest");
  const cap = limits.valuesPerSearchParameter;
  if (cap !== null && Math.max(...valuesPerParameter(expression)) > cap) {
    throw refusal("restorePoints", "InvalidSearchRequest");
  }
  return expression;
}

function countHits(
  request: GraphRequest,
  unit: ProtectionUnit,
  point: RestorePoint,
  expression: MessageExpression,
): number {
  const container = containerOf(request, unit);
  if (container === null) return 0;
  const items = contentState.of(request).list(container, point.protectionAt);
  // Drafts are never backed up, so that none can be found.
  return items.filter((item) => item.message?.isDraft !== true && matchesMessage(expression, item))
    .length;
}

function searchPoints(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "read");
  const body = request.parse(searchBody(tenant.limits), "InvalidSearchRequest");
  const from = parseInstant(body.protectionTimePeriod.startDateTime);
  const to = parseInstant(body.protectionTimePeriod.endDateTime ?? iso(request.now));
  if (from === null || to === null || from > to) {
    throw refusal("restorePoints", "InvalidSearchRequest");
  }
  const unitIds = [...new Set(body.protectionUnitIds.map((id) => id.toLowerCase()))];
  const units = unitIds.map((unitId) => ({ unitId, unit: findUnit(tenant, unitId) }));
  const expression = readQuery(body, units, tenant.limits);
  const searchResults: string[] = [];
  const noResultProtectionUnitIds: string[] = [];
  for (const { unitId, unit } of units) {
    const points =
      unit === null
        ? []
        : listRestorePoints(unit, {
            from,
            to,
            now: request.now,
            order: body.restorePointPreference ?? "latest",
            isExpressOnly: body.tags === "fastRestore",
            limit: tenant.limits.pointsPerUnit,
          });
    const results = points.flatMap((point) => {
      if (unit === null) return [];
      const artifactHitCount =
        expression === null ? 0 : countHits(request, unit, point, expression);
      const isHit = expression === null || artifactHitCount > 0;
      return isHit ? [hitText(point, unit, artifactHitCount)] : [];
    });
    if (results.length === 0) noResultProtectionUnitIds.push(unitId);
    searchResults.push(...results);
  }
  const searchResponseId = request.newId();
  const unitId = units[0]?.unit?.id;
  if (expression !== null && unitId !== undefined) {
    const text = body.artifactQuery?.queryExpression ?? "";
    request.emit(messagesSearched, {
      search: { id: searchResponseId, unitId, expression: text },
    });
  }
  const rest = JSON.stringify({
    "@odata.context": request.odataContext("microsoft.graph.restorePointSearchResponse"),
    ...shapedAs<SearchResponseShape>()({ searchResponseId, noResultProtectionUnitIds }),
  });
  return {
    status: 200,
    text: `${rest.slice(0, -1)},"searchResults":[${searchResults.join(",")}]}`,
  };
}

export const restorePointRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: POINTS,
    permissions: SEARCH.read,
    source: "backuprestoreroot-list-restorepoints",
    definition: "restorePoint",
    query: ["$filter", "$expand", "$skiptoken"],
    handle: listPoints,
  }),
  defineRoute({
    method: "GET",
    path: `${POINTS}/{id}`,
    permissions: SEARCH.read,
    source: "permissions.json",
    definition: "restorePoint",
    handle: readPoint,
  }),
  defineRoute({
    method: "POST",
    path: `${POINTS}/search`,
    permissions: SEARCH.read,
    source: "restorepoint-search",
    definition: "restorePointSearchResponse",
    handle: searchPoints,
  }),
];
