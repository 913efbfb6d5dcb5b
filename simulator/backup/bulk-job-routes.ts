import { z } from "zod";
import { defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { identityOf } from "../core/principal.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { CONFIGURATION, openBackup } from "./access.ts";
import { backupOf, type BulkJob, type TenantBackup } from "./backup-state.ts";
import { bulkJobCompleted, bulkJobCreated } from "./bulk-events.ts";
import { drawFrom, MINUTE_MS } from "./durations.ts";
import { errorRow, refusal } from "./error-catalogue.ts";
import { findPolicy } from "./policy-lookup.ts";
import { findProtectable } from "./protectable.ts";
import { unitsAdded, type JoiningUnit } from "./protection-events.ts";
import { MANUAL_SOURCE, unitPolicyAt } from "./protection-unit.ts";
import { bulkJobJson } from "./representation.ts";
import { SERVICE_WORDS, SERVICES, type Service, type ServiceWords } from "./service-kind.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

type Unresolved = BulkJob["unresolved"][number];

/** The names and ids of a job are resolved some minutes after it was made. */
export const bulkJobDue = defineTransition<{ jobId: string }>(
  "backup.bulkJobDue",
  (context, { jobId }) => {
    const tenant = backupOf(context);
    const job = tenant.jobs.get(jobId);
    if (job?.status !== "active") return;
    const { joining, unresolved } = resolveInputs(context, tenant, job);
    if (joining.length > 0) {
      context.emit(unitsAdded, {
        policyId: job.policyId,
        source: MANUAL_SOURCE,
        units: joining,
        by: job.created.by,
      });
    }
    context.emit(bulkJobCompleted, { id: jobId, unresolved });
  },
);

function resolveInputs(
  context: Context,
  tenant: TenantBackup,
  job: BulkJob,
): { readonly joining: readonly JoiningUnit[]; readonly unresolved: readonly Unresolved[] } {
  const words = SERVICE_WORDS[job.service];
  const joining = new Map<string, JoiningUnit>();
  const unresolved: Unresolved[] = [];
  const inputs = [
    ...job.names.map((input) => ({ input, code: words.bulkNameNotFound })),
    ...job.ids.map((input) => ({ input, code: words.bulkIdNotFound })),
  ];
  for (const { input, code } of inputs) {
    const resourceId = tenant.policies.has(job.policyId)
      ? findProtectable(context, job.service, input)
      : null;
    if (resourceId === null) {
      unresolved.push({ code, message: `The resource '${input}' was not found.`, target: input });
      continue;
    }
    const unit = tenant.units.ofResource(job.service, resourceId);
    const holder = unit === undefined ? null : unitPolicyAt(unit, context.now);
    if (holder !== null && holder !== job.policyId) {
      const row = errorRow("patchPolicyItem", "ProtectionUnitAlreadyExists");
      unresolved.push({ code: row.code, message: row.message, target: input });
      continue;
    }
    if (holder === null || ((unit?.sources ?? 0) & MANUAL_SOURCE) === 0) {
      joining.set(resourceId, { id: unit?.id ?? context.newId(), resourceId });
    }
  }
  return { joining: [...joining.values()], unresolved };
}

function bodySchema(words: ServiceWords) {
  return z.strictObject({
    displayName: z.string().nullish(),
    [words.bulkNames]: z.array(z.string()).nullish(),
    [words.bulkIds]: z.array(z.string()).nullish(),
  });
}

function createJob(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const body = request.parse(bodySchema(words), "InvalidRequest") as {
    displayName?: string | null;
  } & Record<string, unknown>;
  const names = (body[words.bulkNames] ?? []) as readonly string[];
  const ids = (body[words.bulkIds] ?? []) as readonly string[];
  const tenant = openBackup(request, "changeProtection");
  const policy = findPolicy(request, tenant, service);
  if (names.length + ids.length === 0) throw refusal("bulkJob", "InvalidRequest");
  if (names.length + ids.length > tenant.limits.resourcesPerBulkJob) {
    throw refusal("bulkJob", "LimitExceeded");
  }
  const id = request.newId();
  request.emit(bulkJobCreated, {
    id,
    service,
    policyId: policy.id,
    displayName: body.displayName ?? "",
    names,
    ids,
    by: identityOf(request.principal),
  });
  const minutes = drawFrom(tenant.durations.bulkJob, tenant.seed, "bulk job", id);
  request.schedule(request.now + Math.round(minutes * MINUTE_MS), bulkJobDue, { jobId: id });
  return answerJob(request, 201, tenant.jobs.get(id) as BulkJob);
}

function answerJob(request: GraphRequest, status: number, job: BulkJob): GraphResponse {
  const words = SERVICE_WORDS[job.service];
  return {
    status,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${words.bulkJobs}/$entity`),
      ...bulkJobJson(job, { withInputs: true }),
    },
  };
}

function listJobs(
  request: GraphRequest,
  service: Service,
  scope: { readonly isOfPolicy: boolean },
): GraphResponse {
  const tenant = openBackup(request, "read");
  const policyId = scope.isOfPolicy ? findPolicy(request, tenant, service).id : null;
  return request.page({
    items: [...tenant.jobs.values()].filter(
      (job) => job.service === service && (policyId === null || job.policyId === policyId),
    ),
    toJson: (job) => bulkJobJson(job, { withInputs: false }),
    context: `solutions/backupRestore/${SERVICE_WORDS[service].bulkJobs}`,
    pageSize: tenant.limits.pageSize,
  });
}

function readJob(
  request: GraphRequest,
  service: Service,
  scope: { readonly isOfPolicy: boolean },
): GraphResponse {
  const tenant = openBackup(request, "read");
  const policyId = scope.isOfPolicy ? findPolicy(request, tenant, service).id : null;
  const job = tenant.jobs.get(request.param("jobId").toLowerCase());
  if (job?.service !== service || (policyId !== null && job.policyId !== policyId)) {
    throw refusal("bulkJob", "NotFound");
  }
  return answerJob(request, 200, job);
}

function routesOf(service: Service): Route[] {
  const words = SERVICE_WORDS[service];
  const ofPolicy = `${BACKUP_ROOT}/${words.policies}/{policyId}/${words.bulkJobs}`;
  const ofTenant = `${BACKUP_ROOT}/${words.bulkJobs}`;
  const definition = words.bulkJobType.replace("#microsoft.graph.", "");
  const page = words.bulkJobs.toLowerCase();
  return [
    defineRoute({
      method: "POST",
      path: ofPolicy,
      permissions: CONFIGURATION.write,
      source: `${page}-post`,
      definition,
      handle: (request) => createJob(request, service),
    }),
    ...[
      { path: ofPolicy, isOfPolicy: true },
      { path: ofTenant, isOfPolicy: false },
    ].flatMap(({ path, isOfPolicy }) => [
      defineRoute({
        method: "GET",
        path,
        permissions: CONFIGURATION.read,
        source: `${service.toLowerCase()}protectionpolicy-list-${page}`,
        definition,
        query: ["$select", "$skiptoken"],
        handle: (request) => listJobs(request, service, { isOfPolicy }),
      }),
      defineRoute({
        method: "GET",
        path: `${path}/{jobId}`,
        permissions: CONFIGURATION.read,
        source: `${page}-get`,
        definition,
        handle: (request) => readJob(request, service, { isOfPolicy }),
      }),
    ]),
  ];
}

export const bulkJobRoutes: readonly Route[] = SERVICES.flatMap(routesOf);
