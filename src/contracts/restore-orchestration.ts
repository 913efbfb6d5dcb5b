import { z } from "zod";
import { defineActivity } from "../durable/activity.ts";
import { defineOrchestration } from "../durable/orchestration-reference.ts";
import type { OutcomeCounts } from "../domain/restore-outcome.ts";
import { TenantId, Workload } from "./identifiers.ts";

/** Wakes a run or a wave; what happened stands in the store. */
export const RESTORE_CHANGED = "restoreChanged";

const RunKey = z.object({ runId: z.string(), tenantId: TenantId });
export type RunKey = z.infer<typeof RunKey>;

/** Input of `restoreRun`, and what it carries over when it continues as new. */
export const RestoreRunInput = RunKey.extend({
  position: z
    .discriminatedUnion("phase", [
      z.object({ phase: z.literal("planning") }),
      z.object({ phase: z.literal("approval"), plan: z.lazy(() => PlanSummary) }),
      z.object({
        phase: z.literal("restoring"),
        waves: z.number().int(),
        next: z.number().int(),
        /** Waves whose orchestration failed, one sentence each. */
        failures: z.array(z.string()).max(50),
      }),
    ])
    .default({ phase: "planning" }),
});
export type RestoreRunInput = z.infer<typeof RestoreRunInput>;

/** What a plan holds, for the orchestration. */
export const PlanSummary = z.object({
  planHash: z.string(),
  waves: z.number().int(),
  units: z.number().int(),
  /** ISO instant after which nobody can approve any more. */
  deadline: z.string(),
  requestedBy: z.string(),
});
export type PlanSummary = z.infer<typeof PlanSummary>;

const PlanCounts = z.object({
  asked: z.number().int(),
  planned: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
});
export type PlanCounts = z.infer<typeof PlanCounts>;
export const NO_PLAN_COUNTS: PlanCounts = { asked: 0, planned: 0, skipped: 0, failed: 0 };

/** Input of `planRestore`, and what it carries over. */
export const PlanRestoreInput = RunKey.extend({
  position: z
    .discriminatedUnion("phase", [
      z.object({ phase: z.literal("requested"), part: z.number().int() }),
      z.object({
        phase: z.literal("protectionUnits"),
        workload: Workload,
        nextLink: z.string().nullable(),
      }),
      z.object({ phase: z.literal("resolving"), after: z.string().nullable() }),
      z.object({
        phase: z.literal("waves"),
        workload: Workload,
        number: z.number().int(),
        after: z.string().nullable(),
      }),
    ])
    .default({ phase: "requested", part: 0 }),
  counts: PlanCounts.default(NO_PLAN_COUNTS),
});
export type PlanRestoreInput = z.infer<typeof PlanRestoreInput>;

export type PlanRestoreOutput =
  | { readonly kind: "planned"; readonly plan: PlanSummary }
  /** None of the units can be restored. */
  | { readonly kind: "empty" }
  | { readonly kind: "cancelled" };

/** Input of `restoreWave`, and what it carries over. */
export const RestoreWaveInput = RunKey.extend({
  workload: Workload,
  number: z.number().int(),
  units: z.number().int(),
  position: z
    .discriminatedUnion("phase", [
      z.object({ phase: z.literal("drafting") }),
      z.object({ phase: z.literal("watching"), since: z.string() }),
      z.object({ phase: z.literal("checking"), since: z.string(), hasEnded: z.boolean() }),
    ])
    .default({ phase: "drafting" }),
});
export type RestoreWaveInput = z.infer<typeof RestoreWaveInput>;

/** One wave of a run. */
export interface WaveKey {
  readonly runId: string;
  readonly tenantId: string;
  readonly workload: z.infer<typeof Workload>;
  readonly number: number;
}

export const restoreRun = defineOrchestration<z.input<typeof RestoreRunInput>, null>("restoreRun");
export const planRestore = defineOrchestration<z.input<typeof PlanRestoreInput>, PlanRestoreOutput>(
  "planRestore",
);
export const restoreWave = defineOrchestration<z.input<typeof RestoreWaveInput>, OutcomeCounts>(
  "restoreWave",
);

/** Instance ids say what they guard; they are made from stored ids, so that operators' signals find them. */
export const restoreRunInstance = (runId: string): string => `restoreRun-${runId}`;
export const restoreWaveInstance = (runId: string, number: number): string =>
  `restoreWave-${runId}-${number}`;
