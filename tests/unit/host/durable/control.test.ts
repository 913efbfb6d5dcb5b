import { expect, test } from "@jest/globals";
import { df, startDurableHost } from "../../../support/durable-host.ts";

const runs: string[] = [];
let isBroken = true;

df.app.activity("record", {
  handler: (input: unknown) => {
    runs.push(String(input));
    return input;
  },
});
df.app.activity("brokenAtFirst", {
  handler: (input: unknown) => {
    runs.push(`broken ${String(input)}`);
    if (isBroken) {
      throw new Error("not yet");
    }
    return `mended ${String(input)}`;
  },
});
df.app.orchestration("waits", function* (context) {
  const go: unknown = yield context.df.waitForExternalEvent("go");
  const note: unknown = yield context.df.callActivity("record", go);
  return note;
});
df.app.orchestration("waitsLong", function* (context) {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 90 * 86_400_000));
});
df.app.orchestration("parent", function* (context) {
  try {
    return yield context.df.callSubOrchestrator("waits", null, `${context.df.instanceId}-kid`);
  } catch (error) {
    return (error as Error).message;
  }
});
df.app.orchestration("halfBroken", function* (context) {
  const kept: unknown = yield context.df.callActivity("record", "before");
  const results: unknown[] = yield context.df.Task.all([
    context.df.callActivity("record", "beside"),
    context.df.callActivity("brokenAtFirst", 1),
    context.df.callActivity("brokenAtFirst", 2),
  ]);
  return [kept, ...results];
});
df.app.orchestration("retriesBroken", function* (context) {
  return yield context.df.callActivityWithRetry("brokenAtFirst", new df.RetryOptions(1_000, 2), 1);
});
df.app.orchestration("parentOfBroken", function* (context) {
  return yield context.df.callSubOrchestrator("halfBroken", null, "broken-kid");
});

test("terminate ends a waiting orchestration with its reason and drops its timers", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("look");
  await host.start("waitsLong", "long");
  await host.quiet();
  expect(host.store.range("timers", {})).toHaveLength(1);

  expect((await host.call("POST", "instances/long/terminate?reason=enough")).status).toBe(202);

  expect(await host.status("long")).toMatchObject({
    runtimeStatus: "Terminated",
    output: "enough",
  });
  expect(host.store.range("timers", {})).toEqual([]);
});

test("terminate leaves children alone, and a terminated child is an error to its parent", async () => {
  await using host = await startDurableHost();
  await host.start("parent", "p1");
  await host.start("parent", "p2");
  await host.quiet();

  await host.call("POST", "instances/p1/terminate?reason=x");
  expect((await host.status("p1-kid")).runtimeStatus).toBe("Running");

  await host.call("POST", "instances/p2-kid/terminate?reason=stopped");
  expect((await host.ended("p2")).output).toMatch(/^stopped/u);
});

test("while suspended nothing runs and nothing is lost; resume takes everything in order", async () => {
  await using host = await startDurableHost();
  await host.start("waits", "s");
  await host.quiet();
  expect((await host.call("POST", "instances/s/suspend?reason=hold")).status).toBe(202);
  expect((await host.status("s")).runtimeStatus).toBe("Suspended");

  runs.length = 0;
  await host.raise("s", "go", "later");
  await host.quiet();
  expect(runs).toEqual([]);
  expect((await host.status("s")).runtimeStatus).toBe("Suspended");

  expect((await host.call("POST", "instances/s/resume?reason=on")).status).toBe(202);
  expect((await host.ended("s")).output).toBe("later");
});

test("a suspended orchestration can be terminated", async () => {
  await using host = await startDurableHost();
  await host.start("waits", "s");
  await host.call("POST", "instances/s/suspend?reason=");
  await host.call("POST", "instances/s/terminate?reason=over");
  expect(await host.status("s")).toMatchObject({ runtimeStatus: "Terminated", output: "over" });
});

