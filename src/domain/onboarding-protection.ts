import type { Workload } from "./workload.ts";

/** What the protected things of a workload are called. */
const NOUNS: Readonly<Record<Workload, string>> = {
  exchange: "mailboxes",
  oneDriveForBusiness: "OneDrives",
  sharePoint: "sites",
};

/** What our policy of a workload is called. One that we made and did not finish is found again by this name. */
export const policyName = (workload: Workload): string => `m365-continuity ${NOUNS[workload]}`;

export interface PolicyReading {
  readonly id: string;
  readonly displayName: string;
  /** `protectionPolicyStatus`. */
  readonly status: string;
}

/** Statuses of a policy that protects; a service may have one such policy only. The better one first. */
const ACTIVE_STATUSES: readonly string[] = ["active", "activeWithErrors", "updating"];

/**
 * The policy of a workload to work with: the active one, whoever made it; else the inactive one that we made; else null,
 * and one has to be created. An inactive policy of somebody else was paused on purpose and is left alone.
 */
export function choosePolicy(
  policies: readonly PolicyReading[],
  workload: Workload,
): PolicyReading | null {
  for (const status of ACTIVE_STATUSES) {
    const active = policies.find((policy) => policy.status === status);
    if (active !== undefined) {
      return active;
    }
  }
  return policies.find(({ displayName }) => displayName === policyName(workload)) ?? null;
}

export interface UnitState {
  /** Null for a unit that was removed from its policy. */
  readonly policyId: string | null;
  /** `protectionUnitStatus`. */
  readonly status: string;
  readonly errorCode: string | null;
}

/** Whether a protectable has to be added to the policy: no policy holds it. */
export const isToBeAdded = (unit: UnitState | null): boolean =>
  unit === null || unit.policyId === null;

/** Graph refuses to add what a policy holds already; that is what was wanted, and is proven by reading it back. */
export const isHarmlessRefusal = (code: string): boolean => code === "ProtectionUnitAlreadyExists";

export type ProtectionResult =
  | { readonly kind: "protected" }
  /** Asked for and not done yet. */
  | { readonly kind: "pending" }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * What a second read says about one protectable.
 *
 * @param unit Null when no unit was found for it.
 * @param refusal Graph's code when it was refused as an addition; null when it was not.
 */
export function judgeProtection(unit: UnitState | null, refusal: string | null): ProtectionResult {
  if (unit === null || unit.policyId === null) {
    return { kind: "failed", reason: refusal ?? "no protection unit was made for it" };
  }
  if (unit.errorCode !== null) {
    return { kind: "failed", reason: unit.errorCode };
  }
  switch (unit.status) {
    case "protected":
      return { kind: "protected" };
    case "protectRequested":
      return { kind: "pending" };
    default:
      return { kind: "failed", reason: `its unit is ${unit.status}` };
  }
}

/** Ids of failures that are shown; the rest is counted. */
const SHOWN_FAILURES = 5;

/** What a read-back of a workload found so far. */
export interface ProtectionTally {
  readonly protectables: number;
  readonly protected: number;
  readonly pending: number;
  readonly failed: number;
  /** The first few failures, as `id: reason`. */
  readonly failures: readonly string[];
}

export const NO_PROTECTION: ProtectionTally = {
  protectables: 0,
  protected: 0,
  pending: 0,
  failed: 0,
  failures: [],
};

export const countProtection = (resourceId: string, result: ProtectionResult): ProtectionTally => ({
  protectables: 1,
  protected: result.kind === "protected" ? 1 : 0,
  pending: result.kind === "pending" ? 1 : 0,
  failed: result.kind === "failed" ? 1 : 0,
  failures: result.kind === "failed" ? [`${resourceId}: ${result.reason}`] : [],
});

export const addProtection = (left: ProtectionTally, right: ProtectionTally): ProtectionTally => ({
  protectables: left.protectables + right.protectables,
  protected: left.protected + right.protected,
  pending: left.pending + right.pending,
  failed: left.failed + right.failed,
  failures: [...left.failures, ...right.failures].slice(0, SHOWN_FAILURES),
});

/** One sentence about a workload; what is still pending when the time is up counts as failed. */
export function describeProtection(workload: Workload, tally: ProtectionTally): string {
  const open = tally.failed + tally.pending;
  const sum = `${tally.protected} of ${tally.protectables} ${NOUNS[workload]} protected`;
  if (open === 0) {
    return `${sum}.`;
  }
  const more = open - tally.failures.length;
  const named = tally.failures.join("; ");
  const rest = named === "" ? `${more} not yet` : more > 0 ? `${named}; and ${more} more` : named;
  return `${sum}, ${open} not: ${rest}.`;
}
