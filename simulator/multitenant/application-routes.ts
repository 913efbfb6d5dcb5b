import { z } from "zod";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { directoryState } from "../directory/directory.ts";
import { project } from "../odata/page.ts";
import {
  GALLERY_TEMPLATE_ID,
  renderApplication,
  renderAssignment,
  renderServicePrincipal,
} from "./application-rendering.ts";
import { refuse } from "./refusals.ts";
import {
  type Assignment,
  assignmentCreated,
  assignmentDeleted,
  type Configuration,
  configurationCreated,
  configurationDeleted,
  findConfiguration,
  listConfigurations,
  type ReadonlyConfiguration,
} from "./synchronization-state.ts";
import { wakeEdges } from "./synchronization-wake.ts";
import { durationOf } from "./timing-settings.ts";

const READ = [
  "Application.Read.All",
  "Application.ReadWrite.OwnedBy",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const WRITE = {
  application: [
    "Application.ReadWrite.OwnedBy",
    "Application.ReadWrite.All",
    "Directory.ReadWrite.All",
  ],
  delegated: ["Application.ReadWrite.All", "Directory.ReadWrite.All"],
};
const ASSIGN = { application: ["AppRoleAssignment.ReadWrite.All"] };
const NO_CONTENT: GraphResponse = { status: 204 };

const InstantiateBody = z.strictObject({
  displayName: z.string().min(1).max(256),
  serviceManagementReference: z.string().nullish(),
});
const AssignmentBody = z.strictObject({
  principalId: z.guid(),
  resourceId: z.guid(),
  appRoleId: z.guid(),
});

/** The tenant's configurations that other requests can see by now. */
function listVisible(request: GraphRequest): ReadonlyConfiguration[] {
  return listConfigurations(request).filter(
    ({ tenantId, visibleAt }) => tenantId === request.tenantId && visibleAt <= request.now,
  );
}

/** The configuration behind a service principal of the caller's tenant; 404 until it has appeared. */
export function readConfiguration(request: GraphRequest): ReadonlyConfiguration {
  const id = request.param("servicePrincipalId");
  const configuration = findConfiguration(request, id);
  if (configuration?.tenantId !== request.tenantId || configuration.visibleAt > request.now) {
    throw refuse("resourceNotFound", id);
  }
  return configuration;
}

function readByApplication(request: GraphRequest): ReadonlyConfiguration {
  const id = request.param("applicationId");
  const configuration = listVisible(request).find(
    ({ applicationId }) => applicationId === id.toLowerCase(),
  );
  if (configuration === undefined) {
    throw refuse("resourceNotFound", id);
  }
  return configuration;
}

function instantiate(request: GraphRequest): GraphResponse {
  const body = request.parse(InstantiateBody, "Request_BadRequest");
  const templateId = request.param("templateId");
  if (templateId.toLowerCase() !== GALLERY_TEMPLATE_ID) {
    throw refuse("resourceNotFound", templateId);
  }
  const servicePrincipalId = request.newId();
  const draw = request.random("applicationAppearance", servicePrincipalId);
  const configuration: Configuration = {
    tenantId: request.tenantId,
    applicationId: request.newId(),
    servicePrincipalId,
    appId: request.newId(),
    appRoleId: request.newId(),
    scopeId: request.newId(),
    displayName: body.displayName,
    serviceManagementReference: body.serviceManagementReference ?? null,
    createdAt: request.now,
    visibleAt: request.now + durationOf(request, "applicationAppearance", draw),
  };
  request.emit(configurationCreated, configuration);
  return {
    status: 201,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.applicationServicePrincipal"),
      application: renderApplication(configuration),
      servicePrincipal: renderServicePrincipal(configuration),
    },
  };
}

function readPrincipal(request: GraphRequest, principalId: string) {
  const directory = directoryState.of(request).tenant(request.tenantId);
  const user = directory.findUser(principalId);
  if (user !== null) {
    return { type: "User", displayName: user.displayName } as const;
  }
  const group = directory.findGroup(principalId);
  if (group !== null) {
    return { type: "Group", displayName: group.displayName } as const;
  }
  throw refuse("resourceNotFound", principalId);
}

function assign(request: GraphRequest): GraphResponse {
  const body = request.parse(AssignmentBody, "Request_BadRequest");
  const configuration = readConfiguration(request);
  const principalId = body.principalId.toLowerCase();
  if (body.resourceId.toLowerCase() !== configuration.servicePrincipalId) {
    throw refuse("resourceNotFound", body.resourceId);
  }
  if (body.appRoleId.toLowerCase() !== configuration.appRoleId) {
    throw refuse("invalidAppRole", configuration.servicePrincipalId);
  }
  const isAssigned = [...configuration.assignments.values()].some(
    (assignment) => assignment.principalId === principalId,
  );
  if (isAssigned) {
    throw refuse("assignmentExists");
  }
  const principal = readPrincipal(request, principalId);
  const id = request.newId();
  const effectiveAt =
    request.now + durationOf(request, "assignmentEffect", request.random("assignmentEffect", id));
  const assignment: Assignment = {
    id,
    principalId,
    principalType: principal.type,
    principalDisplayName: principal.displayName,
    appRoleId: configuration.appRoleId,
    createdAt: request.now,
    effectiveAt,
  };
  const { servicePrincipalId } = configuration;
  request.emit(assignmentCreated, { servicePrincipalId, assignment });
  wakeEdges(request, [request.tenantId]);
  return {
    status: 201,
    body: {
      "@odata.context": request.odataContext(
        `servicePrincipals('${servicePrincipalId}')/appRoleAssignedTo/$entity`,
      ),
      ...renderAssignment(assignment, configuration),
    },
  };
}

