import { iso } from "../core/iso.ts";
import type { GraphRequest } from "../core/route.ts";
import { shapedAs } from "../core/shaped-as.ts";
import type { TenantBackup } from "./backup-state.ts";
import {
  errorJson,
  evolvable,
  isoOrNull,
  pointJson,
  stampsJson,
  type Json,
} from "./representation.ts";
import type { ArtifactShape, ItemArtifactShape, PointShape, SessionShape } from "./graph-shapes.ts";
import { findRestorePoint, restorePointId } from "./restore-point.ts";
import {
  artifactStatusAt,
  countArtifacts,
  sessionCompletedAt,
  sessionStatusAt,
  type RestoreArtifact,
  type RestoreResult,
  type RestoreSession,
  type Selection,
} from "./restore-session.ts";
import { SERVICE_WORDS } from "./service-kind.ts";

/** A restore session, with status and counts aggregated from its artifacts. */
export function sessionJson(
  session: RestoreSession,
  request: Pick<GraphRequest, "includeUnknownEnumMembers" | "now">,
) {
  return shapedAs<SessionShape>()({
    "@odata.type": SERVICE_WORDS[session.service].sessionType,
    id: session.id,
    status: evolvable(sessionStatusAt(session, request.now), request),
    restoreJobType: evolvable(session.jobType, request),
    restoreSessionArtifactCount: countArtifacts(session, request.now),
    error: null,
    completedDateTime: isoOrNull(sessionCompletedAt(session, request.now)),
    ...stampsJson(session.created, session.modified),
  });
}

/** What the service writes for an instant that is not known yet in lists of restored files. */
const UNSET_INSTANT = "0001-01-01T00:00:00Z";

/** A restored file or folder: flat, with empty texts and dates until it is done. */
function itemArtifactJson(
  artifact: RestoreArtifact,
  selection: Extract<Selection, { kind: "item" }>,
  subject: {
    readonly session: RestoreSession;
    readonly tenant: TenantBackup;
    readonly now: number;
  },
) {
  const { session, tenant, now } = subject;
  const words = SERVICE_WORDS[session.service];
  const status = artifactStatusAt(artifact, now);
  const result = artifact.outcome?.kind === "succeeded" ? artifact.outcome.result : null;
  const { timeline } = artifact;
  const thing: Pick<ItemArtifactShape, "siteId" | "directoryObjectId"> = {
    [words.unitIdProperty]: tenant.units.get(artifact.unitId)?.resourceId ?? "",
  };
  return shapedAs<ItemArtifactShape>()({
    "@odata.type": words.granularArtifactType,
    id: artifact.id,
    browseSessionId: selection.browseSessionId,
    ...thing,
    status,
    webUrl: selection.webUrl,
    restorePointDateTime: iso(artifact.pointAt),
    restoredItemKey: result?.restoredItemKey ?? "",
    restoredItemPath: result?.restoredItemPath ?? "",
    restoredItemWebUrl: result?.restoredItemWebUrl ?? "",
    startDateTime:
      timeline !== null && now >= timeline.startsAt ? iso(timeline.startsAt) : UNSET_INSTANT,
    completionDateTime:
      timeline !== null && artifact.outcome !== null ? iso(timeline.completesAt) : UNSET_INSTANT,
  });
}

/** An artifact with its restore point expanded. */
export function artifactJson(
  artifact: RestoreArtifact,
  session: RestoreSession,
  tenant: TenantBackup,
  now: number,
): Json {
  const { selection } = artifact;
  if (selection?.kind === "item") {
    return itemArtifactJson(artifact, selection, { session, tenant, now });
  }
  const words = SERVICE_WORDS[session.service];
  const status = artifactStatusAt(artifact, now);
  const outcome = status === "succeeded" || status === "failed" ? artifact.outcome : null;
  const startsAt = artifact.timeline?.startsAt ?? null;
  const hasStarted = startsAt !== null && now >= startsAt;
  return shapedAs<ArtifactShape>()({
    "@odata.type": selection === null ? words.artifactType : words.granularArtifactType,
    id: artifact.id,
    ...(selection === null ? {} : { searchResponseId: selection.searchResponseId }),
    status,
    destinationType: artifact.destinationType,
    startDateTime: hasStarted ? iso(startsAt) : null,
    completionDateTime: outcome === null ? null : isoOrNull(artifact.timeline?.completesAt ?? null),
    error: errorJson(outcome?.kind === "failed" ? outcome.error : null),
    ...resultJson(session, outcome?.kind === "succeeded" ? outcome.result : null),
    restorePoint: artifactPointJson(artifact, tenant, now),
  });
}

function resultJson(session: RestoreSession, result: RestoreResult | null) {
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

function artifactPointJson(artifact: RestoreArtifact, tenant: TenantBackup, now: number) {
  const unit = tenant.units.get(artifact.unitId);
  const point = unit === undefined ? null : findRestorePoint(unit, artifact.pointAt, now);
  const known =
    point === null
      ? // Expired since: the session still shows what it was made from.
        {
          id: restorePointId(artifact.unitId, artifact.pointAt),
          protectionDateTime: iso(artifact.pointAt),
          expirationDateTime: null,
          tags: artifact.isExpress ? ("fastRestore" as const) : ("none" as const),
        }
      : pointJson(point);
  return shapedAs<PointShape>()({
    ...known,
    ...(unit === undefined
      ? {}
      : {
          protectionUnit: {
            "@odata.type": SERVICE_WORDS[unit.service].unitType,
            id: unit.id,
          },
        }),
  });
}
