import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { guidFrom } from "../core/random.ts";
import { policyChanged, readPolicy } from "./organization-state.ts";
import {
  changeTemplates,
  DEFAULT_TEMPLATES,
  PartnerTemplateChange,
  type PolicyTemplates,
  SynchronizationTemplateChange,
} from "./partner-policy.ts";
import { renderPartnerTemplate, renderSynchronizationTemplate } from "./policy-rendering.ts";
import { answer, POLICY_ROOT } from "./policy-routes.ts";

const READ = {
  application: ["MultiTenantOrganization.Read.All", "MultiTenantOrganization.ReadWrite.All"],
};
const WRITE = { application: ["MultiTenantOrganization.ReadWrite.All"] };
const NO_CONTENT: GraphResponse = { status: 204 };

interface Template {
  readonly name: string;
  readonly definition: string;
  readonly slug: string;
  readonly render: (templates: PolicyTemplates, id: string) => Record<string, unknown>;
  readonly change: (request: GraphRequest, templates: PolicyTemplates) => PolicyTemplates;
  readonly reset: (templates: PolicyTemplates) => PolicyTemplates;
}

const TEMPLATES: readonly Template[] = [
  {
    name: "multiTenantOrganizationIdentitySynchronization",
    definition: "multiTenantOrganizationIdentitySyncPolicyTemplate",
    slug: "multitenantorganizationidentitysyncpolicytemplate",
    render: renderSynchronizationTemplate,
    change: (request, templates) =>
      changeTemplates(templates, {
        kind: "synchronization",
        body: request.parse(SynchronizationTemplateChange, "Request_BadRequest"),
      }),
    reset: (templates) => ({ ...templates, synchronization: DEFAULT_TEMPLATES.synchronization }),
  },
  {
    name: "multiTenantOrganizationPartnerConfiguration",
    definition: "multiTenantOrganizationPartnerConfigurationTemplate",
    slug: "multitenantorganizationpartnerconfigurationtemplate",
    render: renderPartnerTemplate,
    change: (request, templates) =>
      changeTemplates(templates, {
        kind: "partner",
        body: request.parse(PartnerTemplateChange, "Request_BadRequest"),
      }),
    reset: (templates) => ({ ...templates, partner: DEFAULT_TEMPLATES.partner }),
  },
];

function saveTemplates(request: GraphRequest, templates: PolicyTemplates): GraphResponse {
  request.emit(policyChanged, { templates });
  return NO_CONTENT;
}

function readTemplates(request: GraphRequest): PolicyTemplates {
  return readPolicy(request, request.tenantId).templates;
}

function routesOf(template: Template): Route[] {
  const path = `${POLICY_ROOT}/templates/${template.name}`;
  const context = `policies/crossTenantAccessPolicy/templates/${template.name}/$entity`;
  return [
    defineRoute({
      method: "GET",
      path,
      permissions: READ,
      source: `${template.slug}-get`,
      definition: template.definition,
      handle: (request) =>
        answer(
          request,
          context,
          template.render(readTemplates(request), guidFrom(request.tenantId, template.name)),
        ),
    }),
    defineRoute({
      method: "PATCH",
      path,
      permissions: WRITE,
      source: `${template.slug}-update`,
      handle: (request) => saveTemplates(request, template.change(request, readTemplates(request))),
    }),
    defineRoute({
      method: "POST",
      path: `${path}/resetToDefaultSettings`,
      permissions: WRITE,
      source: `${template.slug}-resettodefaultsettings`,
      handle: (request) => saveTemplates(request, template.reset(readTemplates(request))),
    }),
  ];
}

export const policyTemplateRoutes: readonly Route[] = TEMPLATES.flatMap(routesOf);
