import { z } from "zod";
import { identityOf } from "../core/principal.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { CONFIGURATION, isGuid, openBackup } from "./access.ts";
import type { InclusionRule, TenantBackup } from "./backup-state.ts";
import { ruleChanged, ruleCreated, ruleDeleted } from "./bulk-events.ts";
import { drawFrom, MINUTE_MS } from "./durations.ts";
import { refusal } from "./error-catalogue.ts";
import type { BackupLimits } from "./limits.ts";
import { findPolicy } from "./policy-lookup.ts";
import { unitsAdded, unitsReleased } from "./protection-events.ts";
import { DYNAMIC_RULE_SOURCE, MANUAL_SOURCE } from "./protection-unit.ts";
import { ruleJson } from "./representation.ts";
import { evaluateNextDay, ruleDue } from "./rule-evaluation.ts";
import { parseGroupExpression, parseSiteExpression } from "./rule-expression.ts";
import { SERVICE_WORDS, SERVICES, type Service } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

function answerRule(request: GraphRequest, status: number, rule: InclusionRule): GraphResponse {
  const words = SERVICE_WORDS[rule.service];
  const path = `${BACKUP_ROOT}/${words.policies}/${rule.policyId}/${words.rules}`;
  return {
    status,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${words.rules}/$entity`),
      ...ruleJson(rule, request),
    },
    ...(status === 200
      ? {}
      : { headers: { "Content-Location": `${request.baseUrl}/v1.0${path}/${rule.id}` } }),
  };
}

function checkExpression(
  { service, expression, isDynamic }: Pick<InclusionRule, "service" | "expression" | "isDynamic">,
  limits: BackupLimits,
): void {
  if (service === "sharePoint") {
    if (parseSiteExpression(expression, limits) === null) {
      throw refusal("rule", "InvalidRuleExpression");
    }
    return;
  }
  const groups = parseGroupExpression(expression);
  if (groups === null || groups.length === 0) throw refusal("rule", "InvalidRuleExpression");
  if (groups.length > limits.groupIdsPerExpression) {
    throw refusal("rule", "InvalidRuleExpressionGroupLimitExceeded");
  }
  if (!isDynamic && groups.length > limits.groupIdsPerStaticRule) {
    throw refusal("rule", "InvalidRuleExpression");
  }
}

function workSoon(request: GraphRequest, tenant: TenantBackup, ruleId: string): void {
  const minutes = drawFrom(tenant.durations.rule, tenant.seed, "rule", ruleId, request.now);
  request.schedule(request.now + Math.round(minutes * MINUTE_MS), ruleDue, { ruleId });
}

function createRule(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const body = request.parse(
    z.strictObject({
      [words.ruleExpression]: z.string().nullish(),
      isAutoApplyEnabled: z.boolean().nullish(),
    }),
    "InvalidInclusionRuleCreateRequest",
  ) as Record<string, unknown>;
  const tenant = openBackup(request, "changeProtection");
  const policy = findPolicy(request, tenant, service);
  const isDynamic = body["isAutoApplyEnabled"] === true;
  const expression = (body[words.ruleExpression] ?? "") as string;
  const hasDynamicAlready = [...tenant.rules.values()].some(
    (rule) => rule.policyId === policy.id && rule.isDynamic,
  );
  if (isDynamic && (service === "sharePoint" || hasDynamicAlready)) {
    throw refusal("rule", "InvalidInclusionRuleCreateRequest");
  }
  checkExpression({ service, expression, isDynamic }, tenant.limits);
  const id = request.newId();
  const by = identityOf(request.principal);
  request.emit(ruleCreated, { id, service, policyId: policy.id, expression, isDynamic, by });
  workSoon(request, tenant, id);
  if (isDynamic) evaluateNextDay(request, tenant, id);
  return answerRule(request, 201, tenant.rules.get(id) as InclusionRule);
}

function findRule(request: GraphRequest, tenant: TenantBackup, service: Service): InclusionRule {
  const policy = findPolicy(request, tenant, service);
  const id = request.param("ruleId").toLowerCase();
  if (!isGuid(id)) throw refusal("rule", "InvalidInclusionRuleId");
  const rule = tenant.rules.get(id);
  if (rule?.policyId !== policy.id) throw refusal("rule", "ProtectionRuleNotFound");
  return rule;
}

function isWorking(rule: InclusionRule): boolean {
  return rule.status === "active" || rule.status === "updateRequested";
}

function patchRule(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const body = request.parse(
    z.strictObject({ [words.ruleExpression]: z.string().nullish() }),
    "InvalidProtectionRulePatchRequest",
  ) as Record<string, unknown>;
  const tenant = openBackup(request, "changeProtection");
  const rule = findRule(request, tenant, service);
  if (!rule.isDynamic) throw refusal("rule", "PatchNotAllowedForStaticRule");
  if (rule.status === "deleteRequested") {
    throw refusal("rule", "InvalidProtectionRuleStatusForDynamicRuleEdit");
  }
  if (isWorking(rule)) throw refusal("rule", "InvalidProtectionRuleStatusForUpdation");
  const expression = (body[words.ruleExpression] ?? "") as string;
  checkExpression({ service, expression, isDynamic: true }, tenant.limits);
  const by = identityOf(request.principal);
  request.emit(ruleChanged, { id: rule.id, status: "updateRequested", expression, by });
  workSoon(request, tenant, rule.id);
  return answerRule(request, 200, rule);
}

function runRule(request: GraphRequest, service: Service): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const rule = findRule(request, tenant, service);
  if (rule.isDynamic) throw refusal("rule", "RunNotAllowedForDynamicRule");
  if (isWorking(rule)) throw refusal("rule", "ProtectionRuleActionNotAllowed");
  const by = identityOf(request.principal);
  request.emit(ruleChanged, { id: rule.id, status: "active", by });
  workSoon(request, tenant, rule.id);
  return answerRule(request, 202, rule);
}

function deleteRule(request: GraphRequest, service: Service): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const rule = findRule(request, tenant, service);
  if (rule.isDynamic && (isWorking(rule) || rule.status === "deleteRequested")) {
    throw refusal("rule", "InvalidProtectionRuleStatusForDynamicRuleDeletion");
  }
  if (isWorking(rule)) throw refusal("rule", "InvalidProtectionRuleStatusForDeletion");
  const by = identityOf(request.principal);
  const units = [...rule.heldUnits].flatMap((unitId) => {
    const unit = tenant.units.get(unitId);
    return unit === undefined ? [] : [{ id: unitId, resourceId: unit.resourceId }];
  });
  if (units.length > 0) {
    // Without the rule its units stay protected, from now on as if somebody had picked them.
    request.emit(unitsAdded, { policyId: rule.policyId, source: MANUAL_SOURCE, units, by });
    request.emit(unitsReleased, {
      policyId: rule.policyId,
      source: DYNAMIC_RULE_SOURCE,
      unitIds: units.map(({ id }) => id),
      by,
    });
  }
  request.emit(ruleDeleted, { id: rule.id });
  return { status: 204 };
}

function deleteAndUnprotect(request: GraphRequest, service: Service): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const rule = findRule(request, tenant, service);
  if (!rule.isDynamic || rule.status === "deleteRequested" || isWorking(rule)) {
    throw refusal("rule", "InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll");
  }
  const by = identityOf(request.principal);
  request.emit(ruleChanged, { id: rule.id, status: "deleteRequested", by });
  workSoon(request, tenant, rule.id);
  return answerRule(request, 202, rule);
}

function listRules(request: GraphRequest, service: Service): GraphResponse {
  const tenant = openBackup(request, "read");
  const policy = findPolicy(request, tenant, service);
  return request.page({
    items: [...tenant.rules.values()].filter((rule) => rule.policyId === policy.id),
    toJson: (rule) => ruleJson(rule, request),
    context: `solutions/backupRestore/${SERVICE_WORDS[service].rules}`,
    pageSize: tenant.limits.pageSize,
  });
}

function routesOf(service: Service): Route[] {
  const words = SERVICE_WORDS[service];
  const path = `${BACKUP_ROOT}/${words.policies}/{policyId}/${words.rules}`;
  const definition = words.ruleType.replace("#microsoft.graph.", "");
  const write = (
    method: "POST" | "PATCH" | "DELETE",
    suffix: string,
    source: string,
    handle: (request: GraphRequest, service: Service) => GraphResponse,
  ) =>
    defineRoute({
      method,
      path: `${path}${suffix}`,
      permissions: CONFIGURATION.write,
      source,
      ...(method === "DELETE" ? {} : { definition }),
      handle: (request) => handle(request, service),
    });
  const routes = [
    defineRoute({
      method: "GET",
      path,
      permissions: CONFIGURATION.read,
      source: `${service.toLowerCase()}protectionpolicy-list-${words.rules.toLowerCase()}`,
      definition,
      query: ["$select", "$skiptoken"],
      handle: (request) => listRules(request, service),
    }),
    defineRoute({
      method: "GET",
      path: `${path}/{ruleId}`,
      permissions: CONFIGURATION.read,
      source: "protectionrulebase-get",
      definition,
      handle: (request) =>
        answerRule(request, 200, findRule(request, openBackup(request, "read"), service)),
    }),
    write("POST", "", "protectionrulebase-post", createRule),
    write("DELETE", "/{ruleId}", "protectionrulebase-delete", deleteRule),
    write("POST", "/{ruleId}/run", "protectionrulebase-run", runRule),
  ];
  return service === "sharePoint"
    ? routes
    : [
        ...routes,
        write("PATCH", "/{ruleId}", "protectionrulebase-update", patchRule),
        write(
          "POST",
          "/{ruleId}/deleteAndUnprotect",
          "protectionrulebase-deleteandunprotect",
          deleteAndUnprotect,
        ),
      ];
}

export const ruleRoutes: readonly Route[] = SERVICES.flatMap(routesOf);
