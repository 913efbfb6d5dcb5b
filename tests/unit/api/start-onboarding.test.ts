import { expect, test } from "@jest/globals";
import { readMessage } from "../../../src/api/onboarding-message.ts";
import { readBatch, readVisibleTenants, withLiveStatus } from "../../../src/api/read-onboarding.ts";
import {
  enqueueList,
  rejectMessage,
  startOnboardingOf,
} from "../../../src/api/start-onboarding.ts";
import type { Principal } from "../../../src/api/principal.ts";
import { readConfig } from "../../../src/config.ts";
import type { OnboardingMessage } from "../../../src/contracts/onboarding.ts";
import type { InstanceStatus, OrchestrationClient } from "../../../src/durable/client.ts";
import { createMemoryTableStore } from "../../../src/store/memory-table.ts";
import { createMemoryMessageQueue } from "../../../src/store/message-queue.ts";
import { BATCHES_PARTITION, openOnboarding } from "../../../src/store/onboarding.ts";
import { listAll } from "../../../src/store/table.ts";

const MEMBER = "ad6a4b59-d3e4-418f-88e6-de6aff6f976d";
const OTHER = "0671c05e-40c5-450a-8126-b6719067ba02";
const ANN = { objectId: "ann", name: "Ann" };
const row = (tenantId: string) => ({ tenantId, displayName: "Adatum", role: "member" as const });

const everywhere: Principal = {
  ...ANN,
  objectId: "reader",
  roles: new Set(["Reader"]),
  scopedRoles: new Map(),
};

const scoped = (tenantId: string): Principal => ({
  ...everywhere,
  roles: new Set(),
  scopedRoles: new Map([[tenantId, new Set(["Reader" as const])]]),
});

function createApp() {
  const queues = new Map<string, ReturnType<typeof createMemoryMessageQueue>>();
  const queue = (name: string) => {
    const known = queues.get(name) ?? createMemoryMessageQueue();
    queues.set(name, known);
    return known;
  };
  const messagesOf = (name: string) =>
    queue(name).messages.map((text) => JSON.parse(text) as Record<string, unknown>);
  return {
    tables: createMemoryTableStore(),
    clock: { now: () => Date.parse("2026-03-02T06:00:00Z") },
    config: readConfig({ AzureWebJobsStorage: "x" }),
    queue,
    messagesOf,
  };
}

const unused = () => Promise.reject(new Error("not used"));

function createClient(status: InstanceStatus | null = null) {
  const started: { readonly instanceId: string; readonly input: unknown }[] = [];
  const client: OrchestrationClient = {
    status: async () => status,
    async start(_, instanceId, input) {
      started.push({ instanceId, input });
      return "started";
    },
    raiseEvent: unused,
    suspend: unused,
    resume: unused,
  };
  return { client, started };
}

const running: InstanceStatus = { runtimeStatus: "Running", customStatus: null, output: null };

async function batchesOf(app: ReturnType<typeof createApp>, principal = everywhere) {
  const tenants = await readVisibleTenants(app, principal);
  const found = [];
  for await (const { value } of listAll(openOnboarding(app.tables).batches, BATCHES_PARTITION)) {
    found.push(await readBatch(app, value, tenants, principal));
  }
  return found;
}

test("puts good rows on the queue with their batch, and keeps the bad ones in the batch", async () => {
  const app = createApp();
  const rejected = [
    { row: 2, given: "{}", errors: [{ field: "role", expected: "a", given: "b" }] },
  ];

  const batchId = await enqueueList(app, ANN, { accepted: [row(MEMBER)], rejected });

  expect(app.messagesOf("tenant-onboarding")).toEqual([
    { ...row(MEMBER), batchId, requestedBy: ANN },
  ]);
  expect(await batchesOf(app)).toMatchObject([
    {
      id: batchId,
      requestedBy: ANN,
      accepted: 1,
      rejected,
      counts: { queued: 1, running: 0 },
      tenants: [{ tenantId: MEMBER, isWriteAllowed: false, onboarding: { state: "queued" } }],
    },
  ]);
});

