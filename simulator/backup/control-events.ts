import { defineEvent, type EventMeta } from "../core/area.ts";
import type { Identity } from "../core/principal.ts";
import { settingsOf, type BackupChanges } from "./settings.ts";
import { backupState, tenantOf, type BackupState, type TenantBackup } from "./backup-state.ts";
import type {
  BackupServiceStatus,
  BillingProfile,
  ServiceAppStatus,
  ServiceControl,
} from "./service-control.ts";

const tenantIn = (state: BackupState, meta: EventMeta): TenantBackup =>
  tenantOf(state, meta.tenantId);

export const serviceAppRegistered = defineEvent(
  backupState,
  "backup.serviceAppRegistered",
  (state, payload: { appId: string; displayName: string; by: Identity }, meta) => {
    const { control } = tenantIn(state, meta);
    const stamp = { by: payload.by, at: meta.at };
    control.isProvisioned = true;
    control.apps.set(payload.appId, {
      id: payload.appId,
      displayName: payload.displayName,
      status: "inactive",
      effectiveAt: null,
      registered: stamp,
      modified: stamp,
    });
  },
  (payload) => payload.appId,
);

export const serviceAppChanged = defineEvent(
  backupState,
  "backup.serviceAppChanged",
  (
    state,
    payload: {
      appId: string;
      status: ServiceAppStatus;
      effectiveAt: number | null;
      by: Identity | null;
    },
    meta,
  ) => {
    const app = tenantIn(state, meta).control.apps.get(payload.appId);
    if (app === undefined) return;
    app.status = payload.status;
    app.effectiveAt = payload.effectiveAt;
    app.modified = { by: payload.by, at: meta.at };
  },
  (payload) => payload.appId,
);

export const serviceAppDeleted = defineEvent(
  backupState,
  "backup.serviceAppDeleted",
  (state, payload: { appId: string }, meta) => {
    tenantIn(state, meta).control.apps.delete(payload.appId);
  },
  (payload) => payload.appId,
);

/** A change of the service's state; members that are left out stay. */
export interface ServiceChange {
  readonly status?: BackupServiceStatus;
  readonly disableReason?: ServiceControl["disableReason"];
  readonly consumer?: ServiceControl["consumer"];
  readonly gracePeriodAt?: number | null;
  readonly restoreAllowedTillAt?: number | null;
  readonly by: Identity | null;
}

export const serviceChanged = defineEvent(
  backupState,
  "backup.serviceChanged",
  (state, payload: ServiceChange, meta) => {
    const { control } = tenantIn(state, meta);
    control.isProvisioned = true;
    control.status = payload.status ?? control.status;
    control.disableReason = payload.disableReason ?? control.disableReason;
    control.consumer = payload.consumer ?? control.consumer;
    if (payload.gracePeriodAt !== undefined) control.gracePeriodAt = payload.gracePeriodAt;
    if (payload.restoreAllowedTillAt !== undefined) {
      control.restoreAllowedTillAt = payload.restoreAllowedTillAt;
    }
    control.modified = { by: payload.by, at: meta.at };
  },
);

/** Not a change that Graph offers: other durations, limits and choices, in all tenants, for what begins from now on. */
export const settingsChanged = defineEvent(
  backupState,
  "backup.settingsChanged",
  (state, payload: BackupChanges) => {
    for (const tenant of state.values()) Object.assign(tenant, settingsOf(payload));
  },
);

/** Not a change that Graph offers: the tenant's Azure billing, which scenarios let lapse. */
export const billingChanged = defineEvent(
  backupState,
  "backup.billingChanged",
  (state, payload: { billing: BillingProfile }, meta) => {
    tenantIn(state, meta).control.billing = payload.billing;
  },
);
