import { expect, test } from "@jest/globals";
import {
  OrchestratorTrigger,
  parseOrchestratorResult,
} from "../../../../host/durable/orchestrator-call.ts";
import type { RecordedHistory } from "../../../../host/durable/recorded-history.ts";
import { parseDurableTaskSettings } from "../../../../host/durable/settings.ts";
import { parseHistory } from "../../../../host/replay/history-files.ts";
import { replayHistory, type Replay } from "../../../../host/replay/replay-history.ts";
import { df, invoke, startDurableHost, type DurableHost } from "../../../support/durable-host.ts";

/** Replays with the genuine SDK; `as` is the function that is deployed under the recorded name today. */
function replay(
  history: RecordedHistory,
  today: { readonly as?: string; readonly settings?: Record<string, unknown> } = {},
): Promise<Replay> {
  const settings = parseDurableTaskSettings(today.settings ?? {});
  return replayHistory(history, {
    settings,
    whyMissing: () => null,
    run: async (record, events) =>
      parseOrchestratorResult(
        await invoke(today.as ?? record.name, {
          data: new OrchestratorTrigger(record, events, settings),
          metadata: { instanceId: record.instanceId },
        }),
      ),
  });
}

/** What the management API gives out, as a file would keep it. */
async function recorded(host: DurableHost, instanceId: string): Promise<RecordedHistory> {
  const { status, body } = await host.call("GET", `instances/${instanceId}/history`);
  expect(status).toBe(200);
  return parseHistory(JSON.parse(JSON.stringify(body)), instanceId);
}

let attempts = 0;
df.app.activity("echo", { handler: (input: unknown) => input });
df.app.activity("failsTwice", {
  handler() {
    attempts += 1;
    if (attempts % 3 !== 0) {
      throw new Error("not yet");
    }
    return "at last";
  },
});
df.app.entity("tally", (context) => {
  const sum = (context.df.getState(() => 0) as number) + (context.df.getInput() as number);
  context.df.setState(sum);
  context.df.return(sum);
});
df.app.orchestration("child", function* child(context) {
  return yield context.df.callActivity("echo", context.df.getInput());
});

/** Everything that takes sequence ids, in one orchestration. */
df.app.orchestration("everything", function* everything(context) {
  const retry = new df.RetryOptions(1_000, 5);
  yield context.df.callActivityWithRetry("failsTwice", retry, null);
  const tally = new df.EntityId("tally", "one");
  const sum: number = yield context.df.callEntity(tally, "add", 2);
  context.df.signalEntity(tally, "add", 1);
  const results: number[] = yield context.df.Task.all([
    context.df.callActivity("echo", 1),
    context.df.callSubOrchestrator("child", 2),
  ]);
  const now = context.df.currentUtcDateTime.getTime();
  yield context.df.createTimer(new Date(now + 20 * 86_400_000));
  const late = context.df.createTimer(new Date(now + 40 * 86_400_000));
  const winner = yield context.df.Task.any([context.df.waitForExternalEvent("go"), late]);
  if (winner !== late) {
    late.cancel();
  }
  return [sum, ...results];
});

test("a history with everything in it replays cleanly at every turn of its life", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("early");
  await host.start("everything", "all", null);
  await host.quiet();
  const first = await replay(await recorded(host, "all"));
  expect(first.divergence).toBeNull();
  host.clock.releaseHold("early");
  // The event waits in the buffer until it is asked for.
  await host.raise("all", "go", 1);
  const ended = await host.ended("all");
  expect(ended.output).toEqual([2, 1, 2]);
  const history = await recorded(host, "all");
  const whole = await replay(history);
  expect(whole).toMatchObject({ divergence: null, remarks: [], events: history.events.length });
  const ends = history.events.flatMap(({ EventType }, index) =>
    EventType === 13 ? [index + 1] : [],
  );
  for (const end of ends) {
    const part = await replay({ ...history, events: history.events.slice(0, end) });
    expect(part.divergence).toBeNull();
  }
});

df.app.orchestration("twoSteps", function* twoSteps(context) {
  yield context.df.callActivity("echo", 1);
  return yield context.df.callActivity("echo", 2);
});
df.app.orchestration("threeSteps", function* threeSteps(context) {
  yield context.df.callActivity("echo", 1);
  yield context.df.callActivity("echo", 2);
  return yield context.df.callActivity("echo", 3);
});
df.app.orchestration("otherOutput", function* otherOutput(context) {
  yield context.df.callActivity("echo", 1);
  yield context.df.callActivity("echo", 2);
  return "other";
});
df.app.orchestration("throws", function* throws(context) {
  yield context.df.callActivity("echo", 1);
  throw new Error("no more");
});
let runs = 0;
df.app.orchestration("moody", function* moody(context) {
  runs += 1;
  yield context.df.callActivity(runs % 2 === 1 ? "echo" : "failsTwice", 1);
  return yield context.df.callActivity("echo", 2);
});
df.app.orchestration("renewed", function* renewed(context) {
  yield context.df.callActivity("echo", 1);
  context.df.continueAsNew(null);
});

const divergenceOf = async (as: string): Promise<unknown> => {
  await using host = await startDurableHost();
  await host.start("twoSteps", "two", null);
  await host.ended("two");
  return (await replay(await recorded(host, "two"), { as })).divergence;
};

