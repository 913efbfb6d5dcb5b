import { z } from "zod";
import { contentState } from "../content/content.ts";
import { sizeOf } from "../content/content-size.ts";
import type { ItemVersion } from "../content/item.ts";
import type { Site } from "../content/site.ts";
import { iso } from "../core/iso.ts";
import { shapedAs } from "../core/shaped-as.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { openBackup, RESTORE } from "./access.ts";
import { backupOf, type BrowseSession } from "./backup-state.ts";
import { requireBackupAdministrator } from "./browse-access.ts";
import { browseSessionCreated } from "./browse-events.ts";
import { itemKeyOf, parseItemKey, pathOf, subtreeOf } from "./browse-item.ts";
import { DAY_MS, drawFrom, MINUTE_MS } from "./durations.ts";
import { refusal } from "./error-catalogue.ts";
import type { BrowsedItemShape, BrowseSessionShape } from "./graph-shapes.ts";
import { siteOf } from "./protectable.ts";
import type { ProtectionUnit } from "./protection-unit.ts";
import { findRestorePoint, parseRestorePointId, restorePointId } from "./restore-point.ts";
import { SERVICE_WORDS, type Service } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

/** Items on a page, as in the documentation's example. */
const PAGE_SIZE = 10;

type BrowsedService = Exclude<Service, "exchange">;
const BROWSED: readonly BrowsedService[] = ["sharePoint", "oneDriveForBusiness"];

interface Opened {
  readonly session: BrowseSession;
  readonly unit: ProtectionUnit;
  readonly site: Site;
  readonly items: readonly ItemVersion[];
}

function open(request: GraphRequest, session: BrowseSession): Opened {
  const unit = backupOf(request).units.get(session.unitId);
  const site = unit === undefined ? null : siteOf(request, unit);
  if (unit === undefined || site === null) throw refusal("browse", "NotFound");
  const items = contentState.of(request).list(site.container, session.pointAt);
  return { session, unit, site, items };
}

function sessionJson(request: GraphRequest, session: BrowseSession) {
  const { unit, items } = open(request, session);
  const words = SERVICE_WORDS[session.service];
  const isReady = request.now >= session.readyAt;
  const thing: Pick<BrowseSessionShape, "siteId" | "directoryObjectId"> = {
    [words.unitIdProperty]: unit.resourceId,
  };
  return shapedAs<BrowseSessionShape>()({
    "@odata.type": words.browseSessionType,
    id: session.id,
    status: isReady ? "created" : "creating",
    restorePointId: restorePointId(session.unitId, session.pointAt),
    restorePointDateTime: iso(session.pointAt),
    createdDateTime: iso(session.createdAt),
    expirationDateTime: iso(session.expiresAt),
    backupSizeInBytes: isReady ? bytesText(items) : "0",
    error: null,
    ...thing,
  });
}

