import { z } from "zod";
import { identityOf } from "../core/principal.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { isStruck } from "../faults/seeded-faults.ts";
import { project } from "../odata/page.ts";
import { CONFIGURATION, openBackup } from "./access.ts";
import { backupOf } from "./backup-state.ts";
import { refusal } from "./error-catalogue.ts";
import { patchPolicy } from "./policy-patch.ts";
import { findPolicy, hasOtherActivePolicy, isValidDisplayName, statusOf } from "./policy-lookup.ts";
import { findProtectable } from "./protectable.ts";
import {
  policyActivated,
  policyCreated,
  policyDeactivated,
  policyDeleted,
} from "./protection-events.ts";
import type { ProtectionPolicy } from "./protection-policy.ts";
import { unitPolicyAt } from "./protection-unit.ts";
import { policyJson } from "./representation.ts";
import { SERVICE_WORDS, SERVICES, type Service } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

const POLICIES = `${BACKUP_ROOT}/protectionPolicies`;

function answerPolicy(
  request: GraphRequest,
  status: number,
  policy: ProtectionPolicy,
): GraphResponse {
  const collection = SERVICE_WORDS[policy.service].policies;
  const isCounted = request.query.select?.includes("protectionPolicyArtifactCount") ?? false;
  const json = policyJson(policy, backupOf(request), request.now, { isCounted });
  return {
    status,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${collection}/$entity`),
      ...project(json, request.query.select),
    },
    ...(status === 200
      ? {}
      : { headers: { "Content-Location": `${request.baseUrl}/v1.0${POLICIES}('${policy.id}')` } }),
  };
}

function listPolicies(request: GraphRequest, service: Service | null): GraphResponse {
  const tenant = openBackup(request, "read");
  const collection = service === null ? "protectionPolicies" : SERVICE_WORDS[service].policies;
  const isCounted = request.query.select?.includes("protectionPolicyArtifactCount") ?? false;
  return request.page({
    items: [...tenant.policies.values()].filter(
      (policy) => service === null || policy.service === service,
    ),
    toJson: (policy) => policyJson(policy, tenant, request.now, { isCounted }),
    context: `solutions/backupRestore/${collection}`,
    pageSize: tenant.limits.pageSize,
  });
}

function createPolicy(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const body = request.parse(
    z.strictObject({
      displayName: z.string().nullish(),
      [words.units]: z.array(z.strictObject({ [words.unitIdProperty]: z.string() })).nullish(),
    }),
    "InvalidCreateRequest",
  ) as { displayName?: string | null } & Record<string, unknown>;
  const tenant = openBackup(request, "changeProtection");
  if (!isValidDisplayName(body.displayName, tenant.limits)) {
    throw refusal("createPolicy", "InvalidDisplayName");
  }
  const asked = (body[words.units] ?? []) as readonly Record<string, string>[];
  if (asked.length > tenant.limits.unitsPerCreatePolicy) {
    throw refusal("createPolicy", "ProtectionUnitsLimitBreached");
  }
  const resources = asked.map((unit) =>
    findProtectable(request, service, unit[words.unitIdProperty] ?? ""),
  );
  const known = resources.filter((resource) => resource !== null);
  if (known.length < resources.length) throw refusal("createPolicy", "InvalidProtectionUnitId");
  if (new Set(known).size < known.length) throw refusal("createPolicy", "InvalidCreateRequest");
  if (hasOtherActivePolicy(tenant, service, null)) {
    throw refusal("createPolicy", "PolicyCreationNotAllowed");
  }
  for (const resource of known) {
    const unit = tenant.units.ofResource(service, resource);
    if (unit !== undefined && unitPolicyAt(unit, request.now) !== null) {
      throw refusal("createPolicy", "ProtectionUnitAlreadyExists");
    }
  }
  const id = request.newId();
  if (isStruck(request, "transientRefusals", id)) {
    throw refusal("createPolicy", "PolicySaveFailed");
  }
  request.emit(policyCreated, {
    id,
    service,
    displayName: body.displayName,
    units: known.map((resourceId) => ({ id: request.newId(), resourceId })),
    by: identityOf(request.principal),
  });
  return answerPolicy(request, 201, tenant.policies.get(id) as ProtectionPolicy);
}

/** The reference pages and the error article disagree; which of them is followed is an option. */
const WRONG_STATE = {
  page: "invalidStateForActivation",
  article: "PolicyActionNotAllowed",
} as const;

function activatePolicy(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const policy = findPolicy(request, tenant, null);
  const status = statusOf(policy, tenant, request.now);
  if (status !== "inactive" && status !== "activeWithErrors") {
    throw refusal("activatePolicy", WRONG_STATE[tenant.options.wrongPolicyState]);
  }
  if (hasOtherActivePolicy(tenant, policy.service, policy.id)) {
    throw refusal("activatePolicy", "AnotherPolicyActive");
  }
  request.emit(policyActivated, { id: policy.id, by: identityOf(request.principal) });
  return answerPolicy(request, 202, policy);
}

function deactivatePolicy(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const policy = findPolicy(request, tenant, null);
  const status = statusOf(policy, tenant, request.now);
  if (status !== "active" && status !== "activeWithErrors") {
    throw refusal("deactivatePolicy", WRONG_STATE[tenant.options.wrongPolicyState]);
  }
  request.emit(policyDeactivated, { id: policy.id, by: identityOf(request.principal) });
  return answerPolicy(request, 202, policy);
}

function deletePolicy(request: GraphRequest): GraphResponse {
  const tenant = openBackup(request, "changeProtection");
  const policy = findPolicy(request, tenant, null);
  if (statusOf(policy, tenant, request.now) !== "inactive") {
    throw refusal("deletePolicy", "PolicyActionNotAllowed");
  }
  request.emit(policyDeleted, { id: policy.id, by: identityOf(request.principal) });
  return { status: 204 };
}

function typedRoutes(service: Service): Route[] {
  const words = SERVICE_WORDS[service];
  const path = `${BACKUP_ROOT}/${words.policies}`;
  const lower = words.policies.toLowerCase();
  const definition = words.policyType.replace("#microsoft.graph.", "");
  return [
    defineRoute({
      method: "GET",
      path,
      permissions: CONFIGURATION.read,
      source: `backuprestoreroot-list-${lower}`,
      definition,
      query: ["$select", "$skiptoken"],
      handle: (request) => listPolicies(request, service),
    }),
    defineRoute({
      method: "POST",
      path,
      permissions: CONFIGURATION.write,
      source: `backuprestoreroot-post-${lower}`,
      definition,
      handle: (request) => createPolicy(request, service),
    }),
    defineRoute({
      method: "GET",
      path: `${path}/{policyId}`,
      permissions: CONFIGURATION.read,
      source: "protectionpolicybase-get",
      definition,
      handle: (request) =>
        answerPolicy(request, 200, findPolicy(request, openBackup(request, "read"), service)),
    }),
    defineRoute({
      method: "PATCH",
      path: `${path}/{policyId}`,
      permissions: CONFIGURATION.write,
      source: `${service.toLowerCase()}protectionpolicy-update`,
      definition,
      handle: (request) => patchPolicy(request, service),
    }),
  ];
}

export const policyRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: POLICIES,
    permissions: CONFIGURATION.read,
    source: "backuprestoreroot-list-protectionpolicies",
    definition: "protectionPolicyBase",
    query: ["$select", "$skiptoken"],
    handle: (request) => listPolicies(request, null),
  }),
  defineRoute({
    method: "GET",
    path: `${POLICIES}/{policyId}`,
    permissions: CONFIGURATION.read,
    source: "protectionpolicybase-get",
    definition: "protectionPolicyBase",
    handle: (request) =>
      answerPolicy(request, 200, findPolicy(request, openBackup(request, "read"), null)),
  }),
  defineRoute({
    method: "DELETE",
    path: `${POLICIES}/{policyId}`,
    permissions: CONFIGURATION.write,
    source: "protectionpolicybase-delete",
    handle: deletePolicy,
  }),
  defineRoute({
    method: "POST",
    path: `${POLICIES}/{policyId}/activate`,
    permissions: CONFIGURATION.write,
    source: "protectionpolicybase-activate",
    definition: "protectionPolicyBase",
    handle: activatePolicy,
  }),
  defineRoute({
    method: "POST",
    path: `${POLICIES}/{policyId}/deactivate`,
    permissions: CONFIGURATION.write,
    source: "protectionpolicybase-deactivate",
    definition: "protectionPolicyBase",
    handle: deactivatePolicy,
  }),
  ...SERVICES.flatMap(typedRoutes),
];
