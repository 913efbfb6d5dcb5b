import { z } from "zod";
import { iso, parseInstant } from "../core/iso.ts";
import { identityOf } from "../core/principal.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { shapedAs } from "../core/shaped-as.ts";
import { isGuid, openBackup, RESTORE } from "./access.ts";
import { refusal } from "./error-catalogue.ts";
import type { BulkRequestShape } from "./graph-shapes.ts";
import { inputsJson, stampsJson } from "./representation.ts";
import {
  sessionStatusAt,
  type BulkRestoreRequest,
  type RestoreSession,
} from "./restore-session.ts";
import { SERVICE_WORDS, SERVICES, type Service } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";
import { bulkRestoreDeleted, bulkRestoreRequested } from "./session-events.ts";
import { findSession } from "./session-lookup.ts";

function bulkRequestJson(request: BulkRestoreRequest, service: Service) {
  const words = SERVICE_WORDS[service];
  return shapedAs<BulkRequestShape>()({
    "@odata.type": words.bulkRequestType,
    id: request.id,
    displayName: request.displayName,
    status: request.status,
    destinationType: request.destinationType,
    protectionTimePeriod: {
      startDateTime: iso(request.period.from),
      endDateTime: iso(request.period.to),
    },
    restorePointPreference: request.preference,
    tags: request.tags,
    ...inputsJson({ ...request, service }),
    error:
      request.unresolved.length === 0
        ? null
        : {
            code: "completedWithErrors",
            message: "Some resources could not be resolved.",
            details: request.unresolved,
          },
    ...stampsJson(request.created, request.modified),
  });
}

const bodyOf = (service: Service) =>
  z.strictObject({
    displayName: z.string().nullish(),
    [SERVICE_WORDS[service].bulkNames]: z.array(z.string()).nullish(),
    [SERVICE_WORDS[service].bulkIds]: z.array(z.string()).nullish(),
    protectionTimePeriod: z.strictObject({ startDateTime: z.string(), endDateTime: z.string() }),
    destinationType: z.enum(["new", "inPlace"]),
    tags: z.enum(["none", "fastRestore"]).nullish(),
    restorePointPreference: z.enum(["latest", "oldest"]).nullish(),
  });

interface Body {
  readonly displayName?: string | null;
  readonly protectionTimePeriod: { readonly startDateTime: string; readonly endDateTime: string };
  readonly destinationType: "new" | "inPlace";
  readonly tags?: "none" | "fastRestore" | null;
  readonly restorePointPreference?: "latest" | "oldest" | null;
}

function checkNames(service: Service, names: readonly string[]): void {
  for (const name of names) {
    if (service === "sharePoint") {
      if (!URL.canParse(name))
        throw refusal("bulkRestore", "BulkRestoreInvalidCreateRequestSiteUrl");
    } else if (!/^[^@\s]+@[^@\s]+$/.test(name)) {
      throw refusal("bulkRestore", "BulkRestoreInvalidCreateRequestUserEmail");
    }
  }
}

function createBulkRequest(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const body = request.parse(
    bodyOf(service),
    "BulkRestoreInvalidCreateRequest",
  ) as unknown as Body & Record<string, unknown>;
  const names = (body[words.bulkNames] ?? []) as readonly string[];
  const ids = (body[words.bulkIds] ?? []) as readonly string[];
  const tenant = openBackup(request, "restore");
  const session = findSession(request, tenant, service);
  const from = parseInstant(body.protectionTimePeriod.startDateTime);
  const to = parseInstant(body.protectionTimePeriod.endDateTime);
  if (names.length + ids.length === 0 || from === null || to === null || from > to) {
    throw refusal("bulkRestore", "BulkRestoreInvalidCreateRequest");
  }
  if (names.length + ids.length > tenant.limits.resourcesPerBulkRestore) {
    throw refusal("bulkRestore", "BulkRestoreRestorationResourcesCountExceedsLimit");
  }
  checkNames(service, names);
  const isFree = session.artifacts.size === 0 && session.bulkRequest === null;
  if (!isFree || sessionStatusAt(session, request.now) !== "draft") {
    throw refusal("bulkRestore", "MixedSession");
  }
  const id = request.newId();
  request.emit(bulkRestoreRequested, {
    sessionId: session.id,
    request: {
      id,
      displayName: body.displayName ?? "",
      names,
      ids,
      destinationType: body.destinationType,
      period: { from, to },
      preference: body.restorePointPreference ?? "latest",
      tags: body.tags ?? "none",
    },
    by: identityOf(request.principal),
  });
  return answerBulkRequest(request, 201, session);
}

