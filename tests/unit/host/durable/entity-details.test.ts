import { expect, test } from "@jest/globals";
import type { EntityContext } from "durable-functions";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import type { HostStore } from "../../../../host/store/store.ts";
import {
  df,
  startDurableHost,
  STARTS_AT,
  type DurableHost,
} from "../../../support/durable-host.ts";

/** What entities received, in order. */
const received: unknown[] = [];
/** Operations in each run of an entity function that counts them. */
const batches: number[] = [];
let latestRun: unknown = null;

df.app.activity("nothing", { handler: () => new Promise((resolve) => setImmediate(resolve)) });
df.app.entity("box", (context: EntityContext<unknown>) => {
  const { df: entity } = context;
  switch (entity.operationName) {
    case "keep":
      received.push(entity.getInput() ?? null);
      entity.return(entity.getInput());
      break;
    case "setThenThrow":
      entity.setState("set");
      entity.signalEntity(new df.EntityId("box", "told"), "keep", "signalled");
      // oxlint-disable-next-line typescript/only-throw-error -- an Error would arrive as {} (SDK)
      throw "after setting";
    case "throwError":
      throw new Error("an Error");
    case "state":
      entity.return(entity.getState() ?? "none");
      break;
    case "set":
      entity.setState(entity.getInput());
      break;
    case "setAndDelete":
      entity.setState(1);
      entity.destructOnExit();
      break;
    case "twice":
      entity.return("first");
      entity.return("second");
      break;
    case "isNew":
      entity.return(entity.isNewlyConstructed);
      break;
    case "append": {
      const list = (entity.getState(() => []) as unknown[]).concat(entity.getInput());
      entity.setState(list);
      entity.return(list.length);
      break;
    }
    case "tell": {
      const { to, value } = entity.getInput<{ to: string; value: unknown }>()!;
      entity.signalEntity(new df.EntityId("Box", to), "append", value);
      break;
    }
    default:
  }
});
df.app.entity<number>("counting", (context) => {
  // One run shares one context object.
  if (latestRun !== context) {
    latestRun = context;
    batches.push(0);
  }
  batches.push(batches.pop()! + 1);
  context.df.setState(context.df.getState(() => 0)! + 1);
});
const box = (key: string) => new df.EntityId("box", key);

df.app.orchestration("callsBox", function* (context) {
  const results: unknown[] = [];
  for (const { operation, input } of context.df.getInput<
    { operation: string; input?: unknown }[]
  >()) {
    try {
      const result: unknown = yield context.df.callEntity(box("b"), operation, input);
      results.push(result ?? null);
    } catch (error) {
      results.push(`error ${(error as Error).message}`);
    }
  }
  return results;
});
df.app.orchestration("signalsBox", function* (context) {
  for (const input of context.df.getInput<unknown[]>()) {
    context.df.signalEntity(box("signalled"), "keep", input);
  }
  yield context.df.callEntity(box("signalled"), "state");
});
df.app.orchestration("appends", function* (context) {
  const prefix = context.df.getInput<string>();
  for (let n = 0; n < 20; n += 1) {
    context.df.signalEntity(box("list"), "append", `${prefix}${n}`);
    if (n % 5 === 4) {
      yield context.df.callEntity(box("list"), "append", `${prefix}call${n}`);
    }
  }
});
df.app.orchestration("locksAndContinues", function* (context) {
  const round = context.df.getInput<number>();
  yield context.df.lock([box("lock1"), box("lock2")]);
  if (round < 3) {
    context.df.continueAsNew(round + 1);
    return;
  }
  return "locked every time";
});
df.app.orchestration("holdsLocks", function* (context) {
  yield context.df.lock([box("lock1"), box("lock2")]);
  context.df.setCustomStatus("holding");
  yield context.df.waitForExternalEvent("never");
});
df.app.orchestration("locksOnce", function* (context) {
  yield context.df.lock([box("lock1"), box("lock2")]);
  const length: unknown = yield context.df.callEntity(box("lock1"), "append", "x");
  return length;
});
df.app.orchestration("breaksRules", function* (context) {
  const lock: { release(): void } = yield context.df.lock(box("lock1"));
  const said: string[] = [];
  const attempt = (action: () => unknown): void => {
    try {
      action();
      said.push("allowed");
    } catch (error) {
      said.push((error as Error).name);
    }
  };
  attempt(() => context.df.callEntity(box("other"), "state"));
  attempt(() => context.df.signalEntity(box("lock1"), "keep", 1));
  attempt(() => context.df.callSubOrchestrator("locksOnce"));
  attempt(() => context.df.lock(box("other")));
  attempt(() => context.df.signalEntity(box("other"), "append", 1));
  lock.release();
  attempt(() => context.df.callEntity(box("other"), "state"));
  yield context.df.callActivity("nothing");
  return said;
});
df.app.orchestration("signalsLater", function* () {});

