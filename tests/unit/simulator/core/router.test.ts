import { expect, test } from "@jest/globals";

import { defineRoute } from "../../../../simulator/core/route.ts";
import { Router } from "../../../../simulator/core/router.ts";

const route = (method: "GET" | "POST", path: string) =>
  defineRoute({
    method,
    path,
    permissions: { application: [] },
    source: "test",
    handle: () => ({ status: 204 }),
  });

const router = new Router([
  route("GET", "/users/{userId}"),
  route("GET", "/users/delta"),
  route("GET", "/policies/{id}/units/graph.siteUnit"),
  route("POST", "/policies/{id}/activate"),
  route("GET", "/relations/find(tenantId='{tenantId}')"),
  route("GET", "/sites/{host}:/{path}"),
  route("GET", "/sites/{host}:/{path}:/drives"),
  route("GET", "/sites/{siteId}/drives"),
  route("GET", "/drives/{driveId}/root:/{path}:/content"),
]);

test.each([
  ["/users/ada", "/users/{userId}", { userId: "ada" }],
  ["/Users('ada')", "/users/{userId}", { userId: "ada" }],
  ["/users('o''hara%40x.com')", "/users/{userId}", { userId: "o'hara@x.com" }],
  ["/users/delta()", "/users/delta", {}],
  ["/users/delta", "/users/delta", {}],
  [
    "/policies/7/units/microsoft.graph.siteUnit",
    "/policies/{id}/units/graph.siteUnit",
    { id: "7" },
  ],
  ["/policies('7')/units/graph.siteunit", "/policies/{id}/units/graph.siteUnit", { id: "7" }],
  ["/relations/find(tenantId='T')", "/relations/find(tenantId='{tenantId}')", { tenantId: "T" }],
  ["/relations/FIND(tenantid='T')", "/relations/find(tenantId='{tenantId}')", { tenantId: "T" }],
  ["/sites/a.com:/sites/x", "/sites/{host}:/{path}", { host: "a.com", path: "sites/x" }],
  [
    "/sites/a.com:/sites/x:/drives",
    "/sites/{host}:/{path}:/drives",
    { host: "a.com", path: "sites/x" },
  ],
  ["/sites/a.com,1,2/drives", "/sites/{siteId}/drives", { siteId: "a.com,1,2" }],
  [
    "/drives/d/root:/A%20b/c.txt:/content",
    "/drives/{driveId}/root:/{path}:/content",
    { driveId: "d", path: "A b/c.txt" },
  ],
])("reads %s as %s", (path, wanted, params) => {
  const match = router.match("GET", path);
  expect(match).toMatchObject({ kind: "route", route: { path: wanted }, params });
});

test("takes a bound action with and without its namespace", () => {
  for (const path of ["/policies/7/activate", "/policies/7/microsoft.graph.activate"]) {
    expect(router.match("POST", path)).toMatchObject({ kind: "route", params: { id: "7" } });
  }
});

test("tells a wrong method from an unknown path and names the segment that is not known", () => {
  expect(router.match("POST", "/users/ada")).toEqual({
    kind: "methodNotAllowed",
    allowed: ["GET"],
  });
  expect(router.match("GET", "/users/ada/wishes")).toEqual({ kind: "unknown", segment: "wishes" });
});

test("refuses two routes for the same call", () => {
  expect(() => new Router([route("GET", "/users/{a}"), route("GET", "/Users/{b}")])).toThrow(
    "Two routes answer GET /Users/{b}.",
  );
});
