import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import type { HostStore } from "../../../../host/store/store.ts";
import { df, startDurableHost, type DurableHost } from "../../../support/durable-host.ts";

/** What happens to an instance between a turn and its commit, and between one life of an instance ID and the next. */

let whenRun: (() => void) | null = null;
let letGo: () => void = () => {};

df.app.activity("waitsForTest", {
  handler: () =>
    new Promise<string>((resolve) => {
      letGo = () => resolve("late");
    }),
});
df.app.orchestration("answers", function* (context) {
  whenRun?.();
  yield context.df.createTimer(context.df.currentUtcDateTime);
  return context.df.getInput();
});
df.app.orchestration("waitsForEvent", function* (context) {
  return yield context.df.waitForExternalEvent("go");
});
df.app.orchestration("callsSlow", function* (context) {
  return yield context.df.callActivity("waitsForTest");
});

interface PausableStore extends HostStore {
  /** Keeps the next commit that writes this text, and all after it, from happening until it may go on. */
  pauseAt(mark: string): void;
  goOn(): void;
}

function createPausableStore(): PausableStore {
  const memory = createMemoryStore();
  let mark: string | null = null;
  let paused: Promise<void> | null = null;
  let resume: (() => void) | null = null;
  return {
    ...memory,
    pauseAt: (text) => {
      mark = text;
    },
    goOn: () => {
      mark = null;
      resume?.();
    },
    commit: async (operations) => {
      if (mark !== null && JSON.stringify(operations).includes(mark)) {
        paused ??= new Promise((resolve) => {
          resume = resolve;
        });
      }
      await paused;
      await memory.commit(operations);
    },
  };
}

const loops = async (count: number): Promise<void> => {
  for (let loop = 0; loop < count; loop += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const historyRows = (host: DurableHost, instanceId: string): number =>
  host.store.range("history", { prefix: [instanceId] }).length;

test("nobody sees a status before it is committed, because a crash could take it back", async () => {
  const store = createPausableStore();
  await using host = await startDurableHost({ store });
  await host.start("waitsForEvent", "x");
  await host.quiet();
  let isAnswered = false;
  const waiting = host.call("POST", "orchestrators/waitsForEvent/y?timeout=60").then((answer) => {
    isAnswered = true;
    return answer;
  });
  await host.quiet();
  store.pauseAt("Completed");
  const raises = [host.raise("x", "go", 1), host.raise("y", "go", 2)];
  await loops(20);

  expect((await host.status("x")).runtimeStatus).toBe("Running");
  expect(isAnswered).toBe(false);

  store.goOn();
  await Promise.all(raises);
  expect(await host.ended("x")).toMatchObject({ runtimeStatus: "Completed", output: 1 });
  expect((await waiting).body).toBe(2);
});

test("a start that replaces an instance in the middle of its turn is not undone by that turn", async () => {
  const settings = { overridableExistingInstanceStates: "AnyState" };
  await using host = await startDurableHost({ settings });
  const starts: Promise<void>[] = [];
  whenRun = () => {
    whenRun = null;
    starts.push(host.start("callsSlow", "x", "second"));
  };
  await host.start("answers", "x", "first");
  await host.until("x", ({ input }) => input === "second");
  await Promise.all(starts);
  await loops(20);
  letGo();

  expect(await host.ended("x")).toMatchObject({ input: "second", output: "late" });
  expect(host.store.range("timers", {})).toEqual([]);
});

test("a terminate that waits for a turn is answered when the instance is purged instead", async () => {
  const store = createPausableStore();
  await using host = await startDurableHost({ store });
  await host.start("waitsForEvent", "x");
  await host.quiet();
  await host.quiet();
  store.pauseAt("terminate");
  const terminated = host.call("POST", "instances/x/terminate?reason=enough");
  const purged = host.call("DELETE", "instances/x");
  await loops(5);
  store.goOn();

  expect((await purged).status).toBe(200);
  expect((await terminated).status).toBe(202);
  expect((await host.call("GET", "instances/x")).status).toBe(404);
  expect(host.store.range("inbox", {})).toEqual([]);
});

test("a late answer for an earlier life of an instance ID does not touch the new one", async () => {
  await using host = await startDurableHost();
  await host.start("callsSlow", "x");
  await loops(20);
  await host.call("DELETE", "instances/x");
  await host.start("waitsForEvent", "x");
  await loops(20);
  const before = historyRows(host, "x");

  letGo();
  await host.quiet();

  expect(historyRows(host, "x")).toBe(before);
  expect((await host.status("x")).runtimeStatus).toBe("Running");
});

test("purging many goes past any number of instances that still run", async () => {
  await using host = await startDurableHost();
  for (let n = 0; n < 150; n += 1) {
    await host.start("waitsForEvent", `live-${n}`);
  }
  // Of what began at the same instant, pages show this one last.
  await host.start("answers", "z", 1);
  await host.ended("z");

  const purged = await host.call("DELETE", "instances?createdTimeFrom=2000-01-01T00:00:00Z");

  expect(purged).toMatchObject({ status: 200, body: { instancesDeleted: 1 } });
  expect((await host.call("GET", "instances?top=200")).body).toHaveLength(150);
});

test("two parents that ask for one child ID at the same moment: one gets it, the other is told", async () => {
  df.app.orchestration("sharesChild", function* (context) {
    try {
      return yield context.df.callSubOrchestrator("waitsForEvent", null, "shared");
    } catch (error) {
      return (error as Error).message;
    }
  });
  await using host = await startDurableHost();
  await Promise.all([host.start("sharesChild", "p1"), host.start("sharesChild", "p2")]);
  await loops(20);
  await host.raise("shared", "go", "one");
  const outputs = [(await host.ended("p1")).output, (await host.ended("p2")).output];
  expect(outputs).toContain("one");
  expect(outputs).toContainEqual(expect.stringMatching(/ID 'shared' .* already exists/u));
});
