import type { ContentSize } from "../content/content-size.ts";
import { defineEvent, type EventMeta } from "../core/area.ts";
import type { Identity } from "../core/principal.ts";
import { noteRestore } from "./activity-log.ts";
import { backupState, tenantOf, type BackupState, type TenantBackup } from "./backup-state.ts";
import { planTimelines, type RestoreLoad } from "./restore-duration.ts";
import {
  artifactStatusAt,
  type ArtifactOutcome,
  type BulkRestoreRequest,
  type DestinationType,
  type RestoreSession,
  type Selection,
} from "./restore-session.ts";
import type { Service } from "./service-kind.ts";

/** An artifact as it is added to a draft. */
export interface AddedArtifact {
  readonly id: string;
  readonly unitId: string;
  readonly pointAt: number;
  readonly isExpress: boolean;
  readonly destinationType: DestinationType;
  readonly selection: Selection | null;
  /** Left out in the data directories of older versions, which had none. */
  readonly size?: ContentSize;
}

const NO_SIZE: ContentSize = { bytes: 0, items: 0 };

function sessionIn(tenant: TenantBackup, id: string): RestoreSession {
  const session = tenant.sessions.get(id);
  if (session === undefined) throw new Error(`There is no restore session ${id}.`);
  return session;
}

function addAll(session: RestoreSession, artifacts: readonly AddedArtifact[]): void {
  for (const artifact of artifacts) {
    session.artifacts.set(artifact.id, {
      size: NO_SIZE,
      ...artifact,
      timeline: null,
      outcome: null,
    });
  }
}

export const sessionCreated = defineEvent(
  backupState,
  "backup.sessionCreated",
  (
    state,
    payload: {
      id: string;
      service: Service;
      jobType: "standard" | "granular";
      artifacts: readonly AddedArtifact[];
      by: Identity;
    },
    meta,
  ) => {
    const stamp = { by: payload.by, at: meta.at };
    const session: RestoreSession = {
      id: payload.id,
      service: payload.service,
      jobType: payload.jobType,
      artifacts: new Map(),
      activatedAt: null,
      endsAt: 0,
      ended: 0,
      bulkRequest: null,
      created: stamp,
      modified: stamp,
    };
    addAll(session, payload.artifacts);
    const tenant = tenantOf(state, meta.tenantId);
    tenant.sessions.set(session.id, session);
    noteRestore(tenant, meta, session, "restoreTaskCreated");
  },
  (payload) => payload.id,
);

export const sessionPatched = defineEvent(
  backupState,
  "backup.sessionPatched",
  (
    state,
    payload: {
      id: string;
      jobType: "standard" | "granular";
      added: readonly AddedArtifact[];
      removed: readonly string[];
      by: Identity;
    },
    meta,
  ) => {
    const session = sessionIn(tenantOf(state, meta.tenantId), payload.id);
    for (const id of payload.removed) session.artifacts.delete(id);
    addAll(session, payload.added);
    session.jobType = payload.jobType;
    session.modified = { by: payload.by, at: meta.at };
  },
  (payload) => payload.id,
);

export const sessionDeleted = defineEvent(
  backupState,
  "backup.sessionDeleted",
  (state, payload: { id: string }, meta) => {
    tenantOf(state, meta.tenantId).sessions.delete(payload.id);
  },
  (payload) => payload.id,
);

/** The artifacts of a service that are under way in the tenant: how many, and how much they are about. */
function runningArtifacts(tenant: TenantBackup, service: Service, now: number): RestoreLoad {
  let units = 0;
  let bytes = 0;
  for (const session of tenant.sessions.values()) {
    if (session.service !== service || session.activatedAt === null) continue;
    for (const artifact of session.artifacts.values()) {
      const status = artifactStatusAt(artifact, now);
      if (status === "succeeded" || status === "failed") continue;
      units += 1;
      bytes += artifact.size.bytes;
    }
  }
  return { units, bytes };
}

