import { expect, test } from "@jest/globals";

import { drawFault } from "../../../../simulator/faults/fault-draw.ts";
import { SeededFaults } from "../../../../simulator/faults/seeded-faults.ts";
import type { HttpCall } from "../../../../simulator/protocol/message.ts";

const call = (method = "GET", target = "/v1.0/users"): HttpCall => ({
  method,
  target,
  headers: {},
  bytes: new Uint8Array(),
  baseUrl: "",
});

const draws = (faults: unknown, count: number, asked = call()) =>
  Array.from({ length: count }, (_, number) =>
    drawFault(SeededFaults.parse(faults), number, asked),
  );

test("draws the same faults from the same seed, and others from another", () => {
  const rates = { serverError: 0.2, slow: 0.2, resetBefore: 0.2 };
  expect(draws({ seed: 1, rates }, 200)).toEqual(draws({ seed: 1, rates }, 200));
  expect(draws({ seed: 1, rates }, 200)).not.toEqual(draws({ seed: 2, rates }, 200));
});

test("draws each kind about as often as its rate says", () => {
  const drawn = draws({ rates: { serverError: 0.1, truncated: 0.3 } }, 5_000);
  const share = (kind: string | null) => drawn.filter((each) => each === kind).length / 5_000;
  expect(share("serverError")).toBeCloseTo(0.1, 1);
  expect(share("truncated")).toBeCloseTo(0.3, 1);
  expect(share(null)).toBeCloseTo(0.6, 1);
});

test("throttles in runs", () => {
  const drawn = draws({ rates: { throttled: 0.3 }, stormRequests: 10 }, 500);
  for (let start = 0; start < 500; start += 10) {
    expect(new Set(drawn.slice(start, start + 10)).size).toBe(1);
  }
  expect(drawn).toContain("throttled");
  expect(drawn).toContain(null);
});

test("leaves requests alone that its filters do not mean", () => {
  const faults = { rates: { serverError: 1 }, path: "/groups", methods: ["POST"] };
  expect(draws(faults, 1, call("POST", "/v1.0/groups"))).toEqual(["serverError"]);
  expect(draws(faults, 1, call("GET", "/v1.0/groups"))).toEqual([null]);
  expect(draws(faults, 1, call("POST", "/v1.0/users"))).toEqual([null]);
  const ofTenant = { rates: { serverError: 1 }, tenantId: "11111111-1111-4111-8111-111111111111" };
  expect(draws(ofTenant, 1)).toEqual([null]);
});

test.each([
  [{ rates: { serverError: 0.7, slow: 0.7 } }, /more than 1/],
  [{ rates: { serverError: 1.2 } }, /1/],
  [{ rates: { explosion: 0.1 } }, /explosion/],
  [{ rates: {}, path: "(" }, /regular expression/],
])("refuses %j", (faults, message) => {
  expect(() => SeededFaults.parse(faults)).toThrow(message);
});
