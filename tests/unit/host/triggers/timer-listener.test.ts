import { expect, test } from "@jest/globals";
import { VirtualClock } from "../../../../clock/virtual-clock.ts";
import { RateClock } from "../../../../clock/rate-clock.ts";
import type { FunctionRun, FunctionRunner } from "../../../../host/functions/function-runner.ts";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { TimerListener } from "../../../../host/triggers/timer-listener.ts";
import { parseSchedule } from "../../../../host/triggers/timer-schedule.ts";
import type { RetryOptions } from "../../../../host/worker/functions-core.ts";

const START = Date.parse("2026-03-02T06:00:00Z");
const HOUR_MS = 3_600_000;
const NEVER = "0001-01-01T00:00:00";

interface TimerOptions {
  readonly runOnStartup?: boolean;
  readonly useMonitor?: boolean;
  readonly retry?: RetryOptions;
  readonly handle?: (clock: VirtualClock, count: number) => Promise<boolean>;
}

const store = Symbol("store");

/** Runs a timer function from an instant for a while and tells its runs: hour of the run, and whether it was past due. */
async function run(
  schedule: string,
  from: number,
  hours: number,
  options: TimerOptions & { [store]?: ReturnType<typeof createMemoryStore> } = {},
) {
  const clock = new VirtualClock({ startsAt: START + from * HOUR_MS });
  const runs: { at: number; isPastDue: boolean; status: unknown; retry: number | undefined }[] = [];
  const runner = {
    async run({ trigger, retryContext }: FunctionRun) {
      const info = JSON.parse(trigger.json ?? "") as {
        IsPastDue: boolean;
        ScheduleStatus: unknown;
      };
      runs.push({
        at: (clock.now() - START) / HOUR_MS,
        isPastDue: info.IsPastDue,
        status: info.ScheduleStatus,
        retry: retryContext?.retryCount,
      });
      const isFine = (await options.handle?.(clock, runs.length)) ?? true;
      return isFine ? { ok: true, returnValue: null, outputs: [] } : { ok: false, error: "boom" };
    },
  } as unknown as FunctionRunner;
  const listener = new TimerListener({
    functionName: "timer",
    schedule: parseSchedule(schedule, null),
    runOnStartup: options.runOnStartup ?? false,
    useMonitor: options.useMonitor ?? true,
    retry: options.retry ?? null,
    clock,
    store: options[store] ?? createMemoryStore(),
    runner,
  });
  const starting = clock.busy("test starts");
  await listener.start();
  const end = new Promise<void>((resolve) => {
    clock.setTimer(START + (from + hours) * HOUR_MS + 1, resolve);
  });
  starting[Symbol.dispose]();
  await end;
  listener.stop();
  await clock.close();
  return runs;
}

const times = (runs: readonly { at: number; isPastDue: boolean }[]) =>
  runs.map(({ at, isPastDue }) => (isPastDue ? `${at} past due` : `${at}`));

test("runs when it is due, and tells the function of its last and next run", async () => {
  const runs = await run("0 0 * * * *", 0, 2);
  expect(times(runs)).toEqual(["1", "2"]);
  expect(runs.map(({ status }) => status)).toEqual([
    { Last: NEVER, Next: "2026-03-02T07:00:00.000Z", LastUpdated: "2026-03-02T06:00:00.000Z" },
    {
      Last: "2026-03-02T07:00:00.000Z",
      Next: "2026-03-02T08:00:00.000Z",
      LastUpdated: "2026-03-02T07:00:00.000Z",
    },
  ]);
});

test("makes up for missed runs once, even when it has never run before", async () => {
  const kept = createMemoryStore();
  await run("0 0 * * * *", 0, 0.5, { [store]: kept });
  expect(times(await run("0 0 * * * *", 5.5, 1, { [store]: kept }))).toEqual(["5.5 past due", "6"]);
  expect(times(await run("0 0 * * * *", 8.5, 0.2, { [store]: kept }))).toEqual(["8.5 past due"]);
});

test("a past due run takes the place of the one at startup", async () => {
  const kept = createMemoryStore();
  const options = { runOnStartup: true, [store]: kept };
  expect(times(await run("0 0 * * * *", 0, 1, options))).toEqual(["0", "1"]);
  expect(times(await run("0 0 * * * *", 1.5, 0.2, options))).toEqual(["1.5"]);
  expect(times(await run("0 0 * * * *", 5.5, 0.2, options))).toEqual(["5.5 past due"]);
});

test("a changed schedule is never past due", async () => {
  const kept = createMemoryStore();
  await run("0 0 * * * *", 0, 1, { [store]: kept });
  expect(times(await run("0 30 * * * *", 5, 1, { [store]: kept }))).toEqual(["5.5"]);
});

test("below a minute, or when told so, no status is kept", async () => {
  const kept = createMemoryStore();
  const [first] = await run("*/30 * * * * *", 0, 0.01, { [store]: kept });
  expect(first?.status).toBeNull();
  await run("0 0 * * * *", 0, 1, { useMonitor: false, [store]: kept });
  expect(times(await run("0 0 * * * *", 5.5, 0.2, { useMonitor: false, [store]: kept }))).toEqual(
    [],
  );
});

test("never overlaps itself: what a long run sleeps through runs once, right after it", async () => {
  const rate = HOUR_MS / 400;
  const clock = new RateClock({ rate, originReal: Date.now(), originInstant: START });
  const seen: string[] = [];
  const hour = (): number => Math.floor((clock.now() - START) / HOUR_MS);
  await new Promise<void>((resolve) => {
    const listener = new TimerListener({
      functionName: "timer",
      schedule: parseSchedule("0 0 * * * *", null),
      runOnStartup: false,
      useMonitor: true,
      retry: null,
      clock,
      store: createMemoryStore(),
      runner: {
        async run() {
          seen.push(`begins at ${hour()}`);
          if (seen.length > 1) {
            listener.stop();
            resolve();
            return { ok: true, returnValue: null, outputs: [] };
          }
          await new Promise<void>((end) => clock.setTimer(START + 3.5 * HOUR_MS, end));
          seen.push("ends");
          return { ok: true, returnValue: null, outputs: [] };
        },
      } as unknown as FunctionRunner,
    });
    void listener.start();
  });
  await clock.close();
  // A busy machine may be late for the first hour; the run that was slept through follows in the fourth all the same.
  expect(seen[0]).toMatch(/^begins at [12]$/u);
  expect(seen.slice(1)).toEqual(["ends", "begins at 3"]);
});

test("an error does not stop the schedule, and without a policy nothing is retried", async () => {
  const runs = await run("0 0 * * * *", 0, 2, { handle: async () => false });
  expect(times(runs)).toEqual(["1", "2"]);
});

test("a retry policy repeats a failed run on the host's clock; a run that comes due meanwhile follows at once", async () => {
  const runs = await run("0 0 * * * *", 0, 3, {
    retry: { retryStrategy: "fixedDelay", maxRetryCount: 2, delayInterval: { seconds: 1_800 } },
    handle: async (_clock, count) => count > 3,
  });
  expect(runs.map(({ at, retry }) => [at, retry])).toEqual([
    [1, 0],
    [1.5, 1],
    [2, 2],
    [2, 0],
    [3, 0],
  ]);
});
