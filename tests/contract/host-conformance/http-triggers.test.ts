import { writeFile } from "node:fs/promises";
import { request as openRequest } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  startConformanceHost,
  temporaryFolder,
  type Answer,
  type ConformanceHost,
} from "./conformance-host.ts";

const claim = claimsOf("http-triggers");
let host: ConformanceHost;
/** An app with streaming, no prefix, limits and no home page. */
let streaming: ConformanceHost;
let releaseFile: string;

beforeAll(async () => {
  const folder = await temporaryFolder();
  releaseFile = join(folder, "release");
  [host, streaming] = await Promise.all([
    startConformanceHost("http"),
    startConformanceHost("streaming", {
      env: {
        AzureWebJobsDisableHomepage: "true",
        RELEASE_FILE: releaseFile,
        FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "80000000",
        AzureFunctionsJobHost__extensions__http__customHeaders__x_added: "by a setting",
      },
    }),
  ]);
});
afterAll(cleanUp);

const brief = ({ status, text }: Answer): [number, string] => [status, text];
const found = async (path: string): Promise<unknown> => (await host.get(path)).json();

claim("default route", async () => {
  expect(brief(await host.get("/api/byName"))).toEqual([200, "by name"]);
});

claim("no prefix", async () => {
  expect((await streaming.get("/nothing")).status).toBe(204);
  expect((await streaming.get("/api/nothing")).status).toBe(404);
});

claim("letter case", async () => {
  expect(await found("/API/Units/SPECIAL")).toEqual({ name: "special", params: {} });
});

claim("precedence", async () => {
  expect(await found("/api/units/special")).toMatchObject({ name: "special" });
  expect(await found("/api/units/7")).toEqual({ name: "unit", params: { id: "7" } });
  expect(await found("/api/units/seven")).toEqual({
    name: "unitByName",
    params: { name: "seven" },
  });
});

claim("optional parameter", async () => {
  expect(await found("/api/units/7/parts")).toEqual({ name: "parts", params: { id: "7" } });
  expect(await found("/api/units/7/parts/a")).toEqual({
    name: "parts",
    params: { id: "7", part: "a" },
  });
  expect(await found("/api/pages")).toEqual({ name: "paged", params: { page: "1" } });
  expect(await found("/api/pages/4")).toEqual({ name: "paged", params: { page: "4" } });
});

claim("catch-all", async () => {
  expect(await found("/api/files/a/b.txt")).toEqual({
    name: "files",
    params: { path: "a/b.txt" },
  });
});

claim("composed segment", async () => {
  expect(await found("/api/pairs/a%20b-c")).toEqual({
    name: "pair",
    params: { one: "a b", two: "c" },
  });
});

const CONSTRAINTS: Readonly<Record<string, { accepts: string[]; refuses: string[] }>> = {
  int: { accepts: ["7", "-7", "2147483647"], refuses: ["7.5", "x", "2147483648"] },
  long: { accepts: ["2147483648"], refuses: ["1e3"] },
  bool: { accepts: ["true", "FALSE"], refuses: ["1"] },
  decimal: { accepts: ["1.5", "-2"], refuses: ["one"] },
  datetime: { accepts: ["2026-03-02", "2026-03-02T06:00:00Z"], refuses: ["someday"] },
  guid: { accepts: ["11111111-2222-3333-4444-555555555555"], refuses: ["1111"] },
  alpha: { accepts: ["aBc"], refuses: ["a1"] },
  length: { accepts: ["ab", "abcd"], refuses: ["a", "abcde"] },
  minlength: { accepts: ["abc"], refuses: ["ab"] },
  maxlength: { accepts: ["abc"], refuses: ["abcd"] },
  min: { accepts: ["10"], refuses: ["9"] },
  max: { accepts: ["10"], refuses: ["11"] },
  range: { accepts: ["5", "9"], refuses: ["4", "10"] },
  regex: { accepts: ["123-x", "123-X"], refuses: ["12-x", "1234-x"] },
  required: { accepts: ["x"], refuses: [] },
};

