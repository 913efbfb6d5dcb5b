/** See `contracts/restore.ts`, which stores these words. */
export type Outcome = "done" | "skipped" | "failed";

/** What the session's list says of one planned unit. */
export interface ArtifactReading {
  /** `artifactRestoreStatus`. */
  readonly status: string;
  readonly restorePointId: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Items of a mailbox; null for sites and drives. */
  readonly restoredItemCount: number | null;
}

/** What a second read of the restored thing itself says. */
export type ProofReading =
  | { readonly kind: "seen" }
  | { readonly kind: "notVisible" }
  | { readonly kind: "unreadable"; readonly code: string };

export type OutcomeJudgement =
  | { readonly outcome: Outcome; readonly reason: string }
  /** Nothing can be said yet; ask again. */
  | { readonly outcome: null; readonly reason: string };

/** Error codes of artifacts after which trying again changes nothing. Source: backup-storage-error-codes.md, 2024-11. */
const PERMANENT_CODES: ReadonlyMap<string, string> = new Map([
  ["ArtifactNotFound", "the backup no longer holds it"],
  ["InvalidRestoreTime", "the backup has no state of that time"],
  ["ArtifactCannotBeRestored", "a preservation lock or a divestiture of the tenant forbids it"],
]);

/**
 * One planned unit's outcome, from two readings: the artifact with its restore point, and the restored thing itself.
 * Only both together make it done.
 *
 * @param artifact Null when the session's list has none for the unit.
 * @param proof Null when it was not asked for, because the artifact did not succeed.
 * @param isLastLook True when nothing will be asked again.
 */
export function judgeOutcome(reading: {
  readonly plannedPointId: string;
  readonly artifact: ArtifactReading | null;
  readonly proof: ProofReading | null;
  readonly isLastLook: boolean;
}): OutcomeJudgement {
  const { artifact, plannedPointId } = reading;
  if (artifact === null) {
    return { outcome: "failed", reason: "The restore session has no artifact for it." };
  }
  if (artifact.status === "failed") {
    return failedArtifact(artifact);
  }
  if (artifact.status !== "succeeded") {
    return reading.isLastLook
      ? {
          outcome: "failed",
          reason: `It was still ${artifact.status} at our deadline; the session goes on in Microsoft 365 Backup.`,
        }
      : { outcome: null, reason: `Its artifact is ${artifact.status}.` };
  }
  if (artifact.restorePointId !== plannedPointId) {
    return {
      outcome: "failed",
      reason: "It was restored from another restore point than planned.",
    };
  }
  return judgeProof(reading.proof, artifact, reading.isLastLook);
}

function failedArtifact({ errorCode, errorMessage }: ArtifactReading): OutcomeJudgement {
  const code = errorCode ?? "UnknownError";
  const permanent = PERMANENT_CODES.get(code);
  if (permanent !== undefined) {
    return { outcome: "skipped", reason: `It cannot be restored (${code}): ${permanent}.` };
  }
  const text = errorMessage === null || errorMessage === "" ? "" : `: ${errorMessage}`;
  return { outcome: "failed", reason: `Microsoft 365 Backup reports ${code}${text}` };
}

function judgeProof(
  proof: ProofReading | null,
  { restoredItemCount }: ArtifactReading,
  isLastLook: boolean,
): OutcomeJudgement {
  switch (proof?.kind) {
    case "seen":
      return {
        outcome: "done",
        reason:
          restoredItemCount === 0
            ? "Nothing differed from the restore point; read back."
            : "Restored and read back.",
      };
    case "notVisible":
      return isLastLook
        ? {
            outcome: "failed",
            reason: "The service reports it as restored, but it cannot be found.",
          }
        : { outcome: null, reason: "Restored; its address is not visible yet." };
    case "unreadable":
      return isLastLook
        ? {
            outcome: "failed",
            reason: `The service reports it as restored, but it could not be read back (${proof.code}).`,
          }
        : { outcome: null, reason: `Restored; reading it back failed (${proof.code}).` };
    case undefined:
      return { outcome: null, reason: "Restored; not read back yet." };
  }
}

export interface OutcomeCounts {
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
}

export const NO_OUTCOMES: OutcomeCounts = { done: 0, skipped: 0, failed: 0 };

export const addOutcomes = (left: OutcomeCounts, right: OutcomeCounts): OutcomeCounts => ({
  done: left.done + right.done,
  skipped: left.skipped + right.skipped,
  failed: left.failed + right.failed,
});

/** A run is completed only when every unit that was asked for is done; what was skipped is missing too. */
export function finalState(run: {
  readonly asked: number;
  readonly counts: OutcomeCounts;
  readonly isCancelled: boolean;
  readonly hasFailed: boolean;
}): "completed" | "completedWithErrors" | "cancelled" | "failed" {
  if (run.hasFailed) {
    return "failed";
  }
  if (run.isCancelled) {
    return "cancelled";
  }
  return run.counts.done === run.asked ? "completed" : "completedWithErrors";
}

/** What a cancelled run had already done, for people. */
export function cancelledMessage(
  by: string,
  waves: readonly { readonly isActivated: boolean; readonly units: number }[],
): string {
  const activated = waves.filter(({ isActivated }) => isActivated);
  if (activated.length === 0) {
    return `Cancelled by ${by} before any session was activated: nothing was restored.`;
  }
  const units = activated.reduce((sum, wave) => sum + wave.units, 0);
  const rest = waves.length - activated.length;
  return `Cancelled by ${by}. Sessions that had been activated, which Microsoft 365 Backup cannot stop: ${activated.length} with ${units} units; they were watched to their end. Sessions that were not started: ${rest}.`;
}
