import type { Clock } from "../domain/clock.ts";
import { parseRequestedName, type RequestedName } from "../domain/requested-unit.ts";
import { isProtected, protectableKey } from "../domain/verdict.ts";
import type { Workload } from "../domain/workload.ts";
import type { GraphError } from "../graph/errors.ts";
import type { TenantGraph } from "../graph/graph-client.ts";
import { type ProtectionUnit, readProtectionUnits } from "../graph/resources/protection-units.ts";
import { findNames, type NameFinding } from "../graph/resources/restore-names.ts";
import type { RestorableUnit } from "../store/restores.ts";

/** What a requested name means in the directory, before it is known whether it is protected. */
export type Identification =
  | {
      readonly kind: "identified";
      /** Where requested and protection units meet. */
      readonly key: string;
      readonly resourceId: string;
      /** Null when the directory does not know it (any more); its backup outlives it. */
      readonly name: string | null;
    }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly error: GraphError };

/** Identifies requested units of one workload, in the order given. */
export async function identify(
  graph: TenantGraph,
  workload: Workload,
  requested: readonly string[],
  clock: Clock,
): Promise<Identification[]> {
  const names = requested.map((text) => parseRequestedName(workload, text));
  const findings = await findNames(graph, names, clock);
  return names.map((name, index) => identification(workload, name, findings[index]));
}

function identification(
  workload: Workload,
  name: RequestedName,
  finding: NameFinding | undefined,
): Identification {
  if (finding?.kind === "found") {
    const { resourceId } = finding;
    const key = protectableKey(workload, resourceId);
    return { kind: "identified", key, resourceId, name: finding.name };
  }
  // An id says what is meant although nobody answers for it: a deleted user's backup is kept.
  if (name.kind === "directoryObject" || name.kind === "siteId") {
    const key = protectableKey(workload, name.id);
    return { kind: "identified", key, resourceId: name.id, name: null };
  }
  return finding?.kind === "unknown" ? finding : { kind: "none" };
}

/** Of several units of one thing the protected one counts; the others are left from earlier policies. */
export function bestUnit(units: readonly RestorableUnit[]): RestorableUnit | null {
  return units.find(isProtected) ?? units[0] ?? null;
}

export const toRestorable = (unit: ProtectionUnit): RestorableUnit => ({
  protectionUnitId: unit.id,
  resourceId: unit.resourceId,
  status: unit.status,
  policyId: unit.policyId,
});

/** Pages that are read to answer a request; a larger tenant's units are looked for when the run is planned. */
const PAGES_AT_REQUEST = 50;

/**
 * Looks for a few requested units before their run is accepted.
 *
 * @returns The index of each unit that is certainly not restorable, and which ones mean the same thing.
 */
export async function findUnknownUnits(
  graph: TenantGraph,
  workload: Workload,
  requested: readonly string[],
  clock: Clock,
): Promise<{ readonly unknown: readonly number[]; readonly duplicates: readonly number[] }> {
  const identified = await identify(graph, workload, requested, clock);
  const unknown = new Set<number>();
  const duplicates: number[] = [];
  const wanted = new Map<string, number>();
  for (const [index, identity] of identified.entries()) {
    if (identity.kind === "none") {
      unknown.add(index);
    } else if (identity.kind === "identified") {
      if (wanted.has(identity.key)) {
        duplicates.push(index);
      } else {
        wanted.set(identity.key, index);
      }
    }
  }
  let nextLink: string | null = null;
  let pages = 0;
  while (wanted.size > 0 && pages < PAGES_AT_REQUEST) {
    const page = await readProtectionUnits(graph, workload, nextLink);
    for (const unit of page.items) {
      wanted.delete(protectableKey(workload, unit.resourceId));
    }
    nextLink = page.nextLink;
    pages += 1;
    if (nextLink === null) {
      for (const index of wanted.values()) {
        unknown.add(index);
      }
      break;
    }
  }
  return { unknown: [...unknown].sort((left, right) => left - right), duplicates };
}
