import { expect, test } from "@jest/globals";
import { countText, pluralText, unitsText, wordsOf } from "../../../dashboard/src/rules/words.ts";
import {
  ageText,
  durationText,
  instantOfLocal,
  localOfInstant,
  relativeText,
} from "../../../dashboard/src/time/wording.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

test.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [MINUTE_MS, "1 min"],
  [HOUR_MS, "1 h"],
  [2 * HOUR_MS + 5 * MINUTE_MS, "2 h 5 min"],
  [DAY_MS, "1 d"],
  [3 * DAY_MS + 4.9 * HOUR_MS, "3 d 4 h"],
  [12 * DAY_MS + 4 * HOUR_MS, "12 d"],
])("a duration of %d ms is said as %s", (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test("an instant is relative to the time that is given, not to the device's clock", () => {
  const now = Date.parse("2026-03-05T09:00:00Z");

  expect(relativeText(now - 12 * MINUTE_MS, now)).toBe("12 min ago");
  expect(relativeText(now + 3 * HOUR_MS, now)).toBe("in 3 h");
  expect(relativeText(now + 5_000, now)).toBe("just now");
});

test("the age of a restore point is never less than under a minute", () => {
  expect(ageText(0.4)).toBe("under 1 min");
  expect(ageText(1_500)).toBe("1 d 1 h");
});

test("a local date and time survives the way to an instant and back", () => {
  const instant = instantOfLocal("2026-03-05T02:30");

  expect(instant).not.toBeNull();
  expect(localOfInstant(Date.parse(instant ?? ""))).toBe("2026-03-05T02:30");
});

test.each(["", "2026-03-05", "2026-13-05T02:30", "yesterday"])(
  "%p is not a complete date and time",
  (value) => {
    expect(instantOfLocal(value)).toBeNull();
  },
);

test("states are shown in the API's own words and counts with their noun", () => {
  expect(wordsOf("completedWithErrors")).toBe("completed with errors");
  expect(wordsOf("fresh")).toBe("fresh");
  expect(countText(1_040)).toBe("1,040");
  expect(unitsText("exchange", 1)).toBe("1 mailbox");
  expect(unitsText("exchange", 2)).toBe("2 mailboxes");
  expect(pluralText(2, "batch", "batches")).toBe("2 batches");
});
