import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  send,
  startConformanceHost,
  temporaryFolder,
  type Answer,
  type ConformanceHost,
} from "./conformance-host.ts";

const claim = claimsOf("http-keys-and-admin");
let host: ConformanceHost;

const start = (folder: string): Promise<ConformanceHost> =>
  startConformanceHost("http", {
    folder,
    settings: {
      Values: { "AzureWebJobs.disabled.Disabled": "true" },
      Host: { CORS: "https://page.example,https://other.example", CORSCredentials: true },
    },
  });

beforeAll(async () => {
  host = await start(await temporaryFolder());
});
afterAll(cleanUp);

const brief = ({ status, text }: Answer): [number, string] => [status, text];
const found = async (path: string): Promise<unknown> => (await host.get(path)).json();

claim("disabled function", async () => {
  expect((await host.get("/api/disabled")).status).toBe(404);
  const withFunctionKey = { "x-functions-key": host.keys.functionKeys.default };
  expect((await host.get("/api/disabled", withFunctionKey)).status).toBe(404);
  const withMasterKey = { "x-functions-key": host.keys.masterKey };
  expect((await host.get("/api/disabled", withMasterKey)).text).toBe("for the master only");
});

claim("anonymous", async () => {
  expect((await host.get("/api/byName", { "x-functions-key": "wrong" })).status).toBe(200);
});

/** The status of a function for a key. */
const opened = async (path: string, key: string): Promise<number> =>
  (await host.get(path, { "x-functions-key": key })).status;

claim("function level", async () => {
  const { masterKey, functionKeys, systemKeys } = host.keys;
  expect(await opened("/api/keyed", functionKeys.default)).toBe(200);
  expect(await opened("/api/keyed", masterKey)).toBe(200);
  expect(await opened("/api/keyed", systemKeys["durabletask_extension"] ?? "")).toBe(401);
  const made = await host.post("/admin/functions/keyed/keys/own", "", {
    "x-functions-key": masterKey,
  });
  const { value } = made.json() as { value: string };
  expect(await opened("/api/keyed", value)).toBe(200);
  expect(await opened("/api/otherKeyed", value)).toBe(401);
});

claim("admin level", async () => {
  expect(await opened("/api/forMaster", host.keys.functionKeys.default)).toBe(401);
  expect(await opened("/api/forMaster", host.keys.masterKey)).toBe(200);
});

claim("wrong key", async () => {
  expect(brief(await host.get("/api/keyed"))).toEqual([401, ""]);
  expect(brief(await host.get("/api/keyed?code=wrong"))).toEqual([401, ""]);
});

claim("key places", async () => {
  const key = host.keys.functionKeys.default;
  expect((await host.get(`/api/keyed?code=${key}`)).status).toBe(200);
  const both = await host.get(`/api/keyed?code=${key}`, { "x-functions-key": "wrong" });
  expect(both.status).toBe(401);
});

