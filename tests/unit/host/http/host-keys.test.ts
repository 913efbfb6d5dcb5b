import { expect, test } from "@jest/globals";
import {
  keyOfRequest,
  opensExtension,
  opensFunction,
  type HostKeys,
} from "../../../../host/http/host-keys.ts";
import { isExpectedHost } from "../../../../host/http/listener.ts";

const keys: HostKeys = {
  masterKey: "master",
  functionKeys: { default: "host" },
  systemKeys: { durabletask_extension: "durable" },
  functions: { one: { default: "own" } },
};

test.each([
  ["anonymous", null, true],
  ["anonymous", "wrong", true],
  ["function", null, false],
  ["function", "host", true],
  ["function", "own", true],
  ["function", "master", true],
  ["function", "durable", false],
  ["admin", "host", false],
  ["admin", "own", false],
  ["admin", "master", true],
] as const)("level %s with the key %p: %p", (level, key, isOpen) => {
  expect(opensFunction(keys, "one", level, key)).toBe(isOpen);
});

test("a function's own key opens no other function", () => {
  expect(opensFunction(keys, "other", "function", "own")).toBe(false);
});

const opens = (key: string | null) => opensExtension(keys, "durabletask_extension", key);

test("an extension opens with its system key or the master key", () => {
  expect([opens("durable"), opens("master"), opens("host"), opens(null)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("the header wins over the query", () => {
  const query = new URLSearchParams("code=query");
  expect(keyOfRequest({ "x-functions-key": "header" }, query)).toBe("header");
  expect(keyOfRequest({}, query)).toBe("query");
  expect(keyOfRequest({}, new URLSearchParams())).toBeNull();
});

test.each([
  ["localhost:7071", true],
  ["127.0.0.1", true],
  ["[::1]:7071", true],
  ["evil.example", false],
  ["localhost.evil.example:7071", false],
  [undefined, false],
])("a loopback listener and the Host %p: %p", (host, isExpected) => {
  expect(isExpectedHost(host, "127.0.0.1")).toBe(isExpected);
});

test("a listener that was told to be reachable answers to any name", () => {
  expect(isExpectedHost("machine.example", "0.0.0.0")).toBe(true);
});
