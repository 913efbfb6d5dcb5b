import { defineEvent, type EventMeta } from "../core/area.ts";
import type { Identity } from "../core/principal.ts";
import { backupState, tenantOf, type BackupState, type TenantBackup } from "./backup-state.ts";
import { noteOffboarding, notePolicy } from "./activity-log.ts";
import { drawFrom, MINUTE_MS } from "./durations.ts";
import { protectionTimes, releaseSettlesAt, type ProtectionPolicy } from "./protection-policy.ts";
import {
  endSpans,
  MANUAL_SOURCE,
  startProtection,
  stopProtection,
  type ItemError,
  type ProtectionUnit,
} from "./protection-unit.ts";
import type { Service } from "./service-kind.ts";

interface Place {
  readonly tenant: TenantBackup;
  readonly meta: EventMeta;
}

function placeOf(state: BackupState, meta: EventMeta): Place {
  return { tenant: tenantOf(state, meta.tenantId), meta };
}

function policyIn({ tenant }: Place, policyId: string): ProtectionPolicy {
  const policy = tenant.policies.get(policyId);
  if (policy === undefined) throw new Error(`There is no protection policy ${policyId}.`);
  return policy;
}

/** A thing that joins a policy: `id` is the unit's, used when the thing was never a unit before. */
export interface JoiningUnit {
  readonly id: string;
  readonly resourceId: string;
}

function join(
  place: Place,
  policy: ProtectionPolicy,
  joining: JoiningUnit,
  change: { readonly index: number; readonly source: number; readonly by: Identity | null },
): void {
  const { tenant, meta } = place;
  const stamp = { by: change.by, at: meta.at };
  const known = tenant.units.ofResource(policy.service, joining.resourceId);
  let unit: ProtectionUnit;
  if (known === undefined) {
    unit = {
      id: joining.id,
      service: policy.service,
      resourceId: joining.resourceId,
      policyId: policy.id,
      sources: 0,
      status: "unprotected",
      pending: null,
      spans: [],
      error: null,
      offboardRequestedAt: null,
      created: stamp,
      modified: stamp,
    };
    tenant.units.add(unit);
  } else {
    unit = tenant.units.edit(known.id);
  }
  const isHeldAlready = unit.policyId === policy.id && unit.sources !== 0 && known !== undefined;
  unit.policyId = policy.id;
  unit.sources |= change.source;
  unit.modified = stamp;
  if (policy.isActive && !isHeldAlready) {
    protect(place, policy, unit, "addition", change.index);
  } else if (!isHeldAlready) {
    unit.pending = null;
    unit.status = "unprotected";
    unit.offboardRequestedAt = null;
  }
}

function protect(
  { tenant, meta }: Place,
  policy: ProtectionPolicy,
  unit: ProtectionUnit,
  kind: "activation" | "addition",
  index: number,
): void {
  const times = protectionTimes({
    kind,
    at: meta.at,
    index,
    policyId: policy.id,
    unitId: unit.id,
    seed: tenant.seed,
    durations: tenant.durations,
  });
  startProtection(unit, times);
  policy.updatingUntil = Math.max(policy.updatingUntil, times.settlesAt);
}

export const policyCreated = defineEvent(
  backupState,
  "backup.policyCreated",
  (
    state,
    payload: {
      id: string;
      service: Service;
      displayName: string;
      units: readonly JoiningUnit[];
      by: Identity;
    },
    meta,
  ) => {
    const place = placeOf(state, meta);
    const stamp = { by: payload.by, at: meta.at };
    const policy: ProtectionPolicy = {
      id: payload.id,
      service: payload.service,
      displayName: payload.displayName,
      isActive: false,
      updatingUntil: 0,
      created: stamp,
      modified: stamp,
    };
    place.tenant.policies.set(policy.id, policy);
    payload.units.forEach((unit, index) => {
      join(place, policy, unit, { index, source: MANUAL_SOURCE, by: payload.by });
    });
    const added = payload.units.length;
    const { by } = payload;
    notePolicy(place.tenant, meta, policy, { type: "backupPolicyCreated", by, added });
  },
  (payload) => payload.id,
);

