import { z } from "zod";
import { Actor, TenantId, Waiting, Workload } from "./identifiers.ts";

/**
 * What one protectable's verification found. `fresh`: a restore point within the objective; `stale`: the newest one is
 * older; `error`: the service reports an error for the unit; `unprotected`: no policy covers it; `unknown`: could not be
 * asked, so nothing is claimed.
 */
export const Verdict = z.enum(["fresh", "stale", "error", "unprotected", "unknown"]);
export type Verdict = z.infer<typeof Verdict>;

/** How many protectables got each verdict. */
export const VerdictCounts = z.object({
  fresh: z.number().int(),
  stale: z.number().int(),
  error: z.number().int(),
  unprotected: z.number().int(),
  unknown: z.number().int(),
});
export type VerdictCounts = z.infer<typeof VerdictCounts>;

/** The restore point that a verdict or a plan rests on. */
export const RestorePointReference = z.object({
  id: z.string(),
  /** ISO instant of the state that it holds. */
  protectionDateTime: z.string(),
});
export type RestorePointReference = z.infer<typeof RestorePointReference>;

/** One protectable's verdict, as stored and answered. */
export const UnitVerdict = z.object({
  tenantId: TenantId,
  workload: Workload,
  /** Directory object id of the user, or site id. */
  resourceId: z.string(),
  /** Null when no policy covers it. */
  protectionUnitId: z.string().nullable(),
  /** User principal name or site address; null when the directory no longer knows it. */
  name: z.string().nullable(),
  verdict: Verdict,
  /** One sentence that says why. */
  reason: z.string(),
  restorePoint: RestorePointReference.nullable(),
  /** Age of that point when it was read, in minutes. */
  ageMinutes: z.number().nullable(),
});
export type UnitVerdict = z.infer<typeof UnitVerdict>;

/** What one tenant's part of a verification says. */
export const TenantVerification = z.object({
  tenantId: TenantId,
  displayName: z.string(),
  state: z.enum(["pending", "running", "completed", "failed"]),
  /** `serviceStatus.status` of the tenant's backup service; null when it could not be read. */
  serviceStatus: z.string().nullable(),
  /** What is wrong with the service itself, one sentence each; empty when nothing is. */
  findings: z.array(z.string()),
  workloads: z.record(Workload, VerdictCounts).nullable(),
});
export type TenantVerification = z.infer<typeof TenantVerification>;

export const Verification = z.object({
  id: z.string(),
  state: z.enum(["running", "completed", "completedWithErrors", "failed"]),
  requestedBy: Actor,
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** Age of the newest restore point that still counts as fresh, in minutes. */
  freshnessObjectiveMinutes: z.number(),
  counts: VerdictCounts,
  tenants: z.array(TenantVerification),
  /** What it waits for now; null while it works and when it has ended. */
  waiting: Waiting.nullable(),
});
export type Verification = z.infer<typeof Verification>;

/** `POST /api/verifications`. Without `tenantIds` every known tenant that the caller may see. */
export const StartVerification = z.strictObject({
  tenantIds: z.array(TenantId).min(1).max(200).optional(),
});
