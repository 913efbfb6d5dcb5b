import { expect, test } from "@jest/globals";
import { createVerificationActivities } from "../../../src/activities/verification.ts";
import type {
  TenantVerification,
  UnitVerdict,
  Verification,
} from "../../../src/contracts/verification.ts";
import { TransientError } from "../../../src/graph/errors.ts";
import type { GraphClient, GraphRequest, TenantGraph } from "../../../src/graph/graph-client.ts";
import { createMemoryTableStore } from "../../../src/store/memory-table.ts";
import { listAll } from "../../../src/store/table.ts";
import { openVerifications } from "../../../src/store/verifications.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const TENANT = "1cc98cef-bab9-4cae-ae4e-63cf3eee7997";
const slice = { verificationId: "v", tenantId: TENANT, workload: "exchange" as const };

type Answer = (request: GraphRequest) => unknown;

function world(answer: Answer) {
  const tables = openVerifications<Verification, TenantVerification, UnitVerdict>(
    createMemoryTableStore(),
  );
  const send = async (request: GraphRequest) => ({
    status: 200,
    headers: new Headers(),
    body: answer(request),
  });
  const tenant: TenantGraph = {
    tenantId: TENANT,
    send,
    read: async (request, schema) => schema.parse((await send(request)).body),
  };
  const graph: GraphClient = { forTenant: () => tenant };
  const activities = createVerificationActivities({
    graph,
    tables,
    clock: { now: () => NOW },
    clientId: "client",
    freshnessObjectiveMinutes: 60,
  });
  return { tables, activities };
}

const unit = (id: string, change: object = {}) => ({
  id: `unit-${id}`,
  policyId: "policy",
  status: "protected",
  directoryObjectId: id,
  error: null,
  ...change,
});

interface Search {
  readonly body: { readonly protectionUnitIds: readonly string[] };
}

/** Answers a batch of searches: a point for each unit, unless the answer leaves it out. */
const searching =
  (mentions: (unitId: string, asked: number) => boolean): Answer =>
  ({ body }) => ({
    responses: (body as { requests: readonly (Search & { id: string })[] }).requests.map(
      ({ id, body: { protectionUnitIds } }) => ({
        id,
        status: 200,
        body: {
          searchResponseId: "s",
          searchResults: protectionUnitIds
            .filter((unitId) => mentions(unitId, protectionUnitIds.length))
            .map((unitId) => ({
              restorePoint: {
                id: `point of ${unitId}`,
                protectionDateTime: "2026-03-02T11:50:00Z",
                protectionUnit: { id: unitId },
              },
            })),
          noResultProtectionUnitIds: [],
        },
      }),
    ),
  });

async function verdicts(tables: ReturnType<typeof world>["tables"]) {
  const found: Record<string, string> = {};
  for await (const { value } of listAll(tables.units, "v")) {
    found[value.resourceId] = value.verdict;
  }
  return found;
}

test("directory and units are merged: what only one of them knows gets a verdict too", async () => {
  const { tables, activities } = world((request) => {
    if (request.path.startsWith("/users")) {
      const assignedPlans = [{ service: "exchange", capabilityStatus: "Enabled" }];
      return {
        value: [
          { id: "a", userPrincipalName: "a@x", assignedPlans },
          { id: "b", userPrincipalName: "b@x", assignedPlans },
          { id: "guest", userPrincipalName: "g#EXT#@x", assignedPlans },
          { id: "unlicensed", userPrincipalName: "u@x", assignedPlans: [] },
        ],
      };
    }
    if (request.path.includes("mailboxProtectionUnits")) {
      return { value: [unit("b"), unit("deleted-user"), unit("c", { policyId: "" })] };
    }
    return searching(() => true)(request);
  });

  await activities.collectProtectables({ ...slice, nextLink: null });
  await activities.collectUnits({ ...slice, nextLink: null });
  const judged = await activities.judge({ ...slice, after: null });

  expect(judged).toEqual({
    counts: { fresh: 2, stale: 0, error: 0, unprotected: 2, unknown: 0 },
    after: null,
  });
  expect(await verdicts(tables)).toEqual({
    a: "unprotected",
    b: "fresh",
    c: "unprotected",
    "deleted-user": "fresh",
  });
});

