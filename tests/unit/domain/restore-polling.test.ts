import { expect, test } from "@jest/globals";
import {
  expectedRestoreMinutes,
  hasSessionEnded,
  pollIntervalMs,
} from "../../../src/domain/restore-polling.ts";
import type { Workload } from "../../../src/domain/workload.ts";

test.each<[Workload, number, number, number]>([
  ["exchange", 1, 120, 12],
  ["exchange", 200, 180, 18],
  ["oneDriveForBusiness", 1, 30, 5],
  ["oneDriveForBusiness", 51, 240, 24],
  ["sharePoint", 1_000, 600, 30],
  ["sharePoint", 5_000, 600, 30],
])(
  "expects %s of %i units to take %i minutes and looks every %i",
  (workload, units, minutes, interval) => {
    expect(expectedRestoreMinutes(workload, units)).toBe(minutes);
    expect(pollIntervalMs(workload, units)).toBe(interval * 60_000);
  },
);

test.each([
  ["draft", false],
  ["activating", false],
  ["active", false],
  ["unknownFutureValue", false],
  ["completed", true],
  ["completedWithError", true],
  ["failed", true],
])("a session that is %s has ended: %s", (status, hasEnded) => {
  expect(hasSessionEnded(status)).toBe(hasEnded);
});
