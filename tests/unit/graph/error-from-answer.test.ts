import { expect, test } from "@jest/globals";
import { errorFromAnswer, retryAfterMs } from "../../../src/graph/error-from-answer.ts";
import {
  ConflictError,
  NotFoundError,
  PermissionError,
  TerminalError,
  ThrottledError,
  TransientError,
} from "../../../src/graph/errors.ts";

const clock = { now: () => Date.parse("2026-03-02T06:00:00Z") };
const identity = { tenantId: "tenant", requestId: "request", operation: "POST /x" };

const failed = (status: number, code: string | null, headers: Record<string, string> = {}) =>
  errorFromAnswer(
    { status, headers: new Headers(headers) },
    code === null ? null : { error: { code, message: "why" } },
    identity,
    clock,
  );

test.each([
  [429, null, ThrottledError],
  [500, "TooManyActiveRestoreSessions", ThrottledError],
  [503, "serviceUnavailable", TransientError],
  [408, null, TransientError],
  [403, "PolicyActionNotAllowed", ConflictError],
  [400, "invalidStateForActivation", ConflictError],
  [409, "Conflict", ConflictError],
  [403, "Authorization_RequestDenied", PermissionError],
  [401, "InvalidAuthenticationToken", PermissionError],
  [404, "Directory_ObjectNotFound", NotFoundError],
  [400, "BadRequest", TerminalError],
  [402, "InvalidBillingProfile", TerminalError],
] as const)("%i %s is a %p", (status, code, kind) => {
  const error = failed(status, code);

  expect(error).toBeInstanceOf(kind);
  expect(error.details).toMatchObject({ ...identity, status });
});

test("an unavailable service that says when to come back is waited for as long as it says", () => {
  expect(failed(503, "x", { "retry-after": "2.128" })).toMatchObject({ retryAfterMs: 2128 });
});

test("an empty 403 names both of its meanings", () => {
  const error = errorFromAnswer(
    { status: 403, headers: new Headers() },
    { error: { code: "UnknownError", message: "" } },
    identity,
    clock,
  );

  expect(error.message).toMatch(/permission is missing or the tenant has never set up/u);
});

test.each([
  ["120", 120_000],
  ["2.128", 2_128],
  ["-3", 0],
  ["Mon, 02 Mar 2026 06:01:30 GMT", 90_000],
  ["Mon, 02 Mar 2026 05:00:00 GMT", 0],
  ["soon", null],
] as const)("Retry-After %s is %p milliseconds", (text, expected) => {
  expect(retryAfterMs(new Headers({ "retry-after": text }), clock)).toBe(expected);
});