function startArtifacts(
  tenant: TenantBackup,
  session: RestoreSession,
  start: { readonly at: number; readonly others: RestoreLoad },
): void {
  const artifacts = [...session.artifacts.values()];
  const timelines = planTimelines({
    service: session.service,
    activatedAt: start.at,
    others: start.others,
    artifacts,
    durations: tenant.durations,
    seed: tenant.seed,
  });
  artifacts.forEach((artifact, index) => {
    artifact.timeline = timelines[index] ?? null;
    session.endsAt = Math.max(session.endsAt, artifact.timeline?.completesAt ?? 0);
  });
}

export const sessionActivated = defineEvent(
  backupState,
  "backup.sessionActivated",
  (state, payload: { id: string; by: Identity }, meta) => {
    const tenant = tenantOf(state, meta.tenantId);
    const session = sessionIn(tenant, payload.id);
    const others = runningArtifacts(tenant, session.service, meta.at);
    session.activatedAt = meta.at;
    session.modified = { by: payload.by, at: meta.at };
    startArtifacts(tenant, session, { at: meta.at, others });
  },
  (payload) => payload.id,
);

/** The end of one artifact, with what it brought back or why not. */
interface ArtifactEnd {
  readonly sessionId: string;
  readonly artifactId: string;
  readonly unitId: string;
  readonly outcome: ArtifactOutcome;
}

function endArtifact(state: BackupState, payload: ArtifactEnd, meta: EventMeta): void {
  const tenant = tenantOf(state, meta.tenantId);
  const session = sessionIn(tenant, payload.sessionId);
  const artifact = session.artifacts.get(payload.artifactId);
  if (artifact === undefined) return;
  artifact.outcome = payload.outcome;
  session.ended += 1;
  if (session.ended === session.artifacts.size) {
    noteRestore(tenant, meta, session, "restoreTaskCompleted");
  }
}

/** The journal shows the unit, so that restores of a unit can be counted. */
export const artifactRestored = defineEvent(
  backupState,
  "backup.artifactRestored",
  endArtifact,
  (payload) => payload.unitId,
);

export const artifactFailed = defineEvent(
  backupState,
  "backup.artifactFailed",
  endArtifact,
  (payload) => payload.unitId,
);

export const bulkRestoreRequested = defineEvent(
  backupState,
  "backup.bulkRestoreRequested",
  (
    state,
    payload: {
      sessionId: string;
      request: Omit<BulkRestoreRequest, "status" | "unresolved" | "created" | "modified">;
      by: Identity;
    },
    meta,
  ) => {
    const session = sessionIn(tenantOf(state, meta.tenantId), payload.sessionId);
    const stamp = { by: payload.by, at: meta.at };
    session.jobType = "bulk";
    session.bulkRequest = {
      ...payload.request,
      status: "active",
      unresolved: [],
      created: stamp,
      modified: stamp,
    };
  },
  (payload) => payload.request.id,
);

/** The names are resolved: the session gets its artifacts, which start at once. */
export const bulkRestoreResolved = defineEvent(
  backupState,
  "backup.bulkRestoreResolved",
  (
    state,
    payload: {
      sessionId: string;
      artifacts: readonly AddedArtifact[];
      unresolved: BulkRestoreRequest["unresolved"];
    },
    meta,
  ) => {
    const tenant = tenantOf(state, meta.tenantId);
    const session = sessionIn(tenant, payload.sessionId);
    const request = session.bulkRequest;
    if (request === null) return;
    const others = runningArtifacts(tenant, session.service, meta.at);
    addAll(session, payload.artifacts);
    startArtifacts(tenant, session, { at: meta.at, others });
    request.status = payload.unresolved.length === 0 ? "completed" : "completedWithErrors";
    request.unresolved = payload.unresolved;
    request.modified = { by: request.created.by, at: meta.at };
  },
  (payload) => payload.sessionId,
);

export const bulkRestoreDeleted = defineEvent(
  backupState,
  "backup.bulkRestoreDeleted",
  (state, payload: { sessionId: string }, meta) => {
    sessionIn(tenantOf(state, meta.tenantId), payload.sessionId).bulkRequest = null;
  },
  (payload) => payload.sessionId,
);
