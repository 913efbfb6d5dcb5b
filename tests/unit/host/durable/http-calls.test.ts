import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { CallHttpOptions } from "durable-functions";
import { callHttp } from "../../../../host/durable/http-call.ts";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { df, startDurableHost, STARTS_AT } from "../../../support/durable-host.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

let server: Server;
let origin: string;
const seen: Seen[] = [];
let respond: (request: Seen, response: ServerResponse) => void = () => {};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(entry);
      respond(entry, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
});

beforeEach(() => {
  seen.length = 0;
});

df.app.activity("note", { handler: (input: unknown) => input });
df.app.orchestration("calls", function* (context) {
  const start = context.df.currentUtcDateTime.getTime();
  try {
    const response: { statusCode: number; headers: unknown; content: unknown } =
      yield context.df.callHttp(context.df.getInput<CallHttpOptions>());
    const { statusCode, headers, content } = response;
    return { statusCode, headers, content, after: context.df.currentUtcDateTime.getTime() - start };
  } catch (error) {
    return (error as Error).message;
  }
});
df.app.orchestration("callsAmongOthers", function* (context) {
  const [response, note]: { content?: unknown }[] = yield context.df.Task.all([
    context.df.callHttp({ method: "GET", url: `${context.df.getInput<string>()}/poll` }),
    context.df.callActivity("note", "beside"),
  ]);
  const last: unknown = yield context.df.callActivity("note", "after");
  return [response!.content, note, last];
});

/** Answers 202 so many times, then 200; `more` are further headers of the 202. */
const pollsThen = (times: number, more: Record<string, string> = {}): void => {
  let left = times;
  respond = (_request, response) => {
    if (left-- > 0) {
      response.writeHead(202, { location: "/status?of=1", ...more }).end("not yet");
    } else {
      response.writeHead(200, { "content-type": "text/plain" }).end("done");
    }
  };
};

test("an answer reaches the orchestrator with its status, its text and its headers as .NET spells them", async () => {
  respond = (_request, response) =>
    response
      .writeHead(418, [
        ["content-type", "application/json"],
        ["etag", '"1"'],
        ["X-Own-name", "kept"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ] as never)
      .end('{"a":"ü"}');
  await using host = await startDurableHost();
  const { output } = await host.run("calls", {
    method: "POST",
    url: `${origin}/tea`,
    body: { cups: 2 },
    headers: { "x-functions-key": "k" },
  });
  expect(output).toEqual({
    statusCode: 418,
    content: '{"a":"ü"}',
    headers: expect.objectContaining({
      ETag: '"1"',
      "X-Own-name": "kept",
      "Set-Cookie": ["a=1", "b=2"],
    }),
    after: 0,
  });
  expect((output as { headers: object }).headers).not.toHaveProperty("content-type");
  expect(seen).toMatchObject([
    {
      method: "POST",
      url: "/tea",
      body: '{"cups":2}',
      headers: { "content-type": "text/plain", "x-functions-key": "k" },
    },
  ]);
});

test("a 202 with a place to ask is followed at the pace the server wants, without the function's key", async () => {
  pollsThen(2, { "retry-after": "90" });
  await using host = await startDurableHost();
  const { output } = await host.run("calls", {
    method: "POST",
    url: `${origin}/begin`,
    body: "x",
    headers: { "X-Functions-Key": "secret", "x-more": "kept", "content-type": "application/json" },
  });
  expect(output).toMatchObject({ statusCode: 200, content: "done", after: 180_000 });
  expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ["POST", "/begin", "x"],
    ["GET", "/status?of=1", ""],
    ["GET", "/status?of=1", ""],
  ]);
  expect(seen[0]!.headers).toMatchObject({ "x-functions-key": "secret", "x-more": "kept" });
  expect(seen[1]!.headers).toMatchObject({ "x-more": "kept" });
  expect(seen[1]!.headers).not.toHaveProperty("x-functions-key");
  expect(seen[1]!.headers).not.toHaveProperty("content-type");
});

