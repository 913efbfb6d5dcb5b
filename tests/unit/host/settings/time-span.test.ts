import { expect, test } from "@jest/globals";
import { parseTimeSpan } from "../../../../host/settings/time-span.ts";

test.each([
  ["00:00:01", 1_000],
  ["00:10", 600_000],
  ["1.02:03:04.5", 93_784_500],
  ["-00:00:01", -1_000],
  [" 23:59:59 ", 86_399_000],
  ["00:00:00", 0],
  ["24:00:00", null],
  ["00:60:00", null],
  ["00:00:60", null],
  ["5", null],
  ["soon", null],
  ["", null],
])("%p is %p milliseconds", (text, milliseconds) => {
  expect(parseTimeSpan(text)).toBe(milliseconds);
});
