import { expect, test } from "@jest/globals";
import { HttpRequest, InvocationContext } from "@azure/functions";
import { z } from "zod";
import { conflict } from "../../../src/api/http-problem.ts";
import { serve } from "../../../src/api/serve.ts";
import { defineOperation } from "../../../src/contracts/operation.ts";
import { RequestRestore } from "../../../src/contracts/restore.ts";
import type { Problem } from "../../../src/contracts/problem.ts";

const operation = defineOperation({
  id: "sample",
  method: "POST",
  route: "sample",
  tag: "Restores",
  summary: "For this test",
  roles: ["Operator"],
  query: z.object({ top: z.coerce.number().int().min(1).optional() }),
  body: RequestRestore,
  answers: { 202: { description: "Taken" } },
});

const OPERATOR = Buffer.from(
  JSON.stringify({
    claims: [
      { typ: "oid", val: "o" },
      { typ: "roles", val: "Operator" },
    ],
  }),
).toString("base64");
const READER = Buffer.from(
  JSON.stringify({
    claims: [
      { typ: "oid", val: "o" },
      { typ: "roles", val: "Reader" },
    ],
  }),
).toString("base64");

async function post(
  body: string,
  headers: Record<string, string> = { "x-ms-client-principal": OPERATOR },
  query: Record<string, string> = {},
) {
  const errors: unknown[] = [];
  const context = new InvocationContext({
    functionName: "sample",
    invocationId: "invocation-1",
    logHandler: (_level, ...args) => errors.push(...args),
  });
  const request = new HttpRequest({
    method: "POST",
    url: "http://localhost/api/sample",
    body: { string: body },
    headers: { "content-type": "application/json", ...headers },
    query,
  });
  const handler = serve(operation, async ({ body: parsed }) => {
    if (parsed.destination === "new") {
      throw conflict("Not now.");
    }
    if (parsed.units.sites.includes("bug")) {
      throw new Error("a secret detail");
    }
    return { status: 202, body: parsed };
  });
  const answer = await handler(request, context);
  return { ...answer, problem: problemOf(answer.body), errors };
}

const problemOf = (body: unknown): Problem | null =>
  typeof body === "string" ? (JSON.parse(body) as Problem) : null;

const VALID = {
  tenantId: "1CC98CEF-BAB9-4CAE-AE4E-63CF3EEE7997",
  units: { mailboxes: ["ada@contoso.com"] },
  restoreTo: "2026-03-02T08:00:00+02:00",
  destination: "inPlace",
};

test("a good request is parsed: ids in lower case, instants in UTC, missing lists empty", async () => {
  const { status, jsonBody } = await post(JSON.stringify(VALID));

  expect(status).toBe(202);
  expect(jsonBody).toEqual({
    tenantId: "1cc98cef-bab9-4cae-ae4e-63cf3eee7997",
    units: { mailboxes: ["ada@contoso.com"], drives: [], sites: [] },
    restoreTo: "2026-03-02T06:00:00.000Z",
    destination: "inPlace",
  });
});

test("a wrong body is answered with every field that is wrong", async () => {
  const { status, headers, problem } = await post(
    JSON.stringify({
      tenantId: "x",
      units: { mailboxes: [7], cars: [] },
      destination: "elsewhere",
      extra: 1,
    }),
  );

  expect(status).toBe(400);
  expect(headers).toMatchObject({ "content-type": "application/problem+json" });
  expect(problem?.errors?.map(({ field }) => field).sort()).toEqual([
    "destination",
    "extra",
    "restoreTo",
    "tenantId",
    "units.cars",
    "units.mailboxes[0]",
  ]);
  expect(problem?.errors?.find(({ field }) => field === "restoreTo")?.given).toBe("nothing");
});

test("no units at all is a wrong field too", async () => {
  const { problem } = await post(JSON.stringify({ ...VALID, units: {} }));

  expect(problem?.errors).toEqual([
    { field: "units", expected: "at least one mailbox, drive or site", given: "{}" },
  ]);
});

test.each([
  ["text that is not JSON", "{", { "x-ms-client-principal": OPERATOR }, 400],
  [
    "another media type",
    "a",
    { "x-ms-client-principal": OPERATOR, "content-type": "text/plain" },
    415,
  ],
  ["nobody", JSON.stringify(VALID), {}, 401],
  ["a caller without the role", JSON.stringify(VALID), { "x-ms-client-principal": READER }, 403],
  [
    "a state that does not allow it",
    JSON.stringify({ ...VALID, destination: "new" }),
    { "x-ms-client-principal": OPERATOR },
    409,
  ],
] as const)("%s is answered with problem details", async (_what, body, headers, status) => {
  const answer = await post(body, headers);

  expect(answer.status).toBe(status);
  expect(answer.problem).toMatchObject({ status, title: expect.any(String) });
});

test("a wrong query parameter is named", async () => {
  const { status, problem } = await post(
    JSON.stringify(VALID),
    { "x-ms-client-principal": OPERATOR },
    { top: "many" },
  );

  expect(status).toBe(400);
  expect(problem?.errors?.[0]?.field).toBe("top");
});

test("a fault of ours is logged under the invocation and its text is not answered", async () => {
  const { status, problem, errors } = await post(
    JSON.stringify({ ...VALID, units: { sites: ["bug"] } }),
  );

  expect(status).toBe(500);
  expect(JSON.stringify(problem)).not.toContain("secret");
  expect(problem?.detail).toContain("invocation-1");
  expect(String(errors[0])).toContain("a secret detail");
});
