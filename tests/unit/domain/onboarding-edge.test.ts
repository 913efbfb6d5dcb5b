import { expect, test } from "@jest/globals";
import {
  addUsers,
  chooseConfiguration,
  configurationName,
  describeUsers,
  isExpectedInTarget,
  isSynchronized,
  type JobReading,
  type JobState,
  judgeJob,
  NO_USERS,
  type ScopeMember,
  targetUserFilter,
} from "../../../src/domain/onboarding-edge.ts";

const ours = { id: 1, displayName: configurationName("t") };

test("uses the one configuration of the edge and no other", () => {
  const other = { id: 2, displayName: configurationName("u") };
  expect(chooseConfiguration([other, ours], "t")).toEqual({ kind: "found", configuration: ours });
  expect(chooseConfiguration([other], "t")).toEqual({ kind: "none" });
});

test("asks people when there would be two configurations for an edge", () => {
  const twice = chooseConfiguration([ours, { ...ours, id: 2 }], "t");
  expect(twice).toMatchObject({
    kind: "blocked",
    reason: expect.stringContaining("delete all but"),
  });
  const theirs = chooseConfiguration([{ id: 3, displayName: "mto_sync_t" }], "t");
  expect(theirs).toMatchObject({
    kind: "blocked",
    reason: expect.stringContaining("admin center"),
  });
});

const NEVER = "0001-01-01T00:00:00Z";
const job: JobReading = {
  schedule: "Active",
  code: "NotRun",
  steadyStateFirstAchievedTime: NEVER,
  lastSuccessfulTimeEnded: null,
  quarantineReason: null,
};

test.each<[string, Partial<JobReading>, JobState]>([
  ["not started", { schedule: "Disabled", code: "Paused" }, { kind: "notStarted" }],
  ["running", {}, { kind: "running" }],
  [
    "through its first cycle when it is steady",
    { steadyStateFirstAchievedTime: "2026-03-02T07:00:00Z" },
    { kind: "completed" },
  ],
  [
    "through its first cycle when one succeeded",
    { steadyStateFirstAchievedTime: null, lastSuccessfulTimeEnded: "2026-03-02T07:00:00Z" },
    { kind: "completed" },
  ],
  [
    "in quarantine with the reason",
    { quarantineReason: "TooManyDeletes" },
    { kind: "quarantined", reason: "TooManyDeletes" },
  ],
  [
    "in quarantine without a reason",
    { code: "Quarantine" },
    { kind: "quarantined", reason: "Graph gave no reason" },
  ],
])("a job is %s", (_, change, state) => {
  expect(judgeJob({ ...job, ...change })).toEqual(state);
});

const person: ScopeMember = {
  type: "#microsoft.graph.user",
  userPrincipalName: "ann@source.example",
  mail: "ann@source.example",
  userType: "Member",
  isEnabled: true,
};

test.each<[string, Partial<ScopeMember>, boolean]>([
  ["an enabled member", {}, true],
  ["one whose kind is not told", { type: null }, true],
  ["a group", { type: "#microsoft.graph.group" }, false],
  ["a disabled account", { isEnabled: false }, false],
  ["a guest", { userType: "Guest" }, false],
  ["somebody without a name", { userPrincipalName: null }, false],
  ["a member of another tenant", { userPrincipalName: "bob_x#EXT#@source.example" }, false],
])("expects in the target: %s (%p) is %p", (_, change, isExpected) => {
  expect(isExpectedInTarget({ ...person, ...change })).toBe(isExpected);
});

test("looks for a user by mail, else by the name that synchronization gives", () => {
  const userPrincipalName = "o'ann@source.example";
  expect(targetUserFilter({ userPrincipalName, mail: "o'ann@source.example" })).toBe(
    "mail eq 'o''ann@source.example'",
  );
  expect(targetUserFilter({ userPrincipalName, mail: null })).toBe(
    "startsWith(userPrincipalName,'o''ann_source.example#EXT#@')",
  );
});

test("counts only who is there once, as a redeemed member", () => {
  const user = { userType: "Member", externalUserState: "Accepted" };
  expect(isSynchronized([user])).toBe(true);
  expect(isSynchronized([])).toBe(false);
  expect(isSynchronized([user, user])).toBe(false);
  expect(isSynchronized([{ ...user, userType: "Guest" }])).toBe(false);
  expect(isSynchronized([{ ...user, externalUserState: "PendingAcceptance" }])).toBe(false);
});

const missing = (id: string) => ({ expected: 1, synchronized: 0, missing: [id] });

test("names the first few who are missing", () => {
  let tally = addUsers(NO_USERS, { expected: 1, synchronized: 1, missing: [] });
  expect(describeUsers(tally)).toBe("1 of 1 users are members in the target.");
  tally = addUsers(tally, missing("a"));
  expect(describeUsers(tally)).toMatch(/^1 of 2 users .*once: a\.$/u);
  for (const id of ["b", "c", "d", "e", "f"]) {
    tally = addUsers(tally, missing(id));
  }
  expect(tally.missing).toEqual(["a", "b", "c", "d", "e"]);
  expect(describeUsers(tally)).toMatch(/e, …\.$/u);
});
