import { beforeEach, expect, test } from "@jest/globals";

import { signToken, type TokenClaims } from "../../../../simulator/protocol/access-token.ts";
import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { MEMBER, OWNER, smallEstate } from "../small-estate.ts";

let simulator: InProcessSimulator;
let token: string;

beforeEach(async () => {
  simulator = createInProcessSimulator({ seed: smallEstate() });
  token = await simulator.token(OWNER);
});

const APP = "33333333-3333-4333-8333-333333333333";
/** The key of every simulator in memory. */
const KEY = Buffer.alloc(32, 7);

function forge(changes: Partial<TokenClaims>): string {
  const now = simulator.now() / 1_000;
  const claims: TokenClaims = {
    aud: "https://graph.microsoft.com",
    iss: `https://sts.windows.net/${OWNER}/`,
    iat: now,
    nbf: now,
    exp: now + 3_600,
    tid: OWNER,
    appid: APP,
    app_displayname: "m365-continuity",
    ver: "1.0",
    idtyp: "app",
    roles: ["User.Read.All"],
  };
  return signToken({ ...claims, ...changes }, KEY);
}

test("takes a token that is signed, for Graph, for a known tenant and of now", async () => {
  const answer = await simulator.fetch("/v1.0/users", { token: forge({}) });
  expect(answer.status).toBe(200);
});

test.each<[string, () => Partial<TokenClaims>, RegExp]>([
  ["another audience", () => ({ aud: "https://management.azure.com" }), /audience/],
  ["an unknown tenant", () => ({ tid: "99999999-9999-4999-8999-999999999999" }), /tenant/],
  ["the past", () => ({ exp: simulator.now() / 1_000 }), /expired/],
  ["the future", () => ({ nbf: simulator.now() / 1_000 + 60 }), /not yet valid/],
  ["an unknown user", () => ({ oid: "99999999-9999-4999-8999-999999999999" }), /user/],
])("answers 401 with a challenge to a token of %s", async (_name, changes, message) => {
  const answer = await simulator.fetch("/v1.0/users", { token: forge(changes()) });
  expect(answer.status).toBe(401);
  expect(answer.headers["www-authenticate"]).toMatch(/^Bearer /);
  expect(answer.body).toMatchObject({
    error: { code: "InvalidAuthenticationToken", message: expect.stringMatching(message) },
  });
});

const statusFor = async (bearer: string) =>
  (await simulator.fetch("/v1.0/users?$top=1", { token: bearer })).status;

test("a token that is remembered proves nothing for another one with its signature", async () => {
  const good = forge({});
  const [head = "", , signature = ""] = good.split(".");
  const claims = JSON.parse(
    Buffer.from(good.split(".")[1] ?? "", "base64url").toString(),
  ) as object;
  const more = Buffer.from(JSON.stringify({ ...claims, tid: MEMBER })).toString("base64url");
  expect(await statusFor(good)).toBe(200);
  expect(await statusFor(`${head}.${more}.${signature}`)).toBe(401);
  expect(await statusFor(good)).toBe(200);
});

test("answers 403 to an application without the role, and to one where only a person may act", async () => {
  const poor = forge({ roles: [] });
  expect((await simulator.fetch("/v1.0/users", { token: poor })).status).toBe(403);
  const activate = (bearer: string) =>
    simulator.fetch(`/v1.0/solutions/backupRestore/serviceApps/${APP}/activate`, {
      method: "POST",
      token: bearer,
      json: {},
    });
  const application = await activate(token);
  expect(application).toMatchObject({ status: 403, body: { error: { code: "Forbidden" } } });
  expect((await activate(await simulator.delegatedToken(OWNER))).status).not.toBe(403);
});

test("shows nothing of one tenant to a token of another", async () => {
  const foreign = await simulator.token(MEMBER);
  const mine = await simulator.fetch("/v1.0/users?$top=1", { token });
  const [user] = (mine.body as { value: readonly { id: string }[] }).value;
  const answer = await simulator.fetch(`/v1.0/users/${user?.id}`, { token: foreign });
  expect(answer.status).toBe(404);
});

const DRIVE = "/v1.0/users/admin@contoso.com/drive";

test("gives a file's tag as a header too, answers 304 to whoever has it and 412 to whoever changes an older one", async () => {
  const made = await simulator.fetch(`${DRIVE}/root/children`, {
    method: "POST",
    token,
    json: { name: "Plans", folder: {} },
  });
  const { id, eTag } = made.body as { id: string; eTag: string };
  expect(made.headers["etag"]).toBe(eTag);
  const read = (headers: Record<string, string>) =>
    simulator.fetch(`${DRIVE}/items/${id}`, { token, headers });
  expect(await read({ "if-none-match": eTag })).toMatchObject({ status: 304, body: undefined });
  expect(await read({ "if-none-match": `"x", W/${eTag}` })).toMatchObject({ status: 304 });
  expect(await read({ "if-none-match": '"another"' })).toMatchObject({ status: 200 });
  const rename = (name: string) =>
    simulator.fetch(`${DRIVE}/items/${id}`, {
      method: "PATCH",
      token,
      json: { name },
      headers: { "if-match": eTag },
    });
  expect((await rename("Plans 2")).status).toBe(200);
  expect(await rename("Plans 3")).toMatchObject({
    status: 412,
    body: { error: { code: "resourceModified" } },
  });
  expect(await read({ "if-none-match": eTag })).toMatchObject({ status: 200 });
});

