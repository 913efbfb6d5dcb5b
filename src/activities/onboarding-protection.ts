import type { protectionActivities } from "../contracts/onboarding-orchestration.ts";
import {
  addProtection,
  choosePolicy,
  countProtection,
  isHarmlessRefusal,
  isToBeAdded,
  judgeProtection,
  NO_PROTECTION,
  policyName,
} from "../domain/onboarding-protection.ts";
import { mergeWindow, protectableKey } from "../domain/verdict.ts";
import type { Workload } from "../domain/workload.ts";
import type { Implementations } from "../durable/activity.ts";
import type { GraphClient, TenantGraph } from "../graph/graph-client.ts";
import {
  activateProtectionPolicy,
  addProtectionUnits,
  createProtectionPolicy,
  type ProtectionPolicy,
  readProtectionPolicies,
  readProtectionPolicy,
  UNITS_PER_PATCH,
} from "../graph/resources/protection-policies.ts";
import type { OnboardingTables } from "../store/onboarding.ts";
import { collectedPartition, type VerificationTables } from "../store/verifications.ts";
import { readWindow } from "../store/window.ts";

export interface ProtectionDependencies {
  readonly graph: GraphClient;
  readonly collected: Pick<
    VerificationTables<unknown, unknown, never>,
    "collectedProtectables" | "collectedUnits"
  >;
  readonly tables: Pick<OnboardingTables<unknown>, "refusals">;
}

/** Protectables of one comparison; each costs two reads of a table. */
const TALLY_SIZE = 400;

interface Slice {
  readonly runId: string;
  readonly tenantId: string;
  readonly workload: Workload;
}

const partitionOf = ({ runId, tenantId, workload }: Slice): string =>
  collectedPartition({ verificationId: runId, tenantId, workload });

const refusalsOf = ({ tenantId, workload }: Omit<Slice, "runId">): string =>
  `${tenantId}|${workload}`;

/**
 * The activities that protect one workload of a tenant. Units are added by PATCH, fifty at a time: it answers for each
 * unit at once, and a PATCH that was repeated after a crash is refused for what is there already and does nothing else. A
 * bulk job does neither.
 */
export function createProtectionActivities({
  graph,
  collected,
  tables,
}: ProtectionDependencies): Implementations<typeof protectionActivities> {
  async function window(slice: Slice, after: string | null, size: number) {
    const partition = partitionOf(slice);
    return mergeWindow(
      await readWindow(collected.collectedProtectables, partition, after, size),
      await readWindow(collected.collectedUnits, partition, after, size),
    );
  }

  return {
    async ensurePolicy({ runId, tenantId, workload }) {
      const partition = partitionOf({ runId, tenantId, workload });
      const first = await readWindow(collected.collectedProtectables, partition, null, 1);
      if (first.entries.length === 0) {
        return { policyId: null };
      }
      const tenant = graph.forTenant(tenantId);
      const known = choosePolicy(
        (await readProtectionPolicies(tenant, workload)).map(toReading),
        workload,
      );
      const policy =
        known ?? (await createProtectionPolicy(tenant, workload, policyName(workload)));
      return { policyId: policy.id };
    },
    async addUnits({ policyId, after, ...slice }) {
      const { pairs, next } = await window(slice, after, UNITS_PER_PATCH);
      const wanted = pairs.flatMap(({ left, right }) =>
        left !== null && isToBeAdded(right) ? [left.resourceId] : [],
      );
      if (wanted.length > 0) {
        const tenant = graph.forTenant(slice.tenantId);
        const refused = await addUnits(tenant, slice.workload, policyId, wanted);
        await tables.refusals.putMany(refusalsOf(slice), refused);
      }
      return { after: next };
    },
    async activate({ tenantId, workload, policyId }) {
      const tenant = graph.forTenant(tenantId);
      if ((await readProtectionPolicy(tenant, workload, policyId)).status === "inactive") {
        await activateProtectionPolicy(tenant, policyId);
      }
      return null;
    },
    async readPolicy({ tenantId, workload, policyId }) {
      const { status } = await readProtectionPolicy(graph.forTenant(tenantId), workload, policyId);
      return { status: status ?? "unknownFutureValue" };
    },
    async tally({ after, ...slice }) {
      const { pairs, next } = await window(slice, after, TALLY_SIZE);
      let tally = NO_PROTECTION;
      for (const { key, left: protectable, right: unit } of pairs) {
        // A unit of somebody who left the directory is not one of today's protectables.
        if (protectable !== null) {
          const refusal = await tables.refusals.get(refusalsOf(slice), key);
          const result = judgeProtection(unit, refusal?.value.code ?? null);
          tally = addProtection(tally, countProtection(protectable.resourceId, result));
        }
      }
      return { tally, after: next };
    },
    async clearRefusals(slice) {
      await tables.refusals.clear(refusalsOf(slice));
      return null;
    },
  };
}

const toReading = ({ id, displayName, status }: ProtectionPolicy) => ({
  id,
  displayName: displayName ?? "",
  status: status ?? "unknownFutureValue",
});

/** Adds resources and answers what was refused for good. */
async function addUnits(
  tenant: TenantGraph,
  workload: Workload,
  policyId: string,
  resourceIds: readonly string[],
): Promise<{ key: string; value: { code: string } }[]> {
  const refused = new Map<string, string>();
  for (let start = 0; start < resourceIds.length; start += UNITS_PER_PATCH) {
    const some = resourceIds.slice(start, start + UNITS_PER_PATCH);
    for (const { resourceId, errorCode } of await addProtectionUnits(
      tenant,
      workload,
      policyId,
      some,
    )) {
      if (errorCode !== null && !isHarmlessRefusal(errorCode)) {
        refused.set(protectableKey(workload, resourceId), errorCode);
      }
    }
  }
  return [...refused].map(([key, code]) => ({ key, value: { code } }));
}
