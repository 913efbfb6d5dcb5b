import { z } from "zod";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { project } from "../odata/page.ts";
import { readConfiguration } from "./application-routes.ts";
import { findEdge, findPolicyObstacle, keyOf, schemaOf } from "./edge.ts";
import { renderJob, renderNewJob } from "./job-rendering.ts";
import { refuse } from "./refusals.ts";
import { cycleDue } from "./synchronization-cycle.ts";
import type { SynchronizationJob } from "./synchronization-job.ts";
import {
  createDefaultSchema,
  findSchemaFault,
  SynchronizationSchema,
  TEMPLATE_ID,
} from "./synchronization-schema.ts";
import {
  jobCreated,
  jobDeleted,
  jobStarted,
  jobStopped,
  type ReadonlyConfiguration,
  schemaSaved,
  secretsSaved,
  targetOf,
} from "./synchronization-state.ts";
import { wakeEdges } from "./synchronization-wake.ts";
import { durationOf } from "./timing-settings.ts";

const ROOT = "/servicePrincipals/{servicePrincipalId}/synchronization";
const JOB = `${ROOT}/jobs/{jobId}`;

// Contributors report a bare 401 for Application.ReadWrite.OwnedBy alone, so the simulator wants the real permission.
const READ = { application: ["Synchronization.Read.All", "Synchronization.ReadWrite.All"] };
export const WRITE = { application: ["Synchronization.ReadWrite.All"] };
const NO_CONTENT: GraphResponse = { status: 204 };

const secretPair = z.strictObject({ key: z.string().min(1), value: z.string().nullable() });
const SecretsBody = z.union([
  z.strictObject({ value: z.array(secretPair).min(1) }),
  z.strictObject({ credentials: z.array(secretPair).min(1) }),
]);
const ValidateBody = z.strictObject({
  applicationIdentifier: z.string().nullish(),
  templateId: z.string().nullish(),
  useSavedCredentials: z.boolean().nullish(),
  credentials: z.array(secretPair).nullish(),
});
const JobBody = z.strictObject({ templateId: z.string().min(1) });
const SCOPES = [
  "None",
  "ConnectorDataStore",
  "Escrows",
  "Watermark",
  "QuarantineState",
  "Full",
  "ForceDeletes",
];
const RestartBody = z.strictObject({
  criteria: z
    .strictObject({
      resetScope: z
        .string()
        .refine((text) => text.split(",").every((scope) => SCOPES.includes(scope.trim())), {
          message: "is not a list of synchronizationJobRestartScope members",
        })
        .nullish(),
    })
    .nullish(),
});

export interface JobOfRequest {
  readonly configuration: ReadonlyConfiguration;
  readonly job: SynchronizationJob;
}

export function readJob(request: GraphRequest): JobOfRequest {
  const configuration = readConfiguration(request);
  const id = request.param("jobId");
  const job = configuration.jobs.get(id);
  if (job === undefined) {
    throw refuse("jobNotFound", id);
  }
  return { configuration, job };
}

function contextOf(servicePrincipalId: string, rest: string): string {
  return `servicePrincipals('${servicePrincipalId}')/synchronization/${rest}`;
}

function validateCredentials(request: GraphRequest): GraphResponse {
  const body = request.parse(ValidateBody);
  const configuration = readConfiguration(request);
  const secrets = body.useSavedCredentials === true ? configuration.secrets : body.credentials;
  const target = targetOf({ ...configuration, secrets: secrets ?? [] });
  if (target === null) {
    throw refuse(
      "invalidCredentials",
      "AuthenticationType must be SyncPolicy and CompanyId a tenant",
    );
  }
  if (request.world.estate.tenant(target) === null) {
    throw refuse("invalidCredentials", `CompanyId ${target} is not a tenant`);
  }
  const obstacle = findPolicyObstacle(request, request.tenantId, target);
  if (obstacle !== null) {
    throw refuse(obstacle);
  }
  return NO_CONTENT;
}

