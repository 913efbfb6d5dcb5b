import { expect, test } from "@jest/globals";
import { parseNcrontab } from "../../../../host/triggers/ncrontab.ts";
import { parseSchedule } from "../../../../host/triggers/timer-schedule.ts";

/** The first occurrences after Monday, 2 March 2026, 06:00 UTC. */
function occurrences(
  text: string,
  count: number,
  timezone: string | null = null,
  from = "2026-03-02T06:00:00Z",
): string[] {
  const schedule = parseSchedule(text, timezone);
  const found: string[] = [];
  let at: number | null = Date.parse(from);
  while (found.length < count && at !== null) {
    at = schedule.next(at);
    found.push(at === null ? "never" : new Date(at).toISOString().replace(":00.000Z", ""));
  }
  return found;
}

test.each([
  ["0 */5 * * * *", ["2026-03-02T06:05", "2026-03-02T06:10"]],
  ["*/5 * * * *", ["2026-03-02T06:05", "2026-03-02T06:10"]],
  ["0 0 6 * * *", ["2026-03-03T06:00", "2026-03-04T06:00"]],
  ["0 30 9 * * 1-5", ["2026-03-02T09:30", "2026-03-03T09:30"]],
  ["0 30 9 * * Sat,Sun", ["2026-03-07T09:30", "2026-03-08T09:30"]],
  ["0 0 0 1 Jan-Mar *", ["2027-01-01T00:00", "2027-02-01T00:00"]],
  // A number with a step goes on to the end of the field.
  ["0 5/20 7 * * *", ["2026-03-02T07:05", "2026-03-02T07:25", "2026-03-02T07:45"]],
  // A range the wrong way round is the same range.
  ["0 0 10-8 * * *", ["2026-03-02T08:00", "2026-03-02T09:00", "2026-03-02T10:00"]],
  // The day must fit both fields: the next Friday the 13th, and the one after.
  ["0 0 0 13 * Fri", ["2026-03-13T00:00", "2026-11-13T00:00"]],
  ["0 0 0 31 2 *", ["never"]],
  ["0 0 0 29 2 *", ["2028-02-29T00:00"]],
  ["01:30:00", ["2026-03-02T07:30", "2026-03-02T09:00"]],
  ["1.00:00:00", ["2026-03-03T06:00"]],
])("%s is due at %p", (text, instants) => {
  expect(occurrences(text, instants.length)).toEqual(instants);
});

test("reads the fields in the zone that the app settings name", () => {
  expect(occurrences("0 0 9 * * *", 1, "Europe/Berlin")).toEqual(["2026-03-02T08:00"]);
});

const LOS_ANGELES = "America/Los_Angeles";

// At 10:00 UTC of that day clocks go from 2:00 to 3:00.
test.each([
  ["0 0 2 * * *", ["2026-03-08T10:00", "2026-03-09T09:00"]],
  ["0 30 2 * * *", ["2026-03-08T10:30", "2026-03-09T09:30"]],
  ["0 0 3 * * *", ["2026-03-08T10:00", "2026-03-09T10:00"]],
  ["0 */30 * * * *", ["2026-03-08T09:30", "2026-03-08T10:00", "2026-03-08T10:30"]],
  ["0 0 1-4 * * *", ["2026-03-08T10:00", "2026-03-08T11:00", "2026-03-09T08:00"]],
])("what falls into the hour that is skipped runs right after it: %s", (text, instants) => {
  const from = "2026-03-08T09:00:00Z";
  expect(occurrences(text, instants.length, LOS_ANGELES, from)).toEqual(instants);
});

// At 09:00 UTC of that day clocks go from 2:00 back to 1:00.
test.each([
  ["0 30 1 * * *", "2026-11-01T07:00:00Z", ["2026-11-01T08:30", "2026-11-02T09:30"]],
  // Started in the second of the two hours: it has run in the first.
  ["0 30 1 * * *", "2026-11-01T09:10:00Z", ["2026-11-02T09:30"]],
  [
    "0 0,30 1 * * *",
    "2026-11-01T07:30:00Z",
    ["2026-11-01T08:00", "2026-11-01T08:30", "2026-11-02T09:00"],
  ],
  [
    "0 */30 * * * *",
    "2026-11-01T07:30:00Z",
    [
      "2026-11-01T08:00",
      "2026-11-01T08:30",
      "2026-11-01T09:00",
      "2026-11-01T09:30",
      "2026-11-01T10:00",
    ],
  ],
  // Neighbouring hours are a range, however they are written; a step is a list.
  [
    "0 0 1,2 * * *",
    "2026-11-01T07:30:00Z",
    ["2026-11-01T08:00", "2026-11-01T09:00", "2026-11-01T10:00", "2026-11-02T09:00"],
  ],
  [
    "0 */30 1 * * *",
    "2026-11-01T07:30:00Z",
    ["2026-11-01T08:00", "2026-11-01T08:30", "2026-11-02T09:00"],
  ],
])(
  "the hour that comes twice has one point in time and all of an interval: %s after %s",
  (text, from, instants) => {
    expect(occurrences(text, instants.length, LOS_ANGELES, from)).toEqual(instants);
  },
);

test("a zone that nobody knows is refused with a sentence", () => {
  expect(() => parseSchedule("0 0 9 * * *", "Mars/Olympus")).toThrow(
    'The time zone "Mars/Olympus" is not known here; use an IANA name.',
  );
});

test.each([
  ["0 * * * * *", true],
  ["0,30 0 0 1 1 *", false],
  ["*/30 * * * * *", false],
  ["00:00:30", false],
  ["00:01:00", true],
])("whether the status of %s is kept: %p", (text, isMonitored) => {
  expect(parseSchedule(text, null).isMonitored).toBe(isMonitored);
});

test.each([
  "* * * *",
  "0 0 0 0 * *",
  "0 0 24 * * *",
  "0 0 0 * * 7",
  "0 0 0 L * *",
  "0 0 0 ? * *",
  "@daily",
  "0 0 0 * Foo *",
  "0 */x * * * *",
  "0 1- * * * *",
  "00:00:00",
  "25:00:00",
  "",
])("refuses %p with a sentence", (text) => {
  expect(() => parseSchedule(text, null)).toThrow(/^The (schedule|interval) "/);
});

test("names may be cut short and written in any case", () => {
  expect(parseNcrontab("0 0 0 * DECEMBER mo-w")).toEqual(["0", "0", "0", "*", "12", "1,2,3"]);
});
