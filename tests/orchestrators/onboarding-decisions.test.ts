import { expect, test } from "@jest/globals";
import { CannotSucceedError } from "../../src/activities/ask-again.ts";
import type { Membership } from "../../src/domain/onboarding-membership.ts";
import type { JobState } from "../../src/domain/onboarding-edge.ts";
import { onboardTenant } from "../../src/orchestrators/onboard-tenant.ts";
import { synchronizeEdge } from "../../src/orchestrators/synchronize-edge.ts";
import { verifyEdge } from "../../src/orchestrators/verify-edge.ts";
import type { TestActivity } from "../support/orchestration-driver.ts";
import { activitiesIn, runOrchestrator } from "../support/run-orchestrator.ts";

const OWNER = "1cc98cef-bab9-4cae-ae4e-63cf3eee7997";
const MEMBER = "ad6a4b59-d3e4-418f-88e6-de6aff6f976d";
const HOUR_MS = 60 * 60_000;

const onboarding = {
  runId: "run",
  tenantId: MEMBER,
  displayName: "Adatum",
  role: "member",
  batchId: "batch",
  requestedBy: { objectId: "o", name: "n" },
  operatorActionDeadlineMinutes: 60,
  progress: { step: "multitenantOrganization", waits: {}, failedJoins: 0 },
};

/** Runs the step that joins, with what Graph says of the membership at each look. */
async function join(memberships: Membership[], changes: Record<string, TestActivity> = {}) {
  const details: string[] = [];
  const look = () => ({
    ownerState: "pending",
    membership: memberships.length > 1 ? memberships.shift() : memberships[0],
  });
  const result = await runOrchestrator(onboardTenant, onboarding, {
    activities: {
      findMtoOwner: () => ({ kind: "found", tenantId: OWNER, displayName: "Contoso" }),
      ensureMultitenantOrganization: () => ({ isActive: true }),
      readMtoMembership: look,
      saveOnboardingStep: ({ detail }: { detail: string }) => {
        details.push(detail);
        return null;
      },
      ...changes,
    },
    // Everything after the step fails at once: these tests look at the step.
    otherActivity: () => ({ kind: "value", value: null }),
    otherChild: () => {
      throw new Error("not looked at");
    },
  });
  return { ...result, details, calls: activitiesIn(result.trace) };
}

const failedJoin: Membership = { kind: "failed", reason: "DirectoryService Exception" };
const asked: Membership = { kind: "asked" };
const joined: Membership = { kind: "joined" };

test("a join that Graph gave up is reset and repeated once, two hours later", async () => {
  const { calls, details, trace } = await join([asked, asked, failedJoin, joined]);

  expect(calls.filter((name) => name === "resetMtoJoin")).toHaveLength(1);
  const asks = trace.filter(
    (entry) => entry.kind === "activity" && entry.name === "requestMtoJoin",
  );
  expect(asks).toHaveLength(2);
  expect((asks[1]?.at ?? 0) - (asks[0]?.at ?? 0)).toBeGreaterThanOrEqual(2 * HOUR_MS);
  expect(details).toContain("The tenant is an active member of the organization of Contoso.");
});

test("a join that Graph gave up twice is left to people", async () => {
  const { calls, details } = await join([asked, failedJoin]);

  expect(calls.filter((name) => name === "requestMtoJoin")).toHaveLength(2);
  expect(calls.at(-1)).toBe("endOnboarding");
  expect(details.at(-1)).toBe(
    "Graph gave up the request to join twice: DirectoryService Exception.",
  );
});

test("a tenant of another organization is not asked twice", async () => {
  const { calls, details } = await join([asked, { kind: "elsewhere", reason: "Elsewhere." }]);

  expect(calls).not.toContain("resetMtoJoin");
  expect(details.at(-1)).toBe("Elsewhere.");
});

test("a join that never ends is given up after four hours", async () => {
  const { details, elapsedMs } = await join([asked]);

  expect(details.at(-1)).toContain("Not done by");
  expect(elapsedMs).toBe(4 * HOUR_MS);
});

test("several owners are a question for people", async () => {
  const { details, calls } = await join([asked], {
    findMtoOwner: () => ({ kind: "several", reason: "Several tenants have the role owner." }),
  });

  expect(details.at(-1)).toBe("Several tenants have the role owner.");
  expect(calls).not.toContain("addMtoMember");
});

const edge = {
  tenantId: MEMBER,
  source: { tenantId: OWNER, displayName: "Contoso" },
  target: { tenantId: MEMBER, displayName: "Adatum" },
};

/** Builds an edge, with what the job shows at each look. */
async function build(states: JobState[], changes: Record<string, TestActivity> = {}) {
  const result = await runOrchestrator(synchronizeEdge, edge, {
    activities: {
      ensureSynchronizationConfiguration: () => ({ servicePrincipalId: "sp", scopeRoleId: "r" }),
      ensureSynchronizationJob: () => ({ jobId: "job" }),
      readSynchronizationJob: () => (states.length > 1 ? states.shift() : states[0]),
      ...changes,
    },
    otherActivity: () => ({ kind: "value", value: null }),
  });
  return { ...result, calls: activitiesIn(result.trace) };
}

test("an edge is built target first, and its job is started last and once", async () => {
  const running: JobState = { kind: "running" };
  const { calls, output, trace } = await build([
    ...Array.from({ length: 70 }, () => running),
    { kind: "completed" },
  ]);

  const built = calls.filter((name) => !/saveOnboarding|readSynchronization/u.test(name));
  expect(built.slice(0, 11)).toEqual([
    "ensureCrossTenantPartner",
    "allowInboundSynchronization",
    "allowAutomaticRedemption",
    "ensureCrossTenantPartner",
    "allowAutomaticRedemption",
    "ensureSynchronizationConfiguration",
    "validateSynchronizationCredentials",
    "ensureSynchronizationJob",
    "saveSynchronizationSecrets",
    "assignScopeGroup",
    "startSynchronizationJob",
  ]);
  expect(calls.filter((name) => name === "startSynchronizationJob")).toHaveLength(1);
  expect(trace.filter(({ kind }) => kind === "continueAsNew").length).toBeGreaterThan(1);
  expect(output).toEqual({ kind: "done", detail: "The first cycle is through." });
});

test("a job in quarantine fails its edge with the reason", async () => {
  const { output } = await build([{ kind: "quarantined", reason: "TooManyDeletes" }]);

  expect(output).toEqual({ kind: "failed", detail: "The job is in quarantine: TooManyDeletes" });
});

test("an edge whose source has no scope group fails with what to do", async () => {
  const { output, calls } = await build([], {
    assignScopeGroup: () => {
      throw new CannotSucceedError("scopeGroupMissing", "Create the group, then send it again.");
    },
  });

  expect(output).toEqual({
    kind: "failed",
    detail: "Create the group, then send it again.",
  });
  expect(calls).not.toContain("startSynchronizationJob");
});

test("users who are missing are waited for two cycles, then told", async () => {
  const { output, elapsedMs } = await runOrchestrator(verifyEdge, edge, {
    activities: {
      countSynchronizedUsers: () => ({
        tally: { expected: 3, synchronized: 2, missing: ["ann"] },
        nextLink: null,
      }),
      saveOnboardingEdge: () => null,
    },
  });

  expect(output).toMatchObject({ kind: "failed", detail: expect.stringContaining("ann") });
  expect(elapsedMs).toBe(100 * 60_000);
});
