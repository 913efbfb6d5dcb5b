import { expect, test } from "@jest/globals";
import { AskAgainError, CannotSucceedError } from "../../src/activities/ask-again.ts";
import { restoreWave } from "../../src/orchestrators/restore-wave.ts";
import { activitiesIn, runOrchestrator, timersIn } from "../support/run-orchestrator.ts";

const WAVE = {
  runId: "run",
  tenantId: "11111111-1111-4111-8111-111111111111",
  workload: "oneDriveForBusiness",
  number: 1,
  units: 60,
};

const MINUTE = 60_000;
const COUNTS = { done: 60, skipped: 0, failed: 0 };

const good = () => ({
  draftRestoreSession: () => ({ kind: "drafted" }),
  addRestoreArtifacts: () => ({ kind: "filled", missing: 0 }),
  activateRestoreSession: () => ({ kind: "activated" }),
  watchRestoreSession: () => ({ hasEnded: true, status: "completed" }),
  judgeRestoreOutcomes: () => ({ nextLink: null, open: 0 }),
  endRestoreWave: () => COUNTS,
});

test("drafts, fills, activates, watches and judges, in this order", async () => {
  const { output, trace } = await runOrchestrator(restoreWave, WAVE, { activities: good() });
  expect(output).toEqual(COUNTS);
  expect(activitiesIn(trace)).toEqual([
    "draftRestoreSession",
    "addRestoreArtifacts",
    "activateRestoreSession",
    "watchRestoreSession",
    "judgeRestoreOutcomes",
    "endRestoreWave",
  ]);
});

test("adds artifacts request by request until none is missing", async () => {
  const missing = [10, 0];
  const { trace } = await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      addRestoreArtifacts: () => ({ kind: "filled", missing: missing.shift() ?? 0 }),
    },
  });
  expect(activitiesIn(trace).filter((name) => name === "addRestoreArtifacts")).toHaveLength(2);
});

test("looks at the session at the documented pace and drops its history on the way", async () => {
  let looks = 0;
  const { trace, elapsedMs } = await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      watchRestoreSession: () => {
        looks += 1;
        return looks > 45
          ? { hasEnded: true, status: "completed" }
          : { hasEnded: false, status: "active" };
      },
    },
  });
  expect(new Set(timersIn(trace))).toEqual(new Set([24 * MINUTE]));
  expect(elapsedMs).toBe(45 * 24 * MINUTE);
  expect(trace.filter(({ kind }) => kind === "continueAsNew")).toHaveLength(4);
});

test("gives a session up after its deadline and judges what there is once", async () => {
  const isLast: boolean[] = [];
  const { elapsedMs } = await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      watchRestoreSession: () => ({ hasEnded: false, status: "active" }),
      judgeRestoreOutcomes: ({ isLastLook }: { isLastLook: boolean }) => {
        isLast.push(isLastLook);
        return { nextLink: null, open: 1 };
      },
    },
  });
  expect(elapsedMs).toBe(48 * 60 * MINUTE);
  expect(isLast).toEqual([true]);
});

test("goes on looking at a session that cannot be read for a while", async () => {
  let looks = 0;
  const { output } = await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      watchRestoreSession: () => {
        looks += 1;
        if (looks === 1) {
          throw new CannotSucceedError("unexpectedAnswer", "odd");
        }
        return { hasEnded: true, status: "completed" };
      },
    },
  });
  expect(output).toEqual(COUNTS);
});

test("waits for restored units to become visible, at most thirty minutes", async () => {
  const looks: boolean[] = [];
  const { elapsedMs } = await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      judgeRestoreOutcomes: ({ isLastLook }: { isLastLook: boolean }) => {
        looks.push(isLastLook);
        return { nextLink: null, open: isLastLook ? 0 : 2 };
      },
    },
  });
  expect(looks).toEqual([false, false, false, false, false, false, true]);
  expect(elapsedMs).toBe(30 * MINUTE);
});

test("ends a wave whose outcome can never be read with the reason", async () => {
  const reasons: unknown[] = [];
  await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      judgeRestoreOutcomes: () => {
        throw new CannotSucceedError("Forbidden", "no permission");
      },
      endRestoreWave: ({ reason }: { reason: string }) => {
        reasons.push(reason);
        return { done: 0, skipped: 0, failed: 60 };
      },
    },
  });
  expect(reasons).toEqual([
    "Its outcome could not be read: judgeRestoreOutcomes: no permission (Forbidden)",
  ]);
});

test.each(["draftRestoreSession", "addRestoreArtifacts", "activateRestoreSession"])(
  "deletes the draft when the run is cancelled at %s",
  async (step) => {
    const discarded: unknown[] = [];
    const { output, trace } = await runOrchestrator(restoreWave, WAVE, {
      activities: {
        ...good(),
        [step]: () => ({ kind: "cancelled", missing: 0 }),
        discardRestoreDraft: (input: unknown) => {
          discarded.push(input);
          return { kind: "discarded", counts: { done: 0, skipped: 0, failed: 60 } };
        },
      },
    });
    expect(output).toEqual({ done: 0, skipped: 0, failed: 60 });
    expect(discarded).toMatchObject([{ isCancelled: true }]);
    expect(activitiesIn(trace)).not.toContain("watchRestoreSession");
  },
);

test("deletes the draft when it cannot be activated, and says why", async () => {
  const discarded: unknown[] = [];
  await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      activateRestoreSession: () => {
        throw new CannotSucceedError("draftDiffers", "The draft differs from the plan.");
      },
      discardRestoreDraft: (input: unknown) => {
        discarded.push(input);
        return { kind: "discarded", counts: { done: 0, skipped: 0, failed: 60 } };
      },
    },
  });
  expect(discarded).toMatchObject([
    {
      isCancelled: false,
      reason: "activateRestoreSession: The draft differs from the plan. (draftDiffers)",
    },
  ]);
});

test("watches a session to its end that was activated before it could be discarded", async () => {
  const { output } = await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      activateRestoreSession: () => ({ kind: "cancelled" }),
      discardRestoreDraft: () => ({ kind: "activated" }),
    },
  });
  expect(output).toEqual(COUNTS);
});

test("waits for a free place among the active sessions and shows why", async () => {
  let calls = 0;
  const { output, trace } = await runOrchestrator(restoreWave, WAVE, {
    activities: {
      ...good(),
      activateRestoreSession: () => {
        calls += 1;
        if (calls < 4) {
          throw new AskAgainError("TooManyActiveRestoreSessions", "25 sessions are active.", null);
        }
        return { kind: "activated" };
      },
    },
  });
  expect(output).toEqual(COUNTS);
  expect(trace).toContainEqual(
    expect.objectContaining({
      kind: "status",
      status: expect.objectContaining({
        waiting: expect.objectContaining({ reason: "25 sessions are active." }),
      }),
    }),
  );
});
