import { expect, test } from "@jest/globals";
import { df, startDurableHost } from "../../../support/durable-host.ts";

df.app.activity("greet", { handler: (name: unknown) => `hello ${String(name)}` });
df.app.activity("echo", { handler: (input: unknown) => input });
df.app.activity("fails", {
  handler: () => {
    throw new Error("boom");
  },
});
df.app.activity("givesNothing", { handler: () => undefined });
const attempts: number[] = [];
df.app.activity("worksTheThirdTime", {
  handler: () => {
    attempts.push(Date.now());
    if (attempts.length < 3) {
      throw new Error(`attempt ${attempts.length}`);
    }
    return attempts.length;
  },
});

df.app.orchestration("chain", function* (context) {
  const first: unknown = yield context.df.callActivity("greet", "a");
  const second: unknown = yield context.df.callActivity("greet", "b");
  return [first, second];
});
df.app.orchestration("echoes", function* (context) {
  const inputs = ["text", "123", '{"a":1}', 5, true, { a: [1] }, null];
  const results: unknown[] = [];
  for (const input of inputs) {
    results.push(yield context.df.callActivity("echo", input));
  }
  return results;
});
df.app.orchestration("fanOut", function* (context) {
  const count = context.df.getInput<number>();
  const tasks = Array.from({ length: count }, (_, n) => context.df.callActivity("echo", n));
  const results: number[] = yield context.df.Task.all(tasks);
  return results.reduce((sum, n) => sum + n, 0);
});
df.app.orchestration("throws", function* (context) {
  yield context.df.callActivity("greet", "x");
  throw new Error("as it is");
});
df.app.orchestration("throwsText", function* (context) {
  yield context.df.callActivity("greet", "x");
  // oxlint-disable-next-line typescript/only-throw-error -- apps do this
  throw "text";
});
df.app.orchestration("callsFailing", function* (context) {
  return yield context.df.callActivity("fails");
});
df.app.orchestration("catches", function* (context) {
  try {
    yield context.df.callActivity("fails");
  } catch (error) {
    return (error as Error).message.split(" \n ")[0];
  }
});
df.app.orchestration("retries", function* (context) {
  return yield context.df.callActivityWithRetry(
    "worksTheThirdTime",
    Object.assign(new df.RetryOptions(1_000, 5), { backoffCoefficient: 10 }),
  );
});
df.app.orchestration("retriesInVain", function* (context) {
  return yield context.df.callActivityWithRetry("fails", new df.RetryOptions(60_000, 3));
});
df.app.orchestration("retriesForAMinute", function* (context) {
  const options = new df.RetryOptions(25_000, 100);
  options.retryTimeoutInMilliseconds = 60_000;
  return yield context.df.callActivityWithRetry("fails", options);
});
df.app.orchestration("callsNothing", function* (context) {
  return yield context.df.callActivityWithRetry("doesNotExist", new df.RetryOptions(60_000, 10));
});
df.app.orchestration("returnsNothing", function* (context) {
  yield context.df.callActivity("givesNothing");
});
df.app.orchestration("child", function* (context) {
  const input = context.df.getInput<string>();
  if (input === "fail") {
    throw new Error("the child failed");
  }
  const greeting: unknown = yield context.df.callActivity("greet", input);
  return { greeting, parent: context.df.parentInstanceId };
});
df.app.orchestration("parent", function* (context) {
  return yield context.df.callSubOrchestrator("child", "kid", `${context.df.instanceId}-kid`);
});
df.app.orchestration("parentOfTwins", function* (context) {
  const kids: { greeting: string }[] = yield context.df.Task.all([
    context.df.callSubOrchestrator("child", "a"),
    context.df.callSubOrchestrator("child", "b"),
  ]);
  return kids.map(({ greeting }) => greeting);
});
df.app.orchestration("parentOfAFailure", function* (context) {
  try {
    yield context.df.callSubOrchestrator("child", "fail");
  } catch (error) {
    return (error as Error).message.split(" \n ")[0];
  }
});
df.app.orchestration("parentThatRetries", function* (context) {
  return yield context.df.callSubOrchestratorWithRetry(
    "child",
    new df.RetryOptions(60_000, 3),
    "fail",
    `${context.df.instanceId}-kid`,
  );
});
df.app.orchestration("parentOfNobody", function* (context) {
  return yield context.df.callSubOrchestrator("doesNotExist", 1);
});
df.app.orchestration("firstOf", function* (context) {
  const slow = context.df.createTimer(
    new Date(context.df.currentUtcDateTime.getTime() + 3_600_000),
  );
  const fast = context.df.callActivity("greet", "fast");
  const winner = yield context.df.Task.any([slow, fast]);
  slow.cancel();
  return winner === fast ? fast.result : "timer";
});
df.app.orchestration("countsDown", function* (context) {
  const left = context.df.getInput<number>();
  yield context.df.callActivity("echo", left);
  context.df.setCustomStatus({ left });
  if (left > 0) {
    context.df.continueAsNew(left - 1);
    return;
  }
  return "done";
});
df.app.orchestration("showsStatus", function* (context) {
  yield context.df.callActivity("greet", "x");
  context.df.setCustomStatus(context.df.getInput());
  return "shown";
});
df.app.orchestration("leavesWorkBehind", function* (context) {
  const timer = context.df.createTimer(
    new Date(context.df.currentUtcDateTime.getTime() + 5 * 3_600_000),
  );
  yield context.df.Task.any([timer, context.df.callActivity("greet", "x")]);
  return context.df.currentUtcDateTime.toISOString();
});

