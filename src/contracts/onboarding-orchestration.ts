import { z } from "zod";
import type { BackupServiceNeed } from "../domain/onboarding-backup.ts";
import type { EdgeTally, JobState } from "../domain/onboarding-edge.ts";
import type { Membership, OwnerChoice } from "../domain/onboarding-membership.ts";
import type { ProtectionTally } from "../domain/onboarding-protection.ts";
import { ONBOARDING_STEPS, type OnboardingStepName } from "../domain/onboarding-steps.ts";
import { defineActivity } from "../durable/activity.ts";
import { defineOrchestration } from "../durable/orchestration-reference.ts";
import { Actor, TenantId, Workload } from "./identifiers.ts";
import {
  MtoRole,
  type OnboardingEdge,
  type OperatorAction,
  type ProtectionCounts,
  type TenantOnboarding,
} from "./onboarding.ts";

/** How far an onboarding is: what it carries over when it continues as new. Finished steps are not run again. */
export const OnboardingProgress = z.object({
  step: z.enum(ONBOARDING_STEPS),
  /** When each wait of the step began, so that its deadline does not move. */
  waits: z.record(z.string(), z.string()),
  /** Requests to join that Graph gave up. */
  failedJoins: z.number().int(),
});
export type OnboardingProgress = z.infer<typeof OnboardingProgress>;

/** Input of `onboardTenant`. */
export const OnboardTenantInput = z.object({
  /** Sorts newest first and keeps what one pass collects apart from the next. */
  runId: z.string(),
  tenantId: TenantId,
  displayName: z.string(),
  role: MtoRole,
  batchId: z.string(),
  requestedBy: Actor,
  /** How long to wait for a step that only a signed-in person may do, in minutes. */
  operatorActionDeadlineMinutes: z.number(),
  progress: OnboardingProgress.nullable().default(null),
});
export type OnboardTenantInput = z.infer<typeof OnboardTenantInput>;

const pageOf = <const Phase extends string>(phase: Phase) =>
  z.object({ phase: z.literal(phase), nextLink: z.string().nullable() });

/** Input of `protectWorkload`, and what it carries over when it continues as new: a phase and its place in a list. */
export const ProtectWorkloadInput = z.object({
  runId: z.string(),
  tenantId: TenantId,
  workload: Workload,
  position: z
    .discriminatedUnion("phase", [
      pageOf("protectables"),
      pageOf("units"),
      z.object({ phase: z.literal("policy") }),
      z.object({
        phase: z.literal("additions"),
        policyId: z.string(),
        after: z.string().nullable(),
      }),
      z.object({ phase: z.literal("activation"), policyId: z.string() }),
      z.object({ phase: z.literal("settling"), policyId: z.string(), since: z.string() }),
    ])
    .default({ phase: "protectables", nextLink: null }),
});
export type ProtectWorkloadInput = z.infer<typeof ProtectWorkloadInput>;

/** Input of `checkProtection`, and what it carries over when it continues as new. */
export const CheckProtectionInput = z.object({
  /** Not the one of the pass that protected: this pass reads everything again. */
  runId: z.string(),
  tenantId: TenantId,
  workload: Workload,
  /** When the first look began; units that are still being protected are waited for from then on. */
  since: z.string().nullable().default(null),
  position: z
    .discriminatedUnion("phase", [
      pageOf("protectables"),
      pageOf("units"),
      z.object({ phase: z.literal("tally"), after: z.string().nullable() }),
    ])
    .default({ phase: "protectables", nextLink: null }),
  tally: z
    .object({
      protectables: z.number(),
      protected: z.number(),
      pending: z.number(),
      failed: z.number(),
      failures: z.array(z.string()),
    })
    .default({ protectables: 0, protected: 0, pending: 0, failed: 0, failures: [] }),
});
export type CheckProtectionInput = z.infer<typeof CheckProtectionInput>;

/** One tenant of an edge. */
const EdgeEnd = z.object({ tenantId: TenantId, displayName: z.string() });

const Edge = z.object({
  /** The tenant whose onboarding shows the edge. */
  tenantId: TenantId,
  source: EdgeEnd,
  target: EdgeEnd,
});

