import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { df, startDurableHost, type DurableHost } from "../../../support/durable-host.ts";

const runs: string[] = [];
/** What fails at the moment: the names of activities and orchestrators. */
const broken = new Set<string>();
const failIfBroken = (name: string): void => {
  runs.push(name);
  if (broken.has(name)) {
    throw new Error(`${name} is broken`);
  }
};

for (const name of ["a", "b", "c"]) {
  df.app.activity(name, {
    handler: () => {
      failIfBroken(name);
      return name;
    },
  });
}
let finishSlow: (() => void)[] = [];
df.app.activity("slow", {
  handler: () => {
    runs.push("slow");
    return new Promise<string>((resolve) => finishSlow.push(() => resolve("slow")));
  },
});
df.app.orchestration("throwsItself", function* (context) {
  const a: unknown = yield context.df.callActivity("a");
  const event: unknown = yield context.df.waitForExternalEvent("go");
  if (broken.has("code")) {
    throw new Error("the code is broken");
  }
  return [a, event, yield context.df.callActivity("b")];
});
df.app.orchestration("throwsBesideWork", function* (context) {
  const timer = context.df.createTimer(
    new Date(context.df.currentUtcDateTime.getTime() + 3_600_000),
  );
  const event = context.df.waitForExternalEvent("go");
  yield context.df.Task.any([timer, event]);
  if (broken.has("code")) {
    throw new Error("the code is broken");
  }
  yield timer;
  return [event.result, yield context.df.callActivity("b")];
});
df.app.orchestration("slowBesideEvent", function* (context) {
  const slow = context.df.callActivity(broken.has("code") ? "b" : "slow");
  yield context.df.Task.any([slow, context.df.waitForExternalEvent("go")]);
  return yield slow;
});
df.app.orchestration("handlesThenFails", function* (context) {
  let first = "fine";
  try {
    yield context.df.callActivity("a");
  } catch {
    first = "handled";
  }
  yield context.df.callActivity("c");
  return [first, yield context.df.callActivity("b")];
});
df.app.orchestration("grandchild", function* (context) {
  return yield context.df.callActivity("a");
});
df.app.orchestration("child", function* (context) {
  const c: unknown = yield context.df.callActivity("c");
  const id = `${context.df.instanceId}-kid`;
  return [c, yield context.df.callSubOrchestrator("grandchild", null, id)];
});
df.app.orchestration("parent", function* (context) {
  const [left, right]: unknown[] = yield context.df.Task.all([
    context.df.callSubOrchestrator("child", null, `${context.df.instanceId}-l`),
    context.df.callSubOrchestrator("child", null, `${context.df.instanceId}-r`),
  ]);
  return [left, right];
});
df.app.orchestration("takesTwo", function* (context) {
  const first: unknown = yield context.df.waitForExternalEvent("go");
  if (broken.has("code")) {
    throw new Error("the code is broken");
  }
  const second: unknown = yield context.df.waitForExternalEvent("go");
  return [first, second];
});
df.app.orchestration("waiter", function* (context) {
  return yield context.df.waitForExternalEvent("go");
});
df.app.orchestration("parentOfWaiter", function* (context) {
  const child: unknown = yield context.df.callSubOrchestrator("waiter", null, "the-waiter");
  return [child, yield context.df.callActivity("a")];
});
df.app.orchestration("timerThenFails", function* (context) {
  const late = context.df.createTimer(
    new Date(context.df.currentUtcDateTime.getTime() + 7_200_000),
  );
  yield context.df.Task.all([late, context.df.callActivity("a")]);
  return context.df.currentUtcDateTime.toISOString();
});
df.app.orchestration("changesBesideTimer", function* (context) {
  const late = context.df.createTimer(
    new Date(context.df.currentUtcDateTime.getTime() + 7_200_000),
  );
  yield context.df.Task.any([late, context.df.callActivity(broken.has("code") ? "b" : "a")]);
  yield context.df.waitForExternalEvent("go");
  yield late;
  return context.df.currentUtcDateTime.toISOString();
});
df.app.entity<number>("account", (context) => {
  context.df.setState(context.df.getState(() => 0)! + 1);
  context.df.return(context.df.getState());
});
df.app.orchestration("failsInSection", function* (context) {
  const account = new df.EntityId("account", "x");
  yield context.df.lock(account);
  const count: unknown = yield context.df.callEntity(account, "add");
  yield context.df.callActivity("a");
  return count;
});

const rewind = async (host: DurableHost, id: string): Promise<number> =>
  (await host.call("POST", `instances/${id}/rewind?reason=mended`)).status;