function unassign(request: GraphRequest): GraphResponse {
  const { servicePrincipalId, assignments } = readConfiguration(request);
  const assignmentId = request.param("assignmentId");
  if (!assignments.has(assignmentId)) {
    throw refuse("resourceNotFound", assignmentId);
  }
  request.emit(assignmentDeleted, { servicePrincipalId, assignmentId });
  wakeEdges(request, [request.tenantId]);
  return NO_CONTENT;
}

function remove(request: GraphRequest, { servicePrincipalId }: Configuration): GraphResponse {
  request.emit(configurationDeleted, { servicePrincipalId });
  return NO_CONTENT;
}

function one(request: GraphRequest, context: string, json: Record<string, unknown>) {
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext(context),
      ...project(json, request.query.select),
    },
  };
}

const LIST_QUERY = ["$select", "$filter", "$top", "$skiptoken", "$count"] as const;
const FILTERABLE = ["id", "appId", "displayName", "applicationTemplateId"];

const applicationRoutes: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/applicationTemplates/{templateId}/instantiate",
    permissions: WRITE,
    source: "applicationtemplate-instantiate",
    definition: "applicationServicePrincipal",
    handle: instantiate,
  }),
  defineRoute({
    method: "GET",
    path: "/applications",
    permissions: { application: READ },
    source: "application-list",
    definition: "application",
    query: LIST_QUERY,
    handle: (request) =>
      request.page({
        items: listVisible(request),
        toJson: renderApplication,
        context: "applications",
        filterable: FILTERABLE,
        ignoreCase: true,
        isDirectory: true,
      }),
  }),
  defineRoute({
    method: "GET",
    path: "/applications/{applicationId}",
    permissions: { application: READ },
    source: "application-get",
    definition: "application",
    handle: (request) =>
      one(request, "applications/$entity", renderApplication(readByApplication(request))),
  }),
  defineRoute({
    method: "DELETE",
    path: "/applications/{applicationId}",
    permissions: WRITE,
    source: "application-delete",
    handle: (request) => remove(request, readByApplication(request)),
  }),
];

const servicePrincipalRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/servicePrincipals",
    permissions: { application: READ },
    source: "serviceprincipal-list",
    definition: "servicePrincipal",
    query: LIST_QUERY,
    handle: (request) =>
      request.page({
        items: listVisible(request),
        toJson: renderServicePrincipal,
        context: "servicePrincipals",
        filterable: FILTERABLE,
        ignoreCase: true,
        isDirectory: true,
      }),
  }),
  defineRoute({
    method: "GET",
    path: "/servicePrincipals/{servicePrincipalId}",
    permissions: { application: READ },
    source: "serviceprincipal-get",
    definition: "servicePrincipal",
    handle: (request) =>
      one(request, "servicePrincipals/$entity", renderServicePrincipal(readConfiguration(request))),
  }),
  defineRoute({
    method: "DELETE",
    path: "/servicePrincipals/{servicePrincipalId}",
    permissions: WRITE,
    source: "serviceprincipal-delete",
    handle: (request) => remove(request, readConfiguration(request)),
  }),
];

const ASSIGNED_TO = "/servicePrincipals/{servicePrincipalId}/appRoleAssignedTo";

const assignmentRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: ASSIGNED_TO,
    permissions: { application: [...READ, ...ASSIGN.application] },
    source: "serviceprincipal-list-approleassignedto",
    definition: "appRoleAssignment",
    query: ["$select", "$filter", "$top", "$skiptoken"],
    handle: (request) => {
      const configuration = readConfiguration(request);
      return request.page({
        items: [...configuration.assignments.values()],
        toJson: (assignment) => renderAssignment(assignment, configuration),
        context: `servicePrincipals('${configuration.servicePrincipalId}')/appRoleAssignedTo`,
        filterable: ["principalId", "appRoleId"],
        ignoreCase: true,
        isDirectory: true,
      });
    },
  }),
  defineRoute({
    method: "POST",
    path: ASSIGNED_TO,
    permissions: ASSIGN,
    source: "serviceprincipal-post-approleassignedto",
    definition: "appRoleAssignment",
    handle: assign,
  }),
  defineRoute({
    method: "DELETE",
    path: `${ASSIGNED_TO}/{assignmentId}`,
    permissions: ASSIGN,
    source: "serviceprincipal-delete-approleassignedto",
    handle: unassign,
  }),
];

export const galleryApplicationRoutes: readonly Route[] = [
  ...applicationRoutes,
  ...servicePrincipalRoutes,
  ...assignmentRoutes,
];
