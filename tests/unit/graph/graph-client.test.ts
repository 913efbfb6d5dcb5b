import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { z } from "zod";
import { readBatch } from "../../../src/graph/batch.ts";
import { createGraphClient, type TenantGraph } from "../../../src/graph/graph-client.ts";
import { readAll } from "../../../src/graph/paging.ts";

type Answer = (
  request: IncomingMessage & { readonly text: string },
  response: ServerResponse,
) => void;

let server: Server | undefined;

afterEach(async () => {
  await new Promise<void>((resolve) => {
    server?.close(() => resolve());
    server?.closeAllConnections();
  });
  server = undefined;
});

const clock = { now: () => 0 };

/** A real HTTP server, so that the official client's own handling of addresses and bodies is part of the test. */
async function graphWith(answer: Answer, isWriteAllowed = true): Promise<TenantGraph> {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    request.on("end", () => answer(Object.assign(request, { text }), response));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return createGraphClient({
    baseUrl: `http://127.0.0.1:${port}`,
    tokens: { accessToken: async (tenantId) => `token-of-${tenantId}` },
    isWriteAllowed: () => isWriteAllowed,
    clock,
  }).forTenant("contoso");
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

test("sends token, preference and request id, and the address as it was given", async () => {
  const seen: IncomingMessage[] = [];
  const graph = await graphWith((request, response) => {
    seen.push(request);
    json(response, 200, { value: [] });
  });

  await graph.send({ method: "GET", path: "/users?$filter=startswith(mail,'a')&$top=5" });

  expect(seen[0]?.url).toBe("/v1.0/users?$filter=startswith(mail,%27a%27)&$top=5");
  expect(seen[0]?.headers).toMatchObject({
    authorization: "Bearer token-of-contoso",
    prefer: "include-unknown-enum-members",
  });
  expect(seen[0]?.headers["client-request-id"]).toMatch(/^[0-9a-f-]{36}$/u);
});

test.each(["POST", "PUT", "PATCH", "DELETE"] as const)(
  "%s reaches Graph with its body",
  async (method) => {
    const seen: [string | undefined, string][] = [];
    const graph = await graphWith((request, response) => {
      seen.push([request.method, request.text]);
      response.writeHead(204).end();
    });

    const answer = await graph.send({ method, path: "/policies/x", body: { a: 1 } });

    expect(seen).toEqual([[method, '{"a":1}']]);
    expect(answer).toMatchObject({ status: 204, body: null });
  },
);

test("nothing is written to a tenant that AllowWrites does not list, and nothing is sent", async () => {
  let requests = 0;
  const graph = await graphWith((_request, response) => {
    requests += 1;
    json(response, 200, {});
  }, false);

  await expect(graph.send({ method: "POST", path: "/x", body: {} })).rejects.toMatchObject({
    name: "TerminalError",
    code: "writesNotAllowed",
  });
  expect(requests).toBe(0);
  await graph.send({
    method: "POST",
    path: "/solutions/backupRestore/restorePoints/search",
    body: {},
  });
  expect(requests).toBe(1);
});

test("a throttled answer carries how long to wait", async () => {
  const graph = await graphWith((_request, response) =>
    json(response, 429, { error: { code: "TooManyRequests" } }, { "retry-after": "7" }),
  );

  await expect(graph.send({ method: "GET", path: "/users" })).rejects.toMatchObject({
    name: "ThrottledError",
    retryAfterMs: 7_000,
  });
});

test("a connection that breaks in the middle is transient", async () => {
  const graph = await graphWith((_request, response) => {
    response.writeHead(200, { "content-length": "100", "content-type": "application/json" });
    response.write('{"value":');
    response.socket?.destroy();
  });

  await expect(graph.send({ method: "GET", path: "/users" })).rejects.toMatchObject({
    name: "TransientError",
    code: "connectionFailed",
  });
});

test("an answer of another shape names the place, never the content", async () => {
  const graph = await graphWith((_request, response) => json(response, 200, { id: 42 }));

  await expect(
    graph.read({ method: "GET", path: "/users/x" }, z.object({ id: z.string() })),
  ).rejects.toMatchObject({ code: "unexpectedAnswer", message: expect.stringContaining("at id") });
});

test("pages are followed over absolute and relative links", async () => {
  const graph = await graphWith((request, response) => {
    const base = `http://${request.headers.host}/v1.0`;
    const page = new URL(request.url ?? "", base).searchParams.get("$skiptoken");
    const next = { null: `${base}/users?$skiptoken=a`, a: "users?$skiptoken=b" }[String(page)];
    json(response, 200, {
      value: [{ id: String(page) }],
      ...(next && { "@odata.nextLink": next }),
    });
  });

  const items = await readAll(graph, "/users", z.object({ id: z.string() }));

  expect(items.map(({ id }) => id)).toEqual(["null", "a", "b"]);
});

test("a link to another address is refused, so that no token leaves Graph", async () => {
  const graph = await graphWith((_request, response) =>
    json(response, 200, { value: [], "@odata.nextLink": "https://evil.example/v1.0/users" }),
  );

  await expect(readAll(graph, "/users", z.object({}))).rejects.toMatchObject({
    code: "unexpectedAnswer",
  });
});

test("each request of a batch succeeds, is throttled or is missing by itself", async () => {
  const graph = await graphWith((_request, response) =>
    json(response, 200, {
      responses: [
        { id: "1", status: 429, headers: { "Retry-After": "3" }, body: { error: { code: "x" } } },
        { id: "0", status: 200, body: { ok: true } },
      ],
    }),
  );

  const results = await readBatch(
    graph,
    ["/a", "/b", "/c"].map((path) => ({ method: "GET" as const, path })),
    clock,
  );

  expect(results[0]).toEqual({ ok: true, status: 200, body: { ok: true } });
  expect(results[1]).toMatchObject({ ok: false, error: { retryAfterMs: 3_000 } });
  expect(results[2]).toMatchObject({ ok: false, error: { name: "TransientError" } });
});

test("a batch takes no writes and at most twenty requests", async () => {
  const graph = await graphWith((_request, response) => json(response, 200, { responses: [] }));
  const read = { method: "GET" as const, path: "/a" };

  await expect(readBatch(graph, [{ method: "DELETE", path: "/a" }], clock)).rejects.toThrow(
    RangeError,
  );
  await expect(
    readBatch(
      graph,
      Array.from({ length: 21 }, () => read),
      clock,
    ),
  ).rejects.toThrow(RangeError);
});