test("activities run one after the other and hand their results on", async () => {
  await using host = await startDurableHost();
  expect(await host.run("chain")).toMatchObject({
    runtimeStatus: "Completed",
    output: ["hello a", "hello b"],
  });
});

test("activity inputs arrive as on Azure: texts stay texts, booleans become their .NET names, null becomes nothing", async () => {
  await using host = await startDurableHost();
  expect((await host.run("echoes")).output).toEqual([
    "text",
    "123",
    '{"a":1}',
    5,
    "True",
    { a: [1] },
    null,
  ]);
});

test("a fan-out of a thousand activities comes back complete and in order", async () => {
  await using host = await startDurableHost();
  expect((await host.run("fanOut", 1_000)).output).toBe(499_500);
});

test("an error that the orchestrator throws is the output, exactly", async () => {
  await using host = await startDurableHost();
  expect(await host.run("throws")).toMatchObject({ runtimeStatus: "Failed", output: "as it is" });
});

test("an orchestrator that throws a text fails with a message instead of running for ever", async () => {
  await using host = await startDurableHost();
  const { runtimeStatus, output } = await host.run("throwsText");
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(/threw something that is no Error/u);
});

test("a failed activity names itself with two spaces before its message", async () => {
  await using host = await startDurableHost();
  expect((await host.run("catches")).output).toBe("Activity function 'fails' failed:  boom");
  expect((await host.run("callsFailing")).output).toMatch(
    /^Activity function 'fails' failed: {2}boom \n \{"\$type":"System\.Exception/u,
  );
});

test("retries wait longer each time, on the host's clock", async () => {
  await using host = await startDurableHost();
  const before = host.clock.now();
  expect((await host.run("retries")).output).toBe(3);
  expect(host.clock.now() - before).toBe(11_000);
});

test("after the last attempt the task fails, without another pause", async () => {
  await using host = await startDurableHost();
  const before = host.clock.now();
  expect((await host.run("retriesInVain")).runtimeStatus).toBe("Failed");
  expect(host.clock.now() - before).toBe(120_000);
});

test("retries end when their time is over, where the genuine host hangs", async () => {
  await using host = await startDurableHost();
  const before = host.clock.now();
  expect((await host.run("retriesForAMinute")).runtimeStatus).toBe("Failed");
  expect(host.clock.now() - before).toBe(75_000);
});

test("an activity that does not exist fails at once, whatever its retries, and says which exist", async () => {
  await using host = await startDurableHost();
  const before = host.clock.now();
  const { runtimeStatus, output } = await host.run("callsNothing");
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(
    /no activity function 'doesNotExist' in this app; registered: greet, echo/u,
  );
  expect(host.clock.now()).toBe(before);
});

test("an orchestrator that does not exist is accepted and its instance fails", async () => {
  await using host = await startDurableHost();
  const { runtimeStatus, output } = await host.run("doesNotExist");
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(/no orchestrator function 'doesNotExist'/u);
});

test("an orchestrator that returns nothing has the output null", async () => {
  await using host = await startDurableHost();
  expect(await host.run("returnsNothing")).toMatchObject({
    runtimeStatus: "Completed",
    output: null,
  });
});

test("a sub-orchestration runs under its own id and knows its parent", async () => {
  await using host = await startDurableHost();
  expect((await host.run("parent")).output).toEqual({ greeting: "hello kid", parent: "run-1" });
  expect((await host.status("run-1-kid")).runtimeStatus).toBe("Completed");
});

test("sub-orchestrations without an id get ids of their own", async () => {
  await using host = await startDurableHost();
  expect((await host.run("parentOfTwins")).output).toEqual(["hello a", "hello b"]);
  const { body } = await host.call("GET", "instances?runtimeStatus=Completed");
  expect(body).toHaveLength(3);
});

test("a failed sub-orchestration is an error that its parent can catch", async () => {
  await using host = await startDurableHost();
  expect((await host.run("parentOfAFailure")).output).toBe("the child failed");
});

test("a retried sub-orchestration keeps its id", async () => {
  await using host = await startDurableHost();
  expect((await host.run("parentThatRetries")).runtimeStatus).toBe("Failed");
  const { body } = await host.call("GET", "instances");
  expect(body).toHaveLength(2);
});

test("a sub-orchestration that does not exist is an error", async () => {
  await using host = await startDurableHost();
  expect((await host.run("parentOfNobody")).output).toMatch(
    /no orchestrator function 'doesNotExist'/u,
  );
});

test("the first of several tasks wins and a cancelled timer does not hold the end up", async () => {
  await using host = await startDurableHost();
  const before = host.clock.now();
  expect((await host.run("firstOf")).output).toBe("hello fast");
  expect(host.clock.now()).toBe(before);
  expect(host.store.range("timers", {})).toEqual([]);
});

test("continue-as-new starts over with a fresh history and keeps the custom status", async () => {
  await using host = await startDurableHost();
  expect(await host.run("countsDown", 5)).toMatchObject({
    output: "done",
    customStatus: { left: 0 },
    input: 0,
  });
  expect(host.store.range("history", { prefix: ["run-1"] }).length).toBeLessThan(4);
});

test("a custom status above 16 KB of UTF-16 fails the instance; below it is shown", async () => {
  await using host = await startDurableHost();
  const fits = "x".repeat(8 * 1024 - 2);
  expect((await host.run("showsStatus", fits)).customStatus).toBe(fits);
  const { runtimeStatus, output } = await host.run("showsStatus", `${fits}x`);
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(/limit is 16 KB/u);
});

test("an orchestration that returns with an open timer stays Running until it has fired", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("look");
  await host.start("leavesWorkBehind", "behind");
  await host.quiet();
  expect((await host.status("behind")).runtimeStatus).toBe("Running");
  const startedAt = host.clock.now();
  host.clock.releaseHold("look");
  expect((await host.ended("behind")).output).toBe(new Date(startedAt).toISOString());
  expect(host.clock.now() - startedAt).toBe(5 * 3_600_000);
});

