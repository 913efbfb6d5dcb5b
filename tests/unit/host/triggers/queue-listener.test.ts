import { afterEach, expect, test } from "@jest/globals";
import { VirtualClock } from "../../../../clock/virtual-clock.ts";
import type { FunctionRun, FunctionRunner } from "../../../../host/functions/function-runner.ts";
import { parseHostJson } from "../../../../host/settings/host-json.ts";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { LeaseBook } from "../../../../host/triggers/message-lease.ts";
import { QueueListener } from "../../../../host/triggers/queue-listener.ts";
import { FakeQueue } from "./fake-queue.ts";

const START = Date.parse("2026-03-02T06:00:00Z");
const HOUR_MS = 3_600_000;
const listeners: QueueListener[] = [];

afterEach(() => {
  for (const listener of listeners.splice(0)) {
    listener.pause();
    listener.abandon();
  }
});

type Handle = (run: FunctionRun) => Promise<boolean>;

function world(handle: Handle, settings: object = {}) {
  const clock = new VirtualClock({ startsAt: START });
  const queue = new FakeQueue("work");
  const poison = new FakeQueue("work-poison");
  const store = createMemoryStore();
  const warnings: string[] = [];
  const runner = {
    run: async (run: FunctionRun) => {
      const isFine = await handle(run);
      return isFine ? { ok: true, returnValue: null, outputs: [] } : { ok: false, error: "boom" };
    },
  } as unknown as FunctionRunner;
  const hostJson = {
    version: "2.0",
    extensions: { queues: { messageEncoding: "none", ...settings } },
  };
  const listen = (): QueueListener => {
    const listener = new QueueListener({
      functionName: "work",
      queueName: "work",
      client: queue.client,
      poison: poison.client,
      book: new LeaseBook(store, "work"),
      settings: parseHostJson(JSON.stringify(hostJson), {}).queues,
      clock,
      runner,
      logger: { isEnabled: () => true, log: (_level, _category, text) => void warnings.push(text) },
    });
    listeners.push(listener);
    clock.addCheck(() => listener.isQuiet());
    return listener;
  };
  return { clock, queue, poison, store, warnings, listen };
}

const reach = (clock: VirtualClock, at: number): Promise<number> =>
  new Promise((resolve) => clock.setTimer(at, () => resolve(clock.now())));

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) {
    await turns(1);
  }
};

test("time jumps only when the queue is empty and everything taken from it has ended", async () => {
  const seen: [string | undefined, number][] = [];
  const { clock, queue, listen } = world(async ({ trigger }) => {
    await turns(5);
    seen.push([trigger.string, clock.now()]);
    return true;
  });
  await queue.sendMessage("one");
  await queue.sendMessage("two");
  await listen().start();
  await reach(clock, START + HOUR_MS);
  expect(seen).toEqual([
    ["one", START],
    ["two", START],
  ]);
  expect(queue.messages).toEqual([]);
});

test("a message put there while a look was under way is not jumped over", async () => {
  const seen: number[] = [];
  const { clock, queue, listen } = world(async () => {
    seen.push(clock.now());
    return true;
  });
  const listener = listen();
  let isFirst = true;
  queue.onLook = async () => {
    if (isFirst) {
      isFirst = false;
      await queue.sendMessage("late");
      // The look that has already missed it is still on its way when time asks.
      await turns(20);
    }
  };
  await listener.start();
  await until(() => queue.looks > 0);
  await reach(clock, START + HOUR_MS);
  expect(seen).toEqual([START]);
});

test("time stands while the queue cannot be read, and goes on when it can", async () => {
  const { clock, queue, warnings, listen } = world(async () => true);
  queue.failure = new Error("connection refused");
  const listener = listen();
  await listener.start();
  const reached = reach(clock, START + HOUR_MS);
  await until(() => warnings.length > 0);
  await turns(50);
  expect(clock.now()).toBe(START);
  expect(clock.view().busy).toContain("queue work cannot be read");
  expect(queue.looks).toBeLessThan(5);
  queue.failure = null;
  listener.lookSoon();
  expect(await reached).toBe(START + HOUR_MS);
});

test("a queue that does not exist is an empty one", async () => {
  const { clock, queue, warnings, listen } = world(async () => true);
  queue.failure = Object.assign(new Error("gone"), { code: "QueueNotFound" });
  await listen().start();
  await reach(clock, START + HOUR_MS);
  expect(warnings).toEqual([]);
});

