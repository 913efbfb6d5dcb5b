import { expect, test } from "@jest/globals";
import {
  chooseOwner,
  judgeMembership,
  type MembershipReading,
} from "../../../src/domain/onboarding-membership.ts";

const OWNER = "11111111-1111-4111-8111-111111111111";
const nobody: MembershipReading = {
  ownerState: "pending",
  organizationState: "inactive",
  memberState: null,
  addedByTenantId: "00000000-0000-0000-0000-000000000000",
  transitionStatus: null,
  transitionDetails: null,
};

test.each<[string, Partial<MembershipReading>, string]>([
  ["not asked to join", {}, "notAsked"],
  ["not asked to join where Graph leaves the owner out", { addedByTenantId: null }, "notAsked"],
  ["asked to join", { addedByTenantId: OWNER.toUpperCase(), memberState: "pending" }, "asked"],
  [
    "asked somebody else",
    { addedByTenantId: "22222222-2222-4222-8222-222222222222", memberState: "pending" },
    "elsewhere",
  ],
  ["joined when both sides say so", { memberState: "active", ownerState: "active" }, "joined"],
  [
    "joined when the organization itself says so",
    { organizationState: "active", ownerState: "active" },
    "joined",
  ],
  [
    "asked while only its own side says that it joined",
    { memberState: "active", addedByTenantId: OWNER },
    "asked",
  ],
  ["in another organization", { organizationState: "active", ownerState: null }, "elsewhere"],
  ["failed", { addedByTenantId: OWNER, transitionStatus: "failed" }, "failed"],
])("a tenant has %s", (_, change, kind) => {
  expect(judgeMembership({ ...nobody, ...change }, OWNER).kind).toBe(kind);
});

test("repeats Graph's reason for a join that failed, where there is one", () => {
  const reading = { ...nobody, transitionStatus: "failed" };
  expect(judgeMembership(reading, OWNER)).toEqual({
    kind: "failed",
    reason: "Graph gave no reason",
  });
  const transitionDetails = "DirectoryService Exception";
  expect(judgeMembership({ ...reading, transitionDetails }, OWNER)).toEqual({
    kind: "failed",
    reason: transitionDetails,
  });
});

test("finds the one owner among the tenants, and never the member itself", () => {
  const owner = { tenantId: "a", displayName: "A", role: "owner" as const };
  const member = { tenantId: "b", displayName: "B", role: "member" as const };
  const second = { tenantId: "c", displayName: "C", role: "owner" as const };
  expect(chooseOwner([owner, member], "b")).toEqual({
    kind: "found",
    tenantId: "a",
    displayName: "A",
  });
  expect(chooseOwner([owner, member], "a")).toEqual({ kind: "none" });
  expect(chooseOwner([owner, member, second], "b")).toMatchObject({
    kind: "several",
    reason: expect.stringContaining("(A, C)"),
  });
});
