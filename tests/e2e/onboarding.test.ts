import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { OnboardingBatch, Tenant } from "../../src/contracts/onboarding.ts";
import { type LocalCopy, startLocalCopy } from "../support/local-copy.ts";

let local: LocalCopy;

beforeAll(async () => {
  local = await startLocalCopy();
});

afterAll(() => local.stop());

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ALPINE = "11111111-aaaa-4aaa-8aaa-000000000001";
const BERGAMOT = "11111111-aaaa-4aaa-8aaa-000000000002";

const queue = (name: string) =>
  QueueServiceClient.fromConnectionString(local.storageConnection).getQueueClient(name);

test("a list with bad rows is taken for its good ones, and says what is wrong with the others", async () => {
  const csv = `tenantId,displayName,role\n${BERGAMOT},"Bergamot, Ltd",member\nnot-a-guid,X,member\n${ALPINE},Alpine,king\n`;
  const reply = await local.call(local.people.requester, "POST", "/api/onboarding", csv, {
    "content-type": "text/csv",
  });

  expect(reply).toMatchObject({ status: 202, body: { accepted: 1 } });
  expect(reply.body["rejected"]).toEqual([
    expect.objectContaining({ row: 2, errors: [expect.objectContaining({ field: "tenantId" })] }),
    expect.objectContaining({ row: 3, errors: [expect.objectContaining({ field: "role" })] }),
  ]);
});

test("a message that cannot be read is kept on the poison queue with its reason; the others go on", async () => {
  const messages = queue("tenant-onboarding");
  await messages.createIfNotExists();
  await messages.sendMessage(Buffer.from('{"tenantId":"?"}').toString("base64"));
  const poison = queue("tenant-onboarding-poison");

  await local.clock.waitUntil(
    "the poison message",
    async () =>
      (await poison.exists()) && ((await poison.getProperties()).approximateMessagesCount ?? 0) > 0,
    { stepMs: 1_000, deadlineMs: HOUR_MS },
  );

  const [message] = (await poison.peekMessages()).peekedMessageItems;
  const kept = JSON.parse(
    Buffer.from(message?.messageText ?? "", "base64").toString("utf8"),
  ) as Record<string, unknown>;
  expect(kept["reason"]).toEqual(expect.stringMatching(/tenantId/u));
  expect(kept["message"]).toEqual(expect.stringContaining('"?"'));
});

test("a tenant is protected, joins the organization, and its people are members on the other side", async () => {
  const { requester } = local.people;
  const tenantPath = `/api/tenants/${BERGAMOT}`;
  let tenant: Tenant | null = null;
  await local.clock.waitUntil(
    "the onboarding",
    async () => {
      tenant = (await local.call(requester, "GET", tenantPath)).body as unknown as Tenant;
      return ["completed", "failed"].includes(tenant.onboarding?.state ?? "");
    },
    { stepMs: 10 * MINUTE_MS, deadlineMs: 72 * HOUR_MS },
  );

  expect(tenant).toMatchObject({
    displayName: "Bergamot, Ltd",
    onboarding: { state: "completed", operatorAction: null },
  });
  const states = (tenant as unknown as Tenant).onboarding?.steps.map(({ state }) => state);
  expect(states).toEqual(["done", "done", "done", "done", "done"]);
  const alpine = await local.graph(ALPINE);
  const users = await alpine.list<{ userPrincipalName: string; userType: string }>(
    "/users?$select=userPrincipalName,userType",
  );
  const guests = users.filter(({ userPrincipalName }) => userPrincipalName.includes("#EXT#"));
  expect(guests).toHaveLength(3);
  expect(guests.every(({ userType }) => userType === "Member")).toBe(true);
});

test("the same tenant again finds everything done and changes nothing", async () => {
  const { requester } = local.people;
  const before = (await local.effects()).filter(({ method }) =>
    /POST|PUT|PATCH|DELETE/u.test(method),
  );
  const accepted = await local.call(requester, "POST", "/api/onboarding", {
    tenants: [{ tenantId: BERGAMOT, displayName: "Bergamot, Ltd", role: "member" }],
  });
  expect(accepted.status).toBe(202);
  const path = `/api/onboarding/${String(accepted.body["batchId"])}`;
  let batch: OnboardingBatch | null = null;
  await local.clock.waitUntil(
    "the second onboarding",
    async () => {
      batch = (await local.call(requester, "GET", path)).body as unknown as OnboardingBatch;
      return batch.counts.completed + batch.counts.failed === 1;
    },
    { stepMs: 10 * MINUTE_MS, deadlineMs: 72 * HOUR_MS },
  );

  expect(batch).toMatchObject({ counts: { completed: 1, failed: 0 } });
  const after = (await local.effects()).filter(({ method }) =>
    /POST|PUT|PATCH|DELETE/u.test(method),
  );
  expect(
    after.slice(before.length).map(({ method, path: written }) => `${method} ${written}`),
  ).toEqual([]);
});