claim("cors", async () => {
  const preflight = await host.send("OPTIONS", "/api/byName", {
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
  const allowed = await host.get("/api/byName", { origin: "https://other.example" });
  expect(allowed.headers["access-control-allow-origin"]).toBe("https://other.example");
  const stranger = await host.get("/api/byName", { origin: "https://evil.example" });
  expect(stranger.headers["access-control-allow-origin"]).toBeUndefined();
});

claim("platform identity", async () => {
  const forged = await host.get("/api/principal", {
    "x-ms-client-principal": Buffer.from('{"forged":true}').toString("base64"),
    "X-MS-CLIENT-PRINCIPAL-ID": "forged",
    "x-ms-client-principal-name": "forged",
    authorization: "Bearer of-somebody-else",
  });
  expect(forged.json()).toEqual({
    principal: null,
    id: null,
    name: null,
    authorization: "Bearer of-somebody-else",
  });
  const approver = host.identities.find(({ name }) => name === "approver");
  const known = await host.get("/api/principal", { authorization: `Bearer ${approver?.key}` });
  expect(known.json()).toEqual({
    principal: {
      auth_typ: "aad",
      name_typ: expect.any(String),
      role_typ: "roles",
      claims: expect.arrayContaining([
        { typ: "roles", val: "Reader" },
        { typ: "roles", val: "Approver" },
        {
          typ: "http://schemas.microsoft.com/identity/claims/objectidentifier",
          val: approver?.objectId,
        },
      ]),
    },
    id: approver?.objectId,
    name: "approver",
    authorization: null,
  });
});

claim("host names", async () => {
  const answer = await host.get("/api/byName", { host: "evil.example" });
  expect(answer.status).toBe(403);
});

claim("status", async () => {
  expect(await found("/admin/host/status")).toMatchObject({
    id: expect.any(String),
    state: "Running",
    version: expect.stringMatching(/^4\./u),
    processUptime: expect.any(Number),
  });
  expect((await host.post("/admin/host/ping")).status).toBe(200);
});

claim("functions", async () => {
  const all = (await found("/admin/functions")) as { name: string }[];
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(["byName", "nightly"]));
  expect(await found("/admin/functions/UNIT")).toMatchObject({
    name: "unit",
    language: "node",
    isDisabled: false,
    invoke_url_template: `${host.url}/api/units/{id:int}`,
    config: { bindings: [{ type: "httpTrigger", route: "units/{id:int}" }, { type: "http" }] },
  });
  expect(await found("/admin/functions/disabled")).toMatchObject({ isDisabled: true });
  expect((await host.get("/admin/functions/unknown")).status).toBe(404);
});

claim("run by hand", async () => {
  const run = async (name: string, key: string): Promise<number> =>
    (await host.post(`/admin/functions/${name}`, "{}", { "x-functions-key": key })).status;
  expect(await run("nightly", host.keys.functionKeys.default)).toBe(401);
  expect(await run("unknown", host.keys.masterKey)).toBe(404);
  expect(await run("nightly", host.keys.masterKey)).toBe(202);
  await eventually(() => host.output().includes("the timer was run by hand"), "the run");
});

/** A request to the key management API with the master key. */
async function manage(method: string, path: string, body?: object): Promise<Answer> {
  return send(host.url, `/admin/${path}`, {
    method,
    headers: { "x-functions-key": host.keys.masterKey, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

claim("key management", async () => {
  expect((await host.get("/admin/host/keys")).status).toBe(401);
  const { functionKeys, systemKeys, masterKey } = host.keys;
  expect((await manage("GET", "host/keys")).json()).toMatchObject({
    keys: [{ name: "default", value: functionKeys.default }],
  });
  expect((await manage("GET", "host/systemkeys/durabletask_extension")).json()).toMatchObject({
    value: systemKeys["durabletask_extension"],
  });
  expect((await manage("GET", "host/systemkeys/_master")).json()).toMatchObject({
    value: masterKey,
  });
  const set = { name: "partner", value: "a-key-of-my-own" };
  expect((await manage("PUT", "host/functionkeys/partner", set)).status).toBe(201);
  expect(await opened("/api/keyed", "a-key-of-my-own")).toBe(200);
  const again = await manage("POST", "host/functionkeys/partner");
  const { value } = again.json() as { value: string };
  expect([again.status, await opened("/api/keyed", "a-key-of-my-own")]).toEqual([200, 401]);
  expect(await opened("/api/keyed", value)).toBe(200);
  expect((await manage("DELETE", "host/functionkeys/partner")).status).toBe(204);
  expect(await opened("/api/keyed", value)).toBe(401);
  const refused = await Promise.all([
    manage("DELETE", "host/functionkeys/partner"),
    manage("GET", "functions/unknown/keys"),
    manage("PUT", "host/functionkeys/partner", {}),
    manage("DELETE", "host/systemkeys/_master"),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([404, 404, 400, 400]);
});

claim("lasting keys", async () => {
  await manage("PUT", "functions/keyed/keys/lasting", { value: "lasting" });
  const { value } = (await manage("POST", "host/systemkeys/_master")).json() as { value: string };
  await host.kill();
  host = await start(host.folder);
  expect(await opened("/api/keyed", "lasting")).toBe(200);
  expect([await opened("/api/forMaster", value), host.keys.masterKey]).toEqual([200, value]);
});
