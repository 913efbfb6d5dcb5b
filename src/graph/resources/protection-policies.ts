import { z } from "zod";
import { type Workload, WORKLOAD_NAMES } from "../../domain/workload.ts";
import type { TenantGraph } from "../graph-client.ts";
import { readAll } from "../paging.ts";

const ROOT = "/solutions/backupRestore";

/** Units in one PATCH of a policy. Source: backup-storage-error-codes.md, 50 at creation; the same is assumed for PATCH. */
export const UNITS_PER_PATCH = 50;

const PolicyAnswer = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  /** `protectionPolicyStatus`; unknown members arrive as themselves. */
  status: z.string().nullish(),
});
export type ProtectionPolicy = z.infer<typeof PolicyAnswer>;

const policiesPath = (workload: Workload): string => `${ROOT}/${workload}ProtectionPolicies`;

/** Every policy of a workload, whoever made it. */
export const readProtectionPolicies = (
  graph: TenantGraph,
  workload: Workload,
): Promise<ProtectionPolicy[]> => readAll(graph, policiesPath(workload), PolicyAnswer);

export const readProtectionPolicy = (
  graph: TenantGraph,
  workload: Workload,
  policyId: string,
): Promise<ProtectionPolicy> =>
  graph.read(
    { method: "GET", path: `${policiesPath(workload)}/${encodeURIComponent(policyId)}` },
    PolicyAnswer,
  );

/**
 * Creates an empty policy; it starts inactive.
 *
 * @throws ConflictError with code `PolicyCreationNotAllowed` when another policy of the workload is active.
 */
export const createProtectionPolicy = (
  graph: TenantGraph,
  workload: Workload,
  displayName: string,
): Promise<ProtectionPolicy> =>
  graph.read({ method: "POST", path: policiesPath(workload), body: { displayName } }, PolicyAnswer);

/**
 * Starts protecting. Accepted only: the policy is `updating` until its units are protected.
 *
 * @throws ConflictError when it is not inactive.
 */
export async function activateProtectionPolicy(
  graph: TenantGraph,
  policyId: string,
): Promise<void> {
  await graph.send({
    method: "POST",
    path: `${ROOT}/protectionPolicies/${encodeURIComponent(policyId)}/activate`,
  });
}

const Exception = z.object({
  info: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

const DeltaElement = z.object({
  directoryObjectId: z.string().nullish(),
  siteId: z.string().nullish(),
  error: z.object({ code: z.string().nullish() }).nullish(),
  "@Core.DataModificationException": Exception.nullish(),
});

/** What became of one unit that was to be added: Graph's code when it was refused, null when it was taken. */
export interface AddedUnit {
  readonly resourceId: string;
  readonly errorCode: string | null;
}

/**
 * Adds at most 50 resources to a policy. Adding one again does no harm: that element is refused with
 * `ProtectionUnitAlreadyExists`. Graph answers 200 also when it refuses elements.
 *
 * @param resourceIds Directory object ids of users, or site ids; each once.
 * @returns The elements of the answer; an element that names no resource is the one asked for at its place.
 */
export async function addProtectionUnits(
  graph: TenantGraph,
  workload: Workload,
  policyId: string,
  resourceIds: readonly string[],
): Promise<AddedUnit[]> {
  const { unit, resourceId: property } = WORKLOAD_NAMES[workload];
  const list = `${unit}ProtectionUnits@delta`;
  const answer = await graph.read(
    {
      method: "PATCH",
      path: `${policiesPath(workload)}/${encodeURIComponent(policyId)}`,
      body: { [list]: resourceIds.map((id) => ({ [property]: id })) },
    },
    z.object({ [list]: z.array(DeltaElement).nullish() }),
  );
  const elements = (answer as Record<string, z.infer<typeof DeltaElement>[] | null | undefined>)[
    list
  ];
  return (elements ?? []).map((element, place) => {
    const refused = element["@Core.DataModificationException"];
    return {
      resourceId: element.directoryObjectId ?? element.siteId ?? resourceIds[place] ?? "",
      errorCode: refused ? (refused.info?.code ?? "unknownError") : (element.error?.code ?? null),
    };
  });
}