test("refuses to change or delete a message by an older tag", async () => {
  const messages = "/v1.0/users/admin@contoso.com/messages";
  const list = await simulator.fetch(`${messages}?$top=1`, { token });
  const [message] = (list.body as { value: readonly Record<string, string>[] }).value;
  const change = (method: string, tag: string) =>
    simulator.fetch(`${messages}/${message?.["id"]}`, {
      method,
      token,
      headers: { "if-match": tag },
      ...(method === "PATCH" ? { json: { isRead: true } } : {}),
    });
  const tag = message?.["@odata.etag"] ?? "";
  expect((await change("PATCH", tag)).status).toBe(200);
  const refused = { status: 412, body: { error: { code: "ErrorIrresolvableConflict" } } };
  expect(await change("PATCH", tag)).toMatchObject(refused);
  expect(await change("DELETE", tag)).toMatchObject(refused);
  expect((await change("DELETE", "*")).status).toBe(204);
});

const readMail = (prefer: string) =>
  simulator.fetch("/v1.0/users/admin@contoso.com/messages?$top=1", {
    token,
    headers: { prefer },
  });

test("says which preference it applied, and ignores one that it does not know", async () => {
  const applied = await readMail('outlook.body-content-type="text"');
  expect(applied.headers["preference-applied"]).toBe('outlook.body-content-type="text"');
  const ignored = await readMail("respond-async");
  expect(ignored.status).toBe(200);
  expect(ignored.headers).not.toHaveProperty("preference-applied");
});

interface Responses {
  readonly responses: readonly {
    readonly id: string;
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: { readonly error?: { readonly code: string } };
  }[];
}

const get = (id: string, url: string, dependsOn?: readonly string[]) => ({
  id,
  method: "GET",
  url,
  ...(dependsOn === undefined ? {} : { dependsOn }),
});

const batch = (requests: readonly unknown[]) =>
  simulator.fetch("/v1.0/$batch", { method: "POST", token, json: { requests } });

test("a failed request of a batch fails what depends on it, directly or not, and nothing else", async () => {
  const answer = await batch([
    get("late", "/users?$top=1", ["middle"]),
    get("middle", "/users?$top=1", ["bad"]),
    get("bad", "/users/nobody@contoso.com"),
    get("free", "/users?$top=1"),
  ]);
  const { responses } = answer.body as Responses;
  const statuses = Object.fromEntries(responses.map(({ id, status }) => [id, status]));
  expect(statuses).toEqual({ bad: 404, middle: 424, late: 424, free: 200 });
  const middle = responses.find(({ id }) => id === "middle");
  expect(middle?.body?.error?.code).toBe("FailedDependency");
  expect(middle?.headers).toEqual({ "Content-Type": "application/json" });
});

test("a batch has ids of its own, and each request in it too", async () => {
  const answer = await simulator.fetch("/v1.0/$batch", {
    method: "POST",
    token,
    headers: { "client-request-id": "mine" },
    json: { requests: [get("1", "/users?$top=1"), get("2", "/users?$top=1")] },
  });
  expect(answer.headers["client-request-id"]).toBe("mine");
  const { responses } = answer.body as Responses;
  const ids = [answer.headers, ...responses.map(({ headers }) => headers)].map(
    (headers) => headers["request-id"],
  );
  expect(new Set(ids).size).toBe(3);
  const refused = await batch([get("1", "/users", ["1"])]);
  expect(refused.headers["request-id"]).toEqual(expect.any(String));
});

test("spells the headers inside a batch as clients look them up", async () => {
  const { responses } = (await batch([get("1", "/users?$top=1")])).body as Responses;
  expect(Object.keys(responses[0]?.headers ?? {})).toEqual(
    expect.arrayContaining(["Content-Type", "OData-Version", "request-id", "client-request-id"]),
  );
});

test.each([
  ["a missing request", [get("1", "/users", ["2"])]],
  ["itself", [get("1", "/users", ["1"])]],
  ["a circle", [get("1", "/users", ["2"]), get("2", "/users", ["1"])]],
])("refuses a batch in which a request depends on %s", async (_name, requests) => {
  expect((await batch(requests)).status).toBe(400);
});

const eventual = { ConsistencyLevel: "eventual" };

/** Headers arrive in lower case over HTTP. */
const read = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  simulator.fetch(`/v1.0${path}`, {
    token,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  });

test("a count is left out without a word unless the caller takes what lags behind", async () => {
  const silent = await read("/users?$count=true&$top=2");
  expect(silent.status).toBe(200);
  expect(silent.body).not.toHaveProperty("@odata.count");
  const counted = await read("/users?$count=true&$top=2", eventual);
  expect(counted.body).toMatchObject({ "@odata.count": 12 });
});

test.each([
  ["ne", "department ne 'Legal'"],
  ["not", "not(startsWith(displayName,'A'))"],
  ["endsWith", "userType eq 'Member' and endsWith(mail,'@contoso.com')"],
])("the operator %s wants ConsistencyLevel and $count", async (operator, filter) => {
  const path = `/users?$filter=${encodeURIComponent(filter)}`;
  for (const refused of [
    await read(path),
    await read(path, eventual),
    await read(`${path}&$count=true`),
  ]) {
    expect(refused).toMatchObject({
      status: 400,
      body: {
        error: { code: "Request_UnsupportedQuery", message: expect.stringContaining(operator) },
      },
    });
  }
  const answer = await read(`${path}&$count=true`, eventual);
  expect(answer.status).toBe(200);
  expect((answer.body as { "@odata.count": number })["@odata.count"]).toBeGreaterThan(0);
});