claim("constraints", async () => {
  const outcomes: Record<string, { accepts: string[]; refuses: string[] }> = {};
  for (const [name, { accepts, refuses }] of Object.entries(CONSTRAINTS)) {
    outcomes[name] = { accepts: [], refuses: [] };
    for (const value of [...accepts, ...refuses]) {
      const { status } = await host.get(`/api/constraints/${name}/${encodeURIComponent(value)}`);
      outcomes[name][status === 200 ? "accepts" : "refuses"].push(value);
    }
  }
  expect(outcomes).toEqual(CONSTRAINTS);
});

claim("unknown route", async () => {
  for (const path of ["/api/unknown", "/byName", "/api/units/7/parts/a/b", "/runtime/unknown"]) {
    expect(brief(await host.get(path))).toEqual([404, ""]);
  }
});

claim("wrong method", async () => {
  expect(brief(await host.send("DELETE", "/api/byName"))).toEqual([404, ""]);
  expect(brief(await host.get("/api/methods"))).toEqual([404, ""]);
});

claim("methods of one route", async () => {
  const answers = await Promise.all(
    ["PUT", "PATCH"].map(async (method) => (await host.send(method, "/api/methods")).json()),
  );
  expect(answers).toEqual([
    { name: "put", params: {} },
    { name: "patch", params: {} },
  ]);
});

claim("reserved route", async () => {
  expect((await host.get("/api/administration")).status).toBe(404);
  expect(host.output()).toContain(
    "The function reserved is in error: The specified route conflicts with one or more built in routes.",
  );
});

claim("taken route", async () => {
  expect(await found("/api/units/special")).toMatchObject({ name: "special" });
  expect(host.output()).toContain(
    "The function taken is in error: The route specified conflicts with the route defined by function 'special'.",
  );
});

claim("home page", async () => {
  const page = await host.get("/");
  expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(brief(await streaming.get("/"))).toEqual([204, ""]);
});

claim("request", async () => {
  const answer = await host.send("PUT", "/api/request?q=1&q=2&e=%C3%A9&empty=", {
    headers: { "X-Some-Header": ["a", "b"], "content-type": "text/plain" },
    body: "text",
  });
  const { method, url, headers, query, body } = answer.json() as {
    method: string;
    url: string;
    headers: Record<string, string>;
    query: Record<string, string>;
    body: string;
  };
  expect([method, url, body]).toEqual([
    "PUT",
    `${host.url}/api/request?q=1&q=2&e=%C3%A9&empty=`,
    "text",
  ]);
  expect(headers["x-some-header"]?.replace(" ", "")).toBe("a,b");
  expect(query).toEqual({ q: "1,2", e: "é", empty: "" });
});

claim("no body in GET", async () => {
  const answer = await host.send("GET", "/api/request", {
    body: "dropped",
    headers: { "content-length": "7" },
  });
  expect(answer.json()).toMatchObject({ method: "GET", body: "" });
});

claim("bodies", async () => {
  const value = { a: [1, "é", null] };
  expect((await host.post("/api/json", JSON.stringify(value))).json()).toEqual(value);
  const form = [
    '--b\r\nContent-Disposition: form-data; name="word"\r\n\r\nhello\r\n',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\ncontent\r\n--b--\r\n',
  ].join("");
  const sent = await host.post("/api/form", form, {
    "content-type": "multipart/form-data; boundary=b",
  });
  expect(sent.json()).toEqual({ word: "hello", file: "content", name: "a.txt" });
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const reversed = await host.post("/api/bytes", bytes);
  expect(reversed.body.equals(Buffer.from(bytes).reverse())).toBe(true);
});

claim("fifty megabytes", async () => {
  const body = Buffer.alloc(50_000_000, "0123456789");
  const { status, body: mirrored } = await host.post("/api/mirror", body);
  expect([status, mirrored.equals(body)]).toEqual([200, true]);
});

claim("body limit", async () => {
  const { status } = await host.send("POST", "/api/mirror", {
    headers: { "content-length": "104857601", expect: "100-continue" },
  });
  expect(status).toBe(413);
});

const returned = async (kind: string): Promise<Answer> => host.get(`/api/returns/${kind}`);

claim("nothing", async () => {
  for (const kind of ["undefined", "null", "thrown-undefined"]) {
    expect(brief(await returned(kind))).toEqual([204, ""]);
  }
});