/** Input of `synchronizeEdge`, and what it carries over when it continues as new. */
export const SynchronizeEdgeInput = Edge.extend({
  /** When each wait began. */
  waits: z.record(z.string(), z.string()).default({}),
});
export type SynchronizeEdgeInput = z.infer<typeof SynchronizeEdgeInput>;

/** Input of `verifyEdge`, and what it carries over when it continues as new. */
export const VerifyEdgeInput = Edge.extend({
  /** When the first count began; users who are missing are waited for from then on. */
  since: z.string().nullable().default(null),
  nextLink: z.string().nullable().default(null),
  tally: z
    .object({ expected: z.number(), synchronized: z.number(), missing: z.array(z.string()) })
    .default({ expected: 0, synchronized: 0, missing: [] }),
});
export type VerifyEdgeInput = z.infer<typeof VerifyEdgeInput>;

/** What an edge's orchestration answers; failures are answers, so that the other direction is not hidden. */
export interface EdgeOutcome {
  readonly kind: "done" | "failed";
  readonly detail: string;
}

export const onboardTenant = defineOrchestration<z.input<typeof OnboardTenantInput>, null>(
  "onboardTenant",
);
export const protectWorkload = defineOrchestration<z.input<typeof ProtectWorkloadInput>, null>(
  "protectWorkload",
);
export const checkProtection = defineOrchestration<
  z.input<typeof CheckProtectionInput>,
  ProtectionTally
>("checkProtection");
export const synchronizeEdge = defineOrchestration<
  z.input<typeof SynchronizeEdgeInput>,
  EdgeOutcome
>("synchronizeEdge");
export const verifyEdge = defineOrchestration<z.input<typeof VerifyEdgeInput>, EdgeOutcome>(
  "verifyEdge",
);

/** One orchestration a tenant: a second start joins the one that is alive. */
export const onboardingInstanceId = (tenantId: string): string => `onboardTenant-${tenantId}`;

interface OfTenant {
  readonly tenantId: string;
}

/** Writes one tenant's onboarding into the store. */
export const onboardingRecordActivities = {
  begin: defineActivity<OnboardTenantInput, null>("beginOnboarding"),
  saveStep: defineActivity<
    OfTenant & {
      readonly step: OnboardingStepName;
      readonly state: "running" | "waiting" | "done" | "failed";
      readonly detail: string;
      readonly waiting: TenantOnboarding["waiting"];
      readonly operatorAction: OperatorAction | null;
    },
    null
  >("saveOnboardingStep"),
  saveProtection: defineActivity<
    OfTenant & { readonly protection: readonly ProtectionCounts[] },
    null
  >("saveOnboardingProtection"),
  saveEdge: defineActivity<OfTenant & { readonly edge: OnboardingEdge }, null>(
    "saveOnboardingEdge",
  ),
  end: defineActivity<OfTenant & { readonly state: "completed" | "failed" }, null>("endOnboarding"),
};

export const backupServiceActivities = {
  /** Whether the tenant may be written to, and which permissions are missing; each problem one sentence. */
  preflight: defineActivity<
    OfTenant & {
      readonly owner: { readonly tenantId: string; readonly displayName: string } | null;
    },
    { readonly problems: readonly string[] }
  >("readOnboardingPreflight"),
  /** What the backup service needs next; with the operator action when a person has to do it. */
  readNeed: defineActivity<
    OfTenant,
    { readonly need: BackupServiceNeed; readonly operatorAction: OperatorAction | null }
  >("readBackupServiceNeed"),
  register: defineActivity<OfTenant, null>("registerServiceApp"),
  enable: defineActivity<OfTenant, null>("enableBackupService"),
};

interface OfWorkload extends OfTenant {
  readonly workload: z.infer<typeof Workload>;
}