/** Starts, lets it fail with this broken, mends it and rewinds. */
async function failAndRewind(
  host: DurableHost,
  name: string,
  what: string,
  before?: () => Promise<unknown>,
): Promise<void> {
  broken.clear();
  broken.add(what);
  await host.start(name, "x");
  await before?.();
  expect((await host.ended("x")).runtimeStatus).toBe("Failed");
  broken.clear();
  runs.length = 0;
  expect(await rewind(host, "x")).toBe(202);
}

test("an error of the code itself: the last decision is taken again with what it was given, nothing runs twice", async () => {
  await using host = await startDurableHost();
  await failAndRewind(host, "throwsItself", "code", () => host.raise("x", "go", "given"));
  expect((await host.ended("x")).output).toEqual(["a", "given", "b"]);
  expect(runs).toEqual(["b"]);
});

test("an error of the code that had to wait for open work is taken back to where it arose", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("event first");
  broken.clear();
  broken.add("code");
  await host.start("throwsBesideWork", "x");
  await host.quiet();
  await host.raise("x", "go", 7);
  await host.quiet();
  host.clock.releaseHold("event first");
  expect((await host.ended("x")).runtimeStatus).toBe("Failed");
  broken.clear();
  runs.length = 0;
  expect(await rewind(host, "x")).toBe(202);
  expect((await host.ended("x")).output).toEqual([7, "b"]);
});

test("a failure that was handled, and what came after it, stay as they are", async () => {
  await using host = await startDurableHost();
  broken.clear();
  broken.add("a").add("b");
  await host.start("handlesThenFails", "x");
  expect((await host.ended("x")).runtimeStatus).toBe("Failed");
  broken.clear();
  runs.length = 0;
  await rewind(host, "x");
  expect((await host.ended("x")).output).toEqual(["handled", "b"]);
  expect(runs).toEqual(["b"]);
});

test("what failed again fails again, and can be rewound again", async () => {
  await using host = await startDurableHost();
  await failAndRewind(host, "handlesThenFails", "b");
  broken.add("b");
  // It was mended when the activity ran; break it and take it back twice more.
  expect((await host.ended("x")).runtimeStatus).toBe("Completed");
  await host.start("handlesThenFails", "y");
  for (let round = 0; round < 3; round += 1) {
    expect((await host.ended("y")).runtimeStatus).toBe("Failed");
    expect(await rewind(host, "y")).toBe(202);
  }
  expect((await host.ended("y")).output).toMatch(/b is broken/u);
  broken.clear();
  await rewind(host, "y");
  expect((await host.ended("y")).output).toEqual(["fine", "b"]);
});

test("sub-orchestrations of sub-orchestrations are rewound, only where they failed", async () => {
  await using host = await startDurableHost();
  await failAndRewind(host, "parent", "a");
  expect((await host.ended("x")).output).toEqual([
    ["c", "a"],
    ["c", "a"],
  ]);
  expect(runs.toSorted()).toEqual(["a", "a"]);
  for (const id of ["x-l", "x-r", "x-l-kid", "x-r-kid"]) {
    expect((await host.status(id)).runtimeStatus).toBe("Completed");
  }
});

test("a child that was rewound by itself and has completed gives its parent the answer", async () => {
  await using host = await startDurableHost();
  broken.clear();
  broken.add("a");
  await host.start("parent", "x");
  await host.ended("x");
  await host.quiet();
  broken.clear();
  await rewind(host, "x-l");
  await host.ended("x-l");
  runs.length = 0;
  await rewind(host, "x");
  expect((await host.ended("x")).output).toEqual([
    ["c", "a"],
    ["c", "a"],
  ]);
  expect(runs).toEqual(["a"]);
});

test.each([
  [
    "terminated",
    async (host: DurableHost) => host.call("POST", "instances/the-waiter/terminate?reason=out"),
  ],
  [
    "purged",
    async (host: DurableHost) => {
      await host.call("POST", "instances/the-waiter/terminate?reason=out");
      await host.ended("x");
      await host.call("DELETE", "instances/the-waiter");
    },
  ],
])(
  "a child that was %s fails its parent again instead of leaving it waiting",
  async (_how, end) => {
    await using host = await startDurableHost();
    broken.clear();
    await host.start("parentOfWaiter", "x");
    await host.quiet();
    await end(host);
    expect((await host.ended("x")).output).toMatch(/^out/u);
    expect(await rewind(host, "x")).toBe(202);
    expect(await host.ended("x")).toMatchObject({
      runtimeStatus: "Failed",
      output: expect.stringMatching(/^out/u),
    });
  },
);

