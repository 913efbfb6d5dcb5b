import { z } from "zod";
import { identityOf } from "../core/principal.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { isStruck } from "../faults/seeded-faults.ts";
import { project } from "../odata/page.ts";
import { openBackup, RESTORE } from "./access.ts";
import {
  additionSchema,
  artifactKey,
  artifactLists,
  readAddition,
  type ArtifactAddition,
} from "./artifact-request.ts";
import { backupOf } from "./backup-state.ts";
import { requireBackupAdministrator } from "./browse-access.ts";
import { refusal } from "./error-catalogue.ts";
import { scheduleResolution } from "./bulk-restore.ts";
import { scheduleArtifacts } from "./restore-execution.ts";
import { sessionStatusAt, type RestoreSession } from "./restore-session.ts";
import { capAgainst } from "./session-caps.ts";
import { SERVICE_WORDS, SERVICES, type Service } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";
import {
  sessionActivated,
  sessionCreated,
  sessionDeleted,
  type AddedArtifact,
} from "./session-events.ts";
import { countRunningSessions, findSession, isRemembered } from "./session-lookup.ts";
import { patchSession } from "./session-patch.ts";
import { artifactJson, sessionJson } from "./session-representation.ts";

const SESSIONS = `${BACKUP_ROOT}/restoreSessions`;