export const planRestoreInstance = (runId: string): string => `planRestore-${runId}`;

export const restorePlanActivities = {
  /** Stores one part of the requested list as units; answers the next part, null after the last. */
  storeUnits: defineActivity<
    RunKey & { readonly part: number },
    { readonly asked: number; readonly next: number | null; readonly isCancelled: boolean }
  >("storeRestoreUnits"),
  /** Stores a few pages of the tenant's protection units, to find requested ones in; answers the link to the next. */
  indexUnits: defineActivity<
    RunKey & { readonly workload: z.infer<typeof Workload>; readonly nextLink: string | null },
    { readonly nextLink: string | null; readonly isCancelled: boolean }
  >("indexRestorableUnits"),
  /** Finds the next units and the restore point of each; answers where to go on, null at the end. */
  resolveUnits: defineActivity<
    RunKey & { readonly after: string | null },
    {
      readonly planned: number;
      readonly skipped: number;
      readonly failed: number;
      readonly after: string | null;
      readonly isCancelled: boolean;
    }
  >("resolveRestoreUnits"),
  /** Stores the next wave of a workload; answers how many units it has and where to go on, null at the end. */
  planWave: defineActivity<
    WaveKey & { readonly after: string | null },
    { readonly units: number; readonly after: string | null }
  >("planRestoreWave"),
  /** Stores the plan over all waves with its hash and opens it for approval. */
  storePlan: defineActivity<RunKey & { readonly counts: PlanCounts }, PlanSummary | null>(
    "storeRestorePlan",
  ),
};

export const restoreRunActivities = {
  /** What people have decided, from the store; `isLate` expires the plan when nobody has. */
  readDecision: defineActivity<
    RunKey & { readonly isLate: boolean },
    { readonly decision: "open" | "approved" | "cancelled" | "expired" }
  >("readRestoreDecision"),
  /** Waves as planned, from the given number on. */
  readWaves: defineActivity<
    RunKey & { readonly from: number; readonly limit: number },
    readonly {
      readonly number: number;
      readonly workload: z.infer<typeof Workload>;
      readonly units: number;
    }[]
  >("readRestoreWaves"),
  /** Deletes drafts that interrupted requests of this run may have left behind. */
  sweep: defineActivity<RunKey & { readonly workload: z.infer<typeof Workload> }, null>(
    "sweepRestoreDrafts",
  ),
  /** Sums up and ends the run. */
  end: defineActivity<RunKey & { readonly failure: string | null }, null>("endRestoreRun"),
};

export const restoreWaveActivities = {
  /** Makes sure that the wave has exactly one session, by write-ahead. */
  draft: defineActivity<WaveKey, { readonly kind: "drafted" | "cancelled" | "activated" }>(
    "draftRestoreSession",
  ),
  /** Makes the draft equal to the plan, one request at a time; answers how many units are still missing. */
  fill: defineActivity<
    WaveKey,
    { readonly kind: "filled" | "cancelled" | "activated"; readonly missing: number }
  >("addRestoreArtifacts"),
  /** Verifies approval, plan and draft, and activates the draft. */
  activate: defineActivity<WaveKey, { readonly kind: "activated" | "cancelled" | "empty" }>(
    "activateRestoreSession",
  ),
  /** Deletes the wave's draft; its units fail with the reason. */
  discard: defineActivity<
    WaveKey & { readonly reason: string; readonly isCancelled: boolean },
    | { readonly kind: "discarded"; readonly counts: OutcomeCounts }
    /** Too late: an interrupted activation had gone through. */
    | { readonly kind: "activated" }
  >("discardRestoreDraft"),
  /** Looks at the session. */
  watch: defineActivity<WaveKey, { readonly hasEnded: boolean; readonly status: string }>(
    "watchRestoreSession",
  ),
  /** Judges a page of the session's artifacts by a second read; answers the link to the next. */
  judge: defineActivity<
    WaveKey & { readonly nextLink: string | null; readonly isLastLook: boolean },
    { readonly nextLink: string | null; readonly open: number }
  >("judgeRestoreOutcomes"),
  /** Ends the wave: units that have no outcome fail, with the reason where one is given. */
  end: defineActivity<WaveKey & { readonly reason: string | null }, OutcomeCounts>(
    "endRestoreWave",
  ),
};
