import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { put, type HostStore } from "../../../../host/store/store.ts";
import { df, startDurableHost } from "../../../support/durable-host.ts";

/** Rows of messages whose receiver is gone: they must not stay in the data directory for ever. */

df.app.activity("note", { handler: (input: unknown) => input });
df.app.orchestration("waitsForGo", function* (context) {
  return yield context.df.waitForExternalEvent("go");
});
df.app.orchestration("startsWaiter", function* (context) {
  yield context.df.callSubOrchestrator("waitsForGo", null, "the-kid");
});
df.app.entity<number>("tally", (context) => {
  context.df.setState((context.df.getState(() => 0) ?? 0) + 1);
  context.df.return(context.df.getState());
});
df.app.orchestration("callsTally", function* (context) {
  yield context.df.callEntity(new df.EntityId("tally", "t"), "add");
  yield context.df.waitForExternalEvent("never");
});

const inboxOf = (store: HostStore): unknown[] => store.range("inbox", {}).map(({ key }) => key[0]);

test("what a host left for instances that are gone is thrown away by the next one, and nothing else", async () => {
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  await first.start("waitsForGo", "lives");
  await first.start("waitsForGo", "ended");
  await first.raise("ended", "go", 1);
  await first.ended("ended");
  await first.quiet();
  await first.stop();
  const event = JSON.stringify({ kind: "eventRaised", name: "go", input: "1" });
  const signal = JSON.stringify({
    eventName: "op",
    message: { id: "s", op: "add", signal: true },
  });
  await store.commit([
    put("inbox", ["gone", 1], event),
    put("inbox", ["@odd", 2], event),
    put("inbox", ["ended", 3], event),
    put("inbox", ["lives", 4], JSON.stringify({ kind: "eventRaised", name: "other", input: "1" })),
    put("inbox", ["@tally@x", 5], signal),
  ]);

  await using second = await startDurableHost({ store, clock: first.clock });
  await second.quiet();

  expect(inboxOf(store)).toEqual([]);
  expect((await second.call("GET", "entities/tally/x")).body).toBe(1);
  await second.raise("lives", "go", "kept");
  expect((await second.ended("lives")).output).toBe("kept");
});

test("an event that crosses a purge is stored for nobody", async () => {
  await using host = await startDurableHost();
  for (let round = 0; round < 20; round += 1) {
    await host.start("waitsForGo", "x");
    const raised = host.raise("x", "go", round);
    for (let loop = 0; loop < round % 5; loop += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await host.call("DELETE", "instances/x");
    await raised;
  }
  await host.quiet();
  expect(inboxOf(host.store)).toEqual([]);
});

test("answers to a parent that was purged, or lives a new life, are not kept", async () => {
  await using host = await startDurableHost();
  await host.start("startsWaiter", "purged");
  await host.quiet();
  await host.call("DELETE", "instances/purged");
  await host.raise("the-kid", "go", 1);
  expect((await host.ended("the-kid")).runtimeStatus).toBe("Completed");

  await host.start("startsWaiter", "again");
  await host.quiet();
  await host.call("DELETE", "instances/again");
  await host.start("waitsForGo", "again");
  await host.raise("the-kid", "go", 2);
  await host.ended("the-kid");
  await host.quiet();
  expect(inboxOf(host.store)).toEqual([]);
  expect((await host.status("again")).runtimeStatus).toBe("Running");
});

test("an entity's answer to an orchestration that was purged meanwhile is not kept", async () => {
  await using host = await startDurableHost();
  for (let loops = 0; loops < 15; loops += 1) {
    await host.start("callsTally", "caller");
    for (let loop = 0; loop < loops; loop += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await host.call("DELETE", "instances/caller");
  }
  await host.quiet();
  expect(inboxOf(host.store)).toEqual([]);
});

test("signals to an entity that the app does not have are not kept either", async () => {
  await using host = await startDurableHost();
  expect((await host.call("POST", "entities/unknown/x?op=add", 1)).status).toBe(202);
  await host.quiet();
  expect(inboxOf(host.store)).toEqual([]);
  expect(host.store.range("entities", {})).toEqual([]);
  expect(host.logged.join("\n")).toMatch(/There is no entity function 'unknown'/u);
});