function createJob(request: GraphRequest): GraphResponse {
  const body = request.parse(JobBody);
  const configuration = readConfiguration(request);
  if (body.templateId !== TEMPLATE_ID) {
    throw refuse("unknownTemplate", body.templateId);
  }
  if (configuration.jobs.size > 0) {
    throw refuse("jobExists");
  }
  const { servicePrincipalId } = configuration;
  const jobId = `${TEMPLATE_ID}.${request.tenantId.replaceAll("-", "")}.${request.newId()}`;
  const emptyCycleMs = durationOf(request, "emptyCycle", request.random("emptyCycle", jobId));
  request.emit(jobCreated, { servicePrincipalId, jobId, emptyCycleMs });
  const job = configuration.jobs.get(jobId);
  return {
    status: 201,
    body: {
      "@odata.context": request.odataContext(contextOf(servicePrincipalId, "jobs/$entity")),
      ...(job === undefined ? {} : renderNewJob(job, request.now)),
    },
  };
}

function saveSecrets(request: GraphRequest): GraphResponse {
  const body = request.parse(SecretsBody);
  const { servicePrincipalId } = readConfiguration(request);
  const secrets = "value" in body ? body.value : body.credentials;
  request.emit(secretsSaved, { servicePrincipalId, secrets });
  wakeEdges(request, [request.tenantId]);
  return NO_CONTENT;
}

function begin(
  request: GraphRequest,
  { configuration, job }: JobOfRequest,
  reset: { readonly entries: boolean; readonly deletionsApproved: boolean },
): GraphResponse {
  if (findEdge(request, configuration, job) === null) {
    throw refuse("credentialsMissing");
  }
  const key = keyOf({ configuration, job });
  const draw = request.random("cycleStart", job.id, request.now);
  const nextCycleAt = request.now + durationOf(request, "cycleStart", draw);
  request.emit(jobStarted, { ...key, nextCycleAt, reset });
  request.schedule(nextCycleAt, cycleDue, { ...key, generation: job.generation });
  return NO_CONTENT;
}

function start(request: GraphRequest): GraphResponse {
  const found = readJob(request);
  const isRunning = found.job.schedule === "Active" && found.job.quarantine === null;
  return isRunning
    ? NO_CONTENT
    : begin(request, found, { entries: false, deletionsApproved: false });
}

function restart(request: GraphRequest): GraphResponse {
  const found = readJob(request);
  const body = request.bytes.length === 0 ? {} : request.parse(RestartBody);
  const scopes = (body.criteria?.resetScope ?? "QuarantineState, Watermark, Escrows")
    .split(",")
    .map((scope) => scope.trim());
  return begin(request, found, {
    entries: scopes.includes("Full") || scopes.includes("Watermark"),
    deletionsApproved: scopes.includes("ForceDeletes"),
  });
}

function saveSchema(request: GraphRequest): GraphResponse {
  const { configuration, job } = readJob(request);
  const schema = request.parse(SynchronizationSchema);
  const fault = findSchemaFault(schema);
  if (fault !== null) {
    throw refuse("schemaInvalid", fault);
  }
  request.emit(schemaSaved, { ...keyOf({ configuration, job }), schema });
  wakeEdges(request, [request.tenantId]);
  return NO_CONTENT;
}

const configurationRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${ROOT}/templates`,
    permissions: READ,
    source: "synchronization-synchronization-list-templates",
    definition: "synchronizationTemplate",
    handle: (request) => {
      const { appId, servicePrincipalId } = readConfiguration(request);
      return request.page({
        items: [TEMPLATE_ID],
        toJson: (id) => ({
          id,
          applicationId: appId,
          default: true,
          description: null,
          discoverable: true,
          factoryTag: TEMPLATE_ID,
          metadata: [],
        }),
        context: contextOf(servicePrincipalId, "templates"),
      });
    },
  }),
  defineRoute({
    method: "GET",
    path: `${ROOT}/templates/{templateId}/schema`,
    permissions: READ,
    source: "synchronization-synchronizationschema-get",
    definition: "synchronizationSchema",
    handle: (request) => {
      const { servicePrincipalId } = readConfiguration(request);
      const templateId = request.param("templateId");
      if (templateId !== TEMPLATE_ID) {
        throw refuse("unknownTemplate", templateId);
      }
      const context = contextOf(servicePrincipalId, `templates('${TEMPLATE_ID}')/schema/$entity`);
      return {
        status: 200,
        body: {
          "@odata.context": request.odataContext(context),
          ...createDefaultSchema(TEMPLATE_ID, servicePrincipalId),
        },
      };
    },
  }),
  defineRoute({
    method: "PUT",
    path: `${ROOT}/secrets`,
    permissions: WRITE,
    source: "synchronization-serviceprincipal-put-synchronization",
    handle: saveSecrets,
  }),
  ...[`${ROOT}/jobs/validateCredentials`, `${JOB}/validateCredentials`].map((path) =>
    defineRoute({
      method: "POST",
      path,
      permissions: WRITE,
      source: "synchronization-synchronizationjob-validatecredentials",
      handle: validateCredentials,
    }),
  ),
];

const jobResourceRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${ROOT}/jobs`,
    permissions: READ,
    source: "synchronization-synchronization-list-jobs",
    definition: "synchronizationJob",
    query: ["$select", "$top", "$skiptoken"],
    handle: (request) => {
      const { jobs, servicePrincipalId } = readConfiguration(request);
      return request.page({
        items: [...jobs.values()],
        toJson: (job) => renderJob(job, request.now),
        context: contextOf(servicePrincipalId, "jobs"),
      });
    },
  }),
  defineRoute({
    method: "POST",
    path: `${ROOT}/jobs`,
    permissions: WRITE,
    source: "synchronization-synchronization-post-jobs",
    definition: "synchronizationJob",
    handle: createJob,
  }),
  defineRoute({
    method: "GET",
    path: JOB,
    permissions: READ,
    source: "synchronization-synchronizationjob-get",
    definition: "synchronizationJob",
    handle: (request) => {
      const { configuration, job } = readJob(request);
      const context = contextOf(configuration.servicePrincipalId, "jobs/$entity");
      return {
        status: 200,
        body: {
          "@odata.context": request.odataContext(context),
          ...project(renderJob(job, request.now), request.query.select),
        },
      };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: JOB,
    permissions: WRITE,
    source: "synchronization-synchronizationjob-delete",
    handle: (request) => {
      request.emit(jobDeleted, keyOf(readJob(request)));
      return NO_CONTENT;
    },
  }),
];

const jobActionRoutes: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: `${JOB}/start`,
    permissions: WRITE,
    source: "synchronization-synchronizationjob-start",
    handle: start,
  }),
  defineRoute({
    method: "POST",
    path: `${JOB}/pause`,
    permissions: WRITE,
    source: "synchronization-synchronizationjob-pause",
    handle: (request) => {
      request.emit(jobStopped, { ...keyOf(readJob(request)), schedule: "Paused" });
      return NO_CONTENT;
    },
  }),
  defineRoute({
    method: "POST",
    path: `${JOB}/restart`,
    permissions: WRITE,
    source: "synchronization-synchronizationjob-restart",
    handle: restart,
  }),
];

const schemaRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${JOB}/schema`,
    permissions: READ,
    source: "synchronization-synchronizationschema-get",
    definition: "synchronizationSchema",
    handle: (request) => {
      const { configuration, job } = readJob(request);
      const context = contextOf(
        configuration.servicePrincipalId,
        `jobs('${job.id}')/schema/$entity`,
      );
      return {
        status: 200,
        body: { "@odata.context": request.odataContext(context), ...schemaOf(job), id: job.id },
      };
    },
  }),
  defineRoute({
    method: "PUT",
    path: `${JOB}/schema`,
    permissions: WRITE,
    source: "synchronization-synchronizationschema-update",
    handle: saveSchema,
  }),
  defineRoute({
    method: "DELETE",
    path: `${JOB}/schema`,
    permissions: WRITE,
    source: "synchronization-synchronizationschema-delete",
    handle: (request) => {
      request.emit(schemaSaved, { ...keyOf(readJob(request)), schema: null });
      wakeEdges(request, [request.tenantId]);
      return NO_CONTENT;
    },
  }),
];

export const synchronizationJobRoutes: readonly Route[] = [
  ...configurationRoutes,
  ...jobResourceRoutes,
  ...jobActionRoutes,
  ...schemaRoutes,
];