export const policyRenamed = defineEvent(
  backupState,
  "backup.policyRenamed",
  (state, payload: { id: string; displayName: string; by: Identity }, meta) => {
    const place = placeOf(state, meta);
    const policy = policyIn(place, payload.id);
    const oldPolicyName = policy.displayName;
    policy.displayName = payload.displayName;
    const { by } = payload;
    notePolicy(place.tenant, meta, policy, { type: "backupPolicyRenamed", by, oldPolicyName });
    policy.modified = { by: payload.by, at: meta.at };
  },
  (payload) => payload.id,
);

export const policyDeleted = defineEvent(
  backupState,
  "backup.policyDeleted",
  (state, payload: { id: string; by: Identity }, meta) => {
    const place = placeOf(state, meta);
    const policy = policyIn(place, payload.id);
    for (const unit of place.tenant.units.editPolicy(policy.service, policy.id, meta.at)) {
      unit.policyId = null;
      unit.sources = 0;
      unit.pending = null;
    }
    for (const rule of place.tenant.rules.values()) {
      if (rule.policyId === policy.id) place.tenant.rules.delete(rule.id);
    }
    place.tenant.policies.delete(policy.id);
  },
  (payload) => payload.id,
);

export const policyActivated = defineEvent(
  backupState,
  "backup.policyActivated",
  (state, payload: { id: string; by: Identity }, meta) => {
    const place = placeOf(state, meta);
    const policy = policyIn(place, payload.id);
    policy.isActive = true;
    notePolicy(place.tenant, meta, policy, { type: "backupPolicyActivated", by: payload.by });
    policy.modified = { by: payload.by, at: meta.at };
    const { durations, seed } = place.tenant;
    const processing = drawFrom(durations.policyProcessing, seed, "activation", policy.id, meta.at);
    policy.updatingUntil = meta.at + Math.round(processing * MINUTE_MS);
    let index = 0;
    for (const unit of place.tenant.units.editPolicy(policy.service, policy.id, meta.at)) {
      if (unit.status === "protected" && unit.error === null) continue;
      protect(place, policy, unit, "activation", index);
      index += 1;
    }
  },
  (payload) => payload.id,
);

export const policyDeactivated = defineEvent(
  backupState,
  "backup.policyDeactivated",
  (state, payload: { id: string; by: Identity }, meta) => {
    const place = placeOf(state, meta);
    const policy = policyIn(place, payload.id);
    policy.isActive = false;
    notePolicy(place.tenant, meta, policy, { type: "backupPolicyPaused", by: payload.by });
    policy.modified = { by: payload.by, at: meta.at };
    policy.updatingUntil = releaseTime(place, policy);
    for (const unit of place.tenant.units.editPolicy(policy.service, policy.id, meta.at)) {
      stopProtection(unit, "unprotectRequested", { at: meta.at, settlesAt: policy.updatingUntil });
    }
  },
  (payload) => payload.id,
);

function releaseTime({ tenant, meta }: Place, policy: ProtectionPolicy): number {
  return releaseSettlesAt({
    at: meta.at,
    policyId: policy.id,
    seed: tenant.seed,
    durations: tenant.durations,
  });
}

/** Units come and go by hand or by a dynamic rule. */
function changeOf({ source, by }: { readonly source: number; readonly by: Identity | null }) {
  return source === MANUAL_SOURCE
    ? { type: "backupPolicyModified" as const, by }
    : { type: "dynamicRuleExecution" as const, by: null };
}

export const unitsAdded = defineEvent(
  backupState,
  "backup.unitsAdded",
  (
    state,
    payload: {
      policyId: string;
      source: number;
      units: readonly JoiningUnit[];
      by: Identity | null;
    },
    meta,
  ) => {
    const place = placeOf(state, meta);
    const policy = policyIn(place, payload.policyId);
    policy.modified = { by: payload.by, at: meta.at };
    payload.units.forEach((unit, index) => {
      join(place, policy, unit, { index, source: payload.source, by: payload.by });
    });
    const added = payload.units.length;
    notePolicy(place.tenant, meta, policy, { ...changeOf(payload), added });
  },
  (payload) => payload.policyId,
);