test("inputs and outputs far above the row limits come back whole", async () => {
  await using host = await startDurableHost();
  const large = "y".repeat(300_000);
  await host.start("child", "large", large);
  const { output, input } = await host.ended("large");
  expect(input).toBe(large);
  expect(output).toMatchObject({ greeting: `hello ${large}` });
  for (const { value } of [
    ...host.store.range("history", { prefix: ["large"] }),
    ...host.store.range("instances", { prefix: ["large"] }),
  ]) {
    expect(value.length).toBeLessThan(70_000);
  }
});

test("more actions than maxOrchestrationActions fail the instance; those within a Task.all are counted", async () => {
  df.app.orchestration("asksFor", function* (context) {
    const count = context.df.getInput<number>();
    const half = (length: number) =>
      Array.from({ length }, () => context.df.waitForExternalEvent("never"));
    yield context.df.Task.all([...half(count - 2), context.df.Task.any(half(2))]);
  });
  await using host = await startDurableHost({ settings: { maxOrchestrationActions: 50 } });
  await host.start("asksFor", "within", 50);
  expect((await host.run("asksFor", 51)).output).toMatch(
    /^Maximum amount of orchestration actions \(50\) has been reached\..*asked for 51/u,
  );
  expect((await host.status("within")).runtimeStatus).toBe("Running");
});
