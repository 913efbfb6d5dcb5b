import { defineEvent } from "../core/area.ts";
import type { Identity } from "../core/principal.ts";
import { notePolicy } from "./activity-log.ts";
import { backupState, tenantOf, type BulkJob, type RuleStatus } from "./backup-state.ts";
import type { Service } from "./service-kind.ts";

export const bulkJobCreated = defineEvent(
  backupState,
  "backup.bulkJobCreated",
  (
    state,
    payload: {
      id: string;
      service: Service;
      policyId: string;
      displayName: string;
      names: readonly string[];
      ids: readonly string[];
      by: Identity;
    },
    meta,
  ) => {
    const stamp = { by: payload.by, at: meta.at };
    const { by: _by, ...job } = payload;
    tenantOf(state, meta.tenantId).jobs.set(payload.id, {
      ...job,
      status: "active",
      unresolved: [],
      created: stamp,
      modified: stamp,
    });
  },
  (payload) => payload.id,
);

export const bulkJobCompleted = defineEvent(
  backupState,
  "backup.bulkJobCompleted",
  (state, payload: { id: string; unresolved: BulkJob["unresolved"] }, meta) => {
    const job = tenantOf(state, meta.tenantId).jobs.get(payload.id);
    if (job === undefined) return;
    job.status = payload.unresolved.length === 0 ? "completed" : "completedWithErrors";
    job.unresolved = payload.unresolved;
    job.modified = { by: job.created.by, at: meta.at };
  },
  (payload) => payload.id,
);

export const ruleCreated = defineEvent(
  backupState,
  "backup.ruleCreated",
  (
    state,
    payload: {
      id: string;
      service: Service;
      policyId: string;
      expression: string;
      isDynamic: boolean;
      by: Identity;
    },
    meta,
  ) => {
    const stamp = { by: payload.by, at: meta.at };
    const { by: _by, ...rule } = payload;
    tenantOf(state, meta.tenantId).rules.set(payload.id, {
      ...rule,
      status: "active",
      heldUnits: new Set(),
      created: stamp,
      modified: stamp,
    });
  },
  (payload) => payload.id,
);

/** A rule runs again, is edited, is to be deleted, or has ended its work. */
export const ruleChanged = defineEvent(
  backupState,
  "backup.ruleChanged",
  (
    state,
    payload: {
      id: string;
      status: RuleStatus;
      expression?: string;
      heldUnits?: readonly string[];
      by: Identity | null;
    },
    meta,
  ) => {
    const rule = tenantOf(state, meta.tenantId).rules.get(payload.id);
    if (rule === undefined) return;
    rule.status = payload.status;
    rule.expression = payload.expression ?? rule.expression;
    rule.modified = { by: payload.by, at: meta.at };
    if (payload.heldUnits !== undefined) {
      rule.heldUnits.clear();
      for (const unitId of payload.heldUnits) rule.heldUnits.add(unitId);
    }
  },
  (payload) => payload.id,
);

export const ruleDeleted = defineEvent(
  backupState,
  "backup.ruleDeleted",
  (state, payload: { id: string }, meta) => {
    const tenant = tenantOf(state, meta.tenantId);
    const rule = tenant.rules.get(payload.id);
    const policy = tenant.policies.get(rule?.policyId ?? "");
    if (rule?.isDynamic === true && policy !== undefined) {
      notePolicy(tenant, meta, policy, {
        type: "dynamicRuleDeletion",
        by: rule.modified.by,
        removed: rule.heldUnits.size,
      });
    }
    tenant.rules.delete(payload.id);
  },
  (payload) => payload.id,
);
