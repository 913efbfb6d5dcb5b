import { expect, test } from "@jest/globals";
import { type ServiceReading, serviceFindings } from "../../../src/domain/backup-service.ts";

const healthy: ServiceReading = {
  status: "enabled",
  disableReason: "none",
  gracePeriodDateTime: null,
  restoreAllowedTillDateTime: null,
  ownServiceAppStatus: "active",
  hasOtherController: false,
};

test("a service that is enabled and ours has no findings", () => {
  expect(serviceFindings(healthy)).toEqual([]);
  expect(serviceFindings({ ...healthy, disableReason: null })).toEqual([]);
});

test.each([
  ["locked protection", { status: "protectionChangeLocked" }, /restores still work/u],
  ["locked restores", { status: "restoreLocked" }, /Neither/u],
  ["a disabled service", { status: "disabled" }, /is disabled/u],
  ["the reason", { disableReason: "invalidBillingProfile" }, /invalidBillingProfile/u],
  ["a grace period", { gracePeriodDateTime: "2026-04-01T00:00:00Z" }, /ends 2026-04-01/u],
  ["the end of restores", { restoreAllowedTillDateTime: "2026-05-01T00:00:00Z" }, /until 2026-05/u],
  ["a takeover", { ownServiceAppStatus: "pendingInactive" }, /about to take over/u],
  ["a pending activation", { ownServiceAppStatus: "pendingActive" }, /not controller yet/u],
  ["no registration", { ownServiceAppStatus: null }, /not controller of/u],
  ["another controller", { ownServiceAppStatus: null, hasOtherController: true }, /Another/u],
] as const)("%s is a finding", (_what, change, sentence) => {
  const findings = serviceFindings({ ...healthy, ...change });

  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatch(sentence);
});
