import { QueueServiceClient, type QueueClient } from "@azure/storage-queue";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { startAzurite, type RunningAzurite } from "../../../host/azurite/start-azurite.ts";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  startConformanceHost,
  temporaryFolder,
  type ConformanceHost,
} from "./conformance-host.ts";

const claim = claimsOf("queue-triggers");

interface Run {
  readonly name: string;
  readonly message: { readonly key?: string } | null;
  readonly type: string;
  readonly dequeueCount: number;
  readonly at: number;
  readonly hasRetryContext: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

let folder: string;
let azurite: RunningAzurite | undefined;
let storage: QueueServiceClient;
let host: ConformanceHost;
/** Has nothing to do until the end, so that it looks into its queues ever more rarely. */
let idle: ConformanceHost;

const start = (env: Readonly<Record<string, string>> = {}): Promise<ConformanceHost> =>
  startConformanceHost("queues", {
    folder,
    args: ["--clock=virtual@2026-03-02T06:00:00Z"],
    settings: { Values: { WorkQueue: "Work" } },
    env: {
      AzureWebJobsStorage: azurite?.connectionString ?? "",
      AzureWebJobsOtherStorage: azurite?.connectionString ?? "",
      ...env,
    },
  });

beforeAll(async () => {
  folder = await temporaryFolder();
  // The storage outlives the hosts: what they leave there can be looked at.
  azurite = await startAzurite({ dataDir: folder });
  storage = QueueServiceClient.fromConnectionString(azurite.connectionString);
  [host, idle] = await Promise.all([
    start(),
    startConformanceHost("queues", {
      settings: { Values: { WorkQueue: "own" } },
      env: {
        AzureWebJobsStorage: azurite.connectionString,
        AzureWebJobsOtherStorage: azurite.connectionString,
        AzureFunctionsJobHost__extensions__queues__maxPollingInterval: "01:00:00",
        AzureFunctionsJobHost__extensions__queues__messageEncoding: "none",
        "AzureWebJobs.crowd.Disabled": "true",
        "AzureWebJobs.returning.Disabled": "true",
      },
    }),
  ]);
  await Promise.all(
    ["work", "crowd", "returning"].map((name) => storage.getQueueClient(name).create()),
  );
  await put({ key: "long", takes: 6_500 });
});
afterAll(async () => {
  await host?.kill();
  await azurite?.stop();
  await cleanUp();
});

const queue = (name: string): QueueClient => storage.getQueueClient(name);
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Puts a message into the queue `work`, as its trigger expects it. */
async function put(value: unknown): Promise<void> {
  await queue("work").sendMessage(base64(JSON.stringify(value)));
}

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
const takeText = async (name: string): Promise<string> =>
  Buffer.from(await take(name), "base64").toString("utf8");

/** How many messages a queue holds, the invisible ones too. */
const stored = async (name: string): Promise<number> =>
  (await queue(name).getProperties()).approximateMessagesCount ?? 0;

const runsOf = async (key: string): Promise<Run[]> =>
  ((await host.get("/api/runs")).json() as Run[]).filter(({ message }) => message?.key === key);

/** The runs for a message with that key, once there are so many. */
const runs = (key: string, count: number): Promise<Run[]> =>
  eventually(async () => {
    const found = await runsOf(key);
    return found.length >= count && found;
  }, `${count} runs for ${key}`);

claim("absent queue", async () => {
  await put({ key: "other" });
  await runs("other", 1);
  expect(await queue("absent").exists()).toBe(false);
});

claim("message forms", async () => {
  const before = ((await host.get("/api/runs")).json() as Run[]).length;
  for (const text of ['{"a":[1]}', "123", "plain text", "true"]) {
    await queue("work").sendMessage(base64(text));
  }
  const seen = await eventually(async () => {
    const found = ((await host.get("/api/runs")).json() as Run[]).slice(before);
    return found.length >= 4 && found;
  }, "four runs");
  const forms = seen.map(({ message, type }) => `${type} ${JSON.stringify(message)}`);
  expect(new Set(forms)).toEqual(
    new Set(['object {"a":[1]}', "number 123", 'string "plain text"', "boolean true"]),
  );
});

claim("metadata", async () => {
  await put({ key: "metadata" });
  const [run] = await runs("metadata", 1);
  expect(run).toMatchObject({ dequeueCount: 1, type: "object" });
  expect(run?.metadata).toMatchObject({
    id: "string",
    queueTrigger: { key: "metadata" },
    popReceipt: expect.any(String),
  });
  for (const time of ["expirationTime", "insertionTime", "nextVisibleTime"]) {
    expect(Date.parse(String(run?.metadata[time]))).not.toBeNaN();
  }
});

claim("binding data", async () => {
  await put({ key: "bound", color: "red", size: { w: 1 } });
  const [run] = await runs("bound", 1);
  expect(run?.metadata).toMatchObject({ key: "bound", color: "red", size: { w: 1 } });
});

claim("no UTF-8", async () => {
  await queue("work").sendMessage(
    Buffer.concat([
      Buffer.from('{"key":"utf8","text":"a'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]).toString("base64"),
  );
  const [run] = await runs("utf8", 1);
  expect(run?.message).toEqual({ key: "utf8", text: "a\uFFFD" });
});

claim("no base64", async () => {
  await queue("work").sendMessage('{"key":"unencoded"}');
  expect(await take("work-poison")).toBe('{"key":"unencoded"}');
  expect(await runsOf("unencoded")).toEqual([]);
});

claim("success", async () => {
  await put({ key: "deleted" });
  await runs("deleted", 1);
  // The long one and those that wait for their visibility are left.
  await eventually(async () => (await stored("work")) <= 1, "the end of the message");
});

claim("failure", async () => {
  await put({ key: "patient", failures: 1 });
  const tried = await runs("patient", 2);
  expect(tried.map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2]);
  expect((tried[1]?.at ?? 0) - (tried[0]?.at ?? 0)).toBe(600_000);
});

claim("poison", async () => {
  const message = { key: "hopeless", failures: 9 };
  await put(message);
  expect(await take("work-poison")).toBe(base64(JSON.stringify(message)));
  expect((await runsOf("hopeless")).map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2, 3]);
});

