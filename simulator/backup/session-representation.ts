import { iso } from "../core/iso.ts";
import type { GraphRequest } from "../core/route.ts";
import type { TenantBackup } from "./backup-state.ts";
import {
  errorJson,
  evolvable,
  isoOrNull,
  pointJson,
  stampsJson,
  type Json,
} from "./representation.ts";
import { findRestorePoint, restorePointId } from "./restore-point.ts";
import {
  artifactStatusAt,
  countArtifacts,
  sessionCompletedAt,
  sessionStatusAt,
  type RestoreArtifact,
  type RestoreResult,
  type RestoreSession,
} from "./restore-session.ts";
import { SERVICE_WORDS } from "./service-kind.ts";

/** A restore session, with status and counts aggregated from its artifacts. */
export function sessionJson(
  session: RestoreSession,
  request: Pick<GraphRequest, "includeUnknownEnumMembers" | "now">,
): Json {
  return {
    "@odata.type": SERVICE_WORDS[session.service].sessionType,
    id: session.id,
    status: evolvable(sessionStatusAt(session, request.now), request),
    restoreJobType: evolvable(session.jobType, request),
    restoreSessionArtifactCount: countArtifacts(session, request.now),
    error: null,
    completedDateTime: isoOrNull(sessionCompletedAt(session, request.now)),
    ...stampsJson(session.created, session.modified),
  };
}

/** An artifact with its restore point expanded. */
export function artifactJson(
  artifact: RestoreArtifact,
  session: RestoreSession,
  tenant: TenantBackup,
  now: number,
): Json {
  const status = artifactStatusAt(artifact, now);
  const outcome = status === "succeeded" || status === "failed" ? artifact.outcome : null;
  const startsAt = artifact.timeline?.startsAt ?? null;
  const hasStarted = startsAt !== null && now >= startsAt;
  return {
    "@odata.type": SERVICE_WORDS[session.service].artifactType,
    id: artifact.id,
    status,
    destinationType: artifact.destinationType,
    startDateTime: hasStarted ? iso(startsAt) : null,
    completionDateTime: outcome === null ? null : isoOrNull(artifact.timeline?.completesAt ?? null),
    error: errorJson(outcome?.kind === "failed" ? outcome.error : null),
    ...resultJson(session, outcome?.kind === "succeeded" ? outcome.result : null),
    restorePoint: artifactPointJson(artifact, tenant, now),
  };
}

function resultJson(session: RestoreSession, result: RestoreResult | null): Json {
  return session.service === "exchange"
    ? {
        restoredFolderId: result?.restoredFolderId ?? null,
        restoredFolderName: result?.restoredFolderName ?? null,
        restoredItemCount: result?.restoredItemCount ?? null,
      }
    : {
        restoredSiteId: result?.restoredSiteId ?? null,
        restoredSiteName: result?.restoredSiteName ?? null,
        restoredSiteWebUrl: result?.restoredSiteWebUrl ?? null,
      };
}

function artifactPointJson(artifact: RestoreArtifact, tenant: TenantBackup, now: number): Json {
  const unit = tenant.units.get(artifact.unitId);
  const point = unit === undefined ? null : findRestorePoint(unit, artifact.pointAt, now);
  const known: Json =
    point === null
      ? // Expired since: the session still shows what it was made from.
        {
          id: restorePointId(artifact.unitId, artifact.pointAt),
          protectionDateTime: iso(artifact.pointAt),
          expirationDateTime: null,
          tags: artifact.isExpress ? "fastRestore" : "none",
        }
      : pointJson(point);
  return {
    ...known,
    ...(unit === undefined
      ? {}
      : {
          protectionUnit: {
            "@odata.type": SERVICE_WORDS[unit.service].unitType,
            id: unit.id,
          },
        }),
  };
}
