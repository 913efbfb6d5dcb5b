import { expect, test } from "@jest/globals";
import { takeEntityBatch } from "../../../../host/durable/entity-batch.ts";
import type { EntityDelivery } from "../../../../host/durable/entity-record.ts";
import type { EntityMessage } from "../../../../host/durable/effect.ts";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { df, startDurableHost } from "../../../support/durable-host.ts";

df.app.activity("pause", { handler: () => new Promise((resolve) => setImmediate(resolve)) });
df.app.entity<number>("counter", (context) => {
  const value = context.df.getState(() => 0)!;
  switch (context.df.operationName) {
    case "add":
      context.df.setState(value + context.df.getInput<number>()!);
      context.df.return(value + context.df.getInput<number>()!);
      break;
    case "get":
      context.df.return(value);
      break;
    case "tell":
      context.df.signalEntity(new df.EntityId("counter", "other"), "add", value);
      break;
    case "fail":
      // oxlint-disable-next-line typescript/only-throw-error -- an Error would arrive as {} (SDK)
      throw "cannot";
    case "delete":
      context.df.destructOnExit();
      break;
    default:
  }
});
const counter = (key: string) => new df.EntityId("counter", key);

df.app.orchestration("counts", function* (context) {
  context.df.signalEntity(counter("c"), "add", 5);
  const sum: number = yield context.df.callEntity(counter("c"), "add", 2);
  const now: number = yield context.df.callEntity(counter("c"), "get");
  return [sum, now];
});
df.app.orchestration("meetsAnError", function* (context) {
  try {
    yield context.df.callEntity(counter("e"), "fail");
  } catch (error) {
    return (error as Error).message;
  }
});
df.app.orchestration("callsNobody", function* (context) {
  yield context.df.callEntity(new df.EntityId("nobody", "x"), "get");
});
df.app.orchestration("moves", function* (context) {
  const lock: { release(): void } = yield context.df.lock([counter("from"), counter("to")]);
  const from: number = yield context.df.callEntity(counter("from"), "get");
  yield context.df.callActivity("pause");
  yield context.df.callEntity(counter("from"), "add", -1);
  yield context.df.callEntity(counter("to"), "add", 1);
  lock.release();
  return from;
});
df.app.orchestration("movesAndForgets", function* (context) {
  yield context.df.lock([counter("from"), counter("to")]);
  return context.df.isLocked().isLocked;
});
df.app.orchestration("holds", function* (context) {
  yield context.df.lock([counter("from")]);
  context.df.setCustomStatus("holding");
  yield context.df.waitForExternalEvent("never");
});

test("calls and signals of one orchestration reach an entity in order, and its state stays", async () => {
  await using host = await startDurableHost();
  expect((await host.run("counts")).output).toEqual([7, 7]);
  expect((await host.run("counts")).output).toEqual([14, 14]);
});

test("an error in an operation is an error of the call", async () => {
  await using host = await startDurableHost();
  expect((await host.run("meetsAnError")).output).toBe("cannot");
});

test("an entity that does not exist in the app is an error of the call", async () => {
  await using host = await startDurableHost();
  expect((await host.run("callsNobody")).output).toMatch(/no entity function 'nobody'/u);
});

test("critical sections do not interleave, even over activities", async () => {
  await using host = await startDurableHost();
  for (let n = 0; n < 30; n += 1) {
    await host.start("moves", `move-${n}`);
  }
  const seen: number[] = [];
  for (let n = 0; n < 30; n += 1) {
    seen.push((await host.ended(`move-${n}`)).output as number);
  }
  expect(seen.toSorted((a, b) => b - a)).toEqual(Array.from({ length: 30 }, (_, n) => -n || 0));
  expect((await host.call("GET", "entities/counter/to")).body).toBe(30);
});

test("locks are given back when an orchestration ends or is terminated", async () => {
  await using host = await startDurableHost();
  expect((await host.run("movesAndForgets")).output).toBe(true);
  await host.start("holds", "holder");
  await host.until("holder", ({ customStatus }) => customStatus === "holding");
  await host.start("moves", "next");
  await host.quiet();
  expect((await host.status("next")).runtimeStatus).toBe("Running");
  await host.call("POST", "instances/holder/terminate?reason=");
  expect((await host.ended("next")).runtimeStatus).toBe("Completed");
});

