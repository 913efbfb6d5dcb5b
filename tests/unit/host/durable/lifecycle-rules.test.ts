import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import {
  df,
  startDurableHost,
  STARTS_AT,
  type DurableHost,
} from "../../../support/durable-host.ts";

const HOUR_MS = 3_600_000;
let finish: (() => void) | null = null;

df.app.activity("echo", { handler: (input: unknown) => input });
df.app.activity("large", { handler: (input: unknown) => "x".repeat(Number(input)) });
df.app.activity("waitsForTest", {
  handler: () =>
    new Promise<string>((resolve) => {
      finish = () => resolve("done");
    }),
});
df.app.orchestration("eternal", function* (context) {
  const seen = context.df.getInput<unknown[]>();
  const next: unknown = yield context.df.waitForExternalEvent("next");
  if (next === "stop") {
    return seen;
  }
  context.df.continueAsNew([...seen, next]);
});
df.app.orchestration("continuesBesideTimer", function* (context) {
  const round = context.df.getInput<number>();
  const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + HOUR_MS));
  const event = context.df.waitForExternalEvent("next");
  yield context.df.Task.any([timer, event]);
  if (round === 0) {
    // The timer is not cancelled.
    context.df.continueAsNew(1);
    return;
  }
  return context.df.currentUtcDateTime.getTime();
});
df.app.orchestration("tellsAllVersions", function* (context) {
  if (context.df.getInput<number>() === 0) {
    context.df.continueAsNew(1);
    return;
  }
  yield context.df.callActivity("echo", 1);
  return context.df.version;
});
df.app.orchestration("catchesVersion", function* (context) {
  try {
    yield context.df.callSubOrchestrator("tellsAllVersions", 1, undefined, "9.0");
  } catch (error) {
    return (error as Error).message;
  }
});
df.app.orchestration("waits", function* (context) {
  return yield context.df.waitForExternalEvent("go");
});
df.app.orchestration("waitsTwice", function* (context) {
  const first: unknown = yield context.df.waitForExternalEvent("go");
  const second: unknown = yield context.df.waitForExternalEvent("go");
  return [first, second];
});
df.app.orchestration("callsActivity", function* (context) {
  return yield context.df.callActivity("waitsForTest");
});
df.app.orchestration("showsStatus", function* (context) {
  context.df.setCustomStatus("s".repeat(context.df.getInput<number>()));
  yield context.df.callActivity("echo", 1);
});
df.app.orchestration("takesLarge", function* (context) {
  const size = context.df.getInput<number>();
  const text: string = yield context.df.callActivity("large", size);
  yield context.df.waitForExternalEvent("go");
  const again: string = yield context.df.callActivity("echo", text);
  return again.length;
});

