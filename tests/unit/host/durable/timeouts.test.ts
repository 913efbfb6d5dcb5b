import { expect, test } from "@jest/globals";
import type { InvokeResult } from "../../../../host/durable/activity-dispatcher.ts";
import { df, startDurableHost } from "../../../support/durable-host.ts";

/** The names of functions whose next invocation takes too long, as the host's function runner reports it. */
const late = new Set<string>();
const message = "Timeout value of 00:05:00 was exceeded by function: Functions.x";

const lateOnce = (functionName: string): InvokeResult | null =>
  late.delete(functionName) ? { ok: false, error: new Error(message), isTimeout: true } : null;

let runs = 0;
df.app.activity("slow", { handler: () => "done" });
df.app.orchestration("callsSlow", function* (context) {
  runs += 1;
  try {
    return yield context.df.callActivity("slow");
  } catch (error) {
    return (error as Error).message;
  }
});
df.app.orchestration("timesItself", function* (context) {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1_000));
  return context.df.currentUtcDateTime.toISOString();
});
df.app.entity<number>("slowCounter", (context) => {
  context.df.setState(context.df.getState(() => 0)! + 1);
});
df.app.orchestration("callsSlowEntity", function* (context) {
  try {
    yield context.df.callEntity(new df.EntityId("slowCounter", "x"), "add");
  } catch (error) {
    return (error as Error).message;
  }
});

test("an activity that takes too long has failed, and its orchestration may catch that", async () => {
  await using host = await startDurableHost({ intercept: lateOnce });
  late.add("slow");
  expect((await host.run("callsSlow")).output).toMatch(
    /^Activity function 'slow' failed: {2}Timeout value of 00:05:00 was exceeded/u,
  );
});

test("an orchestrator turn that takes too long is taken again and fails nothing", async () => {
  await using host = await startDurableHost({ intercept: lateOnce });
  late.add("callsSlow");
  runs = 0;
  expect(await host.run("callsSlow")).toMatchObject({ runtimeStatus: "Completed", output: "done" });
  expect(runs).toBe(2);
  expect(host.logged.join("\n")).toMatch(/a turn of orchestrator 'callsSlow' broke off.*Timeout/u);
});

test("time does not jump while a turn that broke off waits to be taken again", async () => {
  await using host = await startDurableHost({ intercept: lateOnce });
  await host.clock.takeHold("both");
  await host.start("timesItself", "first");
  await host.quiet();
  late.add("timesItself");
  await host.start("timesItself", "second");
  host.clock.releaseHold("both");
  const [first, second] = [await host.ended("first"), await host.ended("second")];
  expect(second.output).toBe(first.output);
});

test("a batch of an entity that takes too long fails all its operations and changes nothing", async () => {
  await using host = await startDurableHost({ intercept: lateOnce });
  late.add("slowCounter");
  expect((await host.run("callsSlowEntity")).output).toBe(message);
  expect((await host.call("GET", "entities/slowCounter/x")).status).toBe(404);
});