function answerSession(
  request: GraphRequest,
  status: number,
  session: RestoreSession,
): GraphResponse {
  const collection = SERVICE_WORDS[session.service].sessions;
  return {
    status,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${collection}/$entity`),
      ...project(sessionJson(session, request), request.query.select),
    },
  };
}

function listSessions(request: GraphRequest, service: Service | null): GraphResponse {
  const tenant = openBackup(request, "read");
  const collection = service === null ? "restoreSessions" : SERVICE_WORDS[service].sessions;
  return request.page({
    items: [...tenant.sessions.values()].filter(
      (session) =>
        (service === null || session.service === service) &&
        isRemembered(session, tenant, request.now),
    ),
    toJson: (session) => sessionJson(session, request),
    context: `solutions/backupRestore/${collection}`,
    pageSize: tenant.limits.pageSize,
  });
}

function parseArtifacts(
  request: GraphRequest,
  service: Service,
): { readonly isGranular: boolean; readonly additions: readonly ArtifactAddition[] } | null {
  if (request.bytes.length === 0) return null;
  const { full, granular } = artifactLists(service);
  const body = request.parse(
    z.strictObject({
      [full]: z.array(additionSchema(service, false)).nullish(),
      [granular]: z.array(additionSchema(service, true)).nullish(),
    }),
    "InvalidRequest",
  ) as Record<string, readonly ArtifactAddition[] | null | undefined>;
  const names = Object.keys(body);
  if (names.length > 1) throw refusal("createSession", "InvalidRequest");
  const [name] = names;
  return name === undefined ? null : { isGranular: name === granular, additions: body[name] ?? [] };
}

function readArtifacts(
  request: GraphRequest,
  service: Service,
  additions: readonly ArtifactAddition[],
): AddedArtifact[] {
  const tenant = backupOf(request);
  if (additions.length === 0) throw refusal("createSession", "InvalidArtifactRequest");
  if (additions.length > tenant.limits.artifactsPerRequest) {
    throw refusal("createSession", "RestoreArtifactsLimitBreached");
  }
  const artifacts = additions.map((addition) => {
    const artifact = readAddition(request, tenant, service, addition);
    if (typeof artifact === "string") throw refusal("createSession", artifact);
    return artifact;
  });
  if (new Set(artifacts.map(({ destinationType }) => destinationType)).size > 1) {
    throw refusal("createSession", "DifferentRestoreDestinationType");
  }
  if (new Set(artifacts.map(artifactKey)).size < artifacts.length) {
    throw refusal("createSession", "DuplicateArtifactInList");
  }
  return artifacts;
}

function createSession(request: GraphRequest, service: Service): GraphResponse {
  const parsed = parseArtifacts(request, service);
  if (parsed?.isGranular === true) requireBackupAdministrator(request, service);
  const tenant = openBackup(request, "restore");
  // Left out entirely, the session is empty; an explicit empty or null list is refused.
  const artifacts = parsed === null ? [] : readArtifacts(request, service, parsed.additions);
  const id = request.newId();
  request.emit(sessionCreated, {
    id,
    service,
    jobType: parsed?.isGranular === true ? "granular" : "standard",
    artifacts,
    by: identityOf(request.principal),
  });
  return answerSession(request, 201, tenant.sessions.get(id) as RestoreSession);
}

function deleteSession(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "restore");
  const session = findSession(request, tenant, null);
  if (sessionStatusAt(session, request.now) !== "draft") {
    throw refusal("deleteSession", "RestoreSessionActionNotAllowed");
  }
  if (isStruck(request, "transientRefusals", `${session.id} ${request.requestId}`)) {
    throw refusal("deleteSession", "IncompleteArtifactDeletion");
  }
  request.emit(sessionDeleted, { id: session.id });
  return { status: 204 };
}

function activateSession(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "restore");
  const session = findSession(request, tenant, null);
  if (sessionStatusAt(session, request.now) !== "draft") {
    throw refusal("activateSession", "RestoreSessionActionNotAllowed");
  }
  if (session.artifacts.size === 0 && session.bulkRequest === null) {
    throw refusal("activateSession", "InvalidArtifactRequest");
  }
  if (countRunningSessions(tenant, request.now) >= tenant.limits.activeRestoreSessions) {
    throw refusal("activateSession", "TooManyActiveRestoreSessions");
  }
  const cap = capAgainst(tenant, session, request.now);
  if (cap !== null) throw refusal("activateSession", cap);
  request.emit(sessionActivated, { id: session.id, by: identityOf(request.principal) });
  scheduleArtifacts(request, session);
  if (session.bulkRequest !== null) scheduleResolution(request, tenant, session);
  return answerSession(request, 200, session);
}

function listArtifacts(
  request: GraphRequest,
  service: Service,
  list: { readonly isGranular: boolean },
): GraphResponse {
  const words = SERVICE_WORDS[service];
  const name = list.isGranular ? words.granularArtifacts : words.artifacts;
  if (list.isGranular) requireBackupAdministrator(request, service);
  const tenant = openBackup(request, "read");
  const session = findSession(request, tenant, service);
  return request.page({
    items:
      (session.jobType === "granular") === list.isGranular ? [...session.artifacts.values()] : [],
    toJson: (artifact) => artifactJson(artifact, session, tenant, request.now),
    context: `solutions/backupRestore/${words.sessions}('${session.id}')/${name}`,
    pageSize: tenant.limits.pageSize,
    isLinkRelative: true,
  });
}

function typedRoutes(service: Service): Route[] {
  const words = SERVICE_WORDS[service];
  const path = `${BACKUP_ROOT}/${words.sessions}`;
  const lower = words.sessions.toLowerCase();
  const definition = words.sessionType.replace("#microsoft.graph.", "");
  return [
    defineRoute({
      method: "GET",
      path,
      permissions: RESTORE.read,
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
      path: `${path}/{sessionId}`,
      permissions: RESTORE.read,
      source: "restoresessionbase-get",
      definition,
      handle: (request) =>
        answerSession(request, 200, findSession(request, openBackup(request, "read"), service)),
    }),
    defineRoute({
      method: "PATCH",
      path: `${path}/{sessionId}`,
      permissions: RESTORE.write,
      source: `${service.toLowerCase()}restoresession-update`,
      definition,
      handle: (request) => patchSession(request, service),
    }),
    defineRoute({
      method: "GET",
      path: `${path}/{sessionId}/${words.artifacts}`,
      permissions: RESTORE.read,
      source: `${service.toLowerCase()}restoresession-list-${words.artifacts.toLowerCase()}`,
      definition: words.artifactType.replace("#microsoft.graph.", ""),
      query: ["$select", "$expand", "$skiptoken"],
      handle: (request) => listArtifacts(request, service, { isGranular: false }),
    }),
    defineRoute({
      method: "GET",
      path: `${path}/{sessionId}/${words.granularArtifacts}`,
      permissions: RESTORE.write,
      source: `${service.toLowerCase()}restoresession-list-${words.granularArtifacts.toLowerCase()}`,
      definition: words.granularArtifactType.replace("#microsoft.graph.", ""),
      query: ["$skiptoken"],
      handle: (request) => listArtifacts(request, service, { isGranular: true }),
    }),
  ];
}

export const sessionRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: SESSIONS,
    permissions: RESTORE.read,
    source: "backuprestoreroot-list-restoresessions",
    definition: "restoreSessionBase",
    query: ["$select", "$skiptoken"],
    handle: (request) => listSessions(request, null),
  }),
  defineRoute({
    method: "GET",
    path: `${SESSIONS}/{sessionId}`,
    permissions: RESTORE.read,
    source: "restoresessionbase-get",
    definition: "restoreSessionBase",
    handle: (request) =>
      answerSession(request, 200, findSession(request, openBackup(request, "read"), null)),
  }),
  defineRoute({
    method: "DELETE",
    path: `${SESSIONS}/{sessionId}`,
    permissions: RESTORE.write,
    source: "restoresessionbase-delete",
    handle: deleteSession,
  }),
  defineRoute({
    method: "POST",
    path: `${SESSIONS}/{sessionId}/activate`,
    permissions: RESTORE.write,
    source: "restoresessionbase-activate",
    definition: "restoreSessionBase",
    handle: activateSession,
  }),
  ...SERVICES.flatMap(typedRoutes),
];
