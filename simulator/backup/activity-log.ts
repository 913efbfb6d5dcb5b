import type { EventMeta } from "../core/area.ts";
import { iso } from "../core/iso.ts";
import type { Identity } from "../core/principal.ts";
import { guidFrom } from "../core/random.ts";
import type { TenantBackup } from "./backup-state.ts";
import type { ProtectionPolicy } from "./protection-policy.ts";
import type { Json } from "./representation.ts";
import type { RestoreSession } from "./restore-session.ts";
import type { Service } from "./service-kind.ts";

/** What happened to backups and by whom, as `GET /beta/solutions/backupRestore/activityLogs` tells it. */
export type Activity =
  | (Happening & {
      readonly kind: "policy";
      readonly type:
        | "backupPolicyCreated"
        | "backupPolicyActivated"
        | "backupPolicyModified"
        | "backupPolicyPaused"
        | "backupPolicyRenamed"
        | "dynamicRuleExecution"
        | "dynamicRuleDeletion";
      readonly policyId: string;
      readonly policyName: string;
      readonly oldPolicyName: string | null;
      readonly added: number;
      readonly removed: number;
    })
  | (Happening & {
      readonly kind: "offboarding";
      readonly type: "protectionUnitLevelOffboarding";
      readonly requestedAt: number;
    })
  | (Happening & {
      readonly kind: "restore";
      readonly type: "restoreTaskCreated" | "restoreTaskCompleted";
      readonly sessionId: string;
      readonly total: number;
      readonly restored: number;
      readonly failed: number;
    });

interface Happening {
  readonly id: string;
  readonly at: number;
  readonly service: Service;
  readonly by: string;
}

/** Older entries are forgotten; no page says how long the service keeps them. */
const MAX_ENTRIES = 10_000;

type WithoutHappening<T> = T extends unknown ? Omit<T, keyof Happening> : never;

function note(
  tenant: TenantBackup,
  meta: EventMeta,
  what: { readonly service: Service; readonly by: Identity | null },
  activity: WithoutHappening<Activity>,
): void {
  const { activities } = tenant;
  const id = guidFrom("activity", meta.tenantId, meta.transaction, activities.length);
  const by = what.by?.user?.displayName ?? what.by?.application?.displayName ?? "system";
  activities.push({ id, at: meta.at, service: what.service, by, ...activity });
  if (activities.length > 2 * MAX_ENTRIES) activities.splice(0, activities.length - MAX_ENTRIES);
}

/** Something happened to a policy or its units. */
export function notePolicy(
  tenant: TenantBackup,
  meta: EventMeta,
  policy: ProtectionPolicy,
  what: {
    readonly type: Extract<Activity, { kind: "policy" }>["type"];
    readonly by: Identity | null;
    readonly added?: number;
    readonly removed?: number;
    readonly oldPolicyName?: string;
  },
): void {
  const { type, by, added = 0, removed = 0, oldPolicyName = null } = what;
  note(
    tenant,
    meta,
    { service: policy.service, by },
    {
      kind: "policy",
      type,
      policyId: policy.id,
      policyName: policy.displayName,
      oldPolicyName,
      added,
      removed,
    },
  );
}

/** The backups of a unit are gone. */
export function noteOffboarding(
  tenant: TenantBackup,
  meta: EventMeta,
  unit: { readonly service: Service; readonly requestedAt: number },
): void {
  const { service, requestedAt } = unit;
  const type = "protectionUnitLevelOffboarding";
  note(tenant, meta, { service, by: null }, { kind: "offboarding", type, requestedAt });
}

/** A session was made, or the last of its artifacts has ended. */
export function noteRestore(
  tenant: TenantBackup,
  meta: EventMeta,
  session: RestoreSession,
  type: "restoreTaskCreated" | "restoreTaskCompleted",
): void {
  const outcomes = [...session.artifacts.values()].map(({ outcome }) => outcome?.kind);
  const count = (kind: string) => outcomes.filter((outcome) => outcome === kind).length;
  note(
    tenant,
    meta,
    { service: session.service, by: session.created.by },
    {
      kind: "restore",
      type,
      sessionId: session.id,
      total: outcomes.length,
      restored: count("succeeded"),
      failed: count("failed"),
    },
  );
}

/** An entry with the members that the example of the page shows, as far as they are known. */
export function activityJson(activity: Activity): Json {
  const common = {
    id: activity.id,
    eventDateTime: iso(activity.at),
    activityType: activity.type,
    resultStatus: resultOf(activity),
    serviceType: activity.service,
    performedBy: activity.by,
    error: null,
  };
  switch (activity.kind) {
    case "policy": {
      const isOfRule = activity.type.startsWith("dynamicRule");
      return {
        "@odata.type": `#microsoft.graph.${isOfRule ? "dynamicRule" : "backupPolicy"}ActivityLog`,
        ...common,
        severity: "low",
        policyId: activity.policyId,
        policyName: activity.policyName,
        ...(isOfRule ? {} : { oldPolicyName: activity.oldPolicyName }),
        protectionUnitDetails: {
          requestedToAddCount: activity.added,
          requestedToRemoveCount: activity.removed,
          addedCount: activity.added,
          removedCount: activity.removed,
          failedCount: 0,
          backupConfigurationType: isOfRule ? "dynamic" : "Manual Selection",
        },
      };
    }
    case "offboarding":
      return {
        "@odata.type": "#microsoft.graph.offboardingActivityLog",
        ...common,
        severity: "high",
        offboardingDetails: {
          totalRequestedCount: 1,
          offboardedCount: 1,
          failedCount: 0,
          cancelledCount: 0,
          offboardStartDateTime: iso(activity.requestedAt),
          offboardEndDateTime: iso(activity.at),
          offboardingStatus: "completed",
        },
      };
    case "restore":
      return {
        "@odata.type": "#microsoft.graph.restoreTaskActivityLog",
        ...common,
        severity: "medium",
        restoreSessionId: activity.sessionId,
        restoreArtifactDetails: {
          totalArtifactsCount: activity.total,
          restoredCount: activity.restored,
          failedCount: activity.failed,
        },
        restoreCompletionDateTime:
          activity.type === "restoreTaskCompleted" ? iso(activity.at) : null,
      };
  }
}

function resultOf(activity: Activity): "succeeded" | "failed" | "partiallySucceeded" {
  if (activity.kind !== "restore" || activity.failed === 0) return "succeeded";
  return activity.restored === 0 ? "failed" : "partiallySucceeded";
}