const call = (operation: string, input?: unknown) =>
  input === undefined ? { operation } : { operation, input };
const lockOf = (host: DurableHost, key: string): unknown =>
  (JSON.parse(host.store.get("entities", [`@box@${key}`]) ?? "{}") as { lock?: unknown }).lock ??
  null;

test.each([
  ["text"],
  [""],
  ["123"],
  [7],
  [0],
  [true],
  [false],
  [{ a: [1, { b: "ü" }] }],
  [[1, "2"]],
])(
  "the input %j reaches an operation as it is, by call, by signal and over HTTP",
  async (value) => {
    await using host = await startDurableHost();
    received.length = 0;
    expect((await host.run("callsBox", [call("keep", value)])).output).toEqual([value]);
    await host.run("signalsBox", [value]);
    await host.call("POST", "entities/box/http?op=keep", value);
    await host.quiet();
    expect(received).toEqual([value, value, value]);
  },
);

test("no input, and null, is undefined to an operation", async () => {
  await using host = await startDurableHost();
  received.length = 0;
  await host.run("callsBox", [call("keep"), call("keep", null)]);
  await host.call("POST", "entities/box/b?op=keep");
  await host.quiet();
  expect(received).toEqual([null, null, null]);
});

test("an error takes back neither state nor signals, as Azure has it for JavaScript", async () => {
  await using host = await startDurableHost();
  received.length = 0;
  expect(
    (await host.run("callsBox", [call("setThenThrow"), call("state"), call("throwError")])).output,
  ).toEqual(["error after setting", "set", "error [object Object]"]);
  await host.quiet();
  expect(received).toEqual(["signalled"]);
});

test("asking for a rollback is answered with a warning, because Azure would not do it either", async () => {
  await using host = await startDurableHost({
    settings: { rollbackEntityOperationsOnExceptions: true },
  });
  expect(host.logged).toContainEqual(
    expect.stringMatching(
      /^warning: host\.json: rollbackEntityOperationsOnExceptions does nothing/u,
    ),
  );
  await using silent = await startDurableHost({
    settings: { rollbackEntityOperationsOnExceptions: false },
  });
  expect(silent.logged).toEqual([]);
});

test("an operation that returns twice mixes results up, and that is told", async () => {
  await using host = await startDurableHost();
  await host.run("callsBox", [call("twice")]);
  expect(host.logged.join("\n")).toMatch(
    /warning: @box@b: the function gave 2 results for 1 operations/u,
  );
});

test("a deleted entity leaves nothing behind and is new again", async () => {
  await using host = await startDurableHost();
  const steps = [call("isNew"), call("set", 5), call("isNew"), call("setAndDelete"), call("state")];
  expect((await host.run("callsBox", steps)).output).toEqual([true, null, false, null, "none"]);
  await host.run("callsBox", [call("setAndDelete")]);
  expect(host.store.range("entities", {})).toEqual([]);
  expect(host.store.range("inbox", {})).toEqual([]);
});

