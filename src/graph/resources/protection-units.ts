import { z } from "zod";
import { type Workload, WORKLOAD_NAMES } from "../../domain/workload.ts";
import type { TenantGraph } from "../graph-client.ts";
import { type GraphPage, readPage } from "../paging.ts";

const UnitAnswer = z.object({
  id: z.string(),
  policyId: z.string().nullish(),
  /** `protectionUnitStatus`; unknown members arrive as themselves. */
  status: z.string().nullish(),
  directoryObjectId: z.string().nullish(),
  siteId: z.string().nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** One thing that Microsoft 365 Backup protects or has protected. */
export interface ProtectionUnit {
  readonly id: string;
  /** Null for a unit that was removed from its policy. */
  readonly policyId: string | null;
  /** `protectionUnitStatus` as Graph gave it. */
  readonly status: string;
  /** Directory object id of a mailbox's or drive's user; site id of a site. */
  readonly resourceId: string;
  /** Graph's error code for the unit; null when it reports none. */
  readonly errorCode: string | null;
}

/**
 * One page of a tenant's protection units of a workload, whatever their policy. App-only answers carry no names.
 *
 * @param nextLink The link of the page before; null for the first page.
 */
export async function readProtectionUnits(
  graph: TenantGraph,
  workload: Workload,
  nextLink: string | null,
): Promise<GraphPage<ProtectionUnit>> {
  const { unit } = WORKLOAD_NAMES[workload];
  const path = nextLink ?? `/solutions/backupRestore/${unit}ProtectionUnits`;
  const page = await readPage(graph, path, UnitAnswer);
  return { items: page.items.map(toProtectionUnit), nextLink: page.nextLink };
}

function toProtectionUnit(answer: z.infer<typeof UnitAnswer>): ProtectionUnit {
  return {
    id: answer.id,
    policyId: answer.policyId === "" ? null : (answer.policyId ?? null),
    status: answer.status ?? "unknownFutureValue",
    resourceId: answer.directoryObjectId ?? answer.siteId ?? "",
    errorCode: answer.error ? (answer.error.code ?? "unknownError") : null,
  };
}
