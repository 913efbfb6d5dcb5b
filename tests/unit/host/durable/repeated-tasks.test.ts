import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { df, startDurableHost, type DurableHost } from "../../../support/durable-host.ts";

/** durable-functions-js issue 574: tasks that are yielded again within another Task.any or Task.all. */

const runs: string[] = [];
const release = new Map<string, () => void>();

df.app.activity("work", {
  handler: (input: unknown) =>
    new Promise<string>((resolve) => {
      const name = String(input);
      runs.push(name);
      release.set(name, () => resolve(`${name}!`));
    }),
});
df.app.activity("break", {
  handler: () => {
    throw new Error("broken");
  },
});
df.app.orchestration("takesTheRest", function* (context) {
  const open = ["A", "B", "C"].map((name) => context.df.callActivity("work", name));
  const results: unknown[] = [];
  while (open.length > 0) {
    const first = yield context.df.Task.any(open);
    open.splice(open.indexOf(first), 1);
    results.push(first.result);
    if (results.length === 1) {
      open.push(context.df.callActivity("work", "D"));
    }
  }
  return results;
});
df.app.orchestration("anyThenAll", function* (context) {
  const a = context.df.callActivity("work", "A");
  const b = context.df.callActivity("work", "B");
  yield context.df.Task.any([a, b]);
  const all: unknown = yield context.df.Task.all([a, b, context.df.callActivity("work", "C")]);
  return all;
});
df.app.orchestration("twiceInOne", function* (context) {
  const a = context.df.callActivity("work", "A");
  return yield context.df.Task.all([a, a]);
});
df.app.orchestration("inTwoOfOne", function* (context) {
  const a = context.df.callActivity("work", "A");
  const b = context.df.callActivity("work", "B");
  return yield context.df.Task.all([
    context.df.Task.any([a, b]),
    context.df.Task.any([a, context.df.callActivity("work", "C")]),
  ]);
});
df.app.orchestration("onlyWhatEnded", function* (context) {
  const a = context.df.callActivity("work", "A");
  yield a;
  yield context.df.Task.all([a]);
});
df.app.orchestration("waitsForCancelled", function* (context) {
  const timer = context.df.createTimer(
    new Date(context.df.currentUtcDateTime.getTime() + 3_600_000),
  );
  yield context.df.Task.any([timer, context.df.callActivity("work", "A")]);
  timer.cancel();
  yield timer;
});
df.app.orchestration("afterFailure", function* (context) {
  const broken = context.df.callActivity("break");
  const a = context.df.callActivity("work", "A");
  yield context.df.Task.any([broken, a]);
  return yield context.df.Task.all([broken, a]);
});
df.app.orchestration("deadlineTwice", function* (context) {
  const start = context.df.currentUtcDateTime.getTime();
  const deadline = context.df.createTimer(new Date(start + 3_600_000));
  const trace: unknown[] = [];
  for (const name of ["first", "second"]) {
    const event = context.df.waitForExternalEvent(name);
    const winner = yield context.df.Task.any([event, deadline]);
    trace.push(winner === deadline ? "deadline" : event.result);
  }
  trace.push(context.df.currentUtcDateTime.getTime() - start);
  return trace;
});
df.app.orchestration("sameEventNewTimer", function* (context) {
  const approval = context.df.waitForExternalEvent("approval");
  for (let round = 1; ; round += 1) {
    const pause = context.df.createTimer(
      new Date(context.df.currentUtcDateTime.getTime() + 60_000),
    );
    const winner = yield context.df.Task.any([approval, pause]);
    if (winner === approval) {
      pause.cancel();
      return [round > 1, approval.result];
    }
  }
});

df.app.orchestration("awaitsTheSameTwice", function* (context) {
  const e = context.df.waitForExternalEvent("e");
  yield e;
  const f: unknown = (yield context.df.Task.any([e, context.df.waitForExternalEvent("f")])).result;
  const g: unknown = yield context.df.waitForExternalEvent("g");
  return [f, g];
});

