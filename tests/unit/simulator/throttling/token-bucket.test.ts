import { expect, test } from "@jest/globals";
import { array, assert, integer, property, record } from "fast-check";

import { MAX_USAGE, TokenBucket } from "../../../../simulator/throttling/token-bucket.ts";

test.each([
  [0, 5, 1],
  [2_000, 6, 0.8],
  [5_000, 7, 0.5],
  [10_000, 10, 0],
  [60_000, 10, 0],
])("after %d ms of a window of 10 s usage has fallen to %s", (elapsed, _grants, usage) => {
  const bucket = new TokenBucket(10, 10_000, 0);
  bucket.take(10, 0);
  expect(bucket.usage(elapsed) < 1e-9 ? 0 : bucket.usage(elapsed)).toBeCloseTo(
    elapsed === 2_000 ? 0.8 : usage,
  );
});

test.each([
  [10, 1, 1],
  [10, 3, 3],
  [12, 1, 3],
  [100, 1, 9],
])("with %d of 10 taken a request of %d waits %d s", (taken, cost, seconds) => {
  const bucket = new TokenBucket(10, 10_000, 0);
  bucket.take(taken, 0);
  expect(bucket.hasRoom(cost, 0)).toBe(false);
  expect(bucket.secondsUntil(cost, 0)).toBe(seconds);
  expect(bucket.hasRoom(cost, seconds * 1_000)).toBe(true);
});

test("a clock that stands still refills nothing, and one that goes back takes nothing away", () => {
  const bucket = new TokenBucket(10, 10_000, 5_000);
  bucket.take(10, 5_000);
  expect(bucket.hasRoom(1, 5_000)).toBe(false);
  expect(bucket.usage(0)).toBe(1);
  expect(bucket.hasRoom(1, 6_000)).toBe(true);
});

test("while requests are refused, low priority waits longer and high does not wait for what was refused", () => {
  const bucket = new TokenBucket(10, 10_000, 0);
  bucket.take(9, 0);
  // Priorities do not change the limits: without a refusal there is room for everybody.
  for (const priority of ["low", "normal", "high"] as const) {
    expect(bucket.hasRoom(1, 0, priority)).toBe(true);
  }
  bucket.take(1, 0);
  for (const priority of ["low", "normal", "high"] as const) {
    expect(bucket.hasRoom(1, 0, priority)).toBe(false);
  }
  bucket.refuse(1, 0);
  const waits = (["low", "normal", "high"] as const).map((priority) =>
    bucket.secondsUntil(1, 0, priority),
  );
  expect(waits).toEqual([3, 2, 1]);
  expect(bucket.hasRoom(1, 1_000, "high")).toBe(true);
  expect(bucket.hasRoom(1, 1_000, "normal")).toBe(false);
  expect(bucket.hasRoom(1, 2_000, "normal")).toBe(true);
  expect(bucket.hasRoom(1, 2_999, "low")).toBe(false);
  expect(bucket.hasRoom(1, 3_000, "low")).toBe(true);
});

test("whoever waits as told is served, and no window grants more than its quota and one refill", () => {
  const step = record({
    wait: integer({ min: 0, max: 4_000 }),
    cost: integer({ min: 1, max: 5 }),
  });
  assert(
    property(integer({ min: 5, max: 50 }), array(step, { maxLength: 80 }), (quota, steps) => {
      const bucket = new TokenBucket(quota, 10_000, 0);
      let now = 0;
      let granted = 0;
      for (const { wait, cost } of steps) {
        now += wait;
        if (!bucket.hasRoom(cost, now)) {
          bucket.refuse(cost, now);
          expect(bucket.usage(now)).toBeLessThanOrEqual(MAX_USAGE);
          now += bucket.secondsUntil(cost, now) * 1_000;
          expect(bucket.hasRoom(cost, now)).toBe(true);
        }
        bucket.take(cost, now);
        granted += cost;
      }
      expect(granted).toBeLessThanOrEqual(quota + (quota * now) / 10_000 + 1e-3);
    }),
  );
});
