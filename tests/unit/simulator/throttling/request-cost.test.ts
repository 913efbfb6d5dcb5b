import { expect, test } from "@jest/globals";

import { areas } from "../../../../simulator/areas.ts";
import { quotaOf, THROTTLING_LIMITS } from "../../../../simulator/throttling/limits.ts";
import { costOf, type CostlyRequest } from "../../../../simulator/throttling/request-cost.ts";

const ask = (line: string, more: Partial<CostlyRequest> = {}): CostlyRequest => {
  const [method = "", routePath = ""] = line.split(" ");
  return {
    method,
    routePath,
    hasSelect: false,
    hasExpand: false,
    top: null,
    hasDeltaToken: false,
    ...more,
  };
};

test.each<[string, Partial<CostlyRequest>, string, number, number]>([
  ["GET /users", {}, "identity", 2, 0],
  ["GET /users", { hasSelect: true }, "identity", 1, 0],
  ["GET /users", { hasSelect: true, top: 5 }, "identity", 1, 0],
  ["GET /users", { top: 20 }, "identity", 2, 0],
  ["GET /users", { hasExpand: true }, "identity", 3, 0],
  ["GET /users/{userId}", {}, "identity", 1, 0],
  ["PATCH /users/{userId}", {}, "identity", 1, 1],
  ["GET /groups/{groupId}/members", {}, "identity", 3, 0],
  ["GET /groups/{groupId}/members/graph.user", { hasSelect: true }, "identity", 2, 0],
  ["GET /groups/{groupId}/transitiveMembers", {}, "identity", 5, 0],
  ["POST /groups/{groupId}/members/$ref", {}, "identity", 1, 1],
  ["POST /directoryObjects/getByIds", {}, "identity", 5, 0],
  ["GET /applications", {}, "identity", 2, 0],
  ["PATCH /policies/crossTenantAccessPolicy/partners/{partnerId}", {}, "identity", 1, 1],
  ["GET /tenantRelationships/multiTenantOrganization", {}, "identity", 1, 0],
  ["GET /auditLogs/provisioning", {}, "reports", 1, 0],
  [
    "POST /servicePrincipals/{servicePrincipalId}/synchronization/jobs/{jobId}/provisionOnDemand",
    {},
    "provisionOnDemand",
    1,
    1,
  ],
  ["GET /servicePrincipals/{servicePrincipalId}/synchronization/jobs", {}, "synchronization", 1, 0],
  ["POST /solutions/backupRestore/restorePoints/search", {}, "backup", 1, 1],
  ["GET /users/{userId}/messages", {}, "mail", 1, 0],
  ["GET /users/{userId}/drive/root/children", {}, "files", 2, 0],
  ["GET /drives/{driveId}/items/{itemId}/content", {}, "files", 1, 0],
  ["GET /drives/{driveId}/root/delta", {}, "files", 2, 0],
  ["GET /drives/{driveId}/root/delta", { hasDeltaToken: true }, "files", 1, 0],
  ["PUT /drives/{driveId}/items/{itemId}/content", {}, "files", 2, 1],
  ["GET /drives/{driveId}/items/{itemId}/permissions", {}, "files", 5, 0],
  ["GET /sites", {}, "files", 2, 0],
  ["GET /sites/{siteId}", {}, "files", 1, 0],
])("%s %j is %s and costs %d units and %d writes", (line, more, workload, units, writes) => {
  expect(costOf(ask(line, more))).toEqual({
    workload,
    requests: 1,
    resourceUnits: units,
    writes,
  });
});

test("every workload that a route belongs to has a row that says its limit or that none is published", () => {
  const named = new Set(THROTTLING_LIMITS.map(({ workload }) => workload));
  for (const route of areas.flatMap((area) => area.routes)) {
    const { workload } = costOf(ask(`${route.method} ${route.path}`));
    expect({ path: route.path, isNamed: named.has(workload) }).toEqual({
      path: route.path,
      isNamed: true,
    });
  }
  const backup = THROTTLING_LIMITS.filter(({ workload }) => workload === "backup");
  expect(backup.map(({ quota }) => quota)).toEqual([null]);
});

test.each([
  ["identity.resourceUnits.pair", 49, 3_500],
  ["identity.resourceUnits.pair", 50, 5_000],
  ["identity.resourceUnits.pair", 500, 5_000],
  ["identity.resourceUnits.pair", 501, 8_000],
  ["files.resourceUnits.pair.minute", 1_000, 1_250],
  ["files.resourceUnits.pair.minute", 1_001, 2_500],
  ["files.resourceUnits.tenant", 100_000, 93_750],
  ["identity.writes.pair", 7, 3_000],
])("%s grants a tenant of %d users %d", (name, users, quota) => {
  const limit = THROTTLING_LIMITS.find((row) => row.name === name);
  expect(limit === undefined ? null : quotaOf(limit, users)).toBe(quota);
});

test("every limit says where it is written and when that was", () => {
  for (const { source, date } of THROTTLING_LIMITS) {
    expect(source).toMatch(/^https:\/\/learn\.microsoft\.com\//);
    expect(date).toMatch(/^20\d{2}-\d{2}$/);
  }
});