test("a message starts one orchestration for its tenant", async () => {
  const app = createApp();
  const { client, started } = createClient();

  expect(await startOnboardingOf(app, client, row(MEMBER))).toBe("started");

  expect(started).toMatchObject([
    {
      instanceId: `onboardTenant-${MEMBER}`,
      input: { ...row(MEMBER), requestedBy: { objectId: "queue" } },
    },
  ]);
  expect(await batchesOf(app)).toMatchObject([{ accepted: 1, counts: { queued: 1 } }]);
});

test("a message for a tenant that is being onboarded joins that and resets nothing", async () => {
  const app = createApp();
  const { client, started } = createClient(running);
  const message: OnboardingMessage = { ...row(MEMBER), batchId: "given", requestedBy: ANN };

  expect(await startOnboardingOf(app, client, message)).toBe("joined");

  expect(started).toEqual([]);
  expect(await batchesOf(app)).toMatchObject([{ id: "given", requestedBy: ANN }]);
});

test.each([
  ["text that is not JSON", "{oops", "The message is not JSON."],
  ["a value that is no object", 7, "The message has wrong fields. message: expected object."],
  [
    "wrong fields",
    { ...row("x"), colour: "red" },
    "The message has wrong fields. tenantId: expected a GUID; colour: expected no such field.",
  ],
])("a message with %s is malformed, with the reason", (_, given, reason) => {
  const read = readMessage(given);
  expect(read).toMatchObject({ kind: "malformed", reason });
});

test("reads a message as object, text or bytes", () => {
  const text = JSON.stringify(row(MEMBER));
  for (const given of [row(MEMBER), text, Buffer.from(text)]) {
    expect(readMessage(given)).toEqual({ kind: "tenant", message: row(MEMBER) });
  }
});

test("a malformed message goes to the poison queue once, and people see it in the day's batch", async () => {
  const app = createApp();
  const read = readMessage('{"tenantId":"x"}');
  if (read.kind !== "malformed") {
    throw new Error("The message should be malformed.");
  }

  await rejectMessage(app, "m1", read);
  await rejectMessage(app, "m1", read);
  await startOnboardingOf(app, createClient().client, row(OTHER));

  expect(app.messagesOf("tenant-onboarding-poison")).toEqual([
    {
      reason: read.reason,
      errors: read.errors,
      receivedAt: "2026-03-02T06:00:00.000Z",
      message: '{"tenantId":"x"}',
    },
  ]);
  expect(await batchesOf(app)).toMatchObject([
    { accepted: 1, rejected: [{ row: null, given: '{"tenantId":"x"}', errors: read.errors }] },
  ]);
});

test("a caller sees of a batch only its own tenants, and nothing of one without any", async () => {
  const app = createApp();
  const rejected = [{ row: 3, given: "{}", errors: [] }];
  await enqueueList(app, ANN, { accepted: [row(MEMBER), row(OTHER)], rejected });
  expect(await batchesOf(app, scoped(MEMBER))).toMatchObject([
    { accepted: 1, rejected: [], tenants: [{ tenantId: MEMBER }] },
  ]);
  expect(await batchesOf(app, scoped("1cc98cef-bab9-4cae-ae4e-63cf3eee7997"))).toEqual([null]);
});

test("shows an onboarding as failed whose orchestration ended without a word", async () => {
  const app = createApp();
  await startOnboardingOf(app, createClient().client, row(MEMBER));
  const [queued] = await readVisibleTenants(app, everywhere);
  if (!queued?.onboarding) {
    throw new Error("The tenant should be there.");
  }
  const live = { ...queued, onboarding: { ...queued.onboarding, state: "running" as const } };
  const waiting = { reason: "r", since: "s", nextLookAt: null, deadline: "d" };

  const states = async (status: InstanceStatus | null) =>
    (await withLiveStatus(createClient(status).client, live)).onboarding;
  expect(await states({ ...running, runtimeStatus: "Terminated" })).toMatchObject({
    state: "failed",
  });
  expect(await states({ ...running, customStatus: { waiting } })).toMatchObject({ waiting });
  expect(await states(null)).toEqual(live.onboarding);
  expect(await withLiveStatus(createClient().client, queued)).toEqual(queued);
});
