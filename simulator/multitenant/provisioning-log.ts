import { GraphError } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import { guidFrom } from "../core/random.ts";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { directoryState } from "../directory/directory.ts";
import type { Sequence } from "../odata/page.ts";
import type { ProvisioningRowShape, ProvisioningStatusShape } from "./graph-shapes.ts";
import { LIMITS } from "./limits.ts";
import { errorOf, type Story, tellModifiedProperties, tellSteps } from "./provisioning-steps.ts";
import { SOURCE_DIRECTORY, TARGET_DIRECTORY } from "./synchronization-schema.ts";
import {
  findConfiguration,
  type ProvisioningRow,
  synchronizationState,
  targetOf,
} from "./synchronization-state.ts";
import { DAY_MS } from "./timings.ts";

function renderStatus(story: Story): ProvisioningStatusShape {
  const error = errorOf(story);
  return {
    status: story.row.status,
    errorInformation:
      error === null || story.row.status === "skipped"
        ? null
        : {
            errorCode: error.code,
            reason: error.reason,
            additionalDetails: null,
            errorCategory: "nonServiceFailure",
            recommendedAction: null,
          },
  };
}

/** `provisioningObjectSummary`; `tenantId` is the target tenant, as in the documented example. */
function renderRow(request: GraphRequest, row: ProvisioningRow): ProvisioningRowShape {
  const configuration = findConfiguration(request, row.servicePrincipalId);
  const name = configuration?.displayName ?? "";
  const source = directoryState.of(request).tenant(request.tenantId).findAnyUser(row.sourceId);
  const story: Story = {
    row,
    source,
    sourceId: row.sourceId,
    isAssigned: row.reason !== "NotEffectivelyEntitled" && row.action !== "delete",
  };
  const key = `${row.cycleId}/${row.sourceId}/${row.at}`;
  return {
    id: guidFrom("provisioningRow", key),
    activityDateTime: iso(row.at),
    tenantId: configuration === null ? null : targetOf(configuration),
    jobId: row.jobId,
    cycleId: row.cycleId,
    changeId: guidFrom("provisioningChange", key),
    provisioningAction: row.action,
    durationInMilliseconds: row.durationMs,
    servicePrincipal: { id: row.servicePrincipalId, displayName: name },
    sourceSystem: { id: request.tenantId, displayName: SOURCE_DIRECTORY, details: {} },
    targetSystem: {
      id: configuration === null ? null : targetOf(configuration),
      displayName: TARGET_DIRECTORY,
      details: {},
    },
    initiatedBy: { id: "", displayName: "Azure AD Provisioning Service", initiatorType: "system" },
    sourceIdentity: {
      id: row.sourceId,
      displayName: source?.displayName ?? "",
      identityType: "User",
      details: {},
    },
    targetIdentity: {
      id: row.targetId ?? "",
      displayName: "",
      identityType: "User",
      details: {},
    },
    provisioningStatusInfo: renderStatus(story),
    provisioningSteps: tellSteps(story).map(({ name: step, type, status, description }) => ({
      name: step,
      provisioningStepType: type,
      status,
      description,
      details: {},
    })),
    modifiedProperties: tellModifiedProperties(story),
  };
}

/** The tenant's rows of the last 30 days, newest first unless the caller asks for the oldest first. */
function listRows(request: GraphRequest): Sequence<ProvisioningRow> {
  const rows = synchronizationState.of(request).logs.get(request.tenantId) ?? [];
  const since = request.now - LIMITS.provisioningLogDays.value * DAY_MS;
  const direction = readDirection(request.query.orderBy);
  return {
    length: rows.length,
    at: (index) => {
      const row = rows[direction === "asc" ? index : rows.length - 1 - index];
      return row !== undefined && row.at >= since ? row : undefined;
    },
  };
}

function readDirection(orderBy: string | null): "asc" | "desc" {
  const match = /^activityDateTime(?:\s+(asc|desc))?$/iu.exec(
    orderBy?.trim() ?? "activityDateTime desc",
  );
  if (match === null) {
    throw new GraphError(
      400,
      "Request_UnsupportedQuery",
      "Only activityDateTime can be used in $orderby.",
    );
  }
  return match[1]?.toLowerCase() === "desc" ? "desc" : "asc";
}

export const provisioningLogRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/auditLogs/provisioning",
    permissions: {
      application: ["ProvisioningLog.Read.All", "AuditLog.Read.All", "Directory.Read.All"],
    },
    source: "provisioningobjectsummary-list",
    definition: "provisioningObjectSummary",
    query: ["$filter", "$orderby", "$top", "$skiptoken"],
    handle: (request): GraphResponse =>
      request.page({
        items: listRows(request),
        toJson: (row) => renderRow(request, row),
        context: "auditLogs/provisioning",
        filterable: [
          "id",
          "jobId",
          "cycleId",
          "changeId",
          "tenantId",
          "activityDateTime",
          "provisioningAction",
          "provisioningStatusInfo/status",
          "provisioningStatusInfo/errorInformation/errorCode",
          "servicePrincipal/id",
          "servicePrincipal/displayName",
          "sourceIdentity/id",
          "targetIdentity/id",
        ],
      }),
  }),
];