claim("retry policies", async () => {
  const tried = await runs("hopeless", 3);
  expect(tried).toHaveLength(3);
  expect(tried.map(({ hasRetryContext }) => hasRetryContext)).toEqual([false, false, false]);
});

const crowd = async (query = "") =>
  (await host.get(`/api/crowdView${query}`)).json() as { running: number; most: number };

const sendCrowd = (count: number) =>
  Promise.all(Array.from({ length: count }, () => queue("crowd").sendMessage(base64("x"))));

claim("batches", async () => {
  await sendCrowd(1);
  await eventually(async () => (await crowd()).running === 1, "the first");
  await sendCrowd(1);
  await eventually(async () => (await crowd()).running === 2, "the second");
  // Two are no more than newBatchThreshold, so a batch of up to four is taken on top of them.
  await sendCrowd(12);
  await eventually(async () => (await crowd()).running > 2, "another batch");
  await crowd("?letGo=");
  await eventually(async () => (await stored("crowd")) === 0, "the end of all");
  const { most } = await crowd();
  expect(most).toBeGreaterThan(2);
  expect(most).toBeLessThanOrEqual(6);
});

claim("connection", async () => {
  // The trigger of the queue `crowd` names `OtherStorage`, which stands in AzureWebJobsOtherStorage.
  expect(await stored("crowd")).toBe(0);
});

