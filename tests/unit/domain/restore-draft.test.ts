import { expect, test } from "@jest/globals";
import { type DraftSession, isFromIntent, isOwnDraft } from "../../../src/domain/restore-draft.ts";

const CLIENT = "33333333-3333-4333-8333-333333333333";
const INTENT = { at: "2026-03-02T06:00:00.000Z", knownDraftIds: ["known"] };
const draft = (change: Partial<DraftSession> = {}): DraftSession => ({
  id: "new",
  status: "draft",
  applicationId: CLIENT.toUpperCase(),
  createdDateTime: "2026-03-02T06:00:01Z",
  ...change,
});

test("takes a draft of our application that is newer than the intent for ours", () => {
  expect(isFromIntent(draft(), INTENT, CLIENT)).toBe(true);
});

test("allows for a clock of Graph that is minutes behind", () => {
  expect(isFromIntent(draft({ createdDateTime: "2026-03-02T05:55:00Z" }), INTENT, CLIENT)).toBe(
    true,
  );
});

test.each<[string, Partial<DraftSession>]>([
  ["another application's", { applicationId: "44444444-4444-4444-8444-444444444444" }],
  ["of nobody", { applicationId: null }],
  ["active", { status: "active" }],
  ["older than the intent", { createdDateTime: "2026-03-02T05:54:59Z" }],
  ["without a date", { createdDateTime: null }],
  ["known before the intent", { id: "known" }],
])("leaves a session alone that is %s", (_, change) => {
  expect(isFromIntent(draft(change), INTENT, CLIENT)).toBe(false);
});

test("knows our drafts whenever they were made", () => {
  expect(isOwnDraft(draft({ createdDateTime: null }), CLIENT)).toBe(true);
});
