import { expect, test } from "@jest/globals";
import { compareVersions, versionMismatch } from "../../../../host/durable/version-match.ts";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { df, startDurableHost } from "../../../support/durable-host.ts";

/** What the code of this moment does; a deployment changes it while instances run. */
let deployed = "old";

df.app.activity("first", { handler: () => "first" });
df.app.activity("second", { handler: () => "second" });
df.app.orchestration("changes", function* (context) {
  if (deployed === "fewer") {
    return "nothing to do";
  }
  yield context.df.callActivity(deployed === "renamed" ? "second" : "first");
  if (deployed === "another kind") {
    yield context.df.createTimer(context.df.currentUtcDateTime);
  }
  yield context.df.waitForExternalEvent("go");
  return deployed;
});
df.app.orchestration("tells", function* (context) {
  yield context.df.waitForExternalEvent("go");
  const child: unknown = yield context.df.callSubOrchestrator("tellsVersion");
  return [context.df.version, child];
});
df.app.orchestration("tellsVersion", function* (context) {
  yield context.df.callActivity("first");
  return context.df.version ?? null;
});

test.each([
  ["another activity in the place of one that has run", "renamed", /asked for|had scheduled/u],
  [
    "fewer operations than the history has",
    "fewer",
    /had scheduled an activity 'first' with id 0 \(TaskScheduled\) and now schedules nothing there/u,
  ],
  ["another kind of operation", "another kind", /Non-Deterministic/u],
])("code that now asks for %s fails the instance loudly", async (_what, next, message) => {
  deployed = "old";
  const store = createMemoryStore();
  const before = await startDurableHost({ store });
  await before.start("changes", "c");
  await before.quiet();
  await before.stop();

  deployed = next;
  await using after = await startDurableHost({ store, clock: before.clock });
  await after.raise("c", "go", 1);

  const { runtimeStatus, output } = await after.ended("c");
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(message);
  expect(output).toMatch(/orchestrator 'changes' \(instance 'c'\)/u);
});

test("the message names what was asked for then and what is asked for now", async () => {
  deployed = "old";
  const store = createMemoryStore();
  const before = await startDurableHost({ store });
  await before.start("changes", "c");
  await before.quiet();
  await before.stop();
  deployed = "renamed";
  await using after = await startDurableHost({ store, clock: before.clock });
  await after.raise("c", "go", 1);
  expect((await after.ended("c")).output).toMatch(
    /had scheduled an activity 'first' with id 0 \(TaskScheduled\) and now schedules an activity 'second' with id 0/u,
  );
});

test("it is found while the instance is in memory, too", async () => {
  deployed = "old";
  await using host = await startDurableHost();
  await host.start("changes", "c");
  await host.quiet();
  deployed = "renamed";
  await host.raise("c", "go", 1);
  expect((await host.ended("c")).output).toMatch(
    /orchestrator 'changes' \(instance 'c'\) asked for CallActivity 'first' as action 0 \(TaskScheduled with id 0 in its history\) and now asks for CallActivity 'second'/u,
  );
});

test("within a Task.all the part that differs is named", async () => {
  df.app.orchestration("changesWithin", function* (context) {
    const second = deployed === "old" ? "first" : "second";
    yield context.df.Task.all([
      context.df.callActivity("first"),
      context.df.Task.any([
        context.df.waitForExternalEvent("go"),
        context.df.callSubOrchestrator("tellsVersion"),
        context.df.callActivity(second),
      ]),
    ]);
    yield context.df.waitForExternalEvent("go");
  });
  deployed = "old";
  await using host = await startDurableHost();
  await host.start("changesWithin", "c");
  await host.quiet();
  deployed = "new";
  await host.raise("c", "go", 1);
  await host.raise("c", "go", 2);
  expect((await host.ended("c")).output).toMatch(
    /asked for CallActivity 'first' as part 2 of part 1 of action 0 \(TaskScheduled with id 2 in its history\) and now asks for CallActivity 'second'/u,
  );
});

test("code that only waits for less than it did is found out, too", async () => {
  df.app.orchestration("waitsForLess", function* (context) {
    yield context.df.waitForExternalEvent("first");
    if (deployed === "old") {
      yield context.df.waitForExternalEvent("second");
    }
    yield context.df.waitForExternalEvent("never");
  });
  deployed = "old";
  const store = createMemoryStore();
  const before = await startDurableHost({ store });
  await before.start("waitsForLess", "c");
  await before.raise("c", "first", 1);
  await before.raise("c", "second", 1);
  await before.quiet();
  await before.stop();
  deployed = "new";
  await using after = await startDurableHost({ store, clock: before.clock });
  await after.raise("c", "other", 1);
  expect((await after.ended("c")).output).toMatch(
    /had asked for 3 operations by this point of its history and now asks for 2/u,
  );
});

test("code that asks for the same goes on after a restart", async () => {
  deployed = "old";
  const store = createMemoryStore();
  const before = await startDurableHost({ store });
  await before.start("changes", "c");
  await before.quiet();
  await before.stop();
  await using after = await startDurableHost({ store, clock: before.clock });
  await after.raise("c", "go", 1);
  expect((await after.ended("c")).output).toBe("old");
});

test("an instance has the version it was started with, else the default one; children likewise", async () => {
  await using host = await startDurableHost({ settings: { defaultVersion: "2.0" } });
  await host.call("POST", "orchestrators/tells/a?version=1.5", 1);
  await host.raise("a", "go", 1);
  expect((await host.ended("a")).output).toEqual(["1.5", "2.0"]);
});

test("a newer version than the host's waits for a host that knows it", async () => {
  const store = createMemoryStore();
  const old = await startDurableHost({ store, settings: { defaultVersion: "1.0" } });
  await old.call("POST", "orchestrators/tells/n?version=2.0", 1);
  await old.raise("n", "go", 1);
  await old.quiet();
  expect((await old.status("n")).runtimeStatus).toBe("Pending");
  expect(old.logged.join("\n")).toMatch(/version '2.0' does not match this host's version '1.0'/u);
  await old.stop();

  await using next = await startDurableHost({ store, settings: { defaultVersion: "2.0" } });
  expect((await next.ended("n")).output).toEqual(["2.0", "2.0"]);
});

test("with the strategy Fail a version that does not match fails the instance", async () => {
  const settings = {
    defaultVersion: "2.0",
    versionMatchStrategy: "Strict",
    versionFailureStrategy: "Fail",
  };
  await using host = await startDurableHost({ settings });
  await host.call("POST", "orchestrators/tells/f?version=1.0", 1);
  expect((await host.ended("f")).output).toMatch(/by the strategy Strict/u);
});

test.each([
  ["1.2", "1.10", -1],
  ["1.0", "1.0.0", -1],
  ["2.0", "2.0", 0],
  [null, "1.0", -1],
  ["", null, 0],
  ["beta", "Alpha", 1],
] as const)("version %j compared with %j gives %j", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(-sign || 0);
});

test("without a default version every version runs", () => {
  const settings = { defaultVersion: null, versionMatchStrategy: "Strict" } as const;
  expect(versionMismatch("9.9", settings)).toBeNull();
});
