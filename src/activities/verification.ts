import type { TenantVerification } from "../contracts/verification.ts";
import type {
  VerifyBackupsInput,
  verificationActivities,
  VerifyTenantInput,
  WorkloadSlice,
} from "../contracts/verification-orchestration.ts";
import { serviceFindings } from "../domain/backup-service.ts";
import { addVerdicts, NO_VERDICTS, protectableKey } from "../domain/verdict.ts";
import { WORKLOADS } from "../domain/workload.ts";
import type { Implementations } from "../durable/activity.ts";
import { readBackupService, readServiceApps } from "../graph/resources/backup-service.ts";
import { readProtectables } from "../graph/resources/directory.ts";
import { readProtectionUnits } from "../graph/resources/protection-units.ts";
import { listAll } from "../store/table.ts";
import { collectedPartition, VERIFICATIONS_PARTITION } from "../store/verifications.ts";
import { createJudge } from "./judge-protectables.ts";
import type { VerificationDependencies } from "./verification-dependencies.ts";

/** The activities of a verification. Each may run twice: everything they write is written under the same keys again. */
export function createVerificationActivities(
  dependencies: VerificationDependencies,
): Implementations<typeof verificationActivities> {
  const { graph, tables } = dependencies;
  return {
    begin: (input) => begin(dependencies, input),
    readService: (input) => readService(dependencies, input),
    async collectProtectables({ nextLink, ...slice }) {
      const tenant = graph.forTenant(slice.tenantId);
      const page = await readProtectables(tenant, slice.workload, nextLink);
      await tables.collectedProtectables.putMany(
        collectedPartition(slice),
        keyed(slice, page.items),
      );
      return { nextLink: page.nextLink };
    },
    async collectUnits({ nextLink, ...slice }) {
      const tenant = graph.forTenant(slice.tenantId);
      const page = await readProtectionUnits(tenant, slice.workload, nextLink);
      await tables.collectedUnits.putMany(collectedPartition(slice), keyed(slice, page.items));
      return { nextLink: page.nextLink };
    },
    judge: createJudge(dependencies),
    async clear(slice) {
      await tables.collectedProtectables.clear(collectedPartition(slice));
      await tables.collectedUnits.clear(collectedPartition(slice));
      return null;
    },
    endTenant: (input) => endTenant(dependencies, input),
    end: (input) => end(dependencies, input),
  };
}

/** Records under the keys where protectable and unit meet; of several records of one key the last stays. */
function keyed<Item extends { readonly resourceId: string }>(
  { workload }: WorkloadSlice,
  items: readonly Item[],
): { key: string; value: Item }[] {
  const byKey = new Map(items.map((item) => [protectableKey(workload, item.resourceId), item]));
  return [...byKey].map(([key, value]) => ({ key, value }));
}

async function begin(
  { tables, clock, freshnessObjectiveMinutes }: VerificationDependencies,
  { verificationId, requestedBy, tenants }: VerifyBackupsInput,
): Promise<null> {
  const known = await tables.verifications.get(VERIFICATIONS_PARTITION, verificationId);
  const running = tenants.map(({ tenantId, displayName }): TenantVerification => ({
    tenantId,
    displayName,
    state: "running",
    serviceStatus: null,
    findings: [],
    workloads: null,
  }));
  await tables.tenants.putMany(
    verificationId,
    running.map((value) => ({ key: value.tenantId, value })),
  );
  await tables.verifications.put(VERIFICATIONS_PARTITION, verificationId, {
    id: verificationId,
    state: "running",
    requestedBy,
    startedAt: known?.value.startedAt ?? new Date(clock.now()).toISOString(),
    finishedAt: null,
    freshnessObjectiveMinutes,
    counts: NO_VERDICTS,
    tenants: [],
    waiting: null,
  });
  return null;
}

async function readService(
  { graph, tables, clientId }: VerificationDependencies,
  { verificationId, tenantId, displayName }: VerifyTenantInput,
): Promise<null> {
  const tenant = graph.forTenant(tenantId);
  const service = await readBackupService(tenant);
  const serviceApps = await readServiceApps(tenant);
  const own = serviceApps.find(({ id }) => id.toLowerCase() === clientId.toLowerCase());
  const findings = serviceFindings({
    status: service.status ?? "unknown",
    disableReason: service.disableReason ?? null,
    gracePeriodDateTime: service.gracePeriodDateTime ?? null,
    restoreAllowedTillDateTime: service.restoreAllowedTillDateTime ?? null,
    ownServiceAppStatus: own?.status ?? null,
    hasOtherController: serviceApps.some((app) => app !== own && app.status === "active"),
  });
  await tables.tenants.put(verificationId, tenantId, {
    tenantId,
    displayName,
    state: "running",
    serviceStatus: service.status ?? null,
    findings,
    workloads: null,
  });
  return null;
}

async function endTenant(
  { tables }: VerificationDependencies,
  input: VerifyTenantInput & {
    readonly workloads: Partial<Record<string, UnitCounts>>;
    readonly failures: readonly string[];
  },
): Promise<null> {
  const known = await tables.tenants.get(input.verificationId, input.tenantId);
  const workloads = WORKLOADS.map(
    (workload) => [workload, input.workloads[workload] ?? NO_VERDICTS] as const,
  );
  const findings = (known?.value.findings ?? []).filter(
    (finding) => !input.failures.includes(finding),
  );
  await tables.tenants.put(input.verificationId, input.tenantId, {
    tenantId: input.tenantId,
    displayName: input.displayName,
    state: input.failures.length === 0 ? "completed" : "failed",
    serviceStatus: known?.value.serviceStatus ?? null,
    findings: [...findings, ...input.failures],
    workloads: Object.fromEntries(workloads) as TenantVerification["workloads"],
  });
  return null;
}

type UnitCounts = typeof NO_VERDICTS;

async function end(
  { tables, clock }: VerificationDependencies,
  input: { readonly verificationId: string; readonly failures: readonly string[] },
): Promise<null> {
  const known = await tables.verifications.get(VERIFICATIONS_PARTITION, input.verificationId);
  if (known === null || known.value.finishedAt !== null) {
    return null;
  }
  const tenants: TenantVerification[] = [];
  for await (const { value } of listAll(tables.tenants, input.verificationId)) {
    tenants.push(value.state === "running" ? { ...value, state: "failed" } : value);
  }
  const counts = tenants
    .flatMap(({ workloads }) => Object.values(workloads ?? {}))
    .reduce(addVerdicts, NO_VERDICTS);
  const isWhole =
    input.failures.length === 0 && tenants.every(({ state }) => state === "completed");
  await tables.verifications.put(VERIFICATIONS_PARTITION, input.verificationId, {
    ...known.value,
    state: isWhole ? "completed" : "completedWithErrors",
    finishedAt: new Date(clock.now()).toISOString(),
    counts,
  });
  return null;
}
