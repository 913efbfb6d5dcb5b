import { defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { appendVersions, contentState } from "../content/content.ts";
import { iso } from "../core/iso.ts";
import { isStruck } from "../faults/seeded-faults.ts";
import type { Container } from "../content/item.ts";
import { createSite, sitesState, type Site } from "../content/site.ts";
import { backupOf, type TenantBackup } from "./backup-state.ts";
import { MINUTE_MS } from "./durations.ts";
import { errorRow } from "./error-catalogue.ts";
import { containerOf, siteOf } from "./protectable.ts";
import type { ProtectionUnit } from "./protection-unit.ts";
import { planCopy, planRollback } from "./restore-files.ts";
import { itemKeyOf } from "./browse-item.ts";
import { folderVersion, planMailboxInPlace, planMailboxNewFolder } from "./restore-mailbox.ts";
import { findRestorePoint } from "./restore-point.ts";
import { selectItems } from "./restore-selection.ts";
import {
  NO_RESULT,
  type ArtifactOutcome,
  type RestoreArtifact,
  type RestoreSession,
  type Selection,
} from "./restore-session.ts";
import { artifactFailed, artifactRestored } from "./session-events.ts";

/** When its time has come, an artifact really changes content, or fails with the documented reason. */
export const artifactDue = defineTransition<{ sessionId: string; artifactId: string }>(
  "backup.artifactDue",
  (context, { sessionId, artifactId }) => {
    const tenant = backupOf(context);
    const artifact = tenant.sessions.get(sessionId)?.artifacts.get(artifactId);
    if (artifact === undefined || artifact.timeline === null || artifact.outcome !== null) return;
    const outcome = isStruck(context, "failedArtifacts", artifactId)
      ? failure("UnknownError")
      : restoreArtifact(context, tenant, artifact);
    context.emit(outcome.kind === "succeeded" ? artifactRestored : artifactFailed, {
      sessionId,
      artifactId,
      unitId: artifact.unitId,
      outcome,
    });
  },
);

/** Sets the timers of a session's artifacts that have just been given their times. */
export function scheduleArtifacts(context: Context, session: RestoreSession): void {
  for (const artifact of session.artifacts.values()) {
    if (artifact.timeline === null) continue;
    context.schedule(artifact.timeline.completesAt, artifactDue, {
      sessionId: session.id,
      artifactId: artifact.id,
    });
  }
}

function failure(
  key:
    | "UnknownError"
    | "ArtifactNotFound"
    | "InvalidRestoreTime"
    | "ArtifactCannotBeRestored"
    | "DuplicateArtifactRestoreRequest",
): ArtifactOutcome {
  const { code, message } = errorRow("artifactItem", key);
  return { kind: "failed", error: { code, message } };
}

function restoreArtifact(
  context: Context,
  tenant: TenantBackup,
  artifact: RestoreArtifact,
): ArtifactOutcome {
  const unit = tenant.units.get(artifact.unitId);
  const container = unit === undefined ? null : containerOf(context, unit);
  if (unit === undefined || container === null) return failure("ArtifactNotFound");
  const startsAt = artifact.timeline?.startsAt ?? context.now;
  if (findRestorePoint(unit, artifact.pointAt, startsAt) === null) {
    return failure("InvalidRestoreTime");
  }
  if (artifact.destinationType === "inPlace" && tenant.heldResources.has(unit.resourceId)) {
    return failure("ArtifactCannotBeRestored");
  }
  if (isAlreadyRestoring(tenant, artifact)) return failure("DuplicateArtifactRestoreRequest");
  if (unit.service === "exchange") return restoreMailbox(context, container, artifact);
  return artifact.selection?.kind === "item"
    ? restoreItem(context, { unit, container, artifact, selection: artifact.selection })
    : restoreSite(context, tenant, { unit, container, artifact });
}

/** Files of one unit that are restored together do not get into each other's way. */
function isOfSameBrowsing(session: RestoreSession, artifact: RestoreArtifact): boolean {
  return artifact.selection?.kind === "item" && session.artifacts.has(artifact.id);
}

/** Whether an earlier activated artifact of the same unit was still under way when this one was activated. */
function isAlreadyRestoring(tenant: TenantBackup, artifact: RestoreArtifact): boolean {
  const mine = artifact.timeline;
  if (mine === null) return false;
  for (const session of tenant.sessions.values()) {
    if (session.endsAt <= mine.schedulingAt || isOfSameBrowsing(session, artifact)) continue;
    for (const other of session.artifacts.values()) {
      if (other === artifact || other.unitId !== artifact.unitId || other.timeline === null) {
        continue;
      }
      const isEarlier =
        other.timeline.schedulingAt < mine.schedulingAt ||
        (other.timeline.schedulingAt === mine.schedulingAt && other.id < artifact.id);
      const wasDuplicate =
        other.outcome?.kind === "failed" &&
        other.outcome.error.code === "DuplicateArtifactRestoreRequest";
      if (isEarlier && !wasDuplicate && other.timeline.completesAt > mine.schedulingAt) return true;
    }
  }
  return false;
}

function restoreMailbox(
  context: Context,
  container: Container,
  artifact: RestoreArtifact,
): ArtifactOutcome {
  const content = contentState.of(context);
  const day = new Date(context.now).toISOString().slice(0, 16).replace("T", ", ");
  const isInPlace = artifact.destinationType === "inPlace";
  const isWhole = artifact.selection === null;
  const plan = {
    past: selectItems(content.list(container, artifact.pointAt), artifact.selection),
    current: content.list(container, context.now),
    folderName: `${isWhole && !isInPlace ? "Restored" : "Recovered"} Items ${day}`,
    newItemId: () => newMailItemId(context),
  };
  const result = isInPlace ? planMailboxInPlace(plan) : planMailboxNewFolder(plan);
  appendVersions(context, container, result.versions);
  return {
    kind: "succeeded",
    result: {
      ...NO_RESULT,
      restoredFolderId: result.folder?.id ?? null,
      restoredFolderName: result.folder?.name ?? null,
      restoredItemCount: result.restoredItemCount,
    },
  };
}

function restoreSite(
  context: Context,
  tenant: TenantBackup,
  subject: {
    readonly unit: ProtectionUnit;
    readonly container: Container;
    readonly artifact: RestoreArtifact;
  },
): ArtifactOutcome {
  const { unit, container, artifact } = subject;
  const content = contentState.of(context);
  const past = content.states(container, artifact.pointAt);
  const source = siteOf(context, unit);
  if (source === null) return failure("ArtifactNotFound");
  if (artifact.destinationType === "inPlace") {
    const current = content.states(container, context.now);
    appendVersions(context, container, planRollback(past, current, artifact.pointAt));
    return succeededAt(source);
  }
  const webUrl = freeCopyUrl(context, source.webUrl);
  if (webUrl === null) return failure("ArtifactCannotBeRestored");
  const copy = createSite(context, {
    displayName: source.displayName,
    webUrl,
    ownerId: null,
    isReadOnly: true,
    visibleAt: context.now + tenant.durations.newSiteVisible * MINUTE_MS,
  });
  appendVersions(
    context,
    copy.container,
    planCopy(past, { newItemId: () => newItemId(context), hasHistory: true }),
  );
  return succeededAt(copy);
}

/** A file or folder of a point is copied into one new folder per session; nothing else is touched. */
function restoreItem(
  context: Context,
  subject: {
    readonly unit: ProtectionUnit;
    readonly container: Container;
    readonly artifact: RestoreArtifact;
    readonly selection: Extract<Selection, { kind: "item" }>;
  },
): ArtifactOutcome {
  const { container, artifact, selection } = subject;
  const content = contentState.of(context);
  const site = siteOf(context, subject.unit);
  const chosen = selectItems(content.list(container, artifact.pointAt), selection);
  const states = chosen.map((item) => ({ item, versions: [] }));
  if (site === null || chosen.length === 0) return failure("ArtifactNotFound");
  const folderName = `Restored ${iso(artifact.timeline?.schedulingAt ?? context.now)}`.replaceAll(
    ":",
    ".",
  );
  const folder = content
    .list(container, context.now)
    .find((item) => item.kind === "folder" && item.parentId === null && item.name === folderName);
  const folderId = folder?.itemId ?? newItemId(context);
  const copies = planCopy(states, {
    newItemId: () => newItemId(context),
    hasHistory: false,
  }).map((copy, index) =>
    chosen[index]?.itemId === selection.itemId || copy.parentId === null
      ? { ...copy, parentId: folderId }
      : copy,
  );
  appendVersions(context, container, [
    ...(folder === undefined ? [folderVersion("folder", { id: folderId, name: folderName })] : []),
    ...copies,
  ]);
  const path = `${site.webUrl}/Shared Documents/${folderName}`;
  return {
    kind: "succeeded",
    result: {
      ...NO_RESULT,
      restoredItemKey: itemKeyOf(site, copies[0]?.itemId ?? folderId),
      restoredItemPath: path,
      restoredItemWebUrl: selection.itemId === null ? path : `${path}/${copies[0]?.name ?? ""}`,
    },
  };
}

function succeededAt(site: Site): ArtifactOutcome {
  return {
    kind: "succeeded",
    result: {
      ...NO_RESULT,
      restoredSiteId: site.id,
      restoredSiteName: site.displayName,
      restoredSiteWebUrl: site.webUrl,
    },
  };
}

/** The original address with the first free suffix R0 … R999, or null when all are taken. */
function freeCopyUrl(context: Context, webUrl: string): string | null {
  const taken = new Set<string>();
  for (const site of sitesState.of(context).created(context.tenantId).values()) {
    taken.add(site.webUrl.toLowerCase());
  }
  for (let copy = 0; copy < backupOf(context).limits.siteCopiesPerUrl; copy += 1) {
    const candidate = `${webUrl}R${copy}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
  return null;
}

function newItemId(context: Context): string {
  return `01${context.newId().replaceAll("-", "").toUpperCase()}`;
}

function newMailItemId(context: Context): string {
  return `AAMk${Buffer.from(context.newId().replaceAll("-", ""), "hex").toString("base64url")}`;
}
