import type { Workload } from "./workload.ts";

export type DestinationType = "inPlace" | "new";

/** One unit as it will be restored. */
export interface PlannedUnit {
  /** Key of the unit in the run. */
  readonly key: string;
  /** Directory object id or site id. */
  readonly resourceId: string;
  readonly protectionUnitId: string;
  readonly restorePointId: string;
  /** ISO instant of the state that it brings back. */
  readonly protectionDateTime: string;
}

/** Units that go into one restore session. Stored as a document; the plan holds its hash. */
export interface PlannedWave {
  readonly runId: string;
  readonly tenantId: string;
  readonly number: number;
  readonly workload: Workload;
  readonly destination: DestinationType;
  readonly units: readonly PlannedUnit[];
}

/** What a run will do. Its hash covers every unit through the hashes of its waves. */
export interface RestorePlan {
  readonly runId: string;
  readonly tenantId: string;
  readonly restoreTo: string;
  readonly destination: DestinationType;
  readonly requestedBy: string;
  readonly waves: readonly {
    readonly number: number;
    readonly workload: Workload;
    readonly units: number;
    readonly sha256: string;
  }[];
}

/** An artifact of a session, as far as the plan speaks of it. */
export interface DraftArtifact {
  readonly id: string;
  readonly restorePointId: string | null;
  readonly destinationType: string | null;
}

export interface DraftDifference {
  /** Planned units that the draft lacks. */
  readonly missing: readonly PlannedUnit[];
  /** Artifacts that the plan does not know, of another destination, or there twice. */
  readonly surplus: readonly string[];
}

/** What a draft lacks and what it has too much; both empty means that it equals the plan. */
export function compareDraft(
  units: readonly PlannedUnit[],
  destination: DestinationType,
  artifacts: readonly DraftArtifact[],
): DraftDifference {
  const open = new Map(units.map((unit) => [unit.restorePointId, unit]));
  const surplus: string[] = [];
  for (const { id, restorePointId, destinationType } of artifacts) {
    if (
      restorePointId === null ||
      destinationType !== destination ||
      !open.delete(restorePointId)
    ) {
      surplus.push(id);
    }
  }
  return { missing: [...open.values()], surplus };
}
