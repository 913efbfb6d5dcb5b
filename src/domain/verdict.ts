import { siteCollectionId } from "./site-id.ts";
import type { Workload } from "./workload.ts";

/** See `contracts/verification.ts`, which stores these words. */
export type Verdict = "fresh" | "stale" | "error" | "unprotected" | "unknown";

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export const NO_VERDICTS: VerdictCounts = {
  fresh: 0,
  stale: 0,
  error: 0,
  unprotected: 0,
  unknown: 0,
};

export const addVerdicts = (left: VerdictCounts, right: VerdictCounts): VerdictCounts => ({
  fresh: left.fresh + right.fresh,
  stale: left.stale + right.stale,
  error: left.error + right.error,
  unprotected: left.unprotected + right.unprotected,
  unknown: left.unknown + right.unknown,
});

/**
 * Statuses of a unit that its policy holds. Every other status means that nothing new is backed up.
 * Source: protectionUnitStatus, v1.0 metadata of 2026-08.
 */
const PROTECTED_STATUSES: ReadonlySet<string> = new Set(["protected", "protectRequested"]);

export const isProtected = (unit: { readonly status: string; readonly policyId: string | null }) =>
  unit.policyId !== null && PROTECTED_STATUSES.has(unit.status);

/** What was read about a unit's restore points. */
export type PointReading =
  | { readonly kind: "found"; readonly id: string; readonly protectionDateTime: string }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly reason: string };

export interface UnitReading {
  readonly status: string;
  readonly policyId: string | null;
  readonly errorCode: string | null;
  /** Only asked of units that are protected without an error; else null. */
  readonly point: PointReading | null;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly restorePoint: { readonly id: string; readonly protectionDateTime: string } | null;
  readonly ageMinutes: number | null;
}

/**
 * Judges one protectable. What could not be read is `unknown`, never `fresh`; a protected unit without any restore point
 * is `stale`, because nothing could be brought back.
 *
 * @param unit Null when no protection unit covers the protectable.
 * @param now Unix milliseconds.
 */
export function judge(unit: UnitReading | null, objectiveMinutes: number, now: number): Judgement {
  if (unit === null) {
    return verdict("unprotected", "No protection policy covers it.");
  }
  // A unit that its policy holds and the service cannot back up shows any status, `unprotected` too, beside its error.
  if (unit.policyId !== null && unit.errorCode !== null) {
    return verdict(
      "error",
      `Microsoft 365 Backup reports ${unit.errorCode} for its protection unit.`,
    );
  }
  if (!isProtected(unit)) {
    return verdict(
      "unprotected",
      `Its protection unit is ${unit.status}; nothing new is backed up.`,
    );
  }
  const point = unit.point ?? {
    kind: "unknown" as const,
    reason: "its restore points were not read",
  };
  switch (point.kind) {
    case "unknown":
      return verdict("unknown", `Nothing can be said: ${point.reason}.`);
    case "none":
      return verdict(
        "stale",
        unit.status === "protectRequested"
          ? "Protection was requested and there is no restore point yet."
          : "It has no restore point.",
      );
    case "found":
      return judgeAge(point, objectiveMinutes, now);
  }
}

function judgeAge(
  point: { readonly id: string; readonly protectionDateTime: string },
  objectiveMinutes: number,
  now: number,
): Judgement {
  const ageMinutes = Math.max(0, Math.floor((now - Date.parse(point.protectionDateTime)) / 60_000));
  const isFresh = ageMinutes <= objectiveMinutes;
  return {
    verdict: isFresh ? "fresh" : "stale",
    reason: `Its newest restore point is ${ageMinutes} minutes old; the objective is ${objectiveMinutes}.`,
    restorePoint: { id: point.id, protectionDateTime: point.protectionDateTime },
    ageMinutes,
  };
}

const verdict = (word: Verdict, reason: string): Judgement => ({
  verdict: word,
  reason,
  restorePoint: null,
  ageMinutes: null,
});

/** The key under which a protectable and its unit meet, whichever form of a site's id either uses. */
export const protectableKey = (workload: Workload, resourceId: string): string =>
  workload === "sharePoint" ? siteCollectionId(resourceId) : resourceId.toLowerCase();

/**
 * The next window of a merge of two lists that are read in the order of their keys: the keys of both that are certain to
 * be complete. A list that was read to its end (`isEnd`) bounds nothing; otherwise nothing behind its last key is known.
 */
export function mergeWindow<Left, Right>(
  left: { readonly entries: readonly (readonly [string, Left])[]; readonly isEnd: boolean },
  right: { readonly entries: readonly (readonly [string, Right])[]; readonly isEnd: boolean },
): {
  readonly pairs: readonly {
    readonly key: string;
    readonly left: Left | null;
    readonly right: Right | null;
  }[];
  /** Key behind which the next window begins; null when both lists are done. */
  readonly next: string | null;
} {
  const bounds = [left, right].flatMap(({ entries, isEnd }) => {
    const last = entries.at(-1);
    return isEnd || last === undefined ? [] : [last[0]];
  });
  const bound = bounds.length === 0 ? null : bounds.reduce((a, b) => (a < b ? a : b));
  const pairs = new Map<string, { left: Left | null; right: Right | null }>();
  for (const [key, value] of left.entries) {
    pairs.set(key, { left: value, right: null });
  }
  for (const [key, value] of right.entries) {
    pairs.set(key, { left: pairs.get(key)?.left ?? null, right: value });
  }
  const complete = [...pairs]
    .filter(([key]) => bound === null || key <= bound)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, pair]) => ({ key, ...pair }));
  return { pairs: complete, next: bound };
}
