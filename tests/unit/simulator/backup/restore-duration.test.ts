import { expect, test } from "@jest/globals";
import { DOCUMENTED_DURATIONS, MINUTE_MS } from "../../../../simulator/backup/durations.ts";
import { planTimelines, restoreMinutes } from "../../../../simulator/backup/restore-duration.ts";

test.each([
  { service: "sharePoint", units: 1, minutes: 30 },
  { service: "sharePoint", units: 50, minutes: 180 },
  { service: "oneDriveForBusiness", units: 250, minutes: 240 },
  { service: "oneDriveForBusiness", units: 1_000, minutes: 600 },
  { service: "oneDriveForBusiness", units: 1_250, minutes: 660 },
  { service: "exchange", units: 1, minutes: 120 },
  { service: "exchange", units: 50, minutes: 150 },
  { service: "exchange", units: 1_000, minutes: 240 },
  { service: "exchange", units: 1_500, minutes: 360 },
] as const)("$units units of $service take the documented $minutes minutes", (row) => {
  expect(restoreMinutes(row.service, row.units, DOCUMENTED_DURATIONS)).toBe(row.minutes);
});

test("artifacts pass their states in order and the last ends within the documented time", () => {
  const timelines = planTimelines({
    service: "exchange",
    activatedAt: 1_000,
    load: 50,
    artifacts: Array.from({ length: 50 }, (_, index) => ({ id: `a${index}`, isExpress: false })),
    durations: DOCUMENTED_DURATIONS,
    seed: 1,
  });
  for (const { schedulingAt, scheduledAt, startsAt, completesAt } of timelines) {
    expect(schedulingAt).toBe(1_000);
    expect(scheduledAt).toBeGreaterThan(schedulingAt);
    expect(startsAt).toBeGreaterThanOrEqual(scheduledAt);
    expect(completesAt).toBeGreaterThan(startsAt);
    expect(completesAt).toBeLessThanOrEqual(1_000 + 150 * MINUTE_MS);
  }
  const last = Math.max(...timelines.map(({ completesAt }) => completesAt));
  expect(last).toBeGreaterThan(1_000 + 120 * MINUTE_MS);
});

test("an express point restores sooner than an ordinary one", () => {
  const ends = [true, false].map((isExpress) => {
    const [timeline] = planTimelines({
      service: "sharePoint",
      activatedAt: 0,
      load: 1,
      artifacts: [{ id: "a", isExpress }],
      durations: DOCUMENTED_DURATIONS,
      seed: 1,
    });
    return timeline?.completesAt ?? 0;
  });
  expect(ends[0]).toBeLessThan(ends[1] ?? 0);
});
