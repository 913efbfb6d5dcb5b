import type { ContentSize } from "../content/content-size.ts";
import type { Stamp } from "./stamp.ts";
import type { ItemError } from "./protection-unit.ts";
import type { ArtifactTimeline } from "./restore-duration.ts";
import type { Service } from "./service-kind.ts";

export type DestinationType = "new" | "inPlace";
export type ArtifactStatus =
  "added" | "scheduling" | "scheduled" | "inProgress" | "succeeded" | "failed";
export type SessionStatus =
  "draft" | "activating" | "active" | "completedWithError" | "completed" | "failed";

/** What a finished artifact brought back: a folder of a mailbox, or a site or drive. */
export interface RestoreResult {
  readonly restoredSiteId: string | null;
  readonly restoredSiteName: string | null;
  readonly restoredSiteWebUrl: string | null;
  readonly restoredFolderId: string | null;
  readonly restoredFolderName: string | null;
  readonly restoredItemCount: number | null;
  readonly restoredItemKey: string | null;
  readonly restoredItemPath: string | null;
  readonly restoredItemWebUrl: string | null;
}

/** A result with nothing to tell yet. */
export const NO_RESULT: RestoreResult = {
  restoredSiteId: null,
  restoredSiteName: null,
  restoredSiteWebUrl: null,
  restoredFolderId: null,
  restoredFolderName: null,
  restoredItemCount: null,
  restoredItemKey: null,
  restoredItemPath: null,
  restoredItemWebUrl: null,
};

export type ArtifactOutcome =
  | { readonly kind: "succeeded"; readonly result: RestoreResult }
  | { readonly kind: "failed"; readonly error: ItemError };

/** The part of a point that a granular artifact brings back. */
export type Selection =
  | {
      readonly kind: "messages";
      readonly searchResponseId: string;
      readonly expression: string;
    }
  | {
      readonly kind: "item";
      readonly browseSessionId: string;
      readonly itemKey: string;
      /** The file or folder; null: the whole library. */
      readonly itemId: string | null;
      readonly webUrl: string;
    };

/** One unit at one point, in a session. `timeline` comes with activation, `outcome` with completion. */
export interface RestoreArtifact {
  readonly id: string;
  readonly unitId: string;
  readonly pointAt: number;
  readonly isExpress: boolean;
  readonly destinationType: DestinationType;
  /** Null: everything. */
  readonly selection: Selection | null;
  /** How much it is about. */
  readonly size: ContentSize;
  timeline: ArtifactTimeline | null;
  outcome: ArtifactOutcome | null;
}

/** Names and ids that become artifacts once the session is activated. */
export interface BulkRestoreRequest {
  readonly id: string;
  readonly displayName: string;
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly destinationType: DestinationType;
  /** Unix milliseconds, inclusive. */
  readonly period: { readonly from: number; readonly to: number };
  readonly preference: "latest" | "oldest";
  readonly tags: "none" | "fastRestore";
  status: "active" | "completed" | "completedWithErrors";
  unresolved: readonly (ItemError & { readonly target: string })[];
  readonly created: Stamp;
  modified: Stamp;
}

export interface RestoreSession {
  readonly id: string;
  readonly service: Service;
  jobType: "standard" | "bulk" | "granular";
  readonly artifacts: Map<string, RestoreArtifact>;
  activatedAt: number | null;
  /** When the last of its artifacts ends; 0 until they have their times. */
  endsAt: number;
  /** How many of its artifacts have ended. */
  ended: number;
  bulkRequest: BulkRestoreRequest | null;
  readonly created: Stamp;
  modified: Stamp;
}

/** Status of an artifact at an instant. Due outcomes must have been settled before. */
export function artifactStatusAt(artifact: RestoreArtifact, now: number): ArtifactStatus {
  const { timeline, outcome } = artifact;
  if (timeline === null) {
    return "added";
  }
  if (outcome !== null && now >= timeline.completesAt) {
    return outcome.kind;
  }
  if (now >= timeline.startsAt) {
    return "inProgress";
  }
  return now >= timeline.scheduledAt ? "scheduled" : "scheduling";
}

export interface ArtifactCount {
  readonly total: number;
  readonly completed: number;
  readonly inProgress: number;
  readonly failed: number;
}

/** Counts as the service gives them: `inProgress` is everything between activation and the end. */
export function countArtifacts(session: RestoreSession, now: number): ArtifactCount {
  let completed = 0;
  let failed = 0;
  let inProgress = 0;
  for (const artifact of session.artifacts.values()) {
    const status = artifactStatusAt(artifact, now);
    if (status === "succeeded") {
      completed += 1;
    } else if (status === "failed") {
      failed += 1;
    } else if (status !== "added") {
      inProgress += 1;
    }
  }
  return { total: session.artifacts.size, completed, inProgress, failed };
}

/** Status of a session at an instant: the aggregate of its artifacts. */
export function sessionStatusAt(session: RestoreSession, now: number): SessionStatus {
  if (session.activatedAt === null) {
    return "draft";
  }
  const artifacts = [...session.artifacts.values()];
  const count = countArtifacts(session, now);
  if (artifacts.length === 0) {
    // A bulk request of which nothing could be resolved leaves a session with nothing to do.
    return session.bulkRequest?.status === "active" ? "activating" : "failed";
  }
  if (count.inProgress > 0) {
    const isScheduling = artifacts.every(
      (artifact) => artifactStatusAt(artifact, now) === "scheduling",
    );
    return isScheduling ? "activating" : "active";
  }
  if (count.failed === 0) {
    return "completed";
  }
  return count.completed === 0 ? "failed" : "completedWithError";
}

/** Whether the session counts against the ceiling of active sessions. */
export function isSessionRunning(session: RestoreSession, now: number): boolean {
  const status = sessionStatusAt(session, now);
  return status === "activating" || status === "active";
}

/** When the last artifact ended, or null while any is open. */
export function sessionCompletedAt(session: RestoreSession, now: number): number | null {
  if (session.activatedAt === null || isSessionRunning(session, now)) {
    return null;
  }
  let latest = session.bulkRequest?.modified.at ?? session.activatedAt;
  for (const artifact of session.artifacts.values()) {
    latest = Math.max(latest, artifact.timeline?.completesAt ?? 0);
  }
  return latest;
}
