import { z } from "zod";
import { Instant, TenantId, Workload } from "./identifiers.ts";
import { OnboardingAccepted, OnboardingBatch, StartOnboarding, Tenant } from "./onboarding.ts";
import { defineOperation, type Operation, type Role } from "./operation.ts";
import {
  ApproveRestore,
  RequestRestore,
  RestoreAccepted,
  RestoreRun,
  RestoreUnit,
} from "./restore.ts";
import { StartVerification, UnitVerdict, Verdict, Verification } from "./verification.ts";

const READERS: readonly Role[] = ["Reader", "Operator", "Approver", "Admin"];
const OPERATORS: readonly Role[] = ["Operator", "Admin"];
const APPROVERS: readonly Role[] = ["Approver", "Admin"];

/** Every list: at most `top` items and a link to the rest. */
const listOf = (item: z.ZodType) =>
  z.object({ value: z.array(item), nextLink: z.string().nullable() });

const page = {
  top: z.coerce.number().int().min(1).max(1_000).optional(),
  continuationToken: z.string().max(2_000).optional(),
};
const PageQuery = z.object(page);

const ok = (description: string, schema: z.ZodType) => ({ 200: { description, schema } });

export const readHealth = defineOperation({
  id: "readHealth",
  method: "GET",
  route: "health",
  tag: "Health",
  summary: "Whether the app and the storage behind it work",
  roles: null,
  answers: ok(
    "The app works",
    z.object({
      status: z.enum(["healthy", "unhealthy"]),
      checks: z.record(z.string(), z.string()),
      time: Instant,
    }),
  ),
  problems: [503],
});

export const listTenants = defineOperation({
  id: "listTenants",
  method: "GET",
  route: "tenants",
  tag: "Tenants",
  summary: "The tenants that we act on, with their onboarding",
  roles: READERS,
  query: PageQuery,
  answers: ok("Tenants", listOf(Tenant)),
});

export const readTenant = defineOperation({
  id: "readTenant",
  method: "GET",
  route: "tenants/{tenantId}",
  tag: "Tenants",
  summary: "One tenant",
  roles: READERS,
  answers: ok("The tenant", Tenant),
  problems: [404],
});

export const startVerification = defineOperation({
  id: "startVerification",
  method: "POST",
  route: "verifications",
  tag: "Verifications",
  summary: "Ask of every protectable whether it could be brought back now",
  roles: OPERATORS,
  body: StartVerification,
  answers: {
    202: { description: "Started", schema: z.object({ id: z.string(), statusUrl: z.string() }) },
  },
  problems: [404],
});

export const listVerifications = defineOperation({
  id: "listVerifications",
  method: "GET",
  route: "verifications",
  tag: "Verifications",
  summary: "Verifications, newest first",
  roles: READERS,
  query: PageQuery,
  answers: ok("Verifications", listOf(Verification)),
});

export const readVerification = defineOperation({
  id: "readVerification",
  method: "GET",
  route: "verifications/{verificationId}",
  tag: "Verifications",
  summary: "One verification with its counts by tenant and workload",
  roles: READERS,
  answers: ok("The verification", Verification),
  problems: [404],
});

export const listVerificationUnits = defineOperation({
  id: "listVerificationUnits",
  method: "GET",
  route: "verifications/{verificationId}/units",
  tag: "Verifications",
  summary: "The verdict of every protectable, with the restore point it rests on",
  roles: READERS,
  query: z.object({
    ...page,
    tenantId: TenantId.optional(),
    workload: Workload.optional(),
    verdict: Verdict.optional(),
  }),
  answers: ok("Verdicts", listOf(UnitVerdict)),
  problems: [404],
});

export const requestRestore = defineOperation({
  id: "requestRestore",
  method: "POST",
  route: "restores",
  tag: "Restores",
  summary: "Plan a restore run; nothing is restored before a second person approves the plan",
  roles: OPERATORS,
  body: RequestRestore,
  answers: { 202: { description: "Accepted", schema: RestoreAccepted } },
  problems: [404, 422],
});

export const listRestores = defineOperation({
  id: "listRestores",
  method: "GET",
  route: "restores",
  tag: "Restores",
  summary: "Restore runs, newest first",
  roles: READERS,
  query: PageQuery,
  answers: ok("Restore runs", listOf(RestoreRun)),
});

export const readRestore = defineOperation({
  id: "readRestore",
  method: "GET",
  route: "restores/{restoreId}",
  tag: "Restores",
  summary: "One restore run: plan hash, waves, progress, outcome",
  roles: READERS,
  answers: ok("The run", RestoreRun),
  problems: [404],
});

export const listRestoreUnits = defineOperation({
  id: "listRestoreUnits",
  method: "GET",
  route: "restores/{restoreId}/units",
  tag: "Restores",
  summary: "Every unit of a run with its restore point and outcome",
  roles: READERS,
  query: z.object({
    ...page,
    workload: Workload.optional(),
    state: RestoreUnit.shape.state.optional(),
  }),
  answers: ok("Units", listOf(RestoreUnit)),
  problems: [404],
});

const restoreAction = (
  name: "approval" | "cancel" | "suspend" | "resume",
  summary: string,
  roles: readonly Role[],
) =>
  defineOperation({
    id: name === "approval" ? "approveRestore" : `${name}Restore`,
    method: "POST",
    route: `restores/{restoreId}/${name}`,
    tag: "Restores",
    summary,
    roles,
    answers: { 202: { description: "Taken; the run shows the effect", schema: RestoreRun } },
    problems: [404, 409],
  });

export const approveRestore: Operation = {
  ...restoreAction(
    "approval",
    "Approve the plan of that hash, as another person than asked",
    APPROVERS,
  ),
  body: ApproveRestore,
};
export const cancelRestore = restoreAction(
  "cancel",
  "Stop before the next effect; the run says what had already happened",
  OPERATORS,
);
export const suspendRestore = restoreAction("suspend", "Pause a run", OPERATORS);
export const resumeRestore = restoreAction("resume", "Go on with a paused run", OPERATORS);

export const startOnboarding = defineOperation({
  id: "startOnboarding",
  method: "POST",
  route: "onboarding",
  tag: "Onboarding",
  summary: "Validate a list of tenants row by row and put the good rows on the queue",
  roles: ["Admin", "Operator"],
  body: StartOnboarding,
  bodyTypes: ["text/csv"],
  answers: { 202: { description: "Accepted rows are on the queue", schema: OnboardingAccepted } },
});

export const readOnboarding = defineOperation({
  id: "readOnboarding",
  method: "GET",
  route: "onboarding/{batchId}",
  tag: "Onboarding",
  summary: "One onboarding batch with each tenant's steps",
  roles: READERS,
  answers: ok("The batch", OnboardingBatch),
  problems: [404],
});

export const listOnboarding = defineOperation({
  id: "listOnboarding",
  method: "GET",
  route: "onboarding",
  tag: "Onboarding",
  summary: "Onboarding batches, newest first",
  roles: READERS,
  query: PageQuery,
  answers: ok("Batches", listOf(OnboardingBatch)),
});

/** Every operation, in the order of the document. */
export const OPERATIONS: readonly Operation[] = [
  readHealth,
  listTenants,
  readTenant,
  startVerification,
  listVerifications,
  readVerification,
  listVerificationUnits,
  requestRestore,
  listRestores,
  readRestore,
  listRestoreUnits,
  approveRestore,
  cancelRestore,
  suspendRestore,
  resumeRestore,
  startOnboarding,
  listOnboarding,
  readOnboarding,
];
