import { z } from "zod";
import { GraphError } from "../core/graph-error.ts";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { project } from "../odata/page.ts";
import { areTogether } from "./organization.ts";
import {
  listOrganizations,
  partnerDeleted,
  partnerSaved,
  policyChanged,
  readPartner,
  readPolicy,
} from "./organization-state.ts";
import {
  changePartner,
  createPartner,
  DefaultChange,
  IdentitySynchronizationBody,
  NewPartner,
  type Partner,
  PartnerChange,
} from "./partner-policy.ts";
import {
  renderDefault,
  renderIdentitySynchronization,
  renderPartner,
  renderPolicy,
} from "./policy-rendering.ts";
import { refuse } from "./refusals.ts";
import { wakeEdges } from "./synchronization-wake.ts";

export const POLICY_ROOT = "/policies/crossTenantAccessPolicy";
const PARTNERS = `${POLICY_ROOT}/partners`;
const READ = { application: ["Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess"] };
const WRITE = { application: ["Policy.ReadWrite.CrossTenantAccess"] };
const NO_CONTENT: GraphResponse = { status: 204 };

const PolicyChange = z.strictObject({
  displayName: z.string().min(1).max(256).optional(),
  allowedCloudEndpoints: z
    .array(z.enum(["microsoftonline.com", "microsoftonline.us", "partner.microsoftonline.cn"]))
    .optional(),
});

export function answer(request: GraphRequest, context: string, json: Record<string, unknown>) {
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext(context),
      ...project(json, request.query.kept),
    },
  };
}

function readOwnPartner(request: GraphRequest): Partner {
  const partner = readPartner(request, request.tenantId, request.param("partnerId").toLowerCase());
  if (partner === null) {
    throw refuse("notFound");
  }
  return partner;
}

function savePartner(request: GraphRequest, partner: Partner): void {
  request.emit(partnerSaved, partner);
  wakeEdges(request, [request.tenantId, partner.tenantId]);
}

/** The partner as JSON with what `$expand` asks for. */
function toJson(request: GraphRequest, partner: Partner): Record<string, unknown> {
  const isTogether = areTogether(
    listOrganizations(request),
    [request.tenantId, partner.tenantId],
    request.now,
  );
  const json = renderPartner(partner, isTogether);
  const expanded = renderIdentitySynchronization(partner);
  return request.query.expand !== null && expanded !== null
    ? { ...json, identitySynchronization: expanded }
    : json;
}

/** Only `identitySynchronization` can be expanded. */
function checkExpand({ query: { expand } }: GraphRequest): void {
  if (expand !== null && expand.trim().toLowerCase() !== "identitysynchronization") {
    throw new GraphError(
      400,
      "Request_UnsupportedQuery",
      `The property '${expand}' cannot be expanded.`,
    );
  }
}

function createPartnerConfiguration(request: GraphRequest): GraphResponse {
  const { tenantId, ...settings } = request.parse(NewPartner, "Request_BadRequest");
  const partnerId = tenantId.toLowerCase();
  if (partnerId === request.tenantId) {
    throw refuse("ownTenant");
  }
  if (request.world.estate.tenant(partnerId) === null) {
    throw refuse("unknownTenant", partnerId);
  }
  if (readPartner(request, request.tenantId, partnerId) !== null) {
    throw refuse("partnerExists");
  }
  const partner = createPartner(partnerId, settings);
  savePartner(request, partner);
  return {
    ...answer(
      request,
      "policies/crossTenantAccessPolicy/partners/$entity",
      toJson(request, partner),
    ),
    status: 201,
  };
}

function deletePartner(request: GraphRequest): GraphResponse {
  const partner = readOwnPartner(request);
  if (partner.identitySynchronization !== null) {
    throw refuse("synchronizationPolicyRemains");
  }
  request.emit(partnerDeleted, { partnerId: partner.tenantId });
  wakeEdges(request, [request.tenantId, partner.tenantId]);
  return NO_CONTENT;
}

function saveIdentitySynchronization(request: GraphRequest, mode: "create" | "update") {
  const body = request.parse(IdentitySynchronizationBody, "Request_BadRequest");
  const partner = readOwnPartner(request);
  const existing = partner.identitySynchronization;
  if (mode === "create" && existing !== null) {
    throw refuse("synchronizationPolicyExists");
  }
  if (mode === "update" && existing === null) {
    throw refuse("notFound");
  }
  savePartner(request, {
    ...partner,
    identitySynchronization: {
      displayName:
        body.displayName === undefined ? (existing?.displayName ?? null) : body.displayName,
      isSyncAllowed:
        body.userSyncInbound === undefined
          ? (existing?.isSyncAllowed ?? null)
          : (body.userSyncInbound?.isSyncAllowed ?? null),
    },
  });
  return NO_CONTENT;
}

function readIdentitySynchronization(request: GraphRequest): GraphResponse {
  const json = renderIdentitySynchronization(readOwnPartner(request));
  if (json === null) {
    throw refuse("notFound");
  }
  const fragment = `policies/crossTenantAccessPolicy/partners('${request.param("partnerId")}')/identitySynchronization/$entity`;
  return answer(request, fragment, json);
}

const rootRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: POLICY_ROOT,
    permissions: READ,
    source: "crosstenantaccesspolicy-get",
    definition: "crossTenantAccessPolicy",
    handle: (request) =>
      answer(
        request,
        "policies/crossTenantAccessPolicy/$entity",
        renderPolicy(readPolicy(request, request.tenantId), request.tenantId),
      ),
  }),
  defineRoute({
    method: "PATCH",
    path: POLICY_ROOT,
    permissions: WRITE,
    source: "crosstenantaccesspolicy-update",
    handle: (request) => {
      const { displayName, allowedCloudEndpoints } = request.parse(
        PolicyChange,
        "Request_BadRequest",
      );
      request.emit(policyChanged, {
        ...(displayName === undefined ? {} : { displayName }),
        ...(allowedCloudEndpoints === undefined ? {} : { allowedCloudEndpoints }),
      });
      return NO_CONTENT;
    },
  }),
  defineRoute({
    method: "GET",
    path: `${POLICY_ROOT}/default`,
    permissions: READ,
    source: "crosstenantaccesspolicyconfigurationdefault-get",
    definition: "crossTenantAccessPolicyConfigurationDefault",
    handle: (request) =>
      answer(
        request,
        "policies/crossTenantAccessPolicy/default/$entity",
        renderDefault(readPolicy(request, request.tenantId), request.tenantId),
      ),
  }),
  defineRoute({
    method: "PATCH",
    path: `${POLICY_ROOT}/default`,
    permissions: WRITE,
    source: "crosstenantaccesspolicyconfigurationdefault-update",
    handle: (request) => {
      const change = request.parse(DefaultChange, "Request_BadRequest");
      const { defaults } = readPolicy(request, request.tenantId);
      request.emit(policyChanged, { defaults: { ...defaults, ...change } });
      return NO_CONTENT;
    },
  }),
  defineRoute({
    method: "POST",
    path: `${POLICY_ROOT}/default/resetToSystemDefault`,
    permissions: WRITE,
    source: "crosstenantaccesspolicyconfigurationdefault-resettosystemdefault",
    handle: (request) => {
      request.emit(policyChanged, { defaults: null });
      return NO_CONTENT;
    },
  }),
];

const partnerRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: PARTNERS,
    permissions: READ,
    source: "crosstenantaccesspolicy-list-partners",
    definition: "crossTenantAccessPolicyConfigurationPartner",
    query: ["$select", "$expand", "$top", "$skiptoken"],
    handle: (request) => {
      checkExpand(request);
      return request.page({
        items: [...readPolicy(request, request.tenantId).partners.values()],
        toJson: (partner: Partner) => toJson(request, partner),
        context: "policies/crossTenantAccessPolicy/partners",
      });
    },
  }),
  defineRoute({
    method: "POST",
    path: PARTNERS,
    permissions: WRITE,
    source: "crosstenantaccesspolicy-post-partners",
    definition: "crossTenantAccessPolicyConfigurationPartner",
    handle: createPartnerConfiguration,
  }),
  defineRoute({
    method: "GET",
    path: `${PARTNERS}/{partnerId}`,
    permissions: READ,
    source: "crosstenantaccesspolicyconfigurationpartner-get",
    definition: "crossTenantAccessPolicyConfigurationPartner",
    query: ["$select", "$expand"],
    handle: (request) => {
      checkExpand(request);
      return answer(
        request,
        "policies/crossTenantAccessPolicy/partners/$entity",
        toJson(request, readOwnPartner(request)),
      );
    },
  }),
  defineRoute({
    method: "PATCH",
    path: `${PARTNERS}/{partnerId}`,
    permissions: WRITE,
    source: "crosstenantaccesspolicyconfigurationpartner-update",
    handle: (request) => {
      const change = request.parse(PartnerChange, "Request_BadRequest");
      savePartner(request, changePartner(readOwnPartner(request), change));
      return NO_CONTENT;
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${PARTNERS}/{partnerId}`,
    permissions: WRITE,
    source: "crosstenantaccesspolicyconfigurationpartner-delete",
    handle: deletePartner,
  }),
];

const SYNCHRONIZATION = `${PARTNERS}/{partnerId}/identitySynchronization`;

const identitySynchronizationRoutes: readonly Route[] = [
  defineRoute({
    method: "PUT",
    path: SYNCHRONIZATION,
    permissions: WRITE,
    source: "crosstenantaccesspolicyconfigurationpartner-put-identitysynchronization",
    handle: (request) => saveIdentitySynchronization(request, "create"),
  }),
  defineRoute({
    method: "GET",
    path: SYNCHRONIZATION,
    permissions: READ,
    source: "crosstenantidentitysyncpolicypartner-get",
    definition: "crossTenantIdentitySyncPolicyPartner",
    handle: readIdentitySynchronization,
  }),
  defineRoute({
    method: "PATCH",
    path: SYNCHRONIZATION,
    permissions: WRITE,
    source: "crosstenantidentitysyncpolicypartner-update",
    handle: (request) => saveIdentitySynchronization(request, "update"),
  }),
  defineRoute({
    method: "DELETE",
    path: SYNCHRONIZATION,
    permissions: WRITE,
    source: "crosstenantidentitysyncpolicypartner-delete",
    handle: (request) => {
      const partner = readOwnPartner(request);
      if (partner.identitySynchronization === null) {
        throw refuse("notFound");
      }
      savePartner(request, { ...partner, identitySynchronization: null });
      return NO_CONTENT;
    },
  }),
];

export const crossTenantPolicyRoutes: readonly Route[] = [
  ...rootRoutes,
  ...partnerRoutes,
  ...identitySynchronizationRoutes,
];