const loops = async (count: number): Promise<void> => {
  for (let loop = 0; loop < count; loop += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test("events that come between two executions, and while the host is away, reach the next one in order", async () => {
  const store = createMemoryStore();
  let host = await startDurableHost({ store });
  await host.start("eternal", "e", []);
  for (let n = 0; n < 12; n += 1) {
    await Promise.all([host.raise("e", "next", `${n}a`), host.raise("e", "next", `${n}b`)]);
    await loops(n % 4);
    await host.stop();
    host = await startDurableHost({ store, clock: host.clock });
  }
  await host.raise("e", "next", "stop");
  expect((await host.ended("e")).output).toEqual(
    Array.from({ length: 12 }, (_, n) => [`${n}a`, `${n}b`]).flat(),
  );
  await host.quiet();
  expect(host.store.range("inbox", {})).toEqual([]);
  expect(host.store.range("history", {}).length).toBeLessThan(5);
  await host[Symbol.asyncDispose]();
});

test("an open timer holds continue-as-new up until it has fired, and events that come meanwhile are carried over", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("both events");
  await host.start("continuesBesideTimer", "c", 0);
  await host.raise("c", "next", 1);
  await host.quiet();
  await host.raise("c", "next", 2);
  await host.quiet();
  expect((await host.status("c")).input).toBe(0);
  host.clock.releaseHold("both events");
  await host.until("c", ({ input }) => input === 1);
  // The second event was waiting, so only the second timer holds the end up.
  expect((await host.ended("c")).output).toBe(STARTS_AT + HOUR_MS);
  expect(host.clock.now()).toBe(STARTS_AT + 2 * HOUR_MS);
});

test("terminate wins over continue-as-new", async () => {
  await using host = await startDurableHost();
  await host.start("eternal", "e", []);
  await host.quiet();
  await Promise.all([
    host.raise("e", "next", 1),
    host.call("POST", "instances/e/terminate?reason=enough"),
  ]);
  expect(await host.ended("e")).toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
  await host.quiet();
  expect(host.store.range("inbox", {})).toEqual([]);
});

test("the version stays through continue-as-new and restart", async () => {
  await using host = await startDurableHost({ settings: { defaultVersion: "2.0" } });
  await host.call("POST", "orchestrators/tellsAllVersions/v?version=1.5", 0);
  expect((await host.ended("v")).output).toBe("1.5");
  await host.call("POST", "instances/v/restart?restartWithNewInstanceId=false");
  expect((await host.ended("v")).output).toBe("1.5");
});

test.each([
  ["None", "9.0", "Completed"],
  ["Strict", "2.0", "Completed"],
  ["Strict", "1.0", "Failed"],
  ["CurrentOrOlder", "1.0", "Completed"],
  ["CurrentOrOlder", "2.0", "Completed"],
  ["CurrentOrOlder", "2.1", "Failed"],
])(
  "with the strategy %s a host of version 2.0 and an instance of %s: %s",
  async (strategy, version, end) => {
    const settings = {
      defaultVersion: "2.0",
      versionMatchStrategy: strategy,
      versionFailureStrategy: "Fail",
    };
    await using host = await startDurableHost({ settings });
    await host.call("POST", `orchestrators/tellsAllVersions/v?version=${version}`, 1);
    expect((await host.ended("v")).runtimeStatus).toBe(end);
  },
);

test("a child of a version that this host does not run fails its parent with a VersionMismatch", async () => {
  const settings = { defaultVersion: "2.0", versionFailureStrategy: "Fail" };
  await using host = await startDurableHost({ settings });
  expect((await host.run("catchesVersion")).output).toMatch(
    /^VersionMismatch: .*version '9.0' does not match this host's version '2.0'/u,
  );
});

test("an instance of another version waits and can still be suspended, resumed, terminated and purged", async () => {
  await using host = await startDurableHost({ settings: { defaultVersion: "2.0" } });
  const control = async (verb: string): Promise<number> =>
    (await host.call("POST", `instances/v/${verb}?reason=by hand`)).status;
  await host.call("POST", "orchestrators/waits/v?version=3.0", 1);
  expect(await control("suspend")).toBe(202);
  expect((await host.status("v")).runtimeStatus).toBe("Suspended");
  expect(await control("resume")).toBe(202);
  expect(await control("terminate")).toBe(202);
  expect(await host.status("v")).toMatchObject({ runtimeStatus: "Terminated", output: "by hand" });
  await host.call("POST", "orchestrators/waits/v?version=3.0", 1);
  expect((await host.call("DELETE", "instances/v")).status).toBe(200);
});

test("a control message is answered although a turn takes long, and takes effect after it", async () => {
  let letGo: (() => void) | null = null;
  const blocked = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await using host = await startDurableHost({
    before: (name) => (name === "waits" ? blocked : null),
  });
  await host.start("waits", "w");
  await loops(5);
  expect((await host.call("POST", "instances/w/terminate?reason=late")).status).toBe(202);
  expect((await host.status("w")).runtimeStatus).toBe("Pending");
  letGo!();
  expect((await host.ended("w")).output).toBe("late");
});

test("what an activity answers while its instance is suspended outlives the host, and so does the order of events", async () => {
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  await first.start("callsActivity", "a");
  await first.start("waitsTwice", "w");
  await first.until("a", () => finish !== null);
  for (const id of ["a", "w"]) {
    expect((await first.call("POST", `instances/${id}/suspend`)).status).toBe(202);
  }
  finish!();
  finish = null;
  await first.raise("w", "go", 1);
  await first.raise("w", "go", 2);
  await first.quiet();
  await first.stop();

  await using second = await startDurableHost({ store, clock: first.clock });
  await second.quiet();
  expect((await second.status("a")).runtimeStatus).toBe("Suspended");
  for (const id of ["a", "w"]) {
    await second.call("POST", `instances/${id}/resume`);
  }
  expect((await second.ended("a")).output).toBe("done");
  expect((await second.ended("w")).output).toEqual([1, 2]);
  // The activity was not run a second time.
  expect(finish).toBeNull();
});

test.each([
  [8_190, "Completed"],
  [8_191, "Failed"],
])("a custom status of %i characters and its quotes: %s", async (length, end) => {
  await using host = await startDurableHost();
  expect((await host.run("showsStatus", length)).runtimeStatus).toBe(end);
});

async function largestRow(host: DurableHost): Promise<number> {
  await host.quiet();
  const rows = [...host.store.range("history", {}), ...host.store.range("instances", {})];
  return Math.max(...rows.map(({ value }) => value.length));
}

test("large payloads stand in rows of their own, are whole after a restart, and go with their instance", async () => {
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  await first.start("takesLarge", "l", 500_000);
  expect(await largestRow(first)).toBeLessThan(70_000);
  expect(store.range("payloads", {}).length).toBeGreaterThan(0);
  await first.stop();
  await using second = await startDurableHost({ store, clock: first.clock });
  await second.raise("l", "go", 1);
  expect((await second.ended("l")).output).toBe(500_000);
  expect(await largestRow(second)).toBeLessThan(70_000);
  await second.call("DELETE", "instances/l");
  expect(store.range("payloads", {})).toEqual([]);
});

test("the payloads of an execution go when it continues as new", async () => {
  await using host = await startDurableHost();
  await host.start("eternal", "e", []);
  await host.raise("e", "next", "y".repeat(200_000));
  await host.quiet();
  // What is left is the new input.
  expect(host.store.range("payloads", {}).map(({ key }) => key)).toEqual([["e", "input"]]);
  await host.raise("e", "next", "stop");
  expect((await host.ended("e")).output).toEqual(["y".repeat(200_000)]);
});
