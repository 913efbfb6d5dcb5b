import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  fixture,
  runUntilEnd,
  send,
  startConformanceHost,
  temporaryFolder,
  type ConformanceHost,
} from "./conformance-host.ts";

const claim = claimsOf("timer-triggers");

interface Run {
  readonly at: string;
  readonly isPastDue: boolean;
  readonly schedule: { readonly adjustForDST: boolean };
  readonly scheduleStatus: { readonly last: string; readonly next: string } | null;
  readonly retry: { readonly retryCount: number; readonly exception?: { message: string } } | null;
}

/** In Los Angeles, from the evening before clocks go on (8 March 2026) to the evening after. */
let spring: ConformanceHost;
/** The same in the autumn, when clocks go back (1 November 2026). */
let autumn: ConformanceHost;
let folder: string;

const startAt = (instant: string, env: Record<string, string> = {}): Promise<ConformanceHost> =>
  startConformanceHost("timers", {
    folder,
    // Time stands until this test has joined the clock and lets it pass.
    args: [`--clock=virtual@${instant}`, "--clock-requires=test"],
    env: { WEBSITE_TIME_ZONE: "America/Los_Angeles", Schedule: "0 15 */6 * * *", ...env },
  });

/** Follows the clock as the member it requires, until the instant is reached; then time stands again. */
async function passTime(host: ConformanceHost, until: string): Promise<void> {
  const stream = await fetch(`${host.internalUrl}/clock/join?name=test`);
  let text = "";
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const { seq, now } = JSON.parse(line) as { seq: number; now: number };
      const isThere = now >= Date.parse(until);
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

const runsOf = async (host: ConformanceHost, name: string): Promise<Run[]> =>
  ((await host.get("/api/runs")).json() as Record<string, Run[]>)[name] ?? [];

/** When a function ran, e.g. `08 10:30` for the 8th at half past ten UTC. */
const times = async (host: ConformanceHost, name: string): Promise<string[]> =>
  (await runsOf(host, name)).map(({ at }) => at.slice(8, 16).replace("T", " "));

beforeAll(async () => {
  folder = await temporaryFolder();
  spring = await startAt("2026-03-08T03:00:00Z");
  await passTime(spring, "2026-03-09T04:00:00Z");
  const autumnFolder = await temporaryFolder();
  autumn = await startConformanceHost("timers", {
    folder: autumnFolder,
    args: ["--clock=virtual@2026-11-01T06:00:00Z", "--clock-requires=test"],
    env: { WEBSITE_TIME_ZONE: "America/Los_Angeles", Schedule: "0 15 */6 * * *" },
  });
  await passTime(autumn, "2026-11-02T11:00:00Z");
});
afterAll(cleanUp);

claim("six fields", async () => {
  const [first, second] = await runsOf(spring, "sixFields");
  expect([first?.at, second?.at]).toEqual(["2026-03-08T04:00:30.000Z", "2026-03-08T06:00:30.000Z"]);
});

claim("five fields", async () => {
  expect(await times(spring, "fiveFields")).toEqual(["08 15:15"]);
});

claim("setting", async () => {
  expect(await times(spring, "bySetting")).toEqual([
    "08 08:15",
    "08 13:15",
    "08 19:15",
    "09 01:15",
  ]);
});

claim("names", async () => {
  // The 8th of March is a Sunday, the 1st of November another one, the 2nd a Monday.
  expect(await times(spring, "weekdays")).toEqual([]);
  expect(await times(autumn, "weekdays")).toEqual([]);
});

claim("time span", async () => {
  expect(await times(spring, "span")).toEqual(["08 09:00", "08 15:00", "08 21:00", "09 03:00"]);
});

claim("time zone", async () => {
  // 8:15 in the morning is 15:15 UTC in summer and 16:15 in winter.
  expect(await times(spring, "fiveFields")).toEqual(["08 15:15"]);
  expect(await times(autumn, "fiveFields")).toEqual(["01 16:15"]);
});

claim("skipped hour", async () => {
  expect(await times(spring, "skipped")).toEqual(["08 10:30"]);
  expect(await times(spring, "interval")).toEqual([
    "08 08:00",
    "08 08:30",
    "08 09:00",
    "08 09:30",
    "08 10:00",
    "08 10:30",
  ]);
});

claim("repeated hour", async () => {
  expect(await times(autumn, "pointInTime")).toEqual(["01 08:30", "02 09:30"]);
  expect((await times(autumn, "interval")).slice(0, 10)).toEqual([
    "01 07:00",
    "01 07:30",
    "01 08:00",
    "01 08:30",
    "01 09:00",
    "01 09:30",
    "01 10:00",
    "01 10:30",
    "01 11:00",
    "01 11:30",
  ]);
});

claim("status", async () => {
  const [first, second] = await runsOf(spring, "sixFields");
  expect(first?.schedule).toEqual({ adjustForDST: true });
  expect(first?.scheduleStatus).toMatchObject({ next: "2026-03-08T04:00:30.000Z" });
  expect(second?.scheduleStatus).toEqual({
    last: "2026-03-08T04:00:30.000Z",
    next: "2026-03-08T06:00:30.000Z",
    lastUpdated: "2026-03-08T04:00:30.000Z",
  });
});

claim("no status", async () => {
  const statuses = await Promise.all(
    ["halfMinutes", "unmonitored"].map(async (name) =>
      (await runsOf(spring, name)).map(({ scheduleStatus }) => scheduleStatus),
    ),
  );
  expect(statuses[0]).toEqual([null, null]);
  expect(new Set(statuses[1])).toEqual(new Set([null]));
});

claim("startup", async () => {
  expect((await runsOf(spring, "startup")).map(({ at, isPastDue }) => [at, isPastDue])).toEqual([
    ["2026-03-08T03:00:00.000Z", false],
  ]);
});

claim("errors", async () => {
  expect(await times(autumn, "failing")).toEqual(["01 14:00"]);
  expect((await runsOf(autumn, "failing"))[0]?.retry).toBeNull();
  expect(await times(spring, "failing")).toEqual(["08 13:00"]);
});

claim("fixed delay", async () => {
  const tried = await runsOf(spring, "fixedDelay");
  expect(tried.map(({ at }) => at.slice(11, 19))).toEqual(["14:00:00", "14:00:30", "14:01:00"]);
  expect(tried.map(({ retry }) => [retry?.retryCount, retry?.exception?.message])).toEqual([
    [0, undefined],
    [1, "attempt 1"],
    [2, "attempt 2"],
  ]);
});

claim("exponential back-off", async () => {
  expect((await runsOf(spring, "backoff")).map(({ at }) => at.slice(11, 19))).toEqual([
    "15:00:00",
    "15:00:10",
    "15:00:30",
    "15:01:10",
    "15:02:10",
  ]);
});

claim("function timeout", async () => {
  expect(await times(spring, "hangs")).toEqual(["08 16:00"]);
  expect(spring.output()).toContain(
    "Timeout value of 00:00:02 was exceeded by function: Functions.hangs",
  );
});

claim("by hand", async () => {
  const before = (await runsOf(spring, "weekdays")).length;
  const answer = await spring.post("/admin/functions/weekdays", '{"input":null}', {
    "x-functions-key": spring.keys.masterKey,
  });
  expect(answer.status).toBe(202);
  await eventually(
    async () => (await runsOf(spring, "weekdays")).length === before + 1,
    "the run by hand",
  );
});

claim("no overlap", async () => {
  const host = await startConformanceHost("slow-timer", { args: ["--clock=x60000"] });
  const view = async () =>
    (await host.get("/api/seen")).json() as {
      seen: { begins: number; ends?: number; isPastDue: boolean }[];
      most: number;
    };
  const { seen, most } = await eventually(async () => {
    const found = await view();
    return found.seen.length > 5 && found;
  }, "some runs");
  expect([most, new Set(seen.map(({ isPastDue }) => isPastDue))]).toEqual([1, new Set([false])]);
  await host.kill();
});

claim("wrong schedule", async () => {
  const app = join(await temporaryFolder(), "app");
  await mkdir(app);
  const library = JSON.stringify(import.meta.resolve("@azure/functions"));
  await writeFile(join(app, "host.json"), '{"version":"2.0"}');
  await writeFile(join(app, "package.json"), '{"type":"module","main":"a.js"}');
  await writeFile(
    join(app, "a.js"),
    `import functions from ${library};
     functions.app.timer("odd", { schedule: "0 0 25 * * *", handler: () => undefined });`,
  );
  const { code, stderr } = await runUntilEnd({
    app,
    folder: await temporaryFolder(),
    settings: { Values: {} },
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Function odd: The schedule "0 0 25 \* \* \*" is neither .*\n$/u);
});

claim("no double run", async () => {
  const locked = await runUntilEnd({ app: fixture("timers"), folder });
  expect([locked.code, locked.stderr]).toEqual([1, expect.stringMatching(/data directory/u)]);
  await spring.kill();
  spring = await startAt("2026-03-08T03:00:00Z");
  await passTime(spring, "2026-03-09T05:00:00Z");
  // Time goes on from where it was: of all that ran before, nothing runs again.
  const { startup: _startup, ...again } = (await spring.get("/api/runs")).json() as Record<
    string,
    Run[]
  >;
  for (const run of Object.values(again).flat()) {
    expect(run.at > "2026-03-09T04:00:00.000Z").toBe(true);
    expect(run.isPastDue).toBe(false);
  }
});

claim("past due", async () => {
  await spring.kill();
  spring = await startConformanceHost("timers", {
    folder,
    // Eleven hours later, as if nobody had been there meanwhile; `bySetting` has another schedule now.
    args: ["--clock=x1@2026-03-09T16:00:00Z"],
    env: { WEBSITE_TIME_ZONE: "America/Los_Angeles", Schedule: "0 45 */6 * * *" },
  });
  await eventually(async () => (await runsOf(spring, "sixFields")).length > 0, "what was missed");
  expect(await runsOf(spring, "sixFields")).toMatchObject([
    { isPastDue: true, scheduleStatus: { next: "2026-03-09T05:00:30.000Z" } },
  ]);
  expect(await runsOf(spring, "unmonitored")).toEqual([]);
});

claim("changed schedule", async () => {
  await eventually(async () => (await runsOf(spring, "sixFields")).length > 0, "what was missed");
  expect(await runsOf(spring, "bySetting")).toEqual([]);
});
