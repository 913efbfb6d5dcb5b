import { directoryState } from "../directory/directory.ts";
import { LIMITS } from "./limits.ts";
import { readPartner } from "./organization-state.ts";
import type { RefusalName } from "./refusals.ts";
import {
  createDefaultSchema,
  findUserMapping,
  type ObjectMapping,
} from "./synchronization-schema.ts";
import { guidFrom } from "../core/random.ts";
import type { SynchronizationJob } from "./synchronization-job.ts";
import { type ReadonlyConfiguration, targetOf } from "./synchronization-state.ts";

type World = Parameters<typeof directoryState.of>[0];
type TenantDirectory = ReturnType<ReturnType<typeof directoryState.of>["tenant"]>;

/** One direction of synchronization with everything that a decision about a user needs. */
export interface Edge {
  readonly configuration: ReadonlyConfiguration;
  readonly job: SynchronizationJob;
  readonly sourceTenantId: string;
  readonly targetTenantId: string;
  readonly source: TenantDirectory;
  readonly target: TenantDirectory;
  readonly sourceDomain: string;
  readonly targetDomain: string;
  readonly ruleId: string;
  readonly mapping: ObjectMapping | null;
  /** Who has come into being in the target while this step runs, by source id; the job knows of it when the step ends. */
  readonly fresh: Map<string, string>;
}

export interface JobKey {
  readonly servicePrincipalId: string;
  readonly jobId: string;
}

export function keyOf({ configuration, job }: Pick<Edge, "configuration" | "job">): JobKey {
  return { servicePrincipalId: configuration.servicePrincipalId, jobId: job.id };
}

function defaultRuleId(jobId: string): string {
  return guidFrom("synchronizationRule", jobId);
}

/** The job's schema: its own, or the default of its template. */
export function schemaOf(job: SynchronizationJob) {
  return job.schema ?? createDefaultSchema(job.id, defaultRuleId(job.id));
}

/** The edge that a configuration and a job form, or null while the saved secrets name no known target. */
export function findEdge(
  world: World,
  configuration: ReadonlyConfiguration,
  job: SynchronizationJob,
): Edge | null {
  const targetTenantId = targetOf(configuration);
  const target = targetTenantId === null ? null : world.world.estate.tenant(targetTenantId);
  const source = world.world.estate.tenant(configuration.tenantId);
  if (target === null || source === null) {
    return null;
  }
  const directory = directoryState.of(world);
  const found = findUserMapping(schemaOf(job));
  return {
    configuration,
    job,
    sourceTenantId: source.tenantId,
    targetTenantId: target.tenantId,
    source: directory.tenant(source.tenantId),
    target: directory.tenant(target.tenantId),
    sourceDomain: source.domain,
    targetDomain: target.domain,
    ruleId: found?.ruleId ?? defaultRuleId(job.id),
    mapping: found?.mapping ?? null,
    fresh: new Map(),
  };
}

/**
 * Why policy forbids the edge now, or null: the target must allow inbound synchronization, and invitations must be
 * redeemed automatically on both sides of this direction. The other direction does not matter.
 */
export function findPolicyObstacle(
  world: World,
  sourceTenantId: string,
  targetTenantId: string,
): Extract<RefusalName, "redemptionMissing" | "synchronizationNotAllowed"> | null {
  const inTarget = readPartner(world, targetTenantId, sourceTenantId);
  const inSource = readPartner(world, sourceTenantId, targetTenantId);
  const isRedeemed =
    inTarget?.settings.automaticUserConsentSettings?.inboundAllowed === true &&
    inSource?.settings.automaticUserConsentSettings?.outboundAllowed === true;
  if (!isRedeemed) {
    return "redemptionMissing";
  }
  return inTarget.identitySynchronization?.isSyncAllowed === true
    ? null
    : "synchronizationNotAllowed";
}

/** Whether all users are in scope, by the `SyncAll` secret. */
function isEveryoneAssigned({ secrets }: ReadonlyConfiguration): boolean {
  return secrets.find(({ key }) => key === "SyncAll")?.value?.toLowerCase() === "true";
}

/**
 * Whether a user is assigned: directly, or as a direct member of an assigned group. Nested groups do not count. Cycles
 * honour an assignment at once; `asOf` (epoch milliseconds) leaves out those that are not in effect yet for an on-demand
 * request.
 */
export function isAssigned(edge: Edge, userId: string, asOf = Number.POSITIVE_INFINITY): boolean {
  if (isEveryoneAssigned(edge.configuration)) {
    return true;
  }
  for (const assignment of edge.configuration.assignments.values()) {
    if (assignment.effectiveAt > asOf) {
      continue;
    }
    const isHit =
      assignment.principalType === "User"
        ? assignment.principalId === userId
        : edge.source.isMember(assignment.principalId, userId);
    if (isHit) {
      return true;
    }
  }
  return false;
}

/** Ids of all assigned users, each once. */
export function listAssignedIds(edge: Edge): Set<string> {
  const ids = new Set<string>();
  const addAll = (users: ReturnType<TenantDirectory["users"]>) => {
    for (let index = 0; index < users.length; index += 1) {
      const user = users.at(index);
      if (user !== undefined) {
        ids.add(user.id);
      }
    }
  };
  if (isEveryoneAssigned(edge.configuration)) {
    addAll(edge.source.users());
    return ids;
  }
  for (const assignment of edge.configuration.assignments.values()) {
    if (assignment.principalType === "User") {
      ids.add(assignment.principalId);
    } else {
      addAll(edge.source.members(assignment.principalId));
    }
  }
  return ids;
}

/** Deletions that one cycle may make before they are held back, by the notification settings; null without a limit. */
export function deletionThreshold({ secrets }: ReadonlyConfiguration): number | null {
  const text = secrets.find(({ key }) => key === "SyncNotificationSettings")?.value;
  if (!text) {
    return null;
  }
  try {
    const settings = JSON.parse(text) as {
      DeleteThresholdEnabled?: boolean;
      DeleteThresholdValue?: number;
    };
    return settings.DeleteThresholdEnabled === true
      ? (settings.DeleteThresholdValue ?? LIMITS.deletionsPerCycle.value)
      : null;
  } catch {
    return null;
  }
}