function answerSession(
  request: GraphRequest,
  status: number,
  session: BrowseSession,
): GraphResponse {
  const collection = SERVICE_WORDS[session.service].browseSessions;
  return {
    status,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${collection}/$entity`),
      ...sessionJson(request, session),
    },
  };
}

function createSession(request: GraphRequest, service: BrowsedService): GraphResponse {
  requireBackupAdministrator(request, service);
  const { restorePointId: id } = request.parse(
    z.strictObject({ restorePointId: z.string() }),
    "InvalidRequest",
  );
  const tenant = openBackup(request, "restore");
  const named = parseRestorePointId(id);
  const unit = named === null ? undefined : tenant.units.get(named.unitId);
  const point =
    named === null || unit?.service !== service
      ? null
      : findRestorePoint(unit, named.protectionAt, request.now);
  if (point === null || !point.isExpress) throw refusal("browse", "InvalidRestorePoint");
  const { durations, seed } = tenant;
  const sessionId = request.newId();
  const minutes = drawFrom(durations.browseSession, seed, "browse", sessionId);
  const session: BrowseSession = {
    id: sessionId,
    service,
    unitId: point.unitId,
    pointAt: point.protectionAt,
    createdAt: request.now,
    readyAt: request.now + Math.round(minutes * MINUTE_MS),
    expiresAt: request.now + durations.browseSessionLifeDays * DAY_MS,
  };
  request.emit(browseSessionCreated, { session });
  return answerSession(request, 201, session);
}

function findSession(request: GraphRequest, service: BrowsedService): BrowseSession {
  requireBackupAdministrator(request, service);
  const tenant = openBackup(request, "read");
  const session = tenant.browseSessions.get(request.param("browseId").toLowerCase());
  if (session?.service !== service || request.now >= session.expiresAt) {
    throw refusal("browse", "NotFound");
  }
  return session;
}

function listSessions(request: GraphRequest, service: BrowsedService | null): GraphResponse {
  requireBackupAdministrator(request, service);
  const tenant = openBackup(request, "read");
  const collection = service === null ? "browseSessions" : SERVICE_WORDS[service].browseSessions;
  return request.page({
    items: [...tenant.browseSessions.values()].filter(
      (session) =>
        (service === null || session.service === service) && request.now < session.expiresAt,
    ),
    toJson: (session) => sessionJson(request, session),
    context: `solutions/backupRestore/${collection}`,
  });
}

const Browse = z.strictObject({
  browseLocationItemKey: z.string().nullish(),
  browseResourceType: z.enum(["none", "site", "documentLibrary", "folder"]).nullish(),
  filter: z.string().nullish(),
  orderBy: z.enum(["pathAsc", "pathDsc", "nameAsc", "nameDsc"]).nullish(),
});
type Browse = z.infer<typeof Browse>;

interface Row {
  readonly path: string;
  readonly json: BrowsedItemShape;
}

function rowsOf({ site, items }: Opened, asked: Browse): Row[] {
  const key = asked.browseLocationItemKey ?? "";
  const named = key === "" ? null : parseItemKey(site, key);
  if (named === null && key !== "") throw refusal("browse", "InvalidRequest");
  if (named === null) {
    return [
      {
        path: "/",
        json: shapedAs<BrowsedItemShape>()({
          itemKey: itemKeyOf(site, null),
          name: "Documents",
          type: "documentLibrary",
          webUrl: `${site.webUrl}/Shared Documents`,
          itemsCount: items.length,
          sizeInBytes: bytesText(items),
        }),
      },
    ];
  }
  const parentId = named.kind === "site" ? null : named.itemId;
  const byId = new Map(items.map((item) => [item.itemId, item]));
  return items
    .filter((item) => item.parentId === parentId)
    .map((item) => {
      const path = pathOf(byId, item);
      const inside = subtreeOf(items, item.itemId);
      return {
        path,
        json: shapedAs<BrowsedItemShape>()({
          itemKey: itemKeyOf(site, item.itemId),
          name: item.name,
          type: item.kind === "folder" ? "folder" : "file",
          webUrl: `${site.webUrl}/Shared Documents${path}`,
          itemsCount: inside.length - 1,
          sizeInBytes: bytesText(inside),
        }),
      };
    });
}

/** A size as the service writes it. */
const bytesText = (items: readonly ItemVersion[]): string => String(sizeOf(items).bytes);

/** `(name -contains 'x')`: names are all that can be filtered. */
function filterText(filter: string | null | undefined): string {
  if (filter === null || filter === undefined) return "";
  const text = /^\(?\s*name\s+-contains\s+'((?:[^']|'')*)'\s*\)?$/.exec(filter.trim())?.[1];
  if (text === undefined) throw refusal("browse", "InvalidRequest");
  return text.replaceAll("''", "'").toLowerCase();
}

function answerRows(request: GraphRequest, session: BrowseSession, asked: Browse, start: number) {
  if (request.now < session.readyAt) throw refusal("browse", "NotReady");
  const wanted = filterText(asked.filter);
  const rows = rowsOf(open(request, session), asked).filter(({ json }) =>
    json.name.toLowerCase().includes(wanted),
  );
  const order = asked.orderBy ?? "nameAsc";
  const sign = order.endsWith("Dsc") ? -1 : 1;
  const keyOf = (row: Row) => (order.startsWith("path") ? row.path : row.json.name);
  rows.sort((left, right) => sign * keyOf(left).localeCompare(keyOf(right), "en"));
  const next = start + PAGE_SIZE;
  const token = Buffer.from(JSON.stringify({ start: next, asked })).toString("base64url");
  const path = request.path.replace(/\/browse.*$/, "/browse");
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("Collection(microsoft.graph.browseQueryResponseItem)"),
      "@odata.count": rows.length,
      value: rows.slice(start, next).map(({ json }) => json),
      ...(next < rows.length
        ? { "@odata.nextLink": `${request.baseUrl}/v1.0${path}?$skiptoken=${token}` }
        : {}),
    },
  };
}

const Token = z.strictObject({ start: z.int().positive(), asked: Browse });

function nextPage(request: GraphRequest, service: BrowsedService, token: string): GraphResponse {
  const session = findSession(request, service);
  let parsed: z.infer<typeof Token>;
  try {
    parsed = Token.parse(JSON.parse(Buffer.from(token, "base64url").toString()));
  } catch {
    // Whatever is wrong with a token, the caller made it up.
    throw refusal("browse", "InvalidRequest");
  }
  return answerRows(request, session, parsed.asked, parsed.start);
}

function routesOf(service: BrowsedService): Route[] {
  const words = SERVICE_WORDS[service];
  const path = `${BACKUP_ROOT}/${words.browseSessions}`;
  const lower = words.browseSessions.toLowerCase();
  const definition = words.browseSessionType.replace("#microsoft.graph.", "");
  const item = { permissions: RESTORE.write, definition: "browseQueryResponseItem" };
  const source = `${lower.replace(/s$/, "")}-browse`;
  return [
    defineRoute({
      method: "GET",
      path,
      permissions: RESTORE.write,
      source: `backuprestoreroot-list-${lower}`,
      definition,
      query: ["$select", "$skiptoken"],
      handle: (request) => listSessions(request, service),
    }),
    defineRoute({
      method: "POST",
      path,
      permissions: RESTORE.write,
      source: `backuprestoreroot-post-${lower}`,
      definition,
      handle: (request) => createSession(request, service),
    }),
    defineRoute({
      method: "GET",
      path: `${path}/{browseId}`,
      permissions: RESTORE.write,
      source: `${lower.replace(/s$/, "")}-get`,
      definition,
      handle: (request) => answerSession(request, 200, findSession(request, service)),
    }),
    defineRoute({
      ...item,
      method: "POST",
      path: `${path}/{browseId}/browse`,
      source,
      handle(request) {
        const asked = request.bytes.length === 0 ? {} : request.parse(Browse, "InvalidRequest");
        return answerRows(request, findSession(request, service), asked, 0);
      },
    }),
    defineRoute({
      ...item,
      method: "GET",
      path: `${path}/{browseId}/browse`,
      source,
      query: ["$skiptoken"],
      handle: (request) => nextPage(request, service, request.query.skipToken ?? ""),
    }),
    defineRoute({
      ...item,
      method: "GET",
      path: `${path}/{browseId}/browse(nextFetchToken='{token}')`,
      source,
      handle: (request) => nextPage(request, service, request.param("token")),
    }),
  ];
}

export const browseRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${BACKUP_ROOT}/browseSessions`,
    permissions: RESTORE.write,
    source: "backuprestoreroot-list-browsesessions",
    definition: "browseSessionBase",
    query: ["$select", "$skiptoken"],
    handle: (request) => listSessions(request, null),
  }),
  ...BROWSED.flatMap(routesOf),
];