claim("no object", async () => {
  for (const kind of ["text", "number", "boolean"]) {
    expect(brief(await returned(kind))).toEqual([500, ""]);
  }
});

claim("error", async () => {
  expect(brief(await returned("error"))).toEqual([500, ""]);
  await eventually(() => host.output().includes("Error: boom"), "the error in the log");
});

claim("answer", async () => {
  const created = await returned("created");
  expect([created.status, created.text, created.headers["location"]]).toEqual([201, "made", "/x"]);
  const json = await returned("json");
  expect([json.status, json.json()]).toEqual([200, { a: [1, null] }]);
  expect(json.headers["content-type"]).toMatch(/^application\/json/u);
  expect(brief(await returned("empty"))).toEqual([200, ""]);
});

claim("no content", async () => {
  expect(brief(await returned("no-content"))).toEqual([204, ""]);
  expect(brief(await returned("not-modified"))).toEqual([304, ""]);
});

claim("cookies", async () => {
  expect((await returned("cookies")).headers["set-cookie"]).toEqual([
    "a=x%20y; max-age=60; path=/; samesite=strict; httponly",
    "b=2; expires=Thu, 01 Jan 1970 00:01:00 GMT; path=/api; secure",
    "c=3; domain=example.org; path=/; samesite=none",
  ]);
});

claim("custom headers", async () => {
  for (const path of [
    "/api/byName",
    "/api/returns/undefined",
    "/api/returns/error",
    "/api/keyed",
  ]) {
    const { headers } = await host.get(path);
    expect([headers["x-frame-options"], headers["x-own"]]).toEqual(["DENY", "host"]);
  }
  expect((await returned("created")).headers["x-own"]).toBe("function");
  expect((await streaming.post("/echo/x", "y")).headers["x-frame-options"]).toBe("DENY");
});

/** Says words one by one, each after the answer to the one before, and then ends as told; resolves with the whole answer. */
async function converse(words: readonly string[], end: string | null): Promise<string> {
  const { hostname, port } = new URL(streaming.url);
  const outgoing = openRequest({ hostname, port, path: "/conversation", method: "POST" });
  const pieces: string[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      response.setEncoding("utf8").on("data", (chunk: string) => pieces.push(chunk));
      response.on("error", reject);
      response.on("end", resolve);
    });
  });
  // Looked at below; until then a failure belongs to nobody.
  ended.catch(() => undefined);
  for (const word of words) {
    outgoing.write(word);
    await eventually(() => pieces.join("").includes(`heard ${word};`), `the answer to ${word}`);
  }
  outgoing.end(end ?? undefined);
  await ended;
  return pieces.join("");
}

claim("streaming in and out", async () => {
  expect(await converse(["one", "two"], null)).toBe("heard one;heard two;");
});

claim("large stream", async () => {
  const body = Buffer.alloc(20_000_000, "0123456789");
  const answer = await streaming.post("/echo/Ada", body);
  expect([answer.status, answer.headers["x-name"], answer.body.equals(body)]).toEqual([
    200,
    "Ada",
    true,
  ]);
});

claim("streaming failures", async () => {
  expect((await streaming.get("/fails")).status).toBe(500);
  expect((await streaming.get("/nothing")).status).toBe(204);
  await expect(converse(["one"], "break")).rejects.toThrow("aborted");
  expect((await streaming.get("/nothing")).status).toBe(204);
});

claim("request limits", async () => {
  const held = ["first", "second", "third"].map(() => streaming.get("/held"));
  const refused = await eventually(async () => {
    const answer = await streaming.get("/nothing");
    return answer.status === 429 && answer;
  }, "a request too many");
  expect(refused.text).toBe("");
  // The host's own routes are not counted.
  expect((await streaming.get("/admin/host/status")).status).toBe(200);
  await writeFile(releaseFile, "");
  expect((await Promise.all(held)).map(({ text }) => text)).toEqual(["let go", "let go", "let go"]);
  expect((await streaming.get("/nothing")).status).toBe(204);
});

claim("overriding settings", async () => {
  expect((await streaming.post("/echo/x", "y")).headers["x_added"]).toBe("by a setting");
});
