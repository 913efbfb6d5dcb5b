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

/** Where `protectWorkload` stands: a phase and how far it is in its list. */
const ProtectionPosition = z.discriminatedUnion("phase", [
  z.object({ phase: z.literal("protectables"), nextLink: z.string().nullable() }),
  z.object({ phase: z.literal("units"), nextLink: z.string().nullable() }),
  z.object({ phase: z.literal("policy") }),
  z.object({ phase: z.literal("additions"), policyId: z.string(), after: z.string().nullable() }),
  z.object({ phase: z.literal("activation"), policyId: z.string() }),
  z.object({ phase: z.literal("settling"), policyId: z.string() }),
  z.object({ phase: z.literal("unitsAgain"), nextLink: z.string().nullable() }),
  z.object({ phase: z.literal("tally"), after: z.string().nullable() }),
]);
export type ProtectionPosition = z.infer<typeof ProtectionPosition>;

/** Input of `protectWorkload`, and what it carries over when it continues as new. */
export const ProtectWorkloadInput = z.object({
  runId: z.string(),
  tenantId: TenantId,
  workload: Workload,
  /** `check` only reads back; `protect` first makes a policy protect everything. */
  mode: z.enum(["protect", "check"]),
  position: ProtectionPosition.default({ phase: "protectables", nextLink: null }),
  tally: z
    .object({
      protectables: z.number(),
      protected: z.number(),
      pending: z.number(),
      failed: z.number(),
      failures: z.array(z.string()),
    })
    .default({ protectables: 0, protected: 0, pending: 0, failed: 0, failures: [] }),
  /** When it began to wait for the service; null before. */
  settlingSince: z.string().nullable().default(null),
});
export type ProtectWorkloadInput = z.infer<typeof ProtectWorkloadInput>;

/** One tenant of an edge. */
const EdgeEnd = z.object({ tenantId: TenantId, displayName: z.string() });

/** Input of `synchronizeEdge` and `verifyEdge`. */
export const EdgeInput = z.object({
  /** The tenant whose onboarding shows the edge. */
  tenantId: TenantId,
  source: EdgeEnd,
  target: EdgeEnd,
  /** When each wait began. */
  waits: z.record(z.string(), z.string()).default({}),
});
export type EdgeInput = z.infer<typeof EdgeInput>;

/** What an edge's orchestration answers; failures are answers, so that the other direction is not hidden. */
export interface EdgeOutcome {
  readonly kind: "done" | "failed";
  readonly detail: string;
}

export const onboardTenant = defineOrchestration<z.input<typeof OnboardTenantInput>, null>(
  "onboardTenant",
);
export const protectWorkload = defineOrchestration<
  z.input<typeof ProtectWorkloadInput>,
  ProtectionTally
>("protectWorkload");
export const synchronizeEdge = defineOrchestration<z.input<typeof EdgeInput>, EdgeOutcome>(
  "synchronizeEdge",
);
export const verifyEdge = defineOrchestration<z.input<typeof EdgeInput>, EdgeOutcome>("verifyEdge");

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
    OfTenant & { readonly role: MtoRole },
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
  /** Finds the policy to work with or creates it. */
  ensurePolicy: defineActivity<OfWorkload, { readonly policyId: string }>("ensureProtectionPolicy"),
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
  /** Removes what was collected. */
  clear: defineActivity<OfWorkload & { readonly runId: string }, null>("clearOnboardingProtection"),
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