async function releasing(host: DurableHost, ...names: string[]): Promise<void> {
  for (const name of names) {
    await host.until("x", () => release.has(name));
    release.get(name)!();
    release.delete(name);
    // A task that waits for the test keeps the host busy; some turns are enough for what it changes.
    for (let loop = 0; loop < 30; loop += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test("what is left of a Task.any may be awaited again beside something new: each runs once, results are right", async () => {
  await using host = await startDurableHost();
  runs.length = 0;
  await host.start("takesTheRest", "x");
  await releasing(host, "B", "C", "D", "A");
  expect(await host.ended("x")).toMatchObject({
    runtimeStatus: "Completed",
    output: ["B!", "C!", "D!", "A!"],
  });
  expect(runs.toSorted()).toEqual(["A", "B", "C", "D"]);
});

test("a task that has ended may stand in a Task.all whose other tasks are still open", async () => {
  await using host = await startDurableHost();
  runs.length = 0;
  await host.start("anyThenAll", "x");
  await releasing(host, "A", "C", "B");
  expect((await host.ended("x")).output).toEqual(["A!", "B!", "C!"]);
  expect(runs.toSorted()).toEqual(["A", "B", "C"]);
});

test("a host that takes the instance up in the middle tells the tasks apart as the first one did", async () => {
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  await first.start("anyThenAll", "x");
  await releasing(first, "A");
  await first.stop();
  runs.length = 0;
  release.clear();
  await using second = await startDurableHost({ store, clock: first.clock });
  await releasing(second, "B", "C");
  expect((await second.ended("x")).output).toEqual(["A!", "B!", "C!"]);
  expect(runs.toSorted()).toEqual(["B", "C"]);
});

test("one task twice in one Task.all runs once", async () => {
  await using host = await startDurableHost();
  runs.length = 0;
  await host.start("twiceInOne", "x");
  await releasing(host, "A");
  expect((await host.ended("x")).output).toEqual(["A!", "A!"]);
  expect(runs).toEqual(["A"]);
});

test("a timer that stands in two compounds is one timer", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("person");
  await host.start("deadlineTwice", "x");
  await host.raise("x", "first", "one");
  await host.quiet();
  expect(host.store.range("timers", {})).toHaveLength(1);
  host.clock.releaseHold("person");
  expect((await host.ended("x")).output).toEqual(["one", "deadline", 3_600_000]);
});

test("an event awaited again beside each new timer comes through", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("start");
  await host.start("sameEventNewTimer", "x");
  await host.quiet();
  const later = new Promise<void>((resolve) => {
    host.clock.setTimer(host.clock.now() + 150_000, () => {
      void host.raise("x", "approval", "yes").then(() => resolve());
    });
  });
  host.clock.releaseHold("start");
  await later;
  expect((await host.ended("x")).output).toEqual([true, "yes"]);
  expect(host.store.range("timers", {})).toEqual([]);
});

test("an event that the SDK gives to a task which had one already is told of", async () => {
  await using host = await startDurableHost();
  await host.start("awaitsTheSameTwice", "x");
  await host.raise("x", "e", 1);
  await host.raise("x", "f", 2);
  await host.raise("x", "e", 3);
  await host.raise("x", "g", 4);
  expect((await host.ended("x")).output).toEqual([2, 4]);
  expect(host.logged.join("\n")).toMatch(
    /event 'e' was lost: durable-functions gave it to a task/u,
  );
});

test.each([
  ["inTwoOfOne", [], /yields one task in two places of the same Task\.all or Task\.any/u],
  ["onlyWhatEnded", ["A"], /waits for nothing that could still happen/u],
  ["waitsForCancelled", ["A"], /waits for nothing that could still happen/u],
  ["afterFailure", ["A"], /waits for nothing that could still happen/u],
] as const)(
  "what the SDK would never end fails loudly instead of running for ever: %s",
  async (name, released, message) => {
    await using host = await startDurableHost();
    await host.start(name, "x");
    await releasing(host, ...released);
    const { runtimeStatus, output } = await host.ended("x");
    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(message);
    expect(output).toMatch(new RegExp(`Orchestrator '${name}' \\(instance 'x'\\)`, "u"));
    release.forEach((letGo) => letGo());
    release.clear();
  },
);
