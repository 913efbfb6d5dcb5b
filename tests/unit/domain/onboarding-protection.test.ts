import { expect, test } from "@jest/globals";
import {
  addProtection,
  choosePolicy,
  countProtection,
  describeProtection,
  isHarmlessRefusal,
  isToBeAdded,
  judgeProtection,
  NO_PROTECTION,
  policyName,
  type ProtectionResult,
} from "../../../src/domain/onboarding-protection.ts";

const ours = { id: "ours", displayName: policyName("exchange"), status: "inactive" };
const paused = { id: "paused", displayName: "Theirs", status: "inactive" };

test.each([
  ["an active one, whoever made it", [ours, { ...paused, id: "a", status: "active" }], "a"],
  [
    "one with errors before one that is being updated",
    [
      { ...paused, id: "u", status: "updating" },
      { ...paused, id: "e", status: "activeWithErrors" },
    ],
    "e",
  ],
  ["one that is being updated", [{ ...paused, id: "u", status: "updating" }], "u"],
  ["the inactive one that we made", [paused, ours], "ours"],
  ["none when somebody else's is paused", [paused], null],
  ["none when there is none", [], null],
])("of a workload's policies uses %s", (_, policies, id) => {
  expect(choosePolicy(policies, "exchange")?.id ?? null).toBe(id);
});

test("adds what no policy holds, and takes a refusal of what is held for what it is", () => {
  const unit = { policyId: "p", status: "protected", errorCode: null };
  expect([null, { ...unit, policyId: null }, unit].map(isToBeAdded)).toEqual([true, true, false]);
  expect(isHarmlessRefusal("ProtectionUnitAlreadyExists")).toBe(true);
  expect(isHarmlessRefusal("InvalidProtectionUnitId")).toBe(false);
});

const unit = { policyId: "p", status: "protected", errorCode: null };

test.each<[string, Parameters<typeof judgeProtection>, ProtectionResult]>([
  ["protected", [unit, null], { kind: "protected" }],
  ["pending", [{ ...unit, status: "protectRequested" }, null], { kind: "pending" }],
  [
    "failed with the unit's error",
    [{ ...unit, errorCode: "QuotaExceeded" }, null],
    { kind: "failed", reason: "QuotaExceeded" },
  ],
  [
    "failed with the unit's status",
    [{ ...unit, status: "unprotected" }, null],
    { kind: "failed", reason: "its unit is unprotected" },
  ],
  [
    "failed with the refusal",
    [null, "InvalidProtectionUnitId"],
    { kind: "failed", reason: "InvalidProtectionUnitId" },
  ],
  [
    "failed without a unit of a policy",
    [{ ...unit, policyId: null }, null],
    { kind: "failed", reason: "no protection unit was made for it" },
  ],
])("reads a protectable back as %s", (_, given, result) => {
  expect(judgeProtection(...given)).toEqual(result);
});

test("names the first failures and counts the rest", () => {
  let tally = NO_PROTECTION;
  expect(describeProtection("sharePoint", tally)).toBe("0 of 0 sites protected.");
  tally = addProtection(tally, countProtection("good", { kind: "protected" }));
  tally = addProtection(tally, countProtection("late", { kind: "pending" }));
  expect(describeProtection("exchange", tally)).toBe(
    "1 of 2 mailboxes protected, 1 not: 1 not yet.",
  );
  tally = addProtection(tally, countProtection("bad", { kind: "failed", reason: "why" }));
  expect(describeProtection("oneDriveForBusiness", tally)).toBe(
    "1 of 3 OneDrives protected, 2 not: bad: why; and 1 more.",
  );
  const onlyBad = countProtection("bad", { kind: "failed", reason: "why" });
  expect(describeProtection("sharePoint", onlyBad)).toBe(
    "0 of 1 sites protected, 1 not: bad: why.",
  );
  for (let count = 0; count < 7; count += 1) {
    tally = addProtection(tally, onlyBad);
  }
  expect(tally).toMatchObject({ protectables: 10, protected: 1, pending: 1, failed: 8 });
  expect(tally.failures).toHaveLength(5);
});
