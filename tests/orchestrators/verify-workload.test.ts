import { expect, test } from "@jest/globals";
import { AskAgainError } from "../../src/activities/ask-again.ts";
import { verifyWorkload } from "../../src/orchestrators/verify-workload.ts";
import { activitiesIn, runOrchestrator } from "../support/run-orchestrator.ts";

const INPUT = {
  verificationId: "v",
  tenantId: "11111111-1111-4111-8111-111111111111",
  workload: "sharePoint",
};

const counts = (fresh: number) => ({ fresh, stale: 0, error: 0, unprotected: 1, unknown: 0 });

/** Answers page after page; the last has no link. */
const pages = (number: number) => {
  let left = number;
  return () => {
    left -= 1;
    return { nextLink: left > 0 ? `page ${left}` : null };
  };
};

const windows = (number: number) => {
  let left = number;
  return () => {
    left -= 1;
    return { counts: counts(400), after: left > 0 ? `key ${left}` : null };
  };
};

test("collects both lists, judges them together, and clears what was collected", async () => {
  const { output, trace } = await runOrchestrator(verifyWorkload, INPUT, {
    activities: {
      collectProtectables: pages(1),
      collectProtectionUnits: pages(2),
      judgeProtectables: windows(1),
      clearCollected: () => null,
    },
  });

  expect(activitiesIn(trace)).toEqual([
    "collectProtectables",
    "collectProtectionUnits",
    "collectProtectionUnits",
    "judgeProtectables",
    "clearCollected",
  ]);
  expect(output).toEqual(counts(400));
});

test("counts every window once over any number of histories, none of which grows", async () => {
  const { output, generations } = await runOrchestrator(verifyWorkload, INPUT, {
    activities: {
      collectProtectables: pages(60),
      collectProtectionUnits: pages(60),
      judgeProtectables: windows(100),
      clearCollected: () => null,
    },
  });

  expect(output).toMatchObject({ fresh: 40_000, unprotected: 100 });
  expect(generations.length).toBeGreaterThan(8);
});

test("waits out a throttled page and goes on where it was", async () => {
  let isThrottled = true;
  const { output, elapsedMs } = await runOrchestrator(verifyWorkload, INPUT, {
    activities: {
      collectProtectables: pages(1),
      collectProtectionUnits: pages(1),
      judgeProtectables: () => {
        if (isThrottled) {
          isThrottled = false;
          throw new AskAgainError("TooManyRequests", "Graph asks for patience", 90_000);
        }
        return { counts: counts(7), after: null };
      },
      clearCollected: () => null,
    },
  });

  expect(output).toEqual(counts(7));
  expect(elapsedMs).toBeGreaterThanOrEqual(90_000);
});
