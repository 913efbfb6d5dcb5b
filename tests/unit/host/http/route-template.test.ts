import { expect, test } from "@jest/globals";
import {
  findHttpFunction,
  httpFunctions,
  pathSegments,
} from "../../../../host/http/http-function.ts";
import {
  compareTemplates,
  matchRoute,
  parseRouteTemplate,
} from "../../../../host/http/route-template.ts";

const match = (template: string, path: string) =>
  matchRoute(parseRouteTemplate(template), pathSegments(path));

test.each([
  ["units", "/Units", {}],
  ["units/{id}", "/units/7", { id: "7" }],
  ["units/{id}", "/units", null],
  ["units/{id}", "/units/7/8", null],
  ["units/{id?}", "/units", {}],
  ["units/{id=1}", "/units", { id: "1" }],
  ["units/{id:int=1}", "/units", { id: "1" }],
  ["units/{id:int?}", "/units/x", null],
  ["{*rest}", "/", { rest: "" }],
  ["files/{*path}", "/files/a/b%20c", { path: "a/b c" }],
  ["files/{**path}", "/files", { path: "" }],
  ["files/{*path=index}", "/files", { path: "index" }],
  ["{name}.{kind}", "/report.v2.csv", { name: "report", kind: "v2.csv" }],
  ["a{{b}}", "/a%7Bb%7D", {}],
  ["units/{id}", "/units/a%2Fb", { id: "a%2Fb" }],
])("%s over %s gives %p", (template, path, values) => {
  expect(match(template, path)).toEqual(values);
});

test.each([
  ["int", "-7", "7.5"],
  ["int", "2147483647", "2147483648"],
  ["long", "9999999999", "x"],
  ["decimal", "7.5", "seven"],
  ["bool", "TRUE", "yes"],
  ["guid", "2b1f0d66-0a5d-4f7f-93e5-7a2a63b6f8c1", "2b1f0d66"],
  ["alpha", "abc", "ab1"],
  ["length(3)", "abc", "ab"],
  ["length(2,3)", "ab", "abcd"],
  ["minlength(2)", "ab", "a"],
  ["maxlength(2)", "ab", "abc"],
  ["min(3)", "3", "2"],
  ["max(3)", "3", "4"],
  ["range(2,4)", "4", "5"],
  ["regex(^\\d{{2}}$)", "42", "421"],
  ["int:min(1)", "1", "0"],
  ["datetime", "2026-03-02", "noon"],
])("the constraint %s takes %s and refuses %s", (constraint, good, bad) => {
  expect(match(`{x:${constraint}}`, `/${good}`)).toEqual({ x: good });
  expect(match(`{x:${constraint}}`, `/${bad}`)).toBeNull();
});

test("an unknown constraint is refused when the route is read", () => {
  expect(() => parseRouteTemplate("units/{id:odd}")).toThrow(/unknown constraint "odd"/);
});

test("more specific routes come first, from left to right", () => {
  const texts = ["{*rest}", "units/{id}", "units/{id:int}", "units/all", "{kind}/all"];
  const sorted = texts.map(parseRouteTemplate).sort(compareTemplates);
  expect(sorted.map(({ text }) => text)).toEqual([
    "units/all",
    "units/{id:int}",
    "units/{id}",
    "{kind}/all",
    "{*rest}",
  ]);
});

const httpFunction = (name: string, route: string, methods: string[]) => ({
  metadata: { name, bindings: { request: { type: "httpTrigger", route, methods } } },
  callback: () => undefined,
});

test("a route with another method does not hide the one behind it", () => {
  const { served } = httpFunctions(
    [httpFunction("put", "units/all", ["PUT"]), httpFunction("read", "units/{id}", ["GET"])],
    "api",
  );
  const found = (method: string) =>
    findHttpFunction(served, method, ["api", "units", "all"])?.httpFunction.name;
  expect([found("PUT"), found("GET"), found("DELETE")]).toEqual(["put", "read", undefined]);
});

test("without a route the function's name is the route, and GET and POST are its methods", () => {
  const metadata = { name: "hello", bindings: { request: { type: "httpTrigger" } } };
  const { served } = httpFunctions([{ metadata, callback: () => undefined }], "");
  expect(served[0]).toMatchObject({
    path: "/hello",
    methods: ["GET", "POST"],
    authLevel: "anonymous",
  });
});

test("routes of the host's own and routes that another function has are not served, and say why", () => {
  const { served, problems } = httpFunctions(
    [
      httpFunction("own", "/Administration/x", ["GET"]),
      httpFunction("extension", "runtime", ["GET"]),
      httpFunction("first", "units/{id}", ["GET", "PUT"]),
      httpFunction("second", "Units/{id}/", ["PUT"]),
      httpFunction("third", "units/{id}", ["DELETE"]),
    ],
    "api",
  );
  expect(served.map(({ name }) => name).sort()).toEqual(["first", "third"]);
  expect(problems).toEqual([
    "The function own is in error: The specified route conflicts with one or more built in routes.",
    "The function extension is in error: The specified route conflicts with one or more built in routes.",
    "The function second is in error: The route specified conflicts with the route defined by function 'first'.",
  ]);
});
