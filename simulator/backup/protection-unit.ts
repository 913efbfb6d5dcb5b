import type { Stamp } from "./stamp.ts";
import type { Service } from "./service-kind.ts";

export type UnitStatus =
  | "protectRequested"
  | "protected"
  | "unprotectRequested"
  | "unprotected"
  | "removeRequested"
  | "offboardRequested"
  | "offboarded"
  | "cancelOffboardRequested";

/** In-body error of a unit or an artifact. */
export interface ItemError {
  readonly code: string;
  readonly message: string;
}

/** While points are taken: `[firstPointAt, endsAt)` in Unix milliseconds, `null` for "still". */
export interface ProtectionSpan {
  readonly firstPointAt: number;
  endsAt: number | null;
}

/** Bits of `protectionSources`. */
export const MANUAL_SOURCE = 1;
export const DYNAMIC_RULE_SOURCE = 2;

/**
 * One thing that is, was or will be backed up. Times decide: `status` holds once `pending` has settled, so nothing
 * has to run when an hour passes.
 */
export interface ProtectionUnit {
  readonly id: string;
  readonly service: Service;
  /** Site: `host,siteCollectionGuid,webGuid`; drive and mailbox: id of the user. */
  readonly resourceId: string;
  policyId: string | null;
  sources: number;
  status: UnitStatus;
  pending: {
    readonly status:
      "protectRequested" | "unprotectRequested" | "removeRequested" | "cancelOffboardRequested";
    readonly settlesAt: number;
  } | null;
  spans: ProtectionSpan[];
  error: ItemError | null;
  offboardRequestedAt: number | null;
  readonly created: Stamp;
  modified: Stamp;
}

/** Status at an instant. */
export function unitStatusAt(unit: ProtectionUnit, now: number): UnitStatus {
  return unit.pending !== null && now < unit.pending.settlesAt ? unit.pending.status : unit.status;
}

/** The policy that holds the unit at an instant; a removal lets go once it has settled. */
export function unitPolicyAt(unit: ProtectionUnit, now: number): string | null {
  return unit.pending?.status === "removeRequested" && now >= unit.pending.settlesAt
    ? null
    : unit.policyId;
}

/** Sources at an instant; an unprotected unit has none. */
export function unitSourcesAt(unit: ProtectionUnit, now: number): string {
  const status = unitStatusAt(unit, now);
  if (unit.sources === 0 || (status !== "protected" && status !== "protectRequested")) {
    return "none";
  }
  const words: string[] = [];
  if ((unit.sources & MANUAL_SOURCE) !== 0) {
    words.push("manual");
  }
  if ((unit.sources & DYNAMIC_RULE_SOURCE) !== 0) {
    words.push("dynamicRule");
  }
  return words.join(", ");
}

/** Starts protection: `protectRequested` until `settlesAt`, points from `firstPointAt` on. */
export function startProtection(
  unit: ProtectionUnit,
  times: { readonly settlesAt: number; readonly firstPointAt: number },
): void {
  unit.status = "protected";
  unit.pending = { status: "protectRequested", settlesAt: times.settlesAt };
  unit.error = null;
  unit.offboardRequestedAt = null;
  unit.spans.push({ firstPointAt: times.firstPointAt, endsAt: null });
}

/** Stops protection: the old points stay, no new ones come from `at` on. */
export function stopProtection(
  unit: ProtectionUnit,
  reason: "unprotectRequested" | "removeRequested",
  times: { readonly at: number; readonly settlesAt: number },
): void {
  unit.status = "unprotected";
  unit.pending = { status: reason, settlesAt: times.settlesAt };
  endSpans(unit, times.at);
}

/** No further points from an instant on, without any change of status: that is what "stale" looks like. */
export function endSpans(unit: ProtectionUnit, at: number): void {
  unit.spans = unit.spans.filter((span) => span.firstPointAt < at);
  for (const span of unit.spans) {
    span.endsAt = span.endsAt === null ? at : Math.min(span.endsAt, at);
  }
}
