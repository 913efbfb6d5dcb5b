import { expect, test } from "@jest/globals";
import type { Tenant, TenantOnboarding } from "../../../src/contracts/onboarding.ts";
import type { TenantVerification, Verification } from "../../../src/contracts/verification.ts";
import { lastEnded, protectedTenants, tenantCounts } from "../../../dashboard/src/rules/estate.ts";
import { filteredCounts } from "../../../dashboard/src/rules/verdict-filter.ts";

const counts = (fresh: number, stale: number) => ({
  fresh,
  stale,
  error: 0,
  unprotected: 0,
  unknown: 0,
});

const verified = (tenantId: string, serviceStatus: string | null): TenantVerification => ({
  tenantId,
  displayName: tenantId,
  state: "completed",
  serviceStatus,
  findings: [],
  workloads: {
    exchange: counts(10, 1),
    oneDriveForBusiness: counts(20, 2),
    sharePoint: counts(5, 0),
  },
});

const verification = (
  state: Verification["state"],
  tenants: readonly TenantVerification[],
): Verification => ({
  id: state,
  state,
  requestedBy: { objectId: "s", name: "Schedule" },
  startedAt: "2026-03-05T03:00:00.000Z",
  finishedAt: null,
  freshnessObjectiveMinutes: 1_440,
  counts: counts(0, 0),
  tenants: [...tenants],
  waiting: null,
});

const tenant = (tenantId: string, state: TenantOnboarding["state"] | null): Tenant => ({
  tenantId,
  displayName: tenantId,
  role: "member",
  isWriteAllowed: true,
  onboarding:
    state === null
      ? null
      : {
          state,
          batchId: null,
          startedAt: null,
          finishedAt: null,
          steps: [],
          protection: [],
          edges: [],
          operatorAction: null,
          waiting: null,
        },
});

test("a running or failed verification is not the last that ended", () => {
  const verifications = [
    verification("running", []),
    verification("failed", []),
    verification("completedWithErrors", []),
    verification("completed", []),
  ];

  expect(lastEnded(verifications)?.id).toBe("completedWithErrors");
  expect(lastEnded([])).toBeNull();
});

test("a tenant is protected when its service was enabled or its onboarding has completed", () => {
  const last = verification("completed", [
    verified("enabled", "enabled"),
    verified("locked", "restoreLocked"),
    verified("unread", null),
  ]);
  const tenants = [
    tenant("enabled", null),
    tenant("locked", null),
    tenant("unread", null),
    tenant("onboarded", "completed"),
    tenant("waiting", "waiting"),
  ];

  expect(protectedTenants(tenants, last).map(({ tenantId }) => tenantId)).toEqual([
    "enabled",
    "onboarded",
  ]);
});

test("verdicts are counted over all that the filters leave", () => {
  const tenants = [verified("a", "enabled"), verified("b", "enabled")];

  expect(tenantCounts(verified("a", "enabled"))).toEqual(counts(35, 3));
  expect(filteredCounts(tenants, { tenantId: "", workload: "" })).toEqual(counts(70, 6));
  expect(filteredCounts(tenants, { tenantId: "b", workload: "exchange" })).toEqual(counts(10, 1));
});

test("a tenant that has no verdicts yet counts as none", () => {
  expect(tenantCounts({ ...verified("a", null), workloads: null })).toEqual(counts(0, 0));
});