export const protectionActivities = {
  /** Finds the policy to work with or creates it; null when the tenant has nothing to protect. */
  ensurePolicy: defineActivity<
    OfWorkload & { readonly runId: string },
    { readonly policyId: string | null }
  >("ensureProtectionPolicy"),
  /** Adds the next protectables that no policy holds; answers behind which key to go on, null at the end. */
  addUnits: defineActivity<
    OfWorkload & {
      readonly runId: string;
      readonly policyId: string;
      readonly after: string | null;
    },
    { readonly after: string | null }
  >("addProtectionUnits"),
  /** Starts protecting, if the policy is inactive. */
  activate: defineActivity<OfWorkload & { readonly policyId: string }, null>(
    "activateProtectionPolicy",
  ),
  readPolicy: defineActivity<
    OfWorkload & { readonly policyId: string },
    { readonly status: string }
  >("readProtectionPolicyStatus"),
  /** Compares the next protectables with the units that were read back. */
  tally: defineActivity<
    OfWorkload & { readonly runId: string; readonly after: string | null },
    { readonly tally: ProtectionTally; readonly after: string | null }
  >("tallyProtection"),
  /** Forgets what an earlier pass was refused. */
  clearRefusals: defineActivity<OfWorkload, null>("clearProtectionRefusals"),
};

interface OfMember extends OfTenant {
  readonly ownerTenantId: string;
}

export const membershipActivities = {
  findOwner: defineActivity<OfTenant, OwnerChoice>("findMtoOwner"),
  /** Sets both templates, which act at the moment when somebody joins. */
  setTemplates: defineActivity<OfTenant, null>("setMtoTemplates"),
  /** Creates the organization if the tenant belongs to none; answers whether it is there yet. */
  ensureOrganization: defineActivity<
    OfTenant & { readonly displayName: string },
    { readonly isActive: boolean }
  >("ensureMultitenantOrganization"),
  /** Whether the tenant belongs to an organization. */
  readOrganization: defineActivity<OfTenant, { readonly isActive: boolean }>(
    "readMultitenantOrganization",
  ),
  /** Lists the tenant as member at the owner. */
  addMember: defineActivity<OfMember & { readonly displayName: string }, null>("addMtoMember"),
  readMembership: defineActivity<
    OfMember,
    { readonly membership: Membership; readonly ownerState: string | null }
  >("readMtoMembership"),
  requestJoin: defineActivity<OfMember, null>("requestMtoJoin"),
  resetJoin: defineActivity<OfTenant, null>("resetMtoJoin"),
};

interface OfPartner extends OfTenant {
  readonly partnerTenantId: string;
}

interface OfConfiguration {
  readonly sourceTenantId: string;
  readonly targetTenantId: string;
  readonly servicePrincipalId: string;
}

export const edgeActivities = {
  ensurePartner: defineActivity<OfPartner, null>("ensureCrossTenantPartner"),
  allowInbound: defineActivity<OfPartner & { readonly displayName: string }, null>(
    "allowInboundSynchronization",
  ),
  allowRedemption: defineActivity<OfPartner, null>("allowAutomaticRedemption"),
  /** Finds the edge's configuration in the source or creates it. */
  ensureConfiguration: defineActivity<
    { readonly sourceTenantId: string; readonly targetTenantId: string },
    { readonly servicePrincipalId: string; readonly scopeRoleId: string }
  >("ensureSynchronizationConfiguration"),
  validateCredentials: defineActivity<OfConfiguration, null>("validateSynchronizationCredentials"),
  ensureJob: defineActivity<OfConfiguration, { readonly jobId: string }>(
    "ensureSynchronizationJob",
  ),
  saveSecrets: defineActivity<OfConfiguration & { readonly jobId: string }, null>(
    "saveSynchronizationSecrets",
  ),
  assignScopeGroup: defineActivity<OfConfiguration & { readonly scopeRoleId: string }, null>(
    "assignScopeGroup",
  ),
  startJob: defineActivity<OfConfiguration & { readonly jobId: string }, null>(
    "startSynchronizationJob",
  ),
  readJob: defineActivity<OfConfiguration & { readonly jobId: string }, JobState>(
    "readSynchronizationJob",
  ),
  /** Looks up one page of the scope group's members in the target. */
  countUsers: defineActivity<
    {
      readonly sourceTenantId: string;
      readonly targetTenantId: string;
      readonly nextLink: string | null;
    },
    { readonly tally: EdgeTally; readonly nextLink: string | null }
  >("countSynchronizedUsers"),
};