function answerBulkRequest(
  request: GraphRequest,
  status: number,
  session: RestoreSession,
): GraphResponse {
  const words = SERVICE_WORDS[session.service];
  return {
    status,
    body: {
      "@odata.context": request.odataContext(
        `solutions/backupRestore/${words.sessions}('${session.id}')/${words.bulkRequests}/$entity`,
      ),
      ...bulkRequestJson(session.bulkRequest as BulkRestoreRequest, session.service),
    },
  };
}

function findBulkRequest(request: GraphRequest, session: RestoreSession): BulkRestoreRequest {
  const id = request.param("requestId").toLowerCase();
  if (!isGuid(id)) throw refusal("bulkRestore", "InvalidBulkRestoreArtifactId");
  if (session.bulkRequest?.id !== id) throw refusal("bulkRestore", "BulkRestoreArtifactsNotFound");
  return session.bulkRequest;
}

function deleteBulkRequest(request: GraphRequest, service: Service): GraphResponse {
  const session = findSession(request, openBackup(request, "restore"), service);
  if (findBulkRequest(request, session).status === "active") {
    throw refusal("bulkRestore", "InvalidStateForBulkRequestDeletion");
  }
  request.emit(bulkRestoreDeleted, { sessionId: session.id });
  return { status: 204 };
}

function routesOf(service: Service): Route[] {
  const words = SERVICE_WORDS[service];
  const path = `${BACKUP_ROOT}/${words.sessions}/{sessionId}/${words.bulkRequests}`;
  const definition = words.bulkRequestType.replace("#microsoft.graph.", "");
  const page = words.bulkRequests.toLowerCase();
  const listPage = `${service.toLowerCase()}restoresession-list-${page}`;
  return [
    defineRoute({
      method: "POST",
      path,
      permissions: RESTORE.write,
      source: `${service.toLowerCase()}restoresession-post-${page}`,
      definition,
      handle: (request) => createBulkRequest(request, service),
    }),
    defineRoute({
      method: "GET",
      path,
      permissions: RESTORE.read,
      source: listPage,
      definition,
      query: ["$skiptoken"],
      handle(request) {
        const session = findSession(request, openBackup(request, "read"), service);
        return request.page({
          items: session.bulkRequest === null ? [] : [session.bulkRequest],
          toJson: (bulkRequest) => bulkRequestJson(bulkRequest, service),
          context: `solutions/backupRestore/${words.sessions}('${session.id}')/${words.bulkRequests}`,
        });
      },
    }),
    defineRoute({
      method: "GET",
      path: `${path}/{requestId}`,
      permissions: RESTORE.read,
      source: `${page.replace(/s$/, "")}-get`,
      definition,
      query: [],
      handle(request) {
        const session = findSession(request, openBackup(request, "read"), service);
        findBulkRequest(request, session);
        return answerBulkRequest(request, 200, session);
      },
    }),
    defineRoute({
      method: "DELETE",
      path: `${path}/{requestId}`,
      permissions: RESTORE.write,
      source: `${page.replace(/s$/, "")}-delete`,
      handle: (request) => deleteBulkRequest(request, service),
    }),
  ];
}

export const bulkRestoreRoutes: readonly Route[] = SERVICES.flatMap(routesOf);