/** Units lose a source; those without any left leave the policy. */
export const unitsReleased = defineEvent(
  backupState,
  "backup.unitsReleased",
  (
    state,
    payload: {
      policyId: string;
      source: number;
      unitIds: readonly string[];
      by: Identity | null;
    },
    meta,
  ) => {
    const place = placeOf(state, meta);
    const policy = policyIn(place, payload.policyId);
    const settlesAt = releaseTime(place, policy);
    policy.modified = { by: payload.by, at: meta.at };
    const removed = payload.unitIds.length;
    notePolicy(place.tenant, meta, policy, { ...changeOf(payload), removed });
    for (const unitId of payload.unitIds) {
      const unit = place.tenant.units.edit(unitId);
      unit.sources &= ~payload.source;
      unit.modified = { by: payload.by, at: meta.at };
      if (unit.sources === 0) {
        stopProtection(unit, "removeRequested", { at: meta.at, settlesAt });
        policy.updatingUntil = Math.max(policy.updatingUntil, settlesAt);
      }
    }
  },
  (payload) => payload.policyId,
);

/** Backup of a unit goes wrong: it is reported with an error and gets no more points. */
export const unitFailed = defineEvent(
  backupState,
  "backup.unitFailed",
  (state, payload: { unitId: string; error: ItemError }, meta) => {
    const unit = tenantOf(state, meta.tenantId).units.edit(payload.unitId);
    unit.status = "unprotected";
    unit.pending = null;
    unit.error = payload.error;
    endSpans(unit, meta.at);
  },
  (payload) => payload.unitId,
);

/** Backup of a unit stands still without anything being reported. */
export const unitStalled = defineEvent(
  backupState,
  "backup.unitStalled",
  (state, payload: { unitId: string }, meta) => {
    endSpans(tenantOf(state, meta.tenantId).units.edit(payload.unitId), meta.at);
  },
  (payload) => payload.unitId,
);

export const unitOffboardRequested = defineEvent(
  backupState,
  "backup.unitOffboardRequested",
  (state, payload: { unitId: string; by: Identity }, meta) => {
    const unit = tenantOf(state, meta.tenantId).units.edit(payload.unitId);
    unit.policyId = null;
    unit.pending = null;
    unit.status = "offboardRequested";
    unit.offboardRequestedAt = meta.at;
    unit.modified = { by: payload.by, at: meta.at };
  },
  (payload) => payload.unitId,
);

/** The grace is over: the unit's backups are deleted. */
export const unitOffboarded = defineEvent(
  backupState,
  "backup.unitOffboarded",
  (state, payload: { unitId: string }, meta) => {
    const tenant = tenantOf(state, meta.tenantId);
    const unit = tenant.units.edit(payload.unitId);
    const requestedAt = unit.offboardRequestedAt ?? meta.at;
    noteOffboarding(tenant, meta, { service: unit.service, requestedAt });
    unit.status = "offboarded";
    unit.spans = [];
    unit.modified = { by: null, at: meta.at };
  },
  (payload) => payload.unitId,
);

export const unitOffboardCancelled = defineEvent(
  backupState,
  "backup.unitOffboardCancelled",
  (state, payload: { unitId: string; by: Identity }, meta) => {
    const tenant = tenantOf(state, meta.tenantId);
    const unit = tenant.units.edit(payload.unitId);
    const minutes = drawFrom(tenant.durations.cancelOffboard, tenant.seed, unit.id, meta.at);
    unit.status = "unprotected";
    unit.pending = {
      status: "cancelOffboardRequested",
      settlesAt: meta.at + Math.round(minutes * MINUTE_MS),
    };
    unit.offboardRequestedAt = null;
    unit.modified = { by: payload.by, at: meta.at };
  },
  (payload) => payload.unitId,
);

/** A preservation lock is put on something, or taken off: it cannot be restored in place meanwhile. */
export const resourceHeld = defineEvent(
  backupState,
  "backup.resourceHeld",
  (state, payload: { resourceId: string; isHeld: boolean }, meta) => {
    const { heldResources } = tenantOf(state, meta.tenantId);
    if (payload.isHeld) heldResources.add(payload.resourceId);
    else heldResources.delete(payload.resourceId);
  },
  (payload) => payload.resourceId,
);
