import { beforeEach, expect, test } from "@jest/globals";

import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { MEMBER, OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

let simulator: InProcessSimulator;

beforeEach(() => {
  simulator = createInProcessSimulator({ seed: smallEstate() });
});

const [application] = smallEstate().applications;

async function askToken(tenant: string, form: Record<string, string>) {
  const answer = await simulator.fetch(`/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    bytes: Buffer.from(
      new URLSearchParams({
        grant_type: "client_credentials",
        client_id: application?.clientId ?? "",
        client_secret: application?.clientSecret ?? "",
        scope: "https://graph.microsoft.com/.default",
        ...form,
      }).toString(),
    ),
  });
  return { status: answer.status, body: answer.body as Record<string, unknown> };
}

const assertion = (exp: number) =>
  `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.c2ln`;

test("gives a token by secret, by federated assertion and by a user's password", async () => {
  expect((await askToken(OWNER, {})).status).toBe(200);
  expect((await askToken("contoso.com", {})).status).toBe(200);
  const federated = await askToken(OWNER, {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion(simulator.now() / 1_000 + 600),
  });
  expect(federated.status).toBe(200);
  const person = await askToken(OWNER, {
    grant_type: "password",
    username: "admin@contoso.com",
    password: "local-simulator-only",
    scope: "User.Read.All",
  });
  expect(person.body).toMatchObject({ token_type: "Bearer", scope: "User.Read.All" });
});

test.each([
  ["00000000-0000-0000-0000-000000000000", {}, 400, 90002],
  [OWNER, { grant_type: "device_code" }, 400, 70003],
  [OWNER, { client_id: "55555555-5555-4555-8555-555555555555" }, 400, 700016],
  [OWNER, { client_secret: "wrong" }, 401, 7000215],
  [OWNER, { scope: "User.Read.All" }, 400, 70011],
  [OWNER, { scope: "https://management.azure.com/.default" }, 400, 500011],
  [OWNER, { grant_type: "password", username: "admin@contoso.com", password: "no" }, 400, 50126],
])("refuses a token request in Entra's words (%s %j)", async (tenant, form, status, code) => {
  const answer = await askToken(tenant, form);
  expect(answer).toMatchObject({ status, body: { error_codes: [code] } });
});

test("answers 401 without a token, with another signature and after an hour", async () => {
  const token = await simulator.token(OWNER);
  const head = token.split(".").slice(0, 2).join(".");
  for (const bad of [undefined, "nonsense", `${head}.${"A".repeat(43)}`]) {
    const answer = await simulator.fetch("/v1.0/users", bad === undefined ? {} : { token: bad });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: "InvalidAuthenticationToken" } },
    });
  }
  expect((await simulator.fetch("/v1.0/users", { token })).status).toBe(200);
  simulator.advanceBy(3_600_000);
  expect((await simulator.fetch("/v1.0/users", { token })).status).toBe(401);
});

test("answers 403 for a missing permission and for the wrong kind of token", async () => {
  const reader = await simulator.token(OWNER, 1);
  expect((await simulator.fetch("/v1.0/users", { token: reader })).status).toBe(200);
  expect(await simulator.fetch("/v1.0/organization", { token: reader })).toMatchObject({
    status: 403,
    body: { error: { code: "Authorization_RequestDenied" } },
  });
  const person = await simulator.delegatedToken(OWNER);
  expect((await simulator.fetch("/v1.0/sites/getAllSites", { token: person })).status).toBe(403);
});

test("shows a token only its own tenant", async () => {
  const token = await simulator.token(MEMBER);
  const answer = await simulator.fetch("/v1.0/users/admin@contoso.com", { token });
  expect(answer.status).toBe(404);
});

test("repeats the client's request id and puts both ids into the error envelope", async () => {
  const token = await simulator.token(OWNER);
  const answer = await simulator.fetch("/v1.0/users/nobody@contoso.com", {
    token,
    headers: { "client-request-id": "my-request" },
  });
  expect(answer.headers).toMatchObject({ "client-request-id": "my-request" });
  expect(answer.body).toEqual({
    error: {
      code: "Request_ResourceNotFound",
      message: expect.stringContaining("nobody@contoso.com"),
      innerError: {
        date: "2026-03-02T06:00:00",
        "request-id": answer.headers["request-id"],
        "client-request-id": "my-request",
      },
    },
  });
});

test("refuses unknown paths, methods, query options, versions and properties of a body", async () => {
  const token = await simulator.token(OWNER);
  const ask = async (path: string, init: { method?: string; json?: unknown } = {}) =>
    (await simulator.fetch(path, { token, ...init })).status;
  expect(await ask("/v1.0/unicorns")).toBe(400);
  expect(await ask("/v1.0/users", { method: "DELETE" })).toBe(405);
  expect(await ask("/v1.0/users?$expand=manager")).toBe(400);
  expect(await ask("/v1.0/users?$top=0")).toBe(400);
  expect(await ask("/v1.0/users?$skiptoken=abc")).toBe(400);
  expect(await ask("/beta/users")).toBe(400);
  const folder = { name: "x", folder: {}, colour: "blue" };
  const target = "/v1.0/users/admin@contoso.com/drive/root/children";
  expect(await ask(target, { method: "POST", json: folder })).toBe(400);
});

test("answers up to twenty requests in one batch, each on its own", async () => {
  const token = await simulator.token(OWNER);
  const batch = (requests: readonly unknown[]) =>
    simulator.fetch("/v1.0/$batch", { method: "POST", token, json: { requests } });
  const answer = await batch([
    { id: "1", method: "GET", url: "/users/admin@contoso.com?$select=displayName" },
    { id: "2", method: "GET", url: "/users/nobody@contoso.com" },
    { id: "3", method: "GET", url: "/organization", dependsOn: ["2"] },
    {
      id: "4",
      method: "POST",
      url: "/users/admin@contoso.com/drive/root/children",
      headers: { "Content-Type": "application/json" },
      body: { name: "From a batch", folder: {} },
      dependsOn: ["1"],
    },
  ]);
  const { responses } = answer.body as { responses: readonly { id: string; status: number }[] };
  expect(responses.map(({ id, status }) => [id, status])).toEqual([
    ["1", 200],
    ["2", 404],
    ["3", 424],
    ["4", 201],
  ]);
  const many = Array.from({ length: 21 }, (_, id) => ({
    id: `${id}`,
    method: "GET",
    url: "/users",
  }));
  expect((await batch(many)).status).toBe(400);
  expect(simulator.journal({ effectsOnly: true })).toHaveLength(1);
});

test("plays scripted faults: a status, a reset before and a reset after the change", async () => {
  const token = await simulator.token(OWNER);
  const target = "/v1.0/users/admin@contoso.com/drive/root/children";
  const create = (name: string) =>
    simulator.fetch(target, { method: "POST", token, json: { name, folder: {} } });
  const script = (fault: unknown) =>
    simulator.fetch("/simulator/faults", { method: "POST", json: fault });
  await script({ method: "POST", path: "/children$", after: 1, behaviour: "resetAfterCommit" });
  await script({ path: "/children$", tenantId: OWNER, after: 1, behaviour: "resetBefore" });
  await script({
    path: "/children$",
    behaviour: "status",
    status: 429,
    headers: { "Retry-After": "3" },
  });
  expect((await create("zero")).status).toBe(429);
  expect(await create("one")).toMatchObject({ isReset: true });
  expect(await create("one")).toMatchObject({ isReset: true });
  expect((await create("two")).status).toBe(201);
  const created = simulator.journal({ effectsOnly: true });
  expect(created).toHaveLength(2);
});

test("tells what is wrong with a request to the control API", async () => {
  const answer = await simulator.fetch("/simulator/scenarios/ransomware", {
    method: "POST",
    json: { tenantId: OWNER },
  });
  expect(answer).toMatchObject({
    status: 400,
    body: { errors: [expect.stringContaining("Give either units or share.")] },
  });
  expect((await simulator.fetch("/simulator/nothing")).status).toBe(404);
  expect((await simulator.fetch("/simulator/health")).body).toMatchObject({ status: "ok" });
});
