import { z } from "zod";
import { defineActivity } from "../durable/activity.ts";
import { defineOrchestration } from "../durable/orchestration-reference.ts";
import { Actor, TenantId, Workload } from "./identifiers.ts";
import { VerdictCounts } from "./verification.ts";

/** Input of `verifyBackups`: one pass over some tenants. At most 200 tenants, so that the input stays small. */
export const VerifyBackupsInput = z.object({
  verificationId: z.string(),
  requestedBy: Actor,
  tenants: z.array(z.object({ tenantId: TenantId, displayName: z.string() })).max(200),
});
export type VerifyBackupsInput = z.infer<typeof VerifyBackupsInput>;

export const VerifyTenantInput = z.object({
  verificationId: z.string(),
  tenantId: TenantId,
  displayName: z.string(),
});
export type VerifyTenantInput = z.infer<typeof VerifyTenantInput>;

/** Input of `verifyWorkload`, and what it carries over when it continues as new. */
export const VerifyWorkloadInput = z.object({
  verificationId: z.string(),
  tenantId: TenantId,
  workload: Workload,
  position: z
    .discriminatedUnion("phase", [
      z.object({ phase: z.literal("protectables"), nextLink: z.string().nullable() }),
      z.object({ phase: z.literal("units"), nextLink: z.string().nullable() }),
      z.object({ phase: z.literal("verdicts"), after: z.string().nullable() }),
    ])
    .default({ phase: "protectables", nextLink: null }),
  counts: VerdictCounts.default({ fresh: 0, stale: 0, error: 0, unprotected: 0, unknown: 0 }),
});
export type VerifyWorkloadInput = z.infer<typeof VerifyWorkloadInput>;

export interface WorkloadSlice {
  readonly verificationId: string;
  readonly tenantId: string;
  readonly workload: z.infer<typeof Workload>;
}

export const verifyBackups = defineOrchestration<VerifyBackupsInput, null>("verifyBackups");
export const verifyTenant = defineOrchestration<VerifyTenantInput, VerdictCounts>("verifyTenant");
export const verifyWorkload = defineOrchestration<
  z.input<typeof VerifyWorkloadInput>,
  VerdictCounts
>("verifyWorkload");

export const verificationActivities = {
  /** Writes the verification and its tenants as running. */
  begin: defineActivity<VerifyBackupsInput, null>("beginVerification"),
  /** Reads the tenant's backup service and stores what is wrong with it. */
  readService: defineActivity<VerifyTenantInput, null>("readBackupService"),
  /** Stores one page of what the directory says ought to be protected; answers the link to the next. */
  collectProtectables: defineActivity<
    WorkloadSlice & { readonly nextLink: string | null },
    { readonly nextLink: string | null }
  >("collectProtectables"),
  /** Stores one page of protection units; answers the link to the next. */
  collectUnits: defineActivity<
    WorkloadSlice & { readonly nextLink: string | null },
    { readonly nextLink: string | null }
  >("collectProtectionUnits"),
  /** Judges the next few hundred protectables; answers where to go on, null at the end. */
  judge: defineActivity<
    WorkloadSlice & { readonly after: string | null },
    { readonly counts: VerdictCounts; readonly after: string | null }
  >("judgeProtectables"),
  /** Removes what was collected for the judging. */
  clear: defineActivity<WorkloadSlice, null>("clearCollected"),
  /** Stores a tenant's result. */
  endTenant: defineActivity<
    VerifyTenantInput & {
      readonly workloads: Partial<Record<z.infer<typeof Workload>, VerdictCounts>>;
      readonly failures: readonly string[];
    },
    null
  >("endTenantVerification"),
  /** Sums up and ends the verification. */
  end: defineActivity<
    { readonly verificationId: string; readonly failures: readonly string[] },
    null
  >("endVerification"),
};
