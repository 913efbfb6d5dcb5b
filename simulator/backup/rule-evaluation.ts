import { defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { contentState } from "../content/content.ts";
import { listSites } from "../content/site.ts";
import { directoryState } from "../directory/directory.ts";
import { backupOf, type InclusionRule, type TenantBackup } from "./backup-state.ts";
import { ruleChanged, ruleDeleted } from "./bulk-events.ts";
import { DAY_MS } from "./durations.ts";
import { findProtectable } from "./protectable.ts";
import { unitsAdded, unitsReleased, type JoiningUnit } from "./protection-events.ts";
import { DYNAMIC_RULE_SOURCE, MANUAL_SOURCE, unitPolicyAt } from "./protection-unit.ts";
import { matchesSite, parseGroupExpression, parseSiteExpression } from "./rule-expression.ts";

/** A rule was made, run, edited or is to be deleted: its work is done some minutes later. */
export const ruleDue = defineTransition<{ ruleId: string }>(
  "backup.ruleDue",
  (context, { ruleId }) => {
    const tenant = backupOf(context);
    const rule = tenant.rules.get(ruleId);
    if (rule === undefined) return;
    if (rule.status === "deleteRequested") {
      release(context, rule, [...rule.heldUnits]);
      context.emit(ruleDeleted, { id: ruleId });
      return;
    }
    evaluate(context, tenant, rule);
  },
);

/** Lets a dynamic rule follow its groups again when the next evaluation is due. */
export function evaluateNextDay(context: Context, tenant: TenantBackup, ruleId: string): void {
  const days = tenant.durations.ruleEvaluationDays;
  context.schedule(context.now + Math.round(days * DAY_MS), ruleDaily, { ruleId });
}

/** Dynamic rules follow their groups once a day. */
export const ruleDaily = defineTransition<{ ruleId: string }>(
  "backup.ruleDaily",
  (context, { ruleId }) => {
    const tenant = backupOf(context);
    const rule = tenant.rules.get(ruleId);
    if (rule === undefined) return;
    if (rule.status !== "deleteRequested") evaluate(context, tenant, rule);
    evaluateNextDay(context, tenant, ruleId);
  },
);

function evaluate(context: Context, tenant: TenantBackup, rule: InclusionRule): void {
  const matches =
    rule.service === "sharePoint" ? matchingSites(context, rule) : members(context, rule);
  const source = rule.isDynamic ? DYNAMIC_RULE_SOURCE : MANUAL_SOURCE;
  const joining: JoiningUnit[] = [];
  const held: string[] = [];
  let hasErrors = matches.hasErrors;
  for (const resourceId of matches.resourceIds) {
    const unit = tenant.units.ofResource(rule.service, resourceId);
    const holder = unit === undefined ? null : unitPolicyAt(unit, context.now);
    if (holder !== null && holder !== rule.policyId) {
      hasErrors = true;
      continue;
    }
    const id = unit?.id ?? context.newId();
    held.push(id);
    if (holder === null || ((unit?.sources ?? 0) & source) === 0) joining.push({ id, resourceId });
  }
  if (joining.length > 0) {
    context.emit(unitsAdded, {
      policyId: rule.policyId,
      source,
      units: joining,
      by: rule.created.by,
    });
  }
  const stays = new Set(held);
  if (rule.isDynamic) {
    release(
      context,
      rule,
      [...rule.heldUnits].filter((unitId) => !stays.has(unitId)),
    );
  }
  context.emit(ruleChanged, {
    id: rule.id,
    status: hasErrors ? "completedWithErrors" : "completed",
    ...(rule.isDynamic ? { heldUnits: held } : {}),
    by: rule.created.by,
  });
}

function release(context: Context, rule: InclusionRule, unitIds: readonly string[]): void {
  if (unitIds.length === 0) return;
  context.emit(unitsReleased, {
    policyId: rule.policyId,
    source: DYNAMIC_RULE_SOURCE,
    unitIds,
    by: rule.created.by,
  });
}

interface Matches {
  readonly resourceIds: readonly string[];
  readonly hasErrors: boolean;
}

function matchingSites(context: Context, rule: InclusionRule): Matches {
  const expression = parseSiteExpression(rule.expression);
  if (expression === null) return { resourceIds: [], hasErrors: true };
  const content = contentState.of(context);
  const sites = listSites(context, context.tenantId);
  const resourceIds: string[] = [];
  for (let index = 0; index < sites.length; index += 1) {
    const site = sites.at(index);
    if (site === undefined || site.isReadOnly) continue;
    const modifiedAt = content.versions(site.container, context.now).at(-1)?.at ?? 0;
    const { displayName, webUrl } = site;
    if (matchesSite(expression, { displayName, webUrl, modifiedAt })) resourceIds.push(site.id);
  }
  return { resourceIds, hasErrors: false };
}

/** Direct members only: nested groups are not followed. */
function members(context: Context, rule: InclusionRule): Matches {
  const directory = directoryState.of(context).tenant(context.tenantId);
  const found = new Set<string>();
  let hasErrors = false;
  for (const groupId of parseGroupExpression(rule.expression) ?? []) {
    if (directory.findGroup(groupId) === null) {
      hasErrors = true;
      continue;
    }
    const users = directory.members(groupId);
    for (let index = 0; index < users.length; index += 1) {
      const user = users.at(index);
      const resourceId =
        user === undefined ? null : findProtectable(context, rule.service, user.id);
      if (resourceId !== null) found.add(resourceId);
    }
  }
  const limit = backupOf(context).limits.usersPerDynamicRule;
  return {
    resourceIds: rule.isDynamic ? [...found].slice(0, limit) : [...found],
    hasErrors: hasErrors || (rule.isDynamic && found.size > limit),
  };
}
