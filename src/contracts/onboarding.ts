import { z } from "zod";
import { ONBOARDING_STEPS } from "../domain/onboarding-steps.ts";
import { Actor, TenantId, Waiting, Workload } from "./identifiers.ts";

/** The tenant's role in the multitenant organization, in Graph's words. */
export const MtoRole = z.enum(["owner", "member"]);
export type MtoRole = z.infer<typeof MtoRole>;

/** One row of a list, and of a CSV file (columns `tenantId,displayName,role`). */
export const OnboardingRow = z.strictObject({
  tenantId: TenantId,
  displayName: z.string().min(1).max(256),
  role: MtoRole,
});
export type OnboardingRow = z.infer<typeof OnboardingRow>;

/** A message on the queue `tenant-onboarding`: a row, and from which batch it came when it came over HTTP. */
export const OnboardingMessage = z.strictObject({
  ...OnboardingRow.shape,
  batchId: z.string().min(1).max(100).optional(),
  requestedBy: Actor.optional(),
});
export type OnboardingMessage = z.infer<typeof OnboardingMessage>;

export const ONBOARDING_QUEUE = "tenant-onboarding";
export const ONBOARDING_POISON_QUEUE = "tenant-onboarding-poison";

/** Why a row or a message was not taken. */
export const RejectedRow = z.object({
  /** 1 for the first row after the header; null for a queue message. */
  row: z.number().int().nullable(),
  /** The row or message as given. */
  given: z.string(),
  errors: z.array(z.object({ field: z.string(), expected: z.string(), given: z.string() })),
});
export type RejectedRow = z.infer<typeof RejectedRow>;

export type { OnboardingStepName } from "../domain/onboarding-steps.ts";

/** Steps that Microsoft allows only a signed-in person: what to do, and where. */
export const OperatorAction = z.object({
  /** What to do, one sentence. */
  instruction: z.string(),
  /** The request that a signed-in administrator sends. */
  request: z.string(),
  /** The permission and role that it needs. */
  permission: z.string(),
});
export type OperatorAction = z.infer<typeof OperatorAction>;

export const OnboardingStep = z.object({
  name: z.enum(ONBOARDING_STEPS),
  state: z.enum(["pending", "running", "waiting", "done", "failed"]),
  /** What was found and done, or why it failed, one sentence. */
  detail: z.string(),
  /** ISO instant of the last change; null while pending. */
  at: z.string().nullable(),
});
export type OnboardingStep = z.infer<typeof OnboardingStep>;

/** What became of a workload's protectables, by a second read. */
export const ProtectionCounts = z.object({
  workload: Workload,
  protectables: z.number().int(),
  protected: z.number().int(),
  failed: z.number().int(),
});
export type ProtectionCounts = z.infer<typeof ProtectionCounts>;

/** One direction of synchronization, source tenant to target tenant. */
export const OnboardingEdge = z.object({
  sourceTenantId: TenantId,
  targetTenantId: TenantId,
  state: z.enum(["running", "waiting", "done", "failed"]),
  /** What was found and done, or why it failed, one sentence. */
  detail: z.string(),
  /** Users whom the target ought to have, and those found there once, redeemed, as members; null until they are checked. */
  expected: z.number().int().nullable(),
  synchronized: z.number().int().nullable(),
});
export type OnboardingEdge = z.infer<typeof OnboardingEdge>;

/** One tenant's way through its onboarding. */
export const TenantOnboarding = z.object({
  state: z.enum(["queued", "running", "waiting", "completed", "failed"]),
  batchId: z.string().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  steps: z.array(OnboardingStep),
  /** Empty until the protectables were read back. */
  protection: z.array(ProtectionCounts),
  /** Empty for an owner: its edges are made when its members are onboarded. */
  edges: z.array(OnboardingEdge),
  operatorAction: OperatorAction.nullable(),
  waiting: Waiting.nullable(),
});
export type TenantOnboarding = z.infer<typeof TenantOnboarding>;

/** A tenant that we act on: from the setting `Tenants` or from onboarding. */
export const Tenant = z.object({
  tenantId: TenantId,
  displayName: z.string(),
  role: MtoRole.nullable(),
  /** True when AllowWrites lists it. */
  isWriteAllowed: z.boolean(),
  /** Null for a tenant from the settings that was never onboarded here. */
  onboarding: TenantOnboarding.nullable(),
});
export type Tenant = z.infer<typeof Tenant>;

export const OnboardingBatch = z.object({
  id: z.string(),
  requestedBy: Actor,
  requestedAt: z.string(),
  accepted: z.number().int(),
  rejected: z.array(RejectedRow),
  counts: z.object({
    queued: z.number().int(),
    running: z.number().int(),
    waiting: z.number().int(),
    completed: z.number().int(),
    failed: z.number().int(),
  }),
  tenants: z.array(Tenant),
});
export type OnboardingBatch = z.infer<typeof OnboardingBatch>;

/** `POST /api/onboarding` as JSON; rows are validated one by one, so that a bad one does not stop the others. */
export const StartOnboarding = z.strictObject({
  tenants: z.array(z.unknown()).min(1).max(500),
});

/** 202 of `POST /api/onboarding`. */
export const OnboardingAccepted = z.object({
  batchId: z.string(),
  statusUrl: z.string(),
  accepted: z.number().int(),
  rejected: z.array(RejectedRow),
});
