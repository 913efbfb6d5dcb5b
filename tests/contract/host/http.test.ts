import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
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

beforeAll(async () => {
  folder = await temporaryFolder();
  host = await startForkedHost({
    app: "http-esm",
    folder,
    settings: {
      IsEncrypted: false,
      Values: {
        "AzureWebJobs.disabled.Disabled": "true",
        FROM_SETTINGS: "settings",
        FROM_BOTH: "settings",
      },
      Host: { CORS: "https://page.example", CORSCredentials: true },
    },
    env: { FROM_BOTH: "environment", FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "30000000" },
  });
});
afterAll(cleanUp);

const get = (path: string, headers: Record<string, string | string[]> = {}) =>
  send(host.url, path, { headers });
const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  send(host.url, path, { method: "POST", headers, body });

test("a handler sees query, body and address, and its JSON is the answer", async () => {
  const answer = await post("/api/hello?name=Ada", "text");
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toContain("application/json");
  expect(answer.json()).toEqual({
    name: "Ada",
    body: "text",
    url: `${host.url}/api/hello?name=Ada`,
  });
});

test.each([
  ["a wrong method", "DELETE", "/api/hello"],
  ["a method the function does not name", "GET", "/api/onlyPut"],
  ["an unknown route", "GET", "/api/unknown"],
  ["a path without the prefix", "GET", "/hello"],
  ["a disabled function", "GET", "/api/disabled"],
])("%s is 404 with an empty body", async (_what, method, path) => {
  const answer = await send(host.url, path, { method });
  expect([answer.status, answer.text]).toEqual([404, ""]);
});

test("a handler that returns undefined, or throws it, answers 204", async () => {
  expect((await get("/api/nothing")).status).toBe(204);
  expect((await get("/api/throwsUndefined")).status).toBe(204);
});

test("a handler that returns text, or throws an error, answers 500 with an empty body", async () => {
  for (const path of ["/api/text", "/api/fails"]) {
    const answer = await get(path);
    expect([answer.status, answer.text]).toEqual([500, ""]);
  }
  await eventually(() => host.output().includes("Error: boom"), "the error in the log");
});

const found = async (path: string) => (await get(path)).json();

test("routes: literals before constraints before parameters, in any case, with optional ends", async () => {
  expect(await found("/api/UNITS/special")).toEqual({ name: "special", params: {} });
  expect(await found("/api/units/7")).toEqual({ name: "unit", params: { id: "7" } });
  expect(await found("/api/units/x%20y")).toEqual({ name: "unitByName", params: { name: "x y" } });
  expect(await found("/api/units/7/parts")).toEqual({ name: "unitsOf", params: { id: "7" } });
  expect(await found("/api/units/7/parts/a")).toEqual({
    name: "unitsOf",
    params: { id: "7", part: "a" },
  });
  expect(await found("/api/files/a/b.txt")).toEqual({ name: "files", params: { path: "a/b.txt" } });
});

test("cookies always have a path, and headers of host.json are added", async () => {
  const answer = await get("/api/created");
  expect([answer.status, answer.text]).toEqual([201, "made"]);
  expect(answer.headers).toMatchObject({ "x-one": "1", "x-frame-options": "DENY" });
  expect(answer.headers["set-cookie"]).toEqual([
    "a=x%20y; max-age=60; path=/; samesite=strict; httponly",
    "b=2; expires=Thu, 01 Jan 1970 00:01:00 GMT; path=/api; secure",
  ]);
});

test("several values of one header or parameter arrive joined by commas", async () => {
  const answer = await get("/api/values?q=1&q=2", { "x-one": ["a", "b"] });
  expect((answer.json() as { one: string }).one.replace(" ", "")).toBe("a,b");
  expect((answer.json() as { query: string }).query).toBe("1,2");
  expect(answer.headers["x-many"]).toBe("a, b");
});

test("binary bodies come back byte by byte", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const answer = await post("/api/binary", bytes);
  expect(answer.headers["content-type"]).toBe("application/octet-stream");
  expect(answer.body.equals(Buffer.from(bytes).reverse())).toBe(true);
});

test("large bodies pass in both directions, and one above the limit is 413", async () => {
  expect((await post("/api/size", Buffer.alloc(20_000_000))).json()).toBe(20_000_000);
  const answer = await get("/api/large");
  expect([answer.body.length, answer.body.at(-1)]).toEqual([20_000_000, 7]);
  const refused = await send(host.url, "/api/size", {
    method: "POST",
    headers: { "content-length": "30000001", expect: "100-continue" },
  });
  expect(refused.status).toBe(413);
});

test("function keys open functions, the master key everything, others nothing", async () => {
  const { keys } = await secretsOf(folder);
  const functionKey = keys.functionKeys.default;
  const status = async (path: string, headers = {}) => (await get(path, headers)).status;
  expect(await status("/api/keyed")).toBe(401);
  expect((await get("/api/keyed")).text).toBe("");
  expect(await status("/api/keyed", { "x-functions-key": "wrong" })).toBe(401);
  expect(await status("/api/keyed", { "x-functions-key": functionKey })).toBe(200);
  expect(await status(`/api/keyed?code=${functionKey}`)).toBe(200);
  expect(await status(`/api/forMaster?code=${functionKey}`)).toBe(401);
  expect(await status(`/api/forMaster?code=${keys.masterKey}`)).toBe(200);
});

test("keys and settings are readable only by their owner", async () => {
  const modes = await Promise.all(
    [join(folder, "settings.json"), join(folder, "data", "keys.json")].map(
      async (file) => (await stat(file)).mode & 0o777,
    ),
  );
  expect(modes).toEqual([0o600, 0o600]);
});