test("entities are signalled, read, listed and deleted over HTTP", async () => {
  await using host = await startDurableHost();
  expect((await host.call("GET", "entities/Counter/h")).status).toBe(404);
  expect((await host.call("POST", "entities/Counter/h?op=add", 3)).status).toBe(202);
  expect((await host.call("POST", "entities/Counter/h?op=tell")).status).toBe(202);
  await host.quiet();
  expect((await host.call("GET", "entities/counter/h")).body).toBe(3);
  expect((await host.call("GET", "entities/counter/other")).body).toBe(3);

  const list = await host.call("GET", "entities/counter?fetchState=true");
  expect(list.body).toEqual([
    { entityId: { name: "counter", key: "h" }, lastOperationTime: expect.any(String), state: 3 },
    {
      entityId: { name: "counter", key: "other" },
      lastOperationTime: expect.any(String),
      state: 3,
    },
  ]);
  const first = await host.call("GET", "entities?top=1");
  const rest = await host.call("GET", "entities?top=5", undefined, {
    "x-ms-continuation-token": first.headers["x-ms-continuation-token"]!,
  });
  expect([first.body, rest.body]).toMatchObject([{ length: 1 }, { length: 1 }]);

  expect((await host.call("DELETE", "entities/counter/h")).status).toBe(202);
  await host.quiet();
  expect((await host.call("GET", "entities/counter/h")).status).toBe(404);
});

test("signals that wait when the host goes are taken up by the next one", async () => {
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  const stored = first.call("POST", "entities/counter/late?op=add", 4);
  await first.stop();
  await stored;
  await using second = await startDurableHost({ store });
  await second.quiet();
  expect((await second.call("GET", "entities/counter/late")).body).toBe(4);
  expect(store.range("inbox", {})).toEqual([]);
});

const delivery = (
  eventName: "op" | "release",
  message: Partial<EntityMessage>,
): EntityDelivery => ({
  eventName,
  message: { id: "m", ...message },
  key: [],
});
const lockset = [{ name: "counter", key: "c" }];

test("a lock request waits for the operations before it, and operations after it wait for the lock", () => {
  const before = delivery("op", { op: "add" });
  const request = delivery("op", { id: "L", parent: "holder", lockset, pos: 0 });
  const after = delivery("op", { op: "get" });

  const first = takeEntityBatch(null, [before, request, after], 10);
  expect([...first.consumed]).toEqual([before]);

  const second = takeEntityBatch(null, [request, after], 10);
  expect(second).toMatchObject({
    lock: { id: "L", parent: "holder" },
    granted: [request],
    operations: [],
  });

  const third = takeEntityBatch(second.lock, [after], 10);
  expect(third.consumed.size).toBe(0);
});

test("while it is locked an entity serves its holder only", () => {
  const lock = { id: "L", parent: "holder" };
  const foreign = delivery("op", { op: "get", parent: "other" });
  const own = delivery("op", { op: "get", parent: "holder" });
  const release = delivery("release", { id: "L" });
  const batch = takeEntityBatch(lock, [foreign, own, release], 10);
  expect(batch.operations).toEqual([own]);
  expect(batch.lock).toBeNull();
  expect(takeEntityBatch(null, [foreign], 10).operations).toEqual([foreign]);
});

test("a batch has at most the configured number of operations", () => {
  const inbox = Array.from({ length: 7 }, () => delivery("op", { op: "get" }));
  expect(takeEntityBatch(null, inbox, 5).operations).toHaveLength(5);
});

test("a release that arrives before its lock was granted withdraws the request", () => {
  const lock = { id: "A", parent: "a" };
  const request = delivery("op", { id: "B", parent: "b", lockset, pos: 0 });
  const release = delivery("release", { id: "B" });
  const batch = takeEntityBatch(lock, [request, release], 10);
  expect(batch.lock).toEqual(lock);
  expect(batch.consumed).toEqual(new Set([request, release]));
});

test("the lock request of an execution that has ended is dropped: nobody would give the lock back", () => {
  const request = delivery("op", { id: "L", parent: "gone", lockset, pos: 0 });
  const next = delivery("op", { op: "get" });
  const batch = takeEntityBatch(null, [request, next], 10, ({ parent }) => parent !== "gone");
  expect(batch).toMatchObject({ lock: null, granted: [], operations: [next] });
  expect(batch.consumed).toEqual(new Set([request, next]));
});
