import { expect, test } from "@jest/globals";
import { joinedQuery, serializeCookie, toRpcRequest } from "../../../../host/http/rpc-http.ts";

test("a request carries its body as bytes, and values of one name joined", () => {
  const url = new URL("http://localhost:7071/api/units?a=1&a=2&b=");
  const rpc = toRpcRequest({
    method: "POST",
    url,
    headers: { "x-one": "1" },
    params: { id: "7" },
    body: Buffer.from([0, 255]),
  });
  expect(rpc).toEqual({
    method: "POST",
    url: url.href,
    nullableHeaders: { "x-one": { value: "1" } },
    nullableQuery: { a: { value: "1,2" }, b: { value: "" } },
    nullableParams: { id: { value: "7" } },
    body: { bytes: Buffer.from([0, 255]) },
  });
});

test("a request without a body has none", () => {
  const url = new URL("http://localhost/api");
  const rpc = toRpcRequest({ method: "GET", url, headers: {}, params: {}, body: Buffer.alloc(0) });
  expect("body" in rpc).toBe(false);
});

test("a parameter named twice keeps the order of its values", () => {
  expect(joinedQuery(new URLSearchParams("x=b&y=1&x=a"))).toEqual({ x: "b,a", y: "1" });
});

test.each([
  [{ name: "a", value: "1" }, "a=1; path=/"],
  [{ name: "a", value: "x y;" }, "a=x%20y%3B; path=/"],
  [
    {
      name: "a",
      value: "1",
      sameSite: "strict" as const,
      httpOnly: { value: true },
      maxAge: { value: 60 },
    },
    "a=1; max-age=60; path=/; samesite=strict; httponly",
  ],
  [
    {
      name: "a",
      value: "1",
      domain: { value: "example.org" },
      path: { value: "/api" },
      secure: { value: true },
      expires: { value: { seconds: 0 } },
      sameSite: "explicitNone" as const,
    },
    "a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.org; path=/api; secure; samesite=none",
  ],
])("writes the cookie %p", (cookie, text) => {
  expect(serializeCookie(cookie)).toBe(text);
});
