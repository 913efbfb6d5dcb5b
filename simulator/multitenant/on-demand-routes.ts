import { z } from "zod";
import { iso } from "../core/iso.ts";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { type Edge, findEdge, findPolicyObstacle, isAssigned, keyOf } from "./edge.ts";
import { readJob, WRITE } from "./job-routes.ts";
import { LIMITS } from "./limits.ts";
import { errorOf, type Story, tellModifiedProperties, tellSteps } from "./provisioning-steps.ts";
import { refuse } from "./refusals.ts";
import { SOURCE_DIRECTORY, TARGET_DIRECTORY } from "./synchronization-schema.ts";
import { type ExportRecord, synchronizationState, usersExported } from "./synchronization-state.ts";
import { exportUser } from "./user-export.ts";

const OnDemandBody = z.strictObject({
  parameters: z
    .array(
      z.strictObject({
        ruleId: z.string().min(1),
        subjects: z
          .array(
            z.strictObject({ objectId: z.guid(), objectTypeName: z.string().regex(/^user$/iu) }),
          )
          .length(1),
      }),
    )
    .length(1),
});

function checkRate(request: GraphRequest): void {
  const recent = synchronizationState.of(request).onDemand.get(request.tenantId) ?? [];
  const oldest = recent.at(-LIMITS.provisionOnDemandRequests.value);
  if (oldest !== undefined && request.now - oldest < LIMITS.provisionOnDemandWindowMs.value) {
    throw refuse("tooManyOnDemand");
  }
}

type Row = NonNullable<ExportRecord["row"]>;

/** Provisions one user now. Where nothing is to be done, that is an answer too, not an error. */
function provision(
  request: GraphRequest,
  edge: Edge,
  sourceId: string,
): ExportRecord & { row: Row } {
  const quiet: Row = {
    at: request.now,
    durationMs: 500,
    action: "other",
    status: "skipped",
    reason: "RedundantExport",
    targetId: edge.job.entries.get(sourceId)?.targetId ?? null,
    changes: [],
  };
  const entry = edge.job.entries.get(sourceId) ?? null;
  const obstacle = findPolicyObstacle(request, edge.sourceTenantId, edge.targetTenantId);
  if (obstacle !== null) {
    const reason = "AzureDirectoryB2BManagementPolicyCheckFailure";
    return { sourceId, entry, row: { ...quiet, action: "create", status: "failure", reason } };
  }
  if (!isAssigned(edge, sourceId, request.now) && entry === null) {
    return { sourceId, entry, row: { ...quiet, reason: "NotEffectivelyEntitled" } };
  }
  const record = exportUser(request, edge, sourceId);
  const { reason = null, status } = record.entry ?? { status: null };
  const again: Row =
    status === "failed"
      ? { ...quiet, action: "create", status: "failure", reason }
      : { ...quiet, reason: reason ?? "RedundantExport" };
  return { ...record, row: record.row ?? again };
}

const CAPITAL = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** The report of one user as JSON text has it: other names than the log's, and capitals. */
function renderReport(request: GraphRequest, story: Story): Record<string, unknown> {
  const { row, source, sourceId } = story;
  const error = errorOf(story);
  const at = iso(request.now);
  const identity = { displayName: null, details: null };
  return {
    provisioningSteps: tellSteps(story).map(({ name, type, status, description, details }) => ({
      name,
      type: CAPITAL(type),
      status: CAPITAL(status),
      description,
      timestamp: at,
      details,
    })),
    modifiedProperties: tellModifiedProperties(story),
    action: CAPITAL(row.action),
    changeId: request.newId(),
    startTime: at,
    endTime: at,
    reportableIdentifier: source?.userPrincipalName ?? sourceId,
    statusInfo: {
      status: CAPITAL(row.status),
      errorCode: error?.code ?? null,
      reason: error?.reason ?? null,
      additionalDetails: null,
      errorCategory: row.status === "failure" ? "NonServiceFailure" : null,
      recommendedAction: null,
    },
    sourceIdentity: { ...identity, id: sourceId, type: "User" },
    sourceSystem: { id: null, name: SOURCE_DIRECTORY, details: null },
    targetIdentity: { ...identity, id: row.targetId ?? "", type: "User" },
    targetSystem: { id: null, name: TARGET_DIRECTORY, details: null },
  };
}

function provisionOnDemand(request: GraphRequest): GraphResponse {
  const body = request.parse(OnDemandBody);
  const found = readJob(request);
  const edge = findEdge(request, found.configuration, found.job);
  if (edge === null) {
    throw refuse("credentialsMissing");
  }
  const parameter = body.parameters[0];
  if (parameter?.ruleId !== edge.ruleId) {
    throw refuse("ruleNotFound", parameter?.ruleId);
  }
  const sourceId = parameter.subjects[0]?.objectId.toLowerCase() ?? "";
  const source = edge.source.findUser(sourceId);
  if (source === null) {
    throw refuse("resourceNotFound", sourceId);
  }
  checkRate(request);
  const assigned = isAssigned(edge, sourceId, request.now);
  const record = provision(request, edge, sourceId);
  const cycleId = request.newId();
  request.emit(usersExported, { ...keyOf(edge), cycleId, processed: null, records: [record] });
  const story: Story = { row: record.row, source, sourceId, isAssigned: assigned };
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.stringKeyStringValuePair"),
      // The how-to's shape (Entra configure-graph, step 11); the reference page has JSON in the key instead.
      key: "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo",
      value: JSON.stringify([renderReport(request, story)]),
    },
  };
}

export const onDemandRoutes: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/servicePrincipals/{servicePrincipalId}/synchronization/jobs/{jobId}/provisionOnDemand",
    permissions: WRITE,
    source: "synchronization-synchronizationjob-provisionondemand",
    definition: "stringKeyStringValuePair",
    handle: provisionOnDemand,
  }),
];
