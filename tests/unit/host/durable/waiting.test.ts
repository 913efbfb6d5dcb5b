import { expect, test } from "@jest/globals";
import { df, startDurableHost, STARTS_AT } from "../../../support/durable-host.ts";

const DAY_MS = 86_400_000;

df.app.activity("note", { handler: (input: unknown) => input });
df.app.orchestration("sleeps", function* (context) {
  const start = context.df.currentUtcDateTime.getTime();
  yield context.df.createTimer(new Date(start + context.df.getInput<number>()));
  return context.df.currentUtcDateTime.getTime() - start;
});
df.app.orchestration("sleepsAndWorks", function* (context) {
  const start = context.df.currentUtcDateTime.getTime();
  const [, note]: unknown[] = yield context.df.Task.all([
    context.df.createTimer(new Date(start + 20 * DAY_MS)),
    context.df.callActivity("note", "first"),
  ]);
  const last: unknown = yield context.df.callActivity("note", "last");
  return [note, last];
});
df.app.orchestration("waitsForTwo", function* (context) {
  const first: unknown = yield context.df.waitForExternalEvent("go");
  const second: unknown = yield context.df.waitForExternalEvent("go");
  return [first, second];
});
df.app.orchestration("waitsForAll", function* (context) {
  return yield context.df.Task.all([
    context.df.waitForExternalEvent("a"),
    context.df.waitForExternalEvent("b"),
  ]);
});
df.app.orchestration("approval", function* (context) {
  const deadline = context.df.createTimer(
    new Date(context.df.currentUtcDateTime.getTime() + DAY_MS),
  );
  const approved = context.df.waitForExternalEvent("approved");
  const winner = yield context.df.Task.any([approved, deadline]);
  if (winner === deadline) {
    return "expired";
  }
  deadline.cancel();
  return approved.result;
});
df.app.orchestration("collects", function* (context) {
  const seen = context.df.getInput<unknown[]>();
  const next: unknown = yield context.df.waitForExternalEvent("item");
  if (seen.length === 3) {
    return [...seen, next];
  }
  context.df.continueAsNew([...seen, next]);
});

test("a timer fires at its instant, not before", async () => {
  await using host = await startDurableHost();
  expect((await host.run("sleeps", 90_500)).output).toBe(90_500);
  expect(host.clock.now()).toBe(STARTS_AT + 90_500);
});

test("a timer of ninety days goes in legs of three days and wakes the code once", async () => {
  await using host = await startDurableHost();
  const { output, historyEvents } = await host
    .run("sleeps", 90 * DAY_MS)
    .then(() => host.status("run-1", "?showHistory=true&showHistoryOutput=true"));
  expect(output).toBe(90 * DAY_MS);
  const legs = historyEvents!.filter(({ EventType }) => EventType === "TimerFired");
  expect(legs).toHaveLength(29);
});

test("work beside a long timer keeps its sequence ids", async () => {
  await using host = await startDurableHost();
  expect((await host.run("sleepsAndWorks")).output).toEqual(["first", "last"]);
});

test("an instant that has passed already is a timer that fires at once", async () => {
  await using host = await startDurableHost();
  expect((await host.run("sleeps", -5_000)).runtimeStatus).toBe("Completed");
  expect(host.clock.now()).toBe(STARTS_AT);
});

test("a thousand timers of one instant all fire", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("starting");
  for (let n = 0; n < 1_000; n += 1) {
    await host.start("sleeps", `sleeper-${n}`, 3_600_000);
  }
  host.clock.releaseHold("starting");
  for (let n = 0; n < 1_000; n += 1) {
    expect((await host.ended(`sleeper-${n}`)).output).toBeLessThanOrEqual(3_600_000);
  }
  expect(host.store.range("timers", {})).toEqual([]);
});