test("an identity's key makes the caller known, and the key itself never reaches the app", async () => {
  const { identities } = await secretsOf(folder);
  const requester = identities.find(({ name }) => name === "requester");
  const authorization = `Bearer ${requester?.key}`;
  const me = (await get("/api/me", { authorization })).json();
  expect(me).toMatchObject({ id: requester?.objectId });
  const headers = (await get("/api/headers", { authorization })).json() as Record<string, string>;
  expect(headers["x-ms-client-principal-name"]).toBe("requester");
  expect(headers["authorization"]).toBeUndefined();
});

test("outside copies of the platform's identity headers are always removed", async () => {
  const claimed = {
    "x-ms-client-principal": "forged",
    "X-MS-CLIENT-PRINCIPAL-ID": "forged",
    "x-ms-client-principal-name": "forged",
    "x-ms-client-principal-idp": "forged",
  };
  const answer = await get("/api/headers", {
    ...claimed,
    authorization: "Bearer of-somebody-else",
  });
  expect(answer.text).not.toContain("forged");
  // A bearer token that is no local key belongs to the app.
  expect(answer.json()).toMatchObject({ authorization: "Bearer of-somebody-else" });
});

test("signing in gives a session cookie that is not the key, and signing out ends it", async () => {
  const { identities } = await secretsOf(folder);
  const approver = identities.find(({ name }) => name === "approver");
  const wrong = await post("/.auth/local/login", JSON.stringify({ key: "wrong" }));
  expect([wrong.status, wrong.headers["content-type"]]).toEqual([401, "application/problem+json"]);
  const signedIn = await post("/.auth/local/login", JSON.stringify({ key: approver?.key }));
  expect(signedIn.status).toBe(204);
  const [text = ""] = signedIn.headers["set-cookie"] ?? [];
  expect(text).toMatch(/; HttpOnly; SameSite=Strict$/);
  expect(text).not.toContain(approver?.key);
  const cookie = text.split(";", 1)[0] ?? "";
  expect((await get("/.auth/me", { cookie })).json()).toEqual({
    name: "approver",
    objectId: approver?.objectId,
    roles: ["Reader", "Approver"],
    tenants: null,
  });
  expect((await get("/api/me", { cookie })).json()).toMatchObject({ id: approver?.objectId });
  // A page on another port shares the cookie, so a change that its browser says comes from there has no caller.
  const crossed = await post("/api/headers", "", { cookie, origin: "http://localhost:1" });
  expect(crossed.text).not.toContain("x-ms-client-principal");
  expect((await post("/.auth/logout", "", { cookie })).status).toBe(204);
  expect((await get("/.auth/me", { cookie })).status).toBe(401);
});

test("allowed origins may read answers, others may not", async () => {
  const preflight = await send(host.url, "/api/hello", {
    method: "OPTIONS",
    headers: {
      origin: "https://page.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "x-one",
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers).toMatchObject({
    "access-control-allow-origin": "https://page.example",
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "x-one",
  });
  const allowed = await get("/api/hello", { origin: "https://page.example" });
  expect(allowed.headers["access-control-allow-origin"]).toBe("https://page.example");
  const other = await get("/api/hello", { origin: "https://evil.example" });
  expect(other.headers["access-control-allow-origin"]).toBeUndefined();
});

test("a name that merely resolves to this machine is not answered", async () => {
  for (const base of [host.url, host.internalUrl]) {
    const answer = await send(base, "/api/hello", { headers: { host: "evil.example" } });
    expect(answer.status).toBe(403);
  }
});

test("a web page cannot reach the address for local processes", async () => {
  for (const headers of [{ origin: "http://localhost:1" }, { "sec-fetch-site": "cross-site" }]) {
    const answer = await send(host.internalUrl, "/durabletask/instances", { headers });
    expect(answer.status).toBe(403);
  }
});

test("the host tells its state and its functions", async () => {
  expect((await get("/admin/host/status")).json()).toMatchObject({ state: "Running" });
  expect((await get("/admin/host/ping")).status).toBe(200);
  const functions = (await get("/admin/functions")).json() as { name: string }[];
  expect(functions.find(({ name }) => name === "unit")).toMatchObject({
    language: "node",
    isDisabled: false,
    invoke_url_template: `${host.url}/api/units/{id:int}`,
    config: { bindings: [{ type: "httpTrigger", route: "units/{id:int}" }, { type: "http" }] },
  });
  expect((await get("/admin/functions/disabled")).json()).toMatchObject({ isDisabled: true });
  expect((await get("/admin/functions/unknown")).status).toBe(404);
});

test("the durable routes need a key from outside and none from local processes", async () => {
  const path = "/runtime/webhooks/durabletask/instances/unknown";
  const { keys } = await secretsOf(folder);
  expect((await get(path)).status).toBe(401);
  expect((await get(path, { "x-functions-key": keys.functionKeys.default })).status).toBe(401);
  const code = keys.systemKeys["durabletask_extension"];
  expect((await get(`${path}?code=${code}`)).status).toBe(404);
  expect((await send(host.internalUrl, "/durabletask/instances/unknown")).status).toBe(404);
});

test("there is a home page, and a path that cannot be decoded is refused", async () => {
  const home = await get("/");
  expect([home.status, home.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect((await get("/api/%E0%A4%A")).status).toBe(400);
});

test("settings become the environment, which wins; the app finds its own address", async () => {
  expect((await get("/api/environment")).json()).toEqual([
    "settings",
    "environment",
    `localhost:${new URL(host.url).port}`,
  ]);
});

test("the app finds the host's clock", async () => {
  const { now } = (await get("/api/time")).json() as { now: number };
  expect(Math.abs(now - Date.now())).toBeLessThan(5_000);
});
