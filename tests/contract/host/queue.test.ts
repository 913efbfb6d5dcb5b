import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { QueueServiceClient, type QueueClient } from "@azure/storage-queue";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { azuriteConnectionString } from "../../../host/azurite/start-azurite.ts";
import type { KeeperRecord } from "../../../host/azurite/keeper-file.ts";
import {
  cleanUp,
  eventually,
  secretsOf,
  send,
  startForkedHost,
  temporaryFolder,
  type ForkedHost,
} from "./forked-host.ts";

let host: ForkedHost;
let folder: string;
let storage: QueueServiceClient;

async function keeper(): Promise<KeeperRecord | null> {
  try {
    const file = join(folder, "data", "azurite", "keeper.json");
    return JSON.parse(await readFile(file, "utf8")) as KeeperRecord;
  } catch {
    return null;
  }
}

async function start(env: Record<string, string> = {}): Promise<void> {
  host = await startForkedHost({
    app: "queue-esm",
    folder,
    args: ["--azurite", "--clock=virtual"],
    settings: { Values: { WorkQueue: "work" } },
    env,
  });
  const record = await keeper();
  if (record === null) {
    throw new Error("The host started no Azurite.");
  }
  storage = QueueServiceClient.fromConnectionString(azuriteConnectionString(record.ports));
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await start();
  await storage.getQueueClient("work").create();
});
afterAll(cleanUp);

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const queue = (name: string): QueueClient => storage.getQueueClient(name);
const put = (text: string) => queue("work").sendMessage(text);

/** Takes the next message from a queue, as it lies there. */
const take = (name: string): Promise<string> =>
  eventually(async () => {
    try {
      const { receivedMessageItems } = await queue(name).receiveMessages();
      const [message] = receivedMessageItems;
      if (message !== undefined) {
        await queue(name).deleteMessage(message.messageId, message.popReceipt);
      }
      return message?.messageText;
    } catch {
      return null;
    }
  }, `a message on ${name}`);
const result = async () =>
  JSON.parse(Buffer.from(await take("results"), "base64").toString("utf8")) as Record<
    string,
    unknown
  >;

test("a message is parsed when it is JSON, and comes with its metadata; the return value is a message", async () => {
  await put(encode({ name: "Ada" }));
  expect(await result()).toEqual({
    message: { name: "Ada" },
    type: "object",
    dequeueCount: 1,
    hasId: true,
    queueTrigger: { name: "Ada" },
  });
  await put(Buffer.from("plain text").toString("base64"));
  expect(await result()).toMatchObject({ message: "plain text", type: "string" });
});

test("bytes that are no UTF-8 arrive with replacement characters", async () => {
  await put(Buffer.from([0x61, 0xff]).toString("base64"));
  expect(await result()).toMatchObject({ message: "a\uFFFD" });
});

test("a message that is not base64 goes to the poison queue as it is, without a run", async () => {
  await put('{"not":"base64"}');
  expect(await take("work-poison")).toBe('{"not":"base64"}');
  expect(host.output()).toContain("is not base64");
});

test("a failing message is tried again, as often as host.json says, and then is poison", async () => {
  await put(encode({ failsUntil: 3 }));
  expect(await result()).toMatchObject({ dequeueCount: 3 });
  await put(encode({ fails: true }));
  expect(await take("work-poison")).toBe(encode({ fails: true }));
});

test("an array in an output binding is one message an element, objects are indented", async () => {
  const answer = await send(host.url, "/api/enqueue", {
    method: "POST",
    body: JSON.stringify(["one", { two: 2 }]),
  });
  expect(answer.status).toBe(202);
  const texts = [await take("many"), await take("many")].map((text) =>
    Buffer.from(text, "base64").toString("utf8"),
  );
  expect(texts.sort()).toEqual(["one", '{\n  "two": 2\n}'].sort());
});

test("a queue function runs by hand", async () => {
  const { keys } = await secretsOf(folder);
  const answer = await send(host.url, "/admin/functions/work", {
    method: "POST",
    headers: { "x-functions-key": keys.masterKey },
    body: JSON.stringify({ input: '{"by":"hand"}' }),
  });
  expect(answer.status).toBe(202);
  expect(await result()).toMatchObject({ message: { by: "hand" } });
});

test("a stop lets the message that is being processed end, and leaves nothing behind", async () => {
  await put(encode({ takes: 600, n: 1 }));
  await eventually(() => host.output().includes("works now"), "the begin of the work");
  const record = await keeper();
  expect(await host.stop()).toBe(0);
  expect(isRunning(record?.pid ?? 0)).toBe(false);
  expect(await keeper()).toBeNull();
  await start();
  expect(await result()).toMatchObject({ message: { n: 1 }, dequeueCount: 1 });
});

test("after kill -9 Azurite saves and ends by itself, the next start takes over, and the message runs again", async () => {
  await put(encode({ hangs: true }));
  await eventually(() => host.output().includes("hangs now"), "the begin of the work");
  await put(encode({ n: 2 }));
  await result();
  const record = await keeper();
  await host.kill();
  // The keeper outlives us; the next start waits until it has saved, which is the last thing before it ends.
  await start();
  await eventually(() => !isRunning(record?.pid ?? 0), "the end of the keeper before");
  expect((await keeper())?.pid).not.toBe(record?.pid);
  expect(await result()).toMatchObject({ message: { hangs: true }, dequeueCount: 2 });
});

test("Azurite outlives a kill -9 of its host, saves what was acknowledged, and ends without being asked", async () => {
  await queue("kept").create();
  await queue("kept").sendMessage("acknowledged");
  const pid = (await keeper())?.pid ?? 0;
  await host.kill();
  await eventually(() => !isRunning(pid), "the end of Azurite");
  expect(await keeper()).toBeNull();
  await start();
  expect(await take("kept")).toBe("acknowledged");
});

test.each([
  ["queue-message-taken", { n: 3 }, "results", 2],
  ["queue-message-processed", { n: 4 }, "results", 1],
  ["queue-message-poisoned", { fails: true }, "work-poison", 1],
])("a crash at %s loses no message", async (point, message, outcome, dequeueCount) => {
  await host.kill();
  await start({ HOST_CRASH_AT: point });
  const crashed = new Promise((resolve) => {
    host.child.once("exit", (_code, signal) => resolve(signal));
  });
  await put(encode(message));
  expect(await crashed).toBe("SIGKILL");
  await start();
  if (outcome === "results") {
    expect(await result()).toMatchObject({ message, dequeueCount });
  }
  if (point === "queue-message-processed") {
    // At least once: the work was done, its end was not written down.
    expect(await result()).toMatchObject({ message, dequeueCount: 2 });
  }
  if (outcome === "work-poison") {
    expect([await take(outcome), await take(outcome)]).toEqual([encode(message), encode(message)]);
  }
});

test("a second host on the same data refuses in one sentence", async () => {
  await expect(start()).rejects.toThrow(/The host ended \(1\): .*(in use|uses|another)/i);
});
