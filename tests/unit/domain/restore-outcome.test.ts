import { expect, test } from "@jest/globals";
import {
  addOutcomes,
  type ArtifactReading,
  cancelledMessage,
  finalState,
  judgeOutcome,
  NO_OUTCOMES,
  type ProofReading,
} from "../../../src/domain/restore-outcome.ts";

const artifact = (change: Partial<ArtifactReading> = {}): ArtifactReading => ({
  status: "succeeded",
  restorePointId: "point",
  errorCode: null,
  errorMessage: null,
  restoredItemCount: null,
  ...change,
});
const failed = (errorCode: string | null, errorMessage: string | null = null) =>
  artifact({ status: "failed", errorCode, errorMessage });

const SEEN: ProofReading = { kind: "seen" };
const HIDDEN: ProofReading = { kind: "notVisible" };
const UNREADABLE: ProofReading = { kind: "unreadable", code: "Forbidden" };

type Case = [string, ArtifactReading | null, ProofReading | null, boolean, string | null, string];

test.each<Case>([
  ["no artifact", null, null, false, "failed", "The restore session has no artifact for it."],
  [
    "a failure without a code",
    failed(null),
    null,
    false,
    "failed",
    "Microsoft 365 Backup reports UnknownError",
  ],
  [
    "a failure with a text",
    failed("QuotaExceeded", "Full."),
    null,
    false,
    "failed",
    "Microsoft 365 Backup reports QuotaExceeded: Full.",
  ],
  [
    "a failure with an empty text",
    failed("QuotaExceeded", ""),
    null,
    false,
    "failed",
    "Microsoft 365 Backup reports QuotaExceeded",
  ],
  [
    "a lock",
    failed("ArtifactCannotBeRestored"),
    null,
    false,
    "skipped",
    "It cannot be restored (ArtifactCannotBeRestored): a preservation lock or a divestiture of the tenant forbids it.",
  ],
  [
    "a running artifact",
    artifact({ status: "inProgress" }),
    null,
    false,
    null,
    "Its artifact is inProgress.",
  ],
  [
    "a running artifact at the deadline",
    artifact({ status: "inProgress" }),
    null,
    true,
    "failed",
    "It was still inProgress at our deadline; the session goes on in Microsoft 365 Backup.",
  ],
  [
    "another restore point",
    artifact({ restorePointId: "other" }),
    SEEN,
    false,
    "failed",
    "It was restored from another restore point than planned.",
  ],
  ["no second read", artifact(), null, true, null, "Restored; not read back yet."],
  ["a second read that sees it", artifact(), SEEN, false, "done", "Restored and read back."],
  [
    "a mailbox without differences",
    artifact({ restoredItemCount: 0 }),
    SEEN,
    false,
    "done",
    "Nothing differed from the restore point; read back.",
  ],
  [
    "nothing to see yet",
    artifact(),
    HIDDEN,
    false,
    null,
    "Restored; its address is not visible yet.",
  ],
  [
    "nothing to see at last",
    artifact(),
    HIDDEN,
    true,
    "failed",
    "The service reports it as restored, but it cannot be found.",
  ],
  [
    "no permission to look",
    artifact(),
    UNREADABLE,
    false,
    null,
    "Restored; reading it back failed (Forbidden).",
  ],
  [
    "no permission to look at last",
    artifact(),
    UNREADABLE,
    true,
    "failed",
    "The service reports it as restored, but it could not be read back (Forbidden).",
  ],
])("judges %s", (_, reading, proof, isLastLook, outcome, reason) => {
  expect(judgeOutcome({ plannedPointId: "point", artifact: reading, proof, isLastLook })).toEqual({
    outcome,
    reason,
  });
});

test("adds outcomes", () => {
  expect(addOutcomes({ done: 1, skipped: 2, failed: 3 }, { ...NO_OUTCOMES, failed: 1 })).toEqual({
    done: 1,
    skipped: 2,
    failed: 4,
  });
});

test.each([
  ["failed", { hasFailed: true, isCancelled: true, done: 2 }],
  ["cancelled", { hasFailed: false, isCancelled: true, done: 2 }],
  ["completed", { hasFailed: false, isCancelled: false, done: 2 }],
  ["completedWithErrors", { hasFailed: false, isCancelled: false, done: 1 }],
])("a run ends as %s", (state, { hasFailed, isCancelled, done }) => {
  const counts = { done, skipped: 2 - done, failed: 0 };
  expect(finalState({ asked: 2, counts, hasFailed, isCancelled })).toBe(state);
});

test.each([
  [[], "Cancelled by Ada before any session was activated: nothing was restored."],
  [
    [
      { isActivated: true, units: 5 },
      { isActivated: false, units: 7 },
    ],
    "Cancelled by Ada. Sessions that had been activated, which Microsoft 365 Backup cannot stop: 1 with 5 units; they were watched to their end. Sessions that were not started: 1.",
  ],
])("says what a cancelled run had done", (waves, message) => {
  expect(cancelledMessage("Ada", waves)).toBe(message);
});