test("an entity is purged by its scheduler ID, and its lock stays with its holder", async () => {
  await using host = await startDurableHost();
  await host.call("POST", "entities/box/lock1?op=set", "value");
  await host.start("holdsLocks", "holder");
  await host.until("holder", ({ customStatus }) => customStatus === "holding");
  expect((await host.call("GET", "entities/box/lock1")).body).toBe("value");
  expect((await host.call("DELETE", "instances/@box@lock1")).body).toEqual({ instancesDeleted: 1 });
  expect((await host.call("GET", "entities/box/lock1")).status).toBe(404);
  expect((await host.call("DELETE", "instances/@box@lock1")).status).toBe(404);
  expect((await host.call("DELETE", "instances/@box@nobody")).status).toBe(404);
  expect(lockOf(host, "lock1")).toMatchObject({ parent: "holder" });
});

test("a purge in the middle of a batch waits for it and keeps what comes after", async () => {
  await using host = await startDurableHost();
  const signals = Array.from({ length: 20 }, (_, n) =>
    host.call("POST", "entities/box/busy?op=append", n),
  );
  const purged = await host.call("DELETE", "instances/@box@busy");
  await Promise.all(signals);
  await host.call("POST", "entities/box/busy?op=append", "last");
  await host.quiet();
  const { body } = await host.call("GET", "entities/box/busy");
  expect([200, 404]).toContain(purged.status);
  expect((body as unknown[]).at(-1)).toBe("last");
});

test("an orchestration cannot take the ID of an entity, whose messages it would share", async () => {
  await using host = await startDurableHost();
  expect((await host.call("POST", "orchestrators/locksOnce/@box@b", 1)).status).toBe(400);
});

test("messages of one sender arrive in order, whoever sends beside it", async () => {
  await using host = await startDurableHost({ settings: { maxEntityOperationBatchSize: 3 } });
  await Promise.all(["a", "b", "c"].map((prefix) => host.start("appends", prefix, prefix)));
  for (const id of ["a", "b", "c"]) {
    await host.ended(id);
  }
  const list = (await host.call("GET", "entities/box/list")).body as string[];
  for (const prefix of ["a", "b", "c"]) {
    const expected = Array.from({ length: 20 }, (_, n) =>
      n % 5 === 4 ? [`${prefix}${n}`, `${prefix}call${n}`] : [`${prefix}${n}`],
    ).flat();
    expect(list.filter((entry) => entry.startsWith(prefix))).toEqual(expected);
  }
});

test("signals of entities to entities arrive in order too", async () => {
  await using host = await startDurableHost();
  for (let n = 0; n < 30; n += 1) {
    await host.call("POST", "entities/box/teller?op=tell", { to: "heard", value: n + 1 });
  }
  await host.quiet();
  expect((await host.call("GET", "entities/box/heard")).body).toEqual(
    Array.from({ length: 30 }, (_, n) => n + 1),
  );
});

test("operations run in batches of at most maxEntityOperationBatchSize", async () => {
  await using host = await startDurableHost({ settings: { maxEntityOperationBatchSize: 4 } });
  batches.length = 0;
  await Promise.all(
    Array.from({ length: 10 }, () => host.call("POST", "entities/counting/x?op=add")),
  );
  await host.quiet();
  expect((await host.call("GET", "entities/counting/x")).body).toBe(10);
  expect(Math.max(...batches)).toBeLessThanOrEqual(4);
  expect(batches.length).toBeLessThan(10);
});

test("the rules of critical sections are the SDK's", async () => {
  await using host = await startDurableHost();
  const rule = "LockingRulesViolationError";
  expect((await host.run("breaksRules")).output).toEqual([
    rule,
    rule,
    rule,
    rule,
    "allowed",
    "allowed",
  ]);
  expect(lockOf(host, "lock1")).toBeNull();
});

test("locks are given back when an orchestration continues as new", async () => {
  await using host = await startDurableHost();
  expect((await host.run("locksAndContinues", 0)).output).toBe("locked every time");
  await host.quiet();
  expect(host.store.range("entities", {})).toEqual([]);
});

