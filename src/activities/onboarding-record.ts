import type { TenantOnboarding } from "../contracts/onboarding.ts";
import type { onboardingRecordActivities } from "../contracts/onboarding-orchestration.ts";
import type { Clock } from "../domain/clock.ts";
import { pendingSteps, withStep } from "../domain/onboarding-steps.ts";
import type { Implementations } from "../durable/activity.ts";
import type { TableStore } from "../store/table.ts";
import { updateTenant } from "../store/tenants.ts";

export interface OnboardingRecordDependencies {
  readonly tables: TableStore;
  readonly clock: Clock;
}

/** An onboarding of which nothing was done yet. */
export const queuedOnboarding = (batchId: string): TenantOnboarding => ({
  state: "queued",
  batchId,
  startedAt: null,
  finishedAt: null,
  steps: pendingSteps(),
  protection: [],
  edges: [],
  operatorAction: null,
  waiting: null,
});

/** Writes what people see of a tenant's onboarding. Each may run twice and writes the same again. */
export function createOnboardingRecordActivities({
  tables,
  clock,
}: OnboardingRecordDependencies): Implementations<typeof onboardingRecordActivities> {
  const now = () => new Date(clock.now()).toISOString();

  const change = async (
    tenantId: string,
    changed: (onboarding: TenantOnboarding) => TenantOnboarding,
  ): Promise<null> => {
    await updateTenant<TenantOnboarding>(tables, tenantId, (record) => ({
      tenantId,
      displayName: record?.displayName ?? tenantId,
      role: record?.role ?? null,
      onboarding: changed(record?.onboarding ?? queuedOnboarding("")),
    }));
    return null;
  };

  return {
    async begin({ tenantId, displayName, role, batchId }) {
      await updateTenant<TenantOnboarding>(tables, tenantId, () => ({
        tenantId,
        displayName,
        role,
        onboarding: { ...queuedOnboarding(batchId), state: "running", startedAt: now() },
      }));
      return null;
    },
    saveStep: ({ tenantId, step, state, detail, waiting, operatorAction }) =>
      change(tenantId, (onboarding) => ({
        ...onboarding,
        state: state === "waiting" ? "waiting" : "running",
        steps: withStep(onboarding.steps, { name: step, state, detail, at: now() }),
        waiting,
        operatorAction,
      })),
    saveProtection: ({ tenantId, protection }) =>
      change(tenantId, (onboarding) => ({ ...onboarding, protection: [...protection] })),
    saveEdge: ({ tenantId, edge }) =>
      change(tenantId, (onboarding) => ({
        ...onboarding,
        edges: [
          ...onboarding.edges.filter(
            ({ sourceTenantId, targetTenantId }) =>
              sourceTenantId !== edge.sourceTenantId || targetTenantId !== edge.targetTenantId,
          ),
          edge,
        ].sort((left, right) => (left.sourceTenantId < right.sourceTenantId ? -1 : 1)),
      })),
    end: ({ tenantId, state }) =>
      change(tenantId, (onboarding) => ({
        ...onboarding,
        state,
        finishedAt: now(),
        waiting: null,
        operatorAction: null,
      })),
  };
}