test("events that come early wait, and those of one name are taken in the order of their arrival", async () => {
  await using host = await startDurableHost();
  await host.start("waitsForTwo", "two");
  expect(await host.raise("two", "go", 1)).toBe(202);
  expect(await host.raise("two", "go", { n: 2 })).toBe(202);
  expect((await host.ended("two")).output).toEqual([1, { n: 2 }]);
});

test("events of several names are awaited together, in any order", async () => {
  await using host = await startDurableHost();
  await host.start("waitsForAll", "all");
  await host.raise("all", "b", "second");
  await host.raise("all", "a", "first");
  expect((await host.ended("all")).output).toEqual(["first", "second"]);
});

test("the name of an event is taken as it is written: another case is another event", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("no deadline");
  await host.start("approval", "case");
  await host.raise("case", "Approved", "no");
  await host.quiet();
  expect((await host.status("case")).runtimeStatus).toBe("Running");
  expect(host.logged).toContainEqual(
    expect.stringMatching(
      /^warning: case: orchestrator 'approval': event 'Approved' reaches nobody: the orchestrator waits for 'approved'/u,
    ),
  );
  await host.raise("case", "approved", "yes");
  expect((await host.ended("case")).output).toBe("yes");
});

test("an event that came early under another case is told of when its name is awaited", async () => {
  await using host = await startDurableHost();
  await host.start("waitsForTwo", "early");
  await host.raise("early", "Go", 0);
  await host.raise("early", "go", 1);
  await host.raise("early", "go", 2);
  expect((await host.ended("early")).output).toEqual([1, 2]);
  expect(host.logged.join("\n")).toMatch(/event 'Go' reaches nobody: .* waits for 'go'/u);
});

test("an event with the name of a number is told of: the SDK takes it for an answer", async () => {
  await using host = await startDurableHost();
  await host.start("waitsForTwo", "number");
  await host.raise("number", "0", "not an answer");
  await host.raise("number", "go", 1);
  await host.raise("number", "go", 2);
  await host.ended("number");
  expect(host.logged.join("\n")).toMatch(/event '0' has the name of a sequence id/u);
});

test("an event whose name nobody awaits in any case waits without a word", async () => {
  await using host = await startDurableHost();
  await host.start("waitsForTwo", "other");
  await host.raise("other", "gone", 0);
  await host.raise("other", "go", 1);
  await host.raise("other", "go", 2);
  expect((await host.ended("other")).output).toEqual([1, 2]);
  expect(host.logged.join("\n")).not.toMatch(/reaches nobody/u);
});

test("a deadline passes when nobody decides, and is gone when somebody does", async () => {
  await using host = await startDurableHost();
  expect((await host.run("approval")).output).toBe("expired");
  expect(host.clock.now()).toBe(STARTS_AT + DAY_MS);

  await host.clock.takeHold("person");
  await host.start("approval", "decided");
  await host.raise("decided", "approved", true);
  expect((await host.ended("decided")).output).toBe(true);
  host.clock.releaseHold("person");
  expect(host.store.range("timers", {})).toEqual([]);
});

test("events are carried over continue-as-new, in order and none lost", async () => {
  await using host = await startDurableHost();
  await host.start("collects", "list", []);
  await Promise.all(["a", "b", "c", "d"].map((item) => host.raise("list", "item", item)));
  expect((await host.ended("list")).output).toEqual(["a", "b", "c", "d"]);
});

test("two hundred events raised together reach an eternal orchestration, each once", async () => {
  df.app.orchestration("sums", function* (context) {
    const { sum, count } = context.df.getInput<{ sum: number; count: number }>();
    const n: number = yield context.df.waitForExternalEvent("n");
    if (count === 199) {
      return sum + n;
    }
    context.df.continueAsNew({ sum: sum + n, count: count + 1 });
  });
  await using host = await startDurableHost();
  await host.start("sums", "sum", { sum: 0, count: 0 });
  await Promise.all(Array.from({ length: 200 }, (_, n) => host.raise("sum", "n", n)));
  expect((await host.ended("sum")).output).toBe(19_900);
});
