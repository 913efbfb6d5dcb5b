import { expect, test } from "@jest/globals";
import type { RestoreWave } from "../../../src/contracts/restore.ts";
import {
  namesPlan,
  plannedUnits,
  remainingUnits,
} from "../../../dashboard/src/rules/restore-plan.ts";
import { waveTone } from "../../../dashboard/src/rules/tone.ts";

const PLAN_HASH = `64879f7d${"0".repeat(56)}`;

const wave = (workload: RestoreWave["workload"], units: number): RestoreWave => ({
  number: 1,
  workload,
  units,
  state: "planned",
  sessionId: null,
  sessionStatus: null,
});

test("the plan's units are summed by workload over its waves", () => {
  const waves = [wave("sharePoint", 5), wave("exchange", 50), wave("exchange", 26)];

  expect(plannedUnits(waves)).toEqual([
    { workload: "exchange", units: 76, waves: 2 },
    { workload: "sharePoint", units: 5, waves: 1 },
  ]);
});

test("only the first eight characters of the hash name the plan", () => {
  expect(namesPlan(" 64879F7D ", PLAN_HASH)).toBe(true);
  for (const typed of ["", "64879f7", "64879f7e", PLAN_HASH]) {
    expect(namesPlan(typed, PLAN_HASH)).toBe(false);
  }
});

test("units without an outcome remain", () => {
  const counts = { asked: 10, planned: 9, done: 4, skipped: 1, failed: 2 };

  expect(remainingUnits(counts)).toBe(3);
});

test("a wave that has ended is shown as good only when its session has completed", () => {
  const ended = (sessionStatus: string): RestoreWave => ({
    ...wave("exchange", 1),
    state: "ended",
    sessionStatus,
  });

  expect(waveTone(ended("completed"))).toBe("good");
  expect(waveTone(ended("completedWithError"))).toBe("attention");
  expect(waveTone(ended("failed"))).toBe("bad");
  expect(waveTone(wave("exchange", 1))).toBe("rest");
});
