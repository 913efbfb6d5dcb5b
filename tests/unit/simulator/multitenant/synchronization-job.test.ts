import { expect, test } from "@jest/globals";
import { renderJob } from "../../../../simulator/multitenant/job-rendering.ts";
import {
  createJob,
  type Execution,
  lastIdleExecution,
  nextGridPlace,
  statusCodeOf,
} from "../../../../simulator/multitenant/synchronization-job.ts";
import {
  durationWithin,
  quarantineRetryAfter,
  TIMINGS,
  type TimedStep,
} from "../../../../simulator/multitenant/timings.ts";

const INTERVAL = 40 * 60_000;
const HOUR = 3_600_000;

const execution: Execution = {
  cycleId: "00000000-0000-0000-0000-000000000001",
  beganAt: 0,
  endedAt: 60_000,
  entitled: 5,
  exported: 5,
  escrowed: 0,
  imported: 5,
  error: null,
};

function idleJob() {
  const job = createJob("job", 0, 30_000);
  job.schedule = "Active";
  job.last = execution;
  job.lastSuccessful = execution;
  job.lastWithExports = execution;
  job.steadySince = 60_000;
  job.gridAt = INTERVAL;
  return job;
}

test.each([
  ["before the grid begins", INTERVAL - 1, null],
  ["while the first idle cycle runs", INTERVAL + 29_999, null],
  ["when the first idle cycle ends", INTERVAL + 30_000, INTERVAL],
  ["just before the second one ends", 2 * INTERVAL + 29_999, INTERVAL],
  ["a thousand rounds later", 1_000 * INTERVAL + 30_000, 1_000 * INTERVAL],
])("%s the last idle cycle is known", (_, now, beganAt) => {
  expect(lastIdleExecution(idleJob(), now)?.beganAt ?? null).toBe(beganAt);
});

test.each([
  [INTERVAL, 0, INTERVAL],
  [INTERVAL, INTERVAL, INTERVAL],
  [INTERVAL, INTERVAL + 1, 2 * INTERVAL],
  [INTERVAL, 10 * INTERVAL, 10 * INTERVAL],
])("on the grid from %p the place at or after %p is %p", (gridAt, now, expected) => {
  expect(nextGridPlace(gridAt, now)).toBe(expected);
});

test("exports stay remembered while idle cycles follow", () => {
  const { status } = renderJob(idleJob(), 5 * INTERVAL) as Record<string, Record<string, unknown>>;
  expect(status).toMatchObject({
    code: "Active",
    steadyStateFirstAchievedTime: "1970-01-01T00:01:00Z",
    lastExecution: { countExported: 0, state: "Succeeded" },
    lastSuccessfulExecutionWithExports: { countExported: 5 },
  });
});

test("a job's word follows its schedule, its quarantine and whether it ever finished", () => {
  const job = createJob("job", 0, 1);
  expect(statusCodeOf(job)).toBe("Paused");
  job.schedule = "Active";
  expect(statusCodeOf(job)).toBe("NotRun");
  job.steadySince = 1;
  expect(statusCodeOf(job)).toBe("Active");
  job.quarantine = {
    reason: "TooManyDeletes",
    code: "TooManyDeletes",
    message: "",
    seriesBegan: 0,
    currentBegan: 0,
    seriesCount: 1,
    nextAttempt: 1,
  };
  expect(statusCodeOf(job)).toBe("Quarantine");
});

test.each(Object.keys(TIMINGS) as TimedStep[])("%s stays inside its bounds", (step) => {
  const { minMs, maxMs } = TIMINGS[step];
  expect(durationWithin(TIMINGS[step], 0)).toBe(Math.round(minMs));
  expect(durationWithin(TIMINGS[step], 0.999_999)).toBeLessThanOrEqual(maxMs);
});

test.each([
  [1, 6],
  [2, 12],
  [3, 24],
  [9, 24],
])("attempt %p in quarantine waits %p hours", (attempt, hours) => {
  expect(quarantineRetryAfter(attempt)).toBe(hours * HOUR);
});