test("a timer that the failure had to wait for has fired and does not fire again", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("fail first");
  broken.clear();
  broken.add("a");
  await host.start("timerThenFails", "x");
  await host.quiet();
  // The instance waits for its open timer before it has failed.
  expect((await host.status("x")).runtimeStatus).toBe("Running");
  host.clock.releaseHold("fail first");
  expect((await host.ended("x")).runtimeStatus).toBe("Failed");
  broken.clear();
  await rewind(host, "x");
  expect((await host.ended("x")).output).toBe("2026-03-02T08:00:00.000Z");
  expect(host.store.range("timers", {})).toEqual([]);
});

test("a timer that a fault of the code put away fires at its instant after all", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("fail first");
  broken.clear();
  await host.start("changesBesideTimer", "x");
  await host.quiet();
  broken.add("code");
  await host.raise("x", "go", 1);
  expect((await host.ended("x")).output).toMatch(/^Non-Deterministic workflow detected/u);
  expect(host.store.range("timers", {})).toEqual([]);
  broken.clear();
  await rewind(host, "x");
  await host.quiet();
  expect((await host.status("x")).runtimeStatus).toBe("Running");
  host.clock.releaseHold("fail first");
  expect((await host.ended("x")).output).toBe("2026-03-02T08:00:00.000Z");
});

test("an event that comes at the moment of a rewind is taken after those that came before", async () => {
  await using host = await startDurableHost();
  broken.clear();
  broken.add("code");
  await host.start("takesTwo", "x");
  await host.raise("x", "go", "before");
  expect((await host.ended("x")).runtimeStatus).toBe("Failed");
  broken.clear();
  const rewound = rewind(host, "x");
  // Refused while it has failed, taken from the first moment that it has not.
  let status = 410;
  while (status === 410) {
    await new Promise((resolve) => setImmediate(resolve));
    status = await host.raise("x", "go", "after");
  }
  expect([await rewound, status]).toEqual([202, 202]);
  expect((await host.ended("x")).output).toEqual(["before", "after"]);
});

test("two rewinds at the same moment: one is refused, and the work runs once", async () => {
  await using host = await startDurableHost();
  broken.clear();
  broken.add("b");
  await host.start("handlesThenFails", "x");
  await host.ended("x");
  broken.clear();
  runs.length = 0;
  const answers = await Promise.all([rewind(host, "x"), rewind(host, "x")]);
  expect(answers.toSorted()).toEqual([202, 412]);
  expect((await host.ended("x")).output).toEqual(["fine", "b"]);
  expect(runs).toEqual(["b"]);
});

test("an activity that still ran when a fault ended the instance runs again, and its first answer is not taken", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("no deadline");
  broken.clear();
  finishSlow = [];
  await host.start("slowBesideEvent", "x");
  await host.until("x", () => finishSlow.length === 1);
  broken.add("code");
  await host.raise("x", "go", 1);
  expect((await host.ended("x")).output).toMatch(/^Non-Deterministic workflow detected/u);
  broken.clear();
  await rewind(host, "x");
  await host.until("x", () => finishSlow.length === 2);
  finishSlow[0]!();
  for (let loop = 0; loop < 30; loop += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await host.status("x")).runtimeStatus).toBe("Running");
  finishSlow[1]!();
  expect((await host.ended("x")).output).toBe("slow");
  const { historyEvents } = await host.status("x", "?showHistory=true");
  expect(historyEvents!.filter(({ EventType }) => EventType === "TaskCompleted")).toHaveLength(1);
});

test("a host that dies after a rewind was acknowledged has not forgotten it", async () => {
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  broken.clear();
  broken.add("a");
  await first.start("parent", "x");
  await first.ended("x");
  await first.quiet();
  broken.clear();
  const answered = rewind(first, "x");
  // Nothing of it has run yet when the host goes.
  await first.stop();
  expect(await answered).toBe(202);
  await using second = await startDurableHost({ store, clock: first.clock });
  expect((await second.ended("x")).output).toEqual([
    ["c", "a"],
    ["c", "a"],
  ]);
});

test("an orchestration that is rewound into a critical section goes on without its locks, and that is said", async () => {
  await using host = await startDurableHost();
  await failAndRewind(host, "failsInSection", "a");
  expect((await host.ended("x")).output).toBe(1);
  expect(host.logged.join("\n")).toMatch(
    /x: orchestrator 'failsInSection' is rewound into a critical section/u,
  );
  expect(JSON.parse(host.store.get("entities", ["@account@x"])!)).toMatchObject({ lock: null });
});
