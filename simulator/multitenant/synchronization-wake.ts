import type { Context } from "../core/context.ts";
import { nextGridPlace } from "./synchronization-job.ts";
import { planNext } from "./synchronization-cycle.ts";
import { listConfigurations, targetOf } from "./synchronization-state.ts";

/**
 * Something changed in these tenants that their edges may have to carry on: idle jobs that have one of them as source
 * or target look at it in their next cycle. Whoever changes users, groups or policies calls this.
 */
export function wakeEdges(context: Context, tenantIds: readonly string[]): void {
  for (const configuration of listConfigurations(context)) {
    const target = targetOf(configuration);
    const isConcerned =
      tenantIds.includes(configuration.tenantId) || (target !== null && tenantIds.includes(target));
    if (!isConcerned) {
      continue;
    }
    for (const job of configuration.jobs.values()) {
      if (job.schedule === "Active" && job.gridAt !== null && job.plannedAt === null) {
        const at = nextGridPlace(job.gridAt, context.now);
        planNext(context.inTenant(configuration.tenantId), { configuration, job }, at);
      }
    }
  }
}
