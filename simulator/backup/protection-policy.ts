import { MINUTE_MS, drawFrom, type BackupDurations } from "./durations.ts";
import { unitStatusAt, type ProtectionUnit } from "./protection-unit.ts";
import type { Service } from "./service-kind.ts";
import type { Stamp } from "./stamp.ts";

export type PolicyStatus = "inactive" | "activeWithErrors" | "updating" | "active";

/** A policy of one service. `isActive` is what was asked last; `updatingUntil` is when that will be true. */
export interface ProtectionPolicy {
  readonly id: string;
  readonly service: Service;
  displayName: string;
  isActive: boolean;
  updatingUntil: number;
  readonly created: Stamp;
  modified: Stamp;
}

/** Status at an instant: the aggregate of the policy's units, `updating` while any change is under way. */
export function policyStatusAt(
  policy: ProtectionPolicy,
  units: Iterable<ProtectionUnit>,
  now: number,
): PolicyStatus {
  if (now < policy.updatingUntil) {
    return "updating";
  }
  if (!policy.isActive) {
    return "inactive";
  }
  for (const unit of units) {
    if (unit.error !== null || unitStatusAt(unit, now) !== "protected") {
      return "activeWithErrors";
    }
  }
  return "active";
}

/** When the units of an activation settle and when their first points appear, in Unix milliseconds. */
export interface ProtectionTimes {
  readonly settlesAt: number;
  readonly firstPointAt: number;
}

/** Times of unit `index` of those that one activation or addition protects. */
export function protectionTimes(plan: {
  readonly kind: "activation" | "addition";
  readonly at: number;
  readonly index: number;
  readonly policyId: string;
  readonly unitId: string;
  readonly seed: number;
  readonly durations: BackupDurations;
}): ProtectionTimes {
  const { durations, seed } = plan;
  const range = plan.kind === "activation" ? durations.policyProcessing : durations.unitAddition;
  const processing = drawFrom(range, seed, plan.kind, plan.policyId, plan.at);
  const queueing = (plan.index / 1_000) * durations.perThousandUnits;
  const settlesAt = plan.at + Math.round((processing + queueing) * MINUTE_MS);
  const firstPoint = drawFrom(durations.firstPoint, seed, "first point", plan.unitId, plan.at);
  return { settlesAt, firstPointAt: settlesAt + Math.round(firstPoint * MINUTE_MS) };
}

/** When a pause or a removal settles, in Unix milliseconds. */
export function releaseSettlesAt(plan: {
  readonly at: number;
  readonly policyId: string;
  readonly seed: number;
  readonly durations: BackupDurations;
}): number {
  const minutes = drawFrom(
    plan.durations.policyProcessing,
    plan.seed,
    "release",
    plan.policyId,
    plan.at,
  );
  return plan.at + Math.round(minutes * MINUTE_MS);
}
