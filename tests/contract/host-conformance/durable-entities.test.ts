import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  startConformanceHost,
  temporaryFolder,
  type ConformanceHost,
} from "./conformance-host.ts";

const claim = claimsOf("durable-entities");
let folder: string;
let host: ConformanceHost;

const start = (): Promise<ConformanceHost> =>
  startConformanceHost("durable", { folder, args: ["--clock=virtual@2026-03-02T06:00:00Z"] });

beforeAll(async () => {
  folder = await temporaryFolder();
  host = await start();
});
afterAll(cleanUp);

interface Counter {
  readonly value: number;
  readonly seen: readonly number[];
}

/** The state of a counter, or null when there is none. */
async function stateOf(key: string): Promise<Counter | null> {
  const answer = await host.durable("GET", `entities/counter/${key}`);
  return answer.status === 404 ? null : (answer.json() as Counter);
}

/** Signals a counter through the SDK's client inside of the app. */
const signal = async (key: string, operation: string, input: unknown): Promise<number> =>
  (await host.post(`/api/entity/${key}/${operation}`, JSON.stringify(input))).status;

const untilValue = (key: string, value: number): Promise<Counter> =>
  eventually(async () => {
    const state = await stateOf(key);
    return state?.value === value && state;
  }, `${key} is ${value}`);

claim("calls and signals", async () => {
  expect(await host.run("callsEntity", "ordered")).toEqual({ value: 5, seen: [2, 3] });
  expect(await host.run("signalsInOrder", "sorted")).toEqual({
    value: 210,
    seen: Array.from({ length: 20 }, (_, n) => n + 1),
  });
});

claim("names", async () => {
  expect(await host.run("asksWho")).toMatchObject({ name: "counter", key: "Someone" });
});

claim("failing operation", async () => {
  const { message, state } = (await host.run("meetsFailure", "failing")) as {
    message: string;
    state: Counter;
  };
  expect(message).toMatch(/it went wrong/u);
  expect(state).toEqual({ value: 5, seen: [5] });
});

claim("no such entity", async () => {
  const found = await host.run("callsNoEntity");
  expect(found).toMatch(/nobody/u);
});

claim("signal from outside", async () => {
  expect(await signal("outside", "add", 4)).toBe(202);
  await untilValue("outside", 4);
  expect((await host.get("/api/entity/outside")).json()).toEqual({
    entityExists: true,
    entityState: { value: 4, seen: [4] },
  });
  expect((await host.get("/api/entity/nobody")).json()).toMatchObject({ entityExists: false });
});

claim("signal between entities", async () => {
  await signal("sender", "tell", { key: "receiver", amount: 6 });
  expect(await untilValue("receiver", 6)).toEqual({ value: 6, seen: [6] });
});

claim("removal", async () => {
  await signal("short-lived", "add", 1);
  await untilValue("short-lived", 1);
  await signal("short-lived", "remove", null);
  await eventually(async () => (await stateOf("short-lived")) === null, "the end of the entity");
  await signal("short-lived", "add", 2);
  expect(await untilValue("short-lived", 2)).toEqual({ value: 2, seen: [2] });
});

claim("exactly once", async () => {
  await Promise.all(Array.from({ length: 100 }, () => signal("popular", "add", 1)));
  expect((await untilValue("popular", 100)).seen).toHaveLength(100);
});

claim("locks", async () => {
  await signal("from", "add", 15);
  await untilValue("from", 15);
  const moves = await Promise.all(
    Array.from({ length: 15 }, () => host.run("moves", { from: "from", to: "to" })),
  );
  const before = (moves as { before: number }[]).map((move) => move.before);
  expect(before.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
  expect(moves[0]).toMatchObject({ isLocked: true, isLockedAfterwards: false });
  expect([(await stateOf("from"))?.value, (await stateOf("to"))?.value]).toEqual([0, 15]);
});

claim("automatic release", async () => {
  expect(await host.run("locksAndEnds", "locked")).toBe("without a release");
  await host.start("locksAndWaits", "holder", "locked");
  await host.until("holder", ({ customStatus }) => customStatus === "locked");
  await host.start("moves", "after", { from: "locked", to: "unlocked" });
  await host.durable("POST", "instances/holder/terminate?reason=enough");
  expect((await host.ended("after")).runtimeStatus).toBe("Completed");
});

claim("locking rules", async () => {
  expect(await host.run("breaksLockRules")).toBe(4);
});

claim("state", async () => {
  await signal("lasting", "add", 7);
  await untilValue("lasting", 7);
  await host.kill();
  host = await start();
  expect(await stateOf("lasting")).toEqual({ value: 7, seen: [7] });
  await signal("lasting", "add", 1);
  expect((await untilValue("lasting", 8)).seen).toEqual([7, 1]);
});