claim("return value", async () => {
  const made: Record<string, string[]> = {};
  for (const [kind, count] of Object.entries({
    text: 1,
    object: 1,
    array: 3,
    number: 1,
    boolean: 1,
    bytes: 1,
  })) {
    await queue("returning").sendMessage(base64(kind));
    made[kind] = [];
    for (let n = 0; n < count; n += 1) {
      made[kind].push(await takeText("returned"));
    }
  }
  expect(made).toEqual({
    text: ["plain text"],
    object: ['{\n  "a": [\n    1,\n    "é"\n  ]\n}'],
    array: ["one", '{\n  "two": 2\n}', "3"],
    number: ["7"],
    boolean: ["true"],
    bytes: ["bytes"],
  });
});

claim("extra output", async () => {
  expect(await queue("extra").exists()).toBe(false);
  await host.post("/api/put/nothing");
  expect(await queue("extra").exists()).toBe(false);
  expect((await host.post("/api/put/text")).status).toBe(202);
  expect(await takeText("extra")).toBe("plain text");
});

claim("long work", async () => {
  const seen = await runs("long", 2);
  expect(seen.map(({ name }) => name)).toEqual(["work", "worked"]);
});

claim("by hand", async () => {
  const body = JSON.stringify({ input: JSON.stringify({ key: "hand" }) });
  const answer = await host.post("/admin/functions/work", body, {
    "x-functions-key": host.keys.masterKey,
  });
  expect(answer.status).toBe(202);
  expect((await runs("hand", 1))[0]?.message).toEqual({ key: "hand" });
});

claim("drain", async () => {
  await put({ key: "drained", takes: 500 });
  await eventually(() => host.output().includes("works now on drained"), "the begin of the work");
  expect(await host.stop()).toBe(0);
  expect(await stored("work")).toBe(0);
});

claim("kill", async () => {
  host = await start();
  await put({ key: "killed", hangsAt: 1 });
  await eventually(() => host.output().includes("hangs now with killed"), "the begin of the work");
  await host.kill();
  host = await start();
  const [run] = await runs("killed", 1);
  expect(run?.dequeueCount).toBe(2);
});

claim("kill in the moment of taking", async () => {
  await host.kill();
  host = await start({ HOST_CRASH_AT: "queue-message-unrecorded" });
  const gone = new Promise((resolve) => host.child.once("exit", resolve));
  await put({ key: "taken" });
  await gone;
  host = await start();
  expect((await runs("taken", 1))[0]?.dequeueCount).toBe(2);
});

claim("too often taken", async () => {
  await host.kill();
  await put({ key: "worn" });
  for (let count = 0; count < 3; count += 1) {
    const { receivedMessageItems } = await queue("work").receiveMessages();
    const [message] = receivedMessageItems;
    await queue("work").updateMessage(
      message?.messageId ?? "",
      message?.popReceipt ?? "",
      undefined,
      0,
    );
  }
  host = await start({ AzureFunctionsJobHost__functionTimeout: "00:00:02" });
  expect(await take("work-poison")).toBe(base64('{"key":"worn"}'));
  expect(await runsOf("worn")).toEqual([]);
});

claim("function timeout", async () => {
  await put({ key: "endless", hangsAt: 1 });
  const tried = await runs("endless", 2);
  expect(tried.map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2]);
  expect(host.output()).toContain(
    "Timeout value of 00:00:02 was exceeded by function: Functions.work",
  );
});

claim("own messages", async () => {
  await queue("own").createIfNotExists();
  const before = Date.now();
  await idle.post("/api/putToWork", JSON.stringify({ key: "own" }));
  await eventually(
    async () => ((await idle.get("/api/runs")).json() as Run[]).length === 1,
    "the run",
  );
  // By now it would look again only after a time as long as all that has passed since it started.
  expect(Date.now() - before).toBeLessThan(3_000);
});

claim("no encoding", async () => {
  await idle.post("/api/put/text");
  // As it lies there, and as it arrives.
  expect(await take("extra")).toBe("plain text");
  expect(((await idle.get("/api/runs")).json() as Run[])[0]?.message).toEqual({ key: "own" });
});