test.each([
  ["purged", (host: DurableHost) => host.call("DELETE", "instances/holder")],
  ["replaced", (host: DurableHost) => host.call("POST", "orchestrators/signalsLater/holder", 1)],
  ["terminated", (host: DurableHost) => host.call("POST", "instances/holder/terminate?reason=")],
])("locks are given back when their holder is %s", async (_how, end) => {
  await using host = await startDurableHost({
    settings: { overridableExistingInstanceStates: "AnyState" },
  });
  await host.start("holdsLocks", "holder");
  await host.until("holder", ({ customStatus }) => customStatus === "holding");
  await host.start("locksOnce", "next");
  await host.quiet();
  expect((await host.status("next")).runtimeStatus).toBe("Running");
  await end(host);
  expect((await host.ended("next")).output).toBe(1);
  await host.quiet();
  expect([lockOf(host, "lock1"), lockOf(host, "lock2")]).toEqual([null, null]);
});

/** Commits one after the other, each some turns of the event loop long, as a disk does. */
function createSlowStore(): HostStore {
  const memory = createMemoryStore();
  let latest: Promise<void> = Promise.resolve();
  return {
    ...memory,
    commit: (operations) => {
      latest = latest.then(async () => {
        for (let loop = 0; loop < 3; loop += 1) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        await memory.commit(operations);
      });
      return latest;
    },
  };
}

test("orchestrations that are terminated at any moment of their locking leave no lock behind", async () => {
  await using host = await startDurableHost({ store: createSlowStore() });
  for (let loops = 0; loops < 40; loops += 1) {
    await host.start("holdsLocks", `victim-${loops}`);
    for (let loop = 0; loop < loops; loop += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await host.call("POST", `instances/victim-${loops}/terminate?reason=`);
  }
  await host.quiet();
  expect([lockOf(host, "lock1"), lockOf(host, "lock2")]).toEqual([null, null]);
  expect((await host.run("locksOnce")).output).toBe(1);
});

test("a signal for later is delivered then, by a host that was started in between too", async () => {
  const store = createMemoryStore();
  const fireAt = new Date(STARTS_AT + 3_600_000).toISOString();
  const later = {
    actionType: 10,
    instanceId: "@box@later",
    operation: "append",
    input: "on time",
    fireAt,
  };
  // The SDK for JavaScript has no signals for later; the protocol has.
  const intercept = (name: string) =>
    name === "signalsLater"
      ? ({
          ok: true,
          returnValue: { json: JSON.stringify({ isDone: true, actions: [[later]] }) },
        } as const)
      : null;
  const first = await startDurableHost({ store, intercept });
  await first.clock.takeHold("restart");
  await first.run("signalsLater");
  await first.quiet();
  expect((await first.call("GET", "entities/box/later")).status).toBe(404);
  await first.stop();
  await using second = await startDurableHost({ store, clock: first.clock });
  first.clock.releaseHold("restart");
  await new Promise<void>((resolve) => second.clock.setTimer(STARTS_AT + 3_600_001, resolve));
  await second.quiet();
  expect((await second.call("GET", "entities/box/later")).body).toEqual(["on time"]);
  expect(store.range("inbox", {})).toEqual([]);
});

test("entities are listed page by page, each once, by name and time", async () => {
  await using host = await startDurableHost();
  for (let n = 0; n < 23; n += 1) {
    await host.call("POST", `entities/box/${n}?op=set`, n);
    await host.call("POST", `entities/boxes/${n}?op=set`, n);
  }
  await host.call("POST", "entities/box/gone?op=setAndDelete");
  await host.quiet();
  const seen: { entityId: { key: string }; state: number }[] = [];
  let token = "";
  do {
    const page = await host.call("GET", "entities/box?top=5&fetchState=true", undefined, {
      "x-ms-continuation-token": token,
    });
    expect((page.body as unknown[]).length).toBeLessThanOrEqual(5);
    seen.push(...(page.body as typeof seen));
    token = page.headers["x-ms-continuation-token"] ?? "";
  } while (token !== "");
  expect(seen.map(({ state }) => state).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 23 }, (_, n) => n),
  );
  expect(
    (await host.call("GET", "entities/box?lastOperationTimeTo=2026-03-01T00:00:00Z")).body,
  ).toEqual([]);
  expect(
    (await host.call("GET", "entities/box?lastOperationTimeFrom=2026-03-02T00:00:00Z&top=100"))
      .body,
  ).toHaveLength(23);
  expect((await host.call("GET", "entities/box?top=none")).status).toBe(400);
});