test("a unit that a search does not mention is asked again in smaller searches, at last alone", async () => {
  const { tables, activities } = world((request) =>
    request.path.includes("ProtectionUnits")
      ? { value: Array.from({ length: 30 }, (_, index) => unit(`u${index}`)) }
      : searching((unitId, asked) => asked <= 5 || unitId !== "unit-u7")(request),
  );

  await activities.collectUnits({ ...slice, nextLink: null });
  await activities.judge({ ...slice, after: null });

  expect((await verdicts(tables))["u7"]).toBe("fresh");
});

test("a unit about which nothing is answered, even alone, is unknown", async () => {
  const { tables, activities } = world((request) =>
    request.path.includes("ProtectionUnits")
      ? { value: [unit("silent"), unit("other")] }
      : searching((unitId) => unitId !== "unit-silent")(request),
  );

  await activities.collectUnits({ ...slice, nextLink: null });
  await activities.judge({ ...slice, after: null });

  expect(await verdicts(tables)).toEqual({ silent: "unknown", other: "fresh" });
});

test("a batch that fails as a whole is the activity's failure, so that it is called again", async () => {
  const { activities } = world((request) => {
    if (request.path.includes("ProtectionUnits")) {
      return { value: [unit("a")] };
    }
    throw new TransientError("broken", {
      status: 503,
      code: "x",
      tenantId: TENANT,
      requestId: "r",
      operation: "POST /$batch",
    });
  });
  await activities.collectUnits({ ...slice, nextLink: null });

  await expect(activities.judge({ ...slice, after: null })).rejects.toThrow(TransientError);
});

test("judging twice counts and stores the same, and clearing leaves nothing collected", async () => {
  const { tables, activities } = world((request) =>
    request.path.includes("ProtectionUnits")
      ? { value: [unit("a"), unit("b")] }
      : searching(() => true)(request),
  );
  await activities.collectUnits({ ...slice, nextLink: null });

  const once = await activities.judge({ ...slice, after: null });
  expect(await activities.judge({ ...slice, after: null })).toEqual(once);
  await activities.clear(slice);

  expect(await verdicts(tables)).toEqual({ a: "fresh", b: "fresh" });
  expect((await tables.collectedUnits.list("v|x")).records).toEqual([]);
  expect(await activities.judge({ ...slice, after: null })).toMatchObject({
    counts: { fresh: 0 },
    after: null,
  });
});

test("a verification ends whole only when every tenant did, and ends once", async () => {
  const { tables, activities } = world(() => ({ value: [] }));
  const tenants = [{ tenantId: TENANT, displayName: "Contoso" }];
  const actor = { objectId: "o", name: "Ada" };
  await activities.begin({ verificationId: "v", requestedBy: actor, tenants });
  await activities.endTenant({
    verificationId: "v",
    tenantId: TENANT,
    displayName: "Contoso",
    workloads: { exchange: { fresh: 3, stale: 1, error: 0, unprotected: 0, unknown: 0 } },
    failures: ["sharePoint could not be verified: why"],
  });
  await activities.end({ verificationId: "v", failures: [] });
  await activities.end({ verificationId: "v", failures: ["late"] });

  const record = await tables.verifications.get("verifications", "v");
  expect(record?.value).toMatchObject({
    state: "completedWithErrors",
    counts: { fresh: 3, stale: 1 },
    finishedAt: "2026-03-02T12:00:00.000Z",
  });
  expect((await tables.tenants.get("v", TENANT))?.value).toMatchObject({
    state: "failed",
    findings: ["sharePoint could not be verified: why"],
  });
});
