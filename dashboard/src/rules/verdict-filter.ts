import type { TenantVerification, VerdictCounts } from "../../../src/contracts/verification.ts";
import { WORKLOADS } from "./words.ts";

/** Verdicts among the protectables of one tenant or all and of one workload or all. */
export function filteredCounts(
  tenants: readonly Pick<TenantVerification, "tenantId" | "workloads">[],
  filter: { readonly tenantId: string; readonly workload: string },
): VerdictCounts {
  const total: VerdictCounts = { fresh: 0, stale: 0, error: 0, unprotected: 0, unknown: 0 };
  for (const { tenantId, workloads } of tenants) {
    if (filter.tenantId !== "" && filter.tenantId !== tenantId) {
      continue;
    }
    for (const workload of WORKLOADS) {
      const counts = workloads?.[workload];
      if (counts === undefined || (filter.workload !== "" && filter.workload !== workload)) {
        continue;
      }
      total.fresh += counts.fresh;
      total.stale += counts.stale;
      total.error += counts.error;
      total.unprotected += counts.unprotected;
      total.unknown += counts.unknown;
    }
  }
  return total;
}