test("a timer that comes due while suspended fires on resume", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("start");
  await host.start("waitsLong", "t");
  await host.quiet();
  await host.call("POST", "instances/t/suspend");
  host.clock.releaseHold("start");
  await host.quiet();
  expect((await host.status("t")).runtimeStatus).toBe("Suspended");
  await host.call("POST", "instances/t/resume");
  expect((await host.ended("t")).runtimeStatus).toBe("Completed");
});

test("suspending twice and resuming what runs are refused", async () => {
  await using host = await startDurableHost();
  await host.start("waits", "s");
  expect((await host.call("POST", "instances/s/resume")).status).toBe(500);
  await host.call("POST", "instances/s/suspend");
  expect((await host.call("POST", "instances/s/suspend")).status).toBe(500);
});

test("rewind runs only what failed again, and the orchestration completes", async () => {
  await using host = await startDurableHost();
  isBroken = true;
  runs.length = 0;
  await host.start("halfBroken", "r");
  expect((await host.ended("r")).runtimeStatus).toBe("Failed");

  isBroken = false;
  runs.length = 0;
  expect((await host.call("POST", "instances/r/rewind?reason=mended")).status).toBe(202);

  expect(await host.ended("r")).toMatchObject({
    runtimeStatus: "Completed",
    output: ["before", "beside", "mended 1", "mended 2"],
  });
  expect(runs.toSorted()).toEqual(["broken 1", "broken 2"]);
});

test("rewind gives a retried activity one more attempt", async () => {
  await using host = await startDurableHost();
  isBroken = true;
  await host.start("retriesBroken", "r");
  expect((await host.ended("r")).runtimeStatus).toBe("Failed");
  isBroken = false;
  await host.call("POST", "instances/r/rewind?reason=");
  expect((await host.ended("r")).output).toBe("mended 1");
});

test("rewind reaches failed sub-orchestrations", async () => {
  await using host = await startDurableHost();
  isBroken = true;
  await host.start("parentOfBroken", "r");
  expect((await host.ended("r")).runtimeStatus).toBe("Failed");
  isBroken = false;
  await host.call("POST", "instances/r/rewind?reason=");
  expect((await host.ended("r")).output).toEqual(["before", "beside", "mended 1", "mended 2"]);
});

test("rewind is refused for what has not failed", async () => {
  await using host = await startDurableHost();
  await host.start("waits", "w");
  expect((await host.call("POST", "instances/w/rewind?reason=")).status).toBe(412);
  expect((await host.call("POST", "instances/nobody/rewind?reason=")).status).toBe(404);
});

test("restart begins again with the same input, under a new id or the same", async () => {
  await using host = await startDurableHost();
  await host.start("halfBroken", "again", { n: 1 });
  await host.ended("again");
  const fresh = await host.call("POST", "instances/again/restart");
  expect(fresh.status).toBe(202);
  const { id } = fresh.body as { id: string };
  expect(id).not.toBe("again");
  expect((await host.ended(id)).input).toEqual({ n: 1 });

  expect(
    (await host.call("POST", "instances/again/restart?restartWithNewInstanceId=false")).status,
  ).toBe(202);
  expect((await host.ended("again")).input).toEqual({ n: 1 });

  await host.start("waits", "busy");
  expect(
    (await host.call("POST", "instances/busy/restart?restartWithNewInstanceId=false")).status,
  ).toBe(409);
  expect((await host.call("POST", "instances/nobody/restart")).status).toBe(400);
});

test("purge removes an instance with every row it has, even while it runs", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("still");
  await host.start("waitsLong", "gone");
  await host.start("waits", "gone too", "x".repeat(100_000));
  await host.quiet();
  expect((await host.call("DELETE", "instances/gone")).body).toEqual({ instancesDeleted: 1 });
  expect((await host.call("DELETE", "instances/gone%20too")).status).toBe(200);
  expect((await host.call("DELETE", "instances/gone")).status).toBe(404);
  for (const table of ["instances", "history", "payloads", "inbox", "timers", "indexes"] as const) {
    expect(host.store.range(table, {})).toEqual([]);
  }
});
