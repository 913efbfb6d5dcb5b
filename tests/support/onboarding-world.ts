import { readFileSync } from "node:fs";
import { createInProcessSimulator } from "../../simulator/protocol/in-process.ts";
import { createBackupServiceActivities } from "../../src/activities/onboarding-backup.ts";
import { createEdgeActivities } from "../../src/activities/onboarding-edge.ts";
import { createMembershipActivities } from "../../src/activities/onboarding-membership.ts";
import { createProtectionActivities } from "../../src/activities/onboarding-protection.ts";
import { createOnboardingRecordActivities } from "../../src/activities/onboarding-record.ts";
import { createVerificationActivities } from "../../src/activities/verification.ts";
import type { TenantOnboarding } from "../../src/contracts/onboarding.ts";
import * as contracts from "../../src/contracts/onboarding-orchestration.ts";
import { verificationActivities } from "../../src/contracts/verification-orchestration.ts";
import type { ActivityReference } from "../../src/durable/activity.ts";
import { onboardTenant } from "../../src/orchestrators/onboard-tenant.ts";
import { ORCHESTRATIONS } from "../../src/orchestrators/registry.ts";
import { createMemoryTableStore } from "../../src/store/memory-table.ts";
import { openOnboarding } from "../../src/store/onboarding.ts";
import { openTenants, type TenantRecord, TENANTS_PARTITION } from "../../src/store/tenants.ts";
import { openVerifications } from "../../src/store/verifications.ts";
import { createDriver, type TestActivity } from "./orchestration-driver.ts";
import { createSimulatedGraph, type Mishap } from "./simulated-graph.ts";
import type { GraphRequest } from "../../src/graph/graph-client.ts";

/** The seed's application and tenants, as far as these tests name them. */
export interface Seed {
  readonly applications: readonly { readonly clientId: string }[];
  readonly tenants: readonly { readonly tenantId: string; readonly displayName: string }[];
}

export const readSeed = (path: string): Seed =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Seed;

interface Row {
  readonly tenantId: string;
  readonly displayName: string;
  readonly role: "owner" | "member";
}

/** The onboarding's real orchestrators and activities over a simulator and stores in memory, in virtual time. */
export function createOnboardingWorld(options: {
  readonly seed: Seed;
  readonly owner: { readonly tenantId: string; readonly displayName: string } | null;
  readonly isWriteAllowed?: (tenantId: string) => boolean;
  readonly mishap?: (request: GraphRequest & { readonly tenantId: string }) => Mishap;
}) {
  const isWriteAllowed = options.isWriteAllowed ?? (() => true);
  const simulator = createInProcessSimulator({ seed: options.seed });
  const store = createMemoryTableStore();
  const tables = openOnboarding(store);
  const graph = createSimulatedGraph({
    simulator,
    isWriteAllowed,
    ...(options.mishap === undefined ? {} : { mishap: options.mishap }),
  });
  const clock = { now: () => simulator.now() };
  const clientId = options.seed.applications[0]?.clientId ?? "";

  const activities: Record<string, TestActivity> = {};
  const add = (references: Record<string, ActivityReference<never, unknown>>, group: object) => {
    for (const [key, { name }] of Object.entries(references)) {
      activities[name] = (group as Record<string, TestActivity>)[key] as TestActivity;
    }
  };
  add(
    contracts.onboardingRecordActivities,
    createOnboardingRecordActivities({ tables: store, clock }),
  );
  add(
    contracts.backupServiceActivities,
    createBackupServiceActivities({
      graph,
      clientId,
      graphBaseUrl: "https://graph.microsoft.com",
      appOwnerTenantId: null,
      isWriteAllowed,
    }),
  );
  const verifications = openVerifications(store);
  add(
    contracts.protectionActivities,
    createProtectionActivities({ graph, collected: verifications, tables }),
  );
  add(
    contracts.membershipActivities,
    createMembershipActivities({
      graph,
      clock,
      store,
      tables,
      configuredTenants: options.owner === null ? [] : [{ ...options.owner, role: "owner" }],
    }),
  );
  add(
    contracts.edgeActivities,
    createEdgeActivities({ graph, clock, tables, syncGroupName: "Members for the MTO" }),
  );
  add(
    verificationActivities,
    createVerificationActivities({
      graph,
      tables: verifications as never,
      clock,
      clientId,
      freshnessObjectiveMinutes: 1_440,
    }),
  );

  const orchestrations = Object.fromEntries(
    ORCHESTRATIONS.map(({ name, orchestrator }) => [name, orchestrator]),
  );
  const driver = createDriver({
    activities,
    orchestrations,
    startAt: simulator.now(),
    onAdvance: (instant) => simulator.advanceTo(instant),
  });

  let starts = 0;
  const start = (
    rows: readonly Row[],
    settings = { operatorActionDeadlineMinutes: 14 * 24 * 60 },
  ) => {
    starts += 1;
    for (const row of rows) {
      const input = {
        ...row,
        ...settings,
        runId: `run${starts}`,
        batchId: "batch",
        requestedBy: { objectId: "o", name: "n" },
      };
      const instanceId = contracts.onboardingInstanceId(row.tenantId);
      driver.start("onboardTenant", onboardTenant, input, instanceId);
    }
  };
  return {
    simulator,
    driver,
    clientId,
    start,
    /** Onboards tenants side by side, and ends when all have ended. */
    async onboard(...given: Parameters<typeof start>): Promise<void> {
      start(...given);
      await driver.settle();
    },
    async onboardingOf(tenantId: string): Promise<TenantOnboarding> {
      const tenants = openTenants<TenantOnboarding>(store);
      const record = await tenants.get(TENANTS_PARTITION, tenantId);
      const value = record?.value as TenantRecord<TenantOnboarding>;
      return value.onboarding as TenantOnboarding;
    },
    /** Everything in a collection of a tenant, over the simulator's own answers. */
    async list(tenantId: string, path: string): Promise<Record<string, unknown>[]> {
      const answer = await simulator.fetch(`/v1.0${path}`, {
        token: await simulator.token(tenantId),
      });
      return (answer.body as { value: Record<string, unknown>[] }).value;
    },
  };
}
