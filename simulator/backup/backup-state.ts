import { defineState } from "../core/area.ts";
import type { World } from "../core/world.ts";
import type { Activity } from "./activity-log.ts";
import type { BackupDurations } from "./durations.ts";
import type { BackupLimits } from "./limits.ts";
import type { ItemError } from "./protection-unit.ts";
import type { ProtectionPolicy } from "./protection-policy.ts";
import type { RestoreSession } from "./restore-session.ts";
import { seedTenants } from "./seeded-backup.ts";
import type { ServiceControl } from "./service-control.ts";
import type { Service } from "./service-kind.ts";
import type { BackupSettings } from "./settings.ts";
import type { Stamp } from "./stamp.ts";
import type { SavedUnits, UnitTable } from "./unit-table.ts";

/** A job that adds many units by name or id. */
export interface BulkJob {
  readonly id: string;
  readonly service: Service;
  readonly policyId: string;
  readonly displayName: string;
  readonly names: readonly string[];
  readonly ids: readonly string[];
  status: "active" | "completed" | "completedWithErrors";
  unresolved: readonly (ItemError & { readonly target: string })[];
  readonly created: Stamp;
  modified: Stamp;
}

export type RuleStatus =
  "active" | "completed" | "completedWithErrors" | "updateRequested" | "deleteRequested";

/** A static rule adds once; a dynamic rule is evaluated daily. */
export interface InclusionRule {
  readonly id: string;
  readonly service: Service;
  readonly policyId: string;
  expression: string;
  readonly isDynamic: boolean;
  status: RuleStatus;
  /** Units that the dynamic rule holds. */
  readonly heldUnits: Set<string>;
  readonly created: Stamp;
  modified: Stamp;
}

/** A search for messages, kept because a granular restore refers to it. */
export interface MessageSearch {
  readonly id: string;
  readonly unitId: string;
  readonly expression: string;
}

/** A look into one express point of a site or drive. */
export interface BrowseSession {
  readonly id: string;
  readonly service: Service;
  readonly unitId: string;
  readonly pointAt: number;
  /** Unix milliseconds: made, ready, gone. */
  readonly createdAt: number;
  readonly readyAt: number;
  readonly expiresAt: number;
}

/** Who is written to about backup; the first-party roles are read-only for an application. */
export interface EmailNotifications {
  isEnabled: boolean;
  additionalEvents: "none" | "restoreAndPolicyUpdates";
  customRecipients: readonly { readonly email: string }[];
}

/** Everything the area knows of one tenant. */
export interface TenantBackup {
  readonly tenantId: string;
  readonly seed: number;
  durations: BackupDurations;
  limits: BackupLimits;
  options: BackupSettings["options"];
  readonly control: ServiceControl;
  readonly policies: Map<string, ProtectionPolicy>;
  readonly units: UnitTable;
  readonly jobs: Map<string, BulkJob>;
  readonly rules: Map<string, InclusionRule>;
  readonly sessions: Map<string, RestoreSession>;
  readonly searches: Map<string, MessageSearch>;
  readonly browseSessions: Map<string, BrowseSession>;
  readonly emailNotifications: EmailNotifications;
  /** What happened, oldest first. */
  readonly activities: Activity[];
  /** Things that a preservation lock keeps from being restored in place, by resource id. */
  readonly heldResources: Set<string>;
}

export type BackupState = Map<string, TenantBackup>;

type SavedTenant = Omit<TenantBackup, "units"> & { readonly units: SavedUnits };

export const backupState = defineState("backup", seedTenants, {
  save: (state): ReadonlyMap<string, SavedTenant> =>
    new Map([...state].map(([id, tenant]) => [id, { ...tenant, units: tenant.units.save() }])),
  load(saved: ReadonlyMap<string, SavedTenant>, initial): BackupState {
    return new Map(
      [...saved].map(([id, tenant]) => {
        const { units } = tenantOf(initial, id);
        units.load(tenant.units);
        return [id, { ...tenant, units }];
      }),
    );
  },
});

/** The tenant of a request or a transition. */
export function backupOf(source: {
  readonly world: World;
  readonly tenantId: string;
}): TenantBackup {
  return tenantOf(backupState.of(source), source.tenantId);
}

/** The tenant in the state; the seed names every tenant, so a missing one is a defect of ours. */
export function tenantOf(state: BackupState, tenantId: string): TenantBackup {
  const tenant = state.get(tenantId);
  if (tenant === undefined) {
    throw new Error(`The backup state has no tenant ${tenantId}.`);
  }
  return tenant;
}