test("code that does more, less or something else is found in its turn", async () => {
  expect(await divergenceOf("twoSteps")).toBeNull();
  expect(await divergenceOf("threeSteps")).toMatchObject({
    turn: 3,
    event: null,
    recorded: "nothing more is scheduled in this turn",
    now: "schedules an activity 'echo' with id 2",
  });
  expect(await divergenceOf("child")).toMatchObject({
    turn: 2,
    event: 7,
    now: "completes with the output 1",
  });
  expect(await divergenceOf("throws")).toMatchObject({ turn: 2, event: 7, now: "fails: no more" });
  expect(await divergenceOf("renewed")).toMatchObject({ turn: 2, now: "continues as new" });
});

test("code that answers differently over a longer history is told of itself", async () => {
  runs = 0;
  expect(await divergenceOf("moody")).toMatchObject({
    turn: 2,
    event: null,
    recorded: "in an earlier turn the code asked for CallActivity 'echo' as action 1",
    now: "over the longer history it asks for CallActivity 'failsTwice' there",
  });
});

test("another output is a remark, not a divergence", async () => {
  await using host = await startDurableHost();
  await host.start("twoSteps", "two", null);
  await host.ended("two");
  const result = await replay(await recorded(host, "two"), { as: "otherOutput" });
  expect(result.divergence).toBeNull();
  expect(result.remarks).toEqual(['It ends with another output than the history\'s: "other"']);
});

test("a terminated instance replays up to its termination", async () => {
  await using host = await startDurableHost();
  await host.clock.takeHold("nothing fires");
  await host.start("everything", "ended", null);
  await host.quiet();
  await host.call("POST", "instances/ended/terminate?reason=enough");
  expect((await recorded(host, "ended")).runtimeStatus).toBe("Terminated");
  expect((await replay(await recorded(host, "ended"))).divergence).toBeNull();
});

test("a version that today's host.json does not run is said at the start", async () => {
  await using host = await startDurableHost({ settings: { defaultVersion: "2.0" } });
  await host.start("twoSteps", "two", null);
  await host.ended("two");
  const history = await recorded(host, "two");
  const { divergence } = await replay(history, { settings: { defaultVersion: "1.0" } });
  expect(divergence).toMatchObject({
    turn: 1,
    event: 2,
    recorded: "orchestration 'twoSteps' of version 2.0 starts",
    now: expect.stringContaining("does not match this host's version '1.0'"),
  });
  expect((await replay(history, { settings: { defaultVersion: "2.1" } })).divergence).toBeNull();
});

test.each([
  ["no list", {}, "x is no recorded history: it has no list of events."],
  ["a newer format", { format: "continuity-history/9" }, /has the format "continuity-history\/9"/u],
  ["no events", [], /had not begun/u],
  ["no beginning", [{ EventType: 5, Timestamp: "t" }], /must begin with OrchestratorStarted/u],
  ["other things", [{ EventType: "TaskCompleted" }], /no list of events/u],
])("a document with %s is no history to replay", (_what, document, message) => {
  expect(() => parseHistory(document, "x")).toThrow(message);
});

test("there is no history of what never was, and no other word below an instance", async () => {
  await using host = await startDurableHost();
  expect((await host.call("GET", "instances/nobody/history")).status).toBe(404);
  await host.start("twoSteps", "two", null);
  await host.ended("two");
  expect((await host.call("GET", "instances/two/memoirs")).status).toBe(404);
});

let isBroken = true;
df.app.activity("brokenOnce", {
  handler() {
    if (isBroken) {
      isBroken = false;
      throw new Error("broken");
    }
    return "mended";
  },
});
df.app.orchestration("repeats", function* repeats(context) {
  const lock: { release(): void } = yield context.df.lock(new df.EntityId("tally", "locked"));
  yield context.df.callEntity(new df.EntityId("tally", "locked"), "add", 1);
  lock.release();
  const open = [1, 2, 3].map((n) => context.df.callActivity("echo", n));
  while (open.length > 0) {
    const first = yield context.df.Task.any(open);
    open.splice(open.indexOf(first), 1);
  }
  return yield context.df.callActivity("brokenOnce");
});
df.app.orchestration("waitsForNothing", function* waitsForNothing(context) {
  const echo = context.df.callActivity("echo", 1);
  yield echo;
  yield context.df.Task.all([echo]);
});

test("locks, tasks yielded again and a rewind replay cleanly, at every turn", async () => {
  await using host = await startDurableHost();
  await host.start("repeats", "again", null);
  expect((await host.ended("again")).runtimeStatus).toBe("Failed");
  expect((await replay(await recorded(host, "again"))).divergence).toBeNull();
  await host.call("POST", "instances/again/rewind?reason=");
  expect((await host.ended("again")).output).toBe("mended");
  const history = await recorded(host, "again");
  expect(history.events.map(({ EventType }) => EventType)).toContain(21);
  for (const [index, { EventType }] of history.events.entries()) {
    if (EventType === 13) {
      const part = { ...history, events: history.events.slice(0, index + 1) };
      expect((await replay(part)).divergence).toBeNull();
    }
  }
});

test("code that would wait for ever is found, as the engine finds it", async () => {
  await using host = await startDurableHost();
  await host.start("twoSteps", "two", null);
  await host.ended("two");
  const { divergence } = await replay(await recorded(host, "two"), { as: "waitsForNothing" });
  expect(divergence).toMatchObject({
    turn: 2,
    now: expect.stringMatching(/waits for nothing that could still happen/u),
  });
});
