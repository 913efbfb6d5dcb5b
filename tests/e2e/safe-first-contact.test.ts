import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type LocalCopy, startLocalCopy } from "../support/local-copy.ts";

let local: LocalCopy;

beforeAll(async () => {
  // As the sample settings have it: nobody has listed a tenant yet.
  local = await startLocalCopy({ environment: { AllowWrites: "" } });
});

afterAll(() => local.stop());

const MINUTE_MS = 60_000;
const ALPINE = "11111111-aaaa-4aaa-8aaa-000000000001";
const BERGAMOT = "11111111-aaaa-4aaa-8aaa-000000000002";

const writes = async () =>
  (await local.effects()).filter(({ method }) =>
    ["POST", "PUT", "PATCH", "DELETE"].includes(method),
  );

test("without AllowWrites everything can be verified", async () => {
  const { requester } = local.people;
  const { body } = await local.call(requester, "POST", "/api/verifications", {});
  const path = `/api/verifications/${String(body["id"])}`;

  await local.clock.waitUntil(
    "the verification",
    async () => (await local.call(requester, "GET", path)).body["state"] !== "running",
    { stepMs: MINUTE_MS, deadlineMs: 60 * MINUTE_MS },
  );

  expect((await local.call(requester, "GET", path)).body).toMatchObject({ state: "completed" });
});

test("without AllowWrites a restore is refused and says which setting is missing", async () => {
  const users = await (await local.graph(ALPINE)).list<{ id: string }>("/users?$select=id");
  const reply = await local.call(local.people.requester, "POST", "/api/restores", {
    tenantId: ALPINE,
    units: { mailboxes: [users[0]?.id] },
    restoreTo: new Date(local.clock.now()).toISOString(),
    destination: "inPlace",
  });

  expect(reply.status).toBe(409);
  expect(reply.body["detail"]).toContain("AllowWrites");
});

test("without AllowWrites an onboarding fails at once, says why, and has written nothing", async () => {
  const { requester } = local.people;
  await local.call(requester, "POST", "/api/onboarding", {
    tenants: [{ tenantId: BERGAMOT, displayName: "Bergamot", role: "member" }],
  });
  const path = `/api/tenants/${BERGAMOT}`;
  const state = async () => {
    const { body } = await local.call(requester, "GET", path);
    return body["onboarding"] as { state: string; steps: { detail: string }[] } | undefined;
  };

  await local.clock.waitUntil("the refusal", async () => (await state())?.state === "failed", {
    stepMs: MINUTE_MS,
    deadlineMs: 60 * MINUTE_MS,
  });

  expect(JSON.stringify(await state())).toContain("AllowWrites");
  expect(await writes()).toEqual([]);
});
