import { expect, test } from "@jest/globals";
import { ClockSpecError, parseClock } from "../../../clock/clock-spec.ts";

const START = Date.parse("2026-03-02T06:00:00Z");

test.each([
  ["system", { kind: "system" }],
  ["x60", { kind: "accelerated", rate: 60, anchor: null }],
  ["x0.5@2026-03-02T06:00:00Z", { kind: "accelerated", rate: 0.5, anchor: START }],
  ["virtual", { kind: "virtual", startsAt: null }],
  ["virtual@2026-03-02T06:00:00Z", { kind: "virtual", startsAt: START }],
  ["http://127.0.0.1:7072/", { kind: "member", url: "http://127.0.0.1:7072" }],
])("reads %s", (text, spec) => {
  expect(parseClock(text)).toEqual(spec);
});

test.each(["", "fast", "x", "x0", "virtual@noon", "http://"])(
  "refuses %p with a sentence",
  (text) => {
    expect(() => parseClock(text)).toThrow(ClockSpecError);
  },
);
