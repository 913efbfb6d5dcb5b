import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  cleanUp,
  eventually,
  secretsOf,
  send,
  startForkedHost,
  temporaryFolder,
  type ForkedHost,
} from "./forked-host.ts";

interface Run {
  readonly at: string;
  readonly isPastDue: boolean;
  readonly scheduleStatus: { readonly last: string; readonly next: string } | null;
}

let host: ForkedHost;
let folder: string;

const start = async (): Promise<ForkedHost> =>
  startForkedHost({
    app: "timer-cjs",
    folder,
    // No jump before this test has joined, so every start can be looked at before time goes on.
    args: ["--clock=virtual@2026-03-02T06:00:00Z", "--clock-requires=test"],
    settings: { Values: { HourlySchedule: "0 0 * * * *" } },
  });

beforeAll(async () => {
  folder = await temporaryFolder();
  host = await start();
});
afterAll(cleanUp);

const runsOf = async (name: string): Promise<Run[]> =>
  ((await send(host.url, `/api/runs?name=${name}`)).json() as { runs: Run[] }).runs;

const clockView = async () =>
  (await send(host.internalUrl, "/clock")).json() as { now: string; busy: string[] };

/** Follows the clock as the required member and takes each instant, until the given one is reached. */
async function followUntil(until: string): Promise<void> {
  const stream = await fetch(`${host.internalUrl}/clock/join?name=test`);
  let text = "";
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const { seq, now } = JSON.parse(line) as { seq: number; now: number };
      const isThere = now >= Date.parse(until);
      // A member that works keeps time from going further than the instant it has acknowledged.
      await send(host.internalUrl, "/clock/members/test", {
        method: "POST",
        body: JSON.stringify({ seq, idle: !isThere }),
      });
      if (isThere) {
        return;
      }
    }
  }
}

/** Lets time jump until it has reached the instant; then it stands again. */
async function passTime(until: string): Promise<void> {
  await followUntil(until);
  await eventually(
    async () => (await clockView()).busy.includes("member test has not joined"),
    "the end of the membership",
  );
}

test("time stands until the required member is there", async () => {
  const { now, busy } = await clockView();
  expect(now).toBe("2026-03-02T06:00:00.000Z");
  expect(busy).toContain("member test has not joined");
});

test("timers run when the virtual clock reaches them, errors do not stop their schedule", async () => {
  await passTime("2026-03-02T09:10:00Z");
  const hours = await eventually(async () => {
    const runs = await runsOf("hourly");
    return runs.length === 3 && runs;
  }, "three hourly runs");
  expect(hours.map(({ at }) => at)).toEqual([
    "2026-03-02T07:00:00.000Z",
    "2026-03-02T08:00:00.000Z",
    "2026-03-02T09:00:00.000Z",
  ]);
  expect(hours.map(({ isPastDue }) => isPastDue)).toEqual([false, false, false]);
  expect(hours[1]?.scheduleStatus).toEqual({
    last: "2026-03-02T07:00:00.000Z",
    next: "2026-03-02T08:00:00.000Z",
    lastUpdated: "2026-03-02T07:00:00.000Z",
  });
  expect((await runsOf("failing")).length).toBeGreaterThanOrEqual(3);
});

test("a function that runs on startup ran once, and below a minute there is no status", async () => {
  expect((await runsOf("atStartup")).map(({ at }) => at)).toEqual(["2026-03-02T06:00:00.000Z"]);
  expect((await runsOf("everyHalfMinute")).map(({ scheduleStatus }) => scheduleStatus)).toEqual([
    null,
    null,
  ]);
});

/** Asks the host to run the hourly function now. */
const runByHand = (key: string) =>
  send(host.url, "/admin/functions/hourly", {
    method: "POST",
    headers: { "x-functions-key": key, "content-type": "application/json" },
    body: '{"input":""}',
  });

test("a timer function runs by hand with the master key only", async () => {
  const { keys } = await secretsOf(folder);
  const before = (await runsOf("hourly")).length;
  expect((await runByHand("wrong")).status).toBe(401);
  expect((await runByHand(keys.masterKey)).status).toBe(202);
  await eventually(async () => (await runsOf("hourly")).length === before + 1, "the run by hand");
});

test("after kill -9 time goes on from where it was, and on the next start what was due is past due", async () => {
  const before = (await clockView()).now;
  await host.kill();
  host = await start();
  expect((await clockView()).now >= before).toBe(true);
  expect(await runsOf("hourly")).toEqual([]);
  await host.kill();
  // A day later: the same data, started at a clock that jumps ahead without a host to see it.
  host = await startForkedHost({
    app: "timer-cjs",
    folder,
    args: ["--clock=system"],
  });
  const [run] = await eventually(async () => {
    const runs = await runsOf("hourly");
    return runs.length > 0 && runs;
  }, "the run that was missed");
  expect(run?.isPastDue).toBe(true);
  expect((await runsOf("hourly")).length).toBe(1);
});

test("a host that follows another one's clock runs its timers on it, and both go on", async () => {
  const owner = await startForkedHost({
    app: "http-esm",
    folder: await temporaryFolder(),
    args: ["--clock=virtual@2026-03-02T06:00:00Z"],
    settings: { Values: {} },
  });
  const hold = "/clock/holds/test";
  await send(owner.internalUrl, hold, { method: "POST" });
  host = await startForkedHost({
    app: "timer-cjs",
    folder: await temporaryFolder(),
    args: [`--clock=${owner.internalUrl}`],
    settings: { Values: { HourlySchedule: "0 0 * * * *" } },
  });
  expect(await runsOf("hourly")).toEqual([]);
  await send(owner.internalUrl, hold, { method: "DELETE" });
  const runs = await eventually(async () => {
    const found = await runsOf("hourly");
    return found.length >= 3 && found;
  }, "three hourly runs");
  expect(runs.slice(0, 2).map(({ at }) => at)).toEqual([
    "2026-03-02T07:00:00.000Z",
    "2026-03-02T08:00:00.000Z",
  ]);
});