test("takes no further batch, and does not spin, while enough messages are being processed", async () => {
  const opened = new EventTarget();
  const gate = new Promise((resolve) => {
    opened.addEventListener("open", resolve);
  });
  let running = 0;
  const { clock, queue, listen } = world(
    async () => {
      running += 1;
      await gate;
      return true;
    },
    { batchSize: 2, newBatchThreshold: 0 },
  );
  for (const text of ["1", "2", "3"]) {
    await queue.sendMessage(text);
  }
  await listen().start();
  await until(() => running === 2);
  const looks = queue.looks;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([running, queue.looks]).toEqual([2, looks]);
  opened.dispatchEvent(new Event("open"));
  await reach(clock, START + HOUR_MS);
  expect(running).toBe(3);
});

test("a failing message is tried as often as host.json says and ends on the poison queue", async () => {
  const counts: unknown[] = [];
  const { clock, queue, poison, listen } = world(
    async ({ triggerMetadata }) => {
      counts.push(triggerMetadata?.["DequeueCount"]);
      return false;
    },
    { maxDequeueCount: 3 },
  );
  await queue.sendMessage("bad");
  await listen().start();
  await reach(clock, START + HOUR_MS);
  expect(counts).toEqual([{ int: 1 }, { int: 2 }, { int: 3 }]);
  expect([queue.messages, poison.visible]).toEqual([[], ["bad"]]);
});

test("a failed message comes back after the visibility timeout of the host's clock", async () => {
  const times: number[] = [];
  const { clock, queue, listen } = world(
    async () => {
      times.push(clock.now());
      return times.length === 2;
    },
    { visibilityTimeout: "01:00:00" },
  );
  await queue.sendMessage("slow");
  await listen().start();
  await reach(clock, START + 2 * HOUR_MS);
  expect(times).toEqual([START, START + HOUR_MS]);
});

test("the next start gives back at once what an ended host was processing", async () => {
  const hung = new Promise<boolean>(() => undefined);
  let attempt = 0;
  const { queue, store, listen } = world(async () => {
    attempt += 1;
    return attempt === 1 ? hung : true;
  });
  await queue.sendMessage("again");
  const first = listen();
  await first.start();
  await until(() => attempt > 0);
  first.pause();
  first.abandon();
  expect(new LeaseBook(store, "work").list()).toHaveLength(1);
  const second = listen();
  await second.start();
  await until(() => queue.messages.length === 0);
  await second.drained();
  expect(attempt).toBe(2);
  expect(new LeaseBook(store, "work").list()).toEqual([]);
});

test("time stands until a message comes back that an ended host took without writing it down", async () => {
  const seen: number[] = [];
  const { clock, queue, listen } = world(async () => {
    seen.push(clock.now());
    return true;
  });
  await queue.sendMessage("one");
  await queue.receiveMessages({ numberOfMessages: 1 });
  await listen().start();
  const hour = reach(clock, START + HOUR_MS);
  await until(() => clock.view().busy.some((reason) => reason.includes("an earlier host took")));
  expect(clock.now()).toBe(START);
  queue.messages.forEach((message) => {
    message.isVisible = true;
  });
  await hour;
  expect(seen).toEqual([START]);
});

test("takes nothing after it was paused, and says that it is quiet", async () => {
  const { queue, listen } = world(async () => true);
  const listener = listen();
  await listener.start();
  await listener.isQuiet();
  listener.pause();
  await queue.sendMessage("stays");
  listener.lookSoon();
  expect(await listener.isQuiet()).toBe(true);
  expect(queue.visible).toEqual(["stays"]);
});

test("a message that comes back while it is being processed is not run a second time", async () => {
  let runs = 0;
  const ends: ((isFine: boolean) => void)[] = [];
  const { queue, listen } = world(() => {
    runs += 1;
    return new Promise((resolve) => ends.push(resolve));
  });
  await queue.sendMessage("slow");
  const listener = listen();
  await listener.start();
  await until(() => runs === 1);
  // As if this process had stood still for longer than the message was taken for.
  queue.messages[0]!.isVisible = true;
  listener.lookSoon();
  await until(() => queue.messages[0]!.dequeueCount === 2);
  ends[0]?.(true);
  await until(() => queue.messages.length === 0);
  expect(runs).toBe(1);
});

test("a failed message that is taken again while it is given back runs again", async () => {
  let runs = 0;
  const { queue, listen } = world(async () => {
    runs += 1;
    return runs > 1;
  });
  await queue.sendMessage("bad once");
  const listener = listen();
  queue.onUpdate = async () => {
    listener.lookSoon();
    await until(() => queue.messages[0]?.dequeueCount !== 1);
  };
  await listener.start();
  await until(() => queue.messages.length === 0);
  expect(runs).toBe(2);
});
