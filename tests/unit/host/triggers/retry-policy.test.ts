import { expect, test } from "@jest/globals";
import { retryDelayMs } from "../../../../host/triggers/retry-policy.ts";

test("a fixed delay is the same each time until no attempt is left", () => {
  const retry = {
    retryStrategy: "fixedDelay" as const,
    maxRetryCount: 2,
    delayInterval: { seconds: 5 },
  };
  expect([0, 1, 2].map((attempt) => retryDelayMs(retry, attempt))).toEqual([5_000, 5_000, null]);
});

test("an exponential delay doubles up to its limit; -1 never gives up", () => {
  const retry = {
    retryStrategy: "exponentialBackoff" as const,
    maxRetryCount: -1,
    minimumInterval: { seconds: 5 },
    maximumInterval: { seconds: 30 },
  };
  expect([0, 1, 2, 3, 100].map((attempt) => retryDelayMs(retry, attempt))).toEqual([
    5_000, 10_000, 20_000, 30_000, 30_000,
  ]);
});
