import { expect, test } from "@jest/globals";
import {
  type BackupControlReading,
  decideBackupService,
} from "../../../src/domain/onboarding-backup.ts";
import {
  done,
  failed,
  pendingSteps,
  stepAfter,
  withStep,
} from "../../../src/domain/onboarding-steps.ts";
import { nextLookAt } from "../../../src/domain/poll-schedule.ts";

const reading: BackupControlReading = {
  status: "enabled",
  disableReason: "none",
  consumer: "thirdparty",
  ownAppStatus: "active",
  effectiveDateTime: null,
  otherController: null,
};

test.each<[string, Partial<BackupControlReading>, string]>([
  ["is ready when our application controls an enabled service", {}, "ready"],
  ["is enabled by us after our application became controller", { status: "disabled" }, "enable"],
  [
    "is enabled again after its billing was repaired",
    { status: "disabled", disableReason: "invalidBillingProfile" },
    "enable",
  ],
  [
    "is left off when an administrator turned it off",
    { status: "disabled", disableReason: "userRequested" },
    "blocked",
  ],
  ["is left alone while protection is locked", { status: "protectionChangeLocked" }, "blocked"],
  ["is registered with first", { ownAppStatus: null, status: "disabled" }, "register"],
  [
    "needs an administrator when our application is inactive",
    { ownAppStatus: "inactive", status: "disabled" },
    "activate",
  ],
  [
    "needs an administrator when a service without controller is on",
    { ownAppStatus: "inactive", consumer: null },
    "activate",
  ],
  [
    "is not taken from another application",
    { ownAppStatus: "inactive", otherController: "other" },
    "blocked",
  ],
  ["is not taken from the admin center", { ownAppStatus: null, consumer: "firstparty" }, "blocked"],
  [
    "is free when the admin center controls nothing that is on",
    { ownAppStatus: null, consumer: "firstparty", status: "disabled" },
    "register",
  ],
  ["is waited for while our activation is pending", { ownAppStatus: "pendingActive" }, "wait"],
  ["is left alone while we are losing it", { ownAppStatus: "pendingInactive" }, "blocked"],
])("a backup service %s", (_, change, kind) => {
  expect(decideBackupService({ ...reading, ...change }).kind).toBe(kind);
});

test("says when our application becomes controller, where Graph says it", () => {
  const pending = { ...reading, ownAppStatus: "pendingActive" };
  expect(decideBackupService(pending)).toEqual({
    kind: "wait",
    reason: "Our application becomes controller of the backup service.",
  });
  const effectiveDateTime = "2026-03-10T00:00:00Z";
  expect(decideBackupService({ ...pending, effectiveDateTime })).toEqual({
    kind: "wait",
    reason: `Our application becomes controller of the backup service at ${effectiveDateTime}.`,
  });
});

test("steps follow each other and change one by one", () => {
  const changed = {
    name: "backupService",
    state: "done",
    detail: "Ready.",
    at: "2026-03-02T06:00:00Z",
  } as const;
  const steps = withStep(pendingSteps(), changed);
  expect(steps[0]).toEqual(changed);
  expect(steps.slice(1).every(({ state }) => state === "pending")).toBe(true);
  expect(stepAfter("backupService")).toBe("protectionPolicies");
  expect(stepAfter("verification")).toBeNull();
  expect([done("a"), failed("b")]).toEqual([
    { kind: "done", detail: "a" },
    { kind: "failed", detail: "b" },
  ]);
});

const MINUTE_MS = 60_000;

test.each([
  [0, 1],
  [4, 1],
  [5, 5],
  [359, 5],
  [360, 15],
])("after %d minutes looks again in %d", (waited, next) => {
  const now = waited * MINUTE_MS;
  expect(nextLookAt(now, 0, 1e12) - now).toBe(next * MINUTE_MS);
});

test("looks for the last time at the deadline", () => {
  expect(nextLookAt(0, 0, 10_000)).toBe(10_000);
});
