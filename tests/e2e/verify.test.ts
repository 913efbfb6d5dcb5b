import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { UnitVerdict, Verification } from "../../src/contracts/verification.ts";
import { type LocalCopy, startLocalCopy } from "../support/local-copy.ts";

let local: LocalCopy;

beforeAll(async () => {
  local = await startLocalCopy();
});

afterAll(() => local.stop());

const MINUTE_MS = 60_000;

test("a verification gives every mailbox, OneDrive and site of the estate a verdict with its restore point", async () => {
  const { requester } = local.people;
  const started = await local.call(requester, "POST", "/api/verifications", {});
  expect(started.status).toBe(202);
  const path = `/api/verifications/${String(started.body["id"])}`;

  await local.clock.waitUntil(
    "the verification",
    async () => (await local.call(requester, "GET", path)).body["state"] !== "running",
    { stepMs: MINUTE_MS, deadlineMs: 60 * MINUTE_MS },
  );

  const verification = (await local.call(requester, "GET", path)).body as unknown as Verification;
  expect(verification).toMatchObject({ state: "completed", counts: { unknown: 0, error: 0 } });
  const page = await local.call(requester, "GET", `${path}/units?top=1000`);
  const units = page.body["value"] as UnitVerdict[];
  // Fourteen people have a mailbox and a OneDrive each; four sites.
  expect(units).toHaveLength(14 * 2 + 4);
  expect(units.filter(({ verdict }) => verdict === "fresh")).toHaveLength(units.length);
  expect(units.every(({ restorePoint }) => restorePoint !== null)).toBe(true);
});

test("lists come page by page and can be filtered", async () => {
  const { requester } = local.people;
  const list = await local.call(requester, "GET", "/api/verifications?top=1");
  const [verification] = list.body["value"] as Verification[];
  const path = `/api/verifications/${verification?.id}/units`;

  const seen: string[] = [];
  let next: string | null = `${path}?workload=sharePoint&top=2`;
  while (next !== null) {
    const { body } = await local.call(requester, "GET", next);
    seen.push(...(body["value"] as UnitVerdict[]).map(({ workload }) => workload));
    next = body["nextLink"] as string | null;
  }

  expect(seen).toEqual(["sharePoint", "sharePoint", "sharePoint", "sharePoint"]);
});

test("nobody sees anything without signing in, and a reader starts nothing", async () => {
  const { approver } = local.people;

  expect((await local.call(null, "GET", "/api/verifications")).status).toBe(401);
  const forged = Buffer.from(
    JSON.stringify({
      claims: [
        { typ: "oid", val: "x" },
        { typ: "roles", val: "Admin" },
      ],
    }),
  ).toString("base64");
  const headers = { "x-ms-client-principal": forged };
  expect((await local.call(null, "GET", "/api/verifications", undefined, headers)).status).toBe(
    401,
  );
  const refused = await local.call(approver, "POST", "/api/verifications", {});
  expect(refused).toMatchObject({ status: 403, body: { title: "Forbidden" } });
});

test("health, the API's description and the page are there for everybody", async () => {
  expect(await local.call(null, "GET", "/api/health")).toMatchObject({
    status: 200,
    body: { status: "healthy" },
  });
  expect(await local.call(null, "GET", "/api/openapi.json")).toMatchObject({
    status: 200,
    body: { openapi: "3.1.0" },
  });
  const page = await local.call(null, "GET", "/api/dashboard");
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect((await local.call(null, "GET", "/api/dashboard/../../package.json")).status).toBe(404);
});