test.each([
  ["no Retry-After", {}, {}, 30_000],
  [
    "no Retry-After, by host.json",
    {},
    { httpSettings: { defaultAsyncRequestSleepTimeMilliseconds: 7_000 } },
    7_000,
  ],
  ["an empty Retry-After", { "retry-after": "" }, {}, 30_000],
  [
    "a date",
    {
      date: "Mon, 02 Mar 2026 06:00:00 GMT",
      "retry-after": "Mon, 02 Mar 2026 06:05:00 GMT",
    },
    {},
    300_000,
  ],
  ["a date in the past", { "retry-after": "Mon, 02 Mar 2020 06:00:00 GMT" }, {}, 0],
  ["no time at all", { "retry-after": "soon" }, {}, 30_000],
  ["more than six days", { "retry-after": String(20 * 86_400) }, {}, 20 * 86_400_000],
])("the next poll after %s", async (_what, headers, settings, after) => {
  pollsThen(1, headers);
  await using host = await startDurableHost({ settings });
  const { output } = await host.run("calls", { method: "GET", url: `${origin}/poll` });
  expect(output).toMatchObject({ content: "done", after });
  expect(host.clock.now()).toBe(STARTS_AT + after);
});

test("a 202 without a place to ask, and one that is not to be followed, are answers", async () => {
  respond = (_request, response) => response.writeHead(202).end("accepted");
  await using host = await startDurableHost();
  expect((await host.run("calls", { method: "GET", url: origin })).output).toMatchObject({
    statusCode: 202,
    content: "accepted",
  });
  pollsThen(2);
  for (const option of ["enablePolling", "asynchronousPatternEnabled"]) {
    const { output } = await host.run("calls", { method: "GET", url: origin, [option]: false });
    expect(output).toMatchObject({ statusCode: 202, content: "not yet" });
  }
});

test("work beside a polled call, and after it, keeps its results", async () => {
  pollsThen(3, { "retry-after": "10" });
  await using host = await startDurableHost();
  expect((await host.run("callsAmongOthers", origin)).output).toEqual(["done", "beside", "after"]);
});

test("a host that takes over between two polls goes on with the next one", async () => {
  pollsThen(1, { "retry-after": "10" });
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  await first.clock.takeHold("restart");
  await first.start("calls", "x", { method: "GET", url: `${origin}/poll` });
  while (store.range("timers", {}).length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await first.stop();
  await using second = await startDurableHost({ store, clock: first.clock });
  first.clock.releaseHold("restart");
  expect((await second.ended("x")).output).toMatchObject({ content: "done", after: 10_000 });
  expect(seen).toHaveLength(2);
});

test("redirects are followed as HttpClient follows them", async () => {
  respond = ({ url }, response) => {
    if (url === "/end") {
      response.end("end");
    } else {
      response.writeHead(url === "/keep" ? 307 : 302, { location: "/end" }).end();
    }
  };
  await callHttp({ method: "POST", uri: `${origin}/change`, content: "a" });
  await callHttp({ method: "POST", uri: `${origin}/keep`, content: "b" });
  expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ["POST", "/change", "a"],
    ["GET", "/end", ""],
    ["POST", "/keep", "b"],
    ["POST", "/end", "b"],
  ]);
});

test.each([
  [
    "nobody who listens",
    { url: "http://127.0.0.1:1/x" },
    /^Connection refused \(127\.0\.0\.1:1\)/u,
  ],
  ["an address that is none", { url: "nowhere" }, /^Invalid URL/u],
  ["another scheme", { url: "ftp://x/y" }, /^The 'ftp' scheme is not supported/u],
  [
    "a managed identity's token",
    { tokenSource: new df.ManagedIdentityTokenSource("https://graph.microsoft.com") },
    /^callHttp with a token source needs a managed identity, which this host does not have/u,
  ],
  [
    "multipart content",
    { headers: { "Content-Type": "multipart/form-data" }, body: "x" },
    /^Multipart content is not supported with CallHttpAsync/u,
  ],
])("a call to %s is an error that the orchestrator can catch", async (_what, options, message) => {
  await using host = await startDurableHost();
  const { output } = await host.run("calls", { method: "POST", url: origin, ...options });
  expect(output).toMatch(message);
  expect(seen).toEqual([]);
});

test("an exchange that takes too long is given up", async () => {
  respond = () => {};
  await expect(callHttp({ method: "GET", uri: origin }, 30)).rejects.toThrow(
    "The request was canceled due to the configured HttpClient.Timeout of 0.03 seconds elapsing.",
  );
  respond = (_request, response) => void response.writeHead(200).write("half");
  await expect(callHttp({ method: "GET", uri: origin }, 30)).rejects.toThrow("HttpClient.Timeout");
});

test("text comes in the character set that the server names", async () => {
  respond = (_request, response) =>
    response
      .writeHead(200, { "content-type": "text/plain; charset=iso-8859-1" })
      .end(Buffer.from("ü", "latin1"));
  expect(JSON.parse(await callHttp({ method: "GET", uri: origin }))).toMatchObject({
    content: "ü",
  });
});
