import * as fc from "fast-check";

/**
 * Answers of activities that lead an orchestrator deep into its cases. An activity without an entry answers any of the
 * shapes that occur, so that a new orchestration is covered before anybody writes a line here.
 */
const counts = fc.record({ done: fc.nat(3), skipped: fc.nat(3), failed: fc.nat(3) });
const kindOf = (...kinds: readonly string[]) =>
  fc.record({ kind: fc.constantFrom(...kinds), missing: fc.constantFrom(0, 0, 7) });
const next = fc.constantFrom(null, null, "next");
const isCancelled = fc.constantFrom(false, false, false, false, true);

const ANSWERS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  storeRestoreUnits: fc.record({ asked: fc.nat(9), next: fc.constantFrom(null, 1), isCancelled }),
  indexRestorableUnits: fc.record({ nextLink: next, isCancelled }),
  resolveRestoreUnits: fc.record({
    planned: fc.nat(9),
    skipped: fc.nat(9),
    failed: fc.nat(9),
    after: next,
    isCancelled,
  }),
  planRestoreWave: fc.record({ units: fc.nat(200), after: next }),
  storeRestorePlan: fc.option(
    fc.record({
      planHash: fc.constant("0".repeat(64)),
      waves: fc.nat(3),
      units: fc.nat(99),
      deadline: fc.constant("2026-03-09T06:00:00.000Z"),
      requestedBy: fc.constant("Olivia"),
    }),
  ),
  readRestoreDecision: fc.record({
    decision: fc.constantFrom("open", "open", "open", "approved", "cancelled", "expired"),
  }),
  readRestoreWaves: fc.array(
    fc.record({
      number: fc.integer({ min: 1, max: 9 }),
      workload: fc.constantFrom("exchange", "sharePoint"),
      units: fc.nat(200),
    }),
    { maxLength: 4 },
  ),
  sweepRestoreDrafts: fc.constant(null),
  endRestoreRun: fc.constant(null),
  draftRestoreSession: kindOf("drafted", "drafted", "drafted", "cancelled", "activated"),
  addRestoreArtifacts: kindOf("filled", "filled", "filled", "cancelled", "activated"),
  activateRestoreSession: kindOf("activated", "activated", "cancelled", "empty"),
  discardRestoreDraft: fc.record({ kind: fc.constantFrom("discarded", "activated"), counts }),
  watchRestoreSession: fc.record({
    hasEnded: fc.constantFrom(false, false, false, true),
    status: fc.constantFrom("active", "completed"),
  }),
  judgeRestoreOutcomes: fc.record({ nextLink: next, open: fc.constantFrom(0, 2) }),
  endRestoreWave: counts,
  planRestore: fc.oneof(
    fc.record({ kind: fc.constantFrom("empty", "cancelled") }),
    fc.record({
      kind: fc.constant("planned"),
      plan: fc.record({
        planHash: fc.constant("0".repeat(64)),
        waves: fc.constant(2),
        units: fc.constant(9),
        deadline: fc.constant("2026-03-09T06:00:00.000Z"),
        requestedBy: fc.constant("Olivia"),
      }),
    }),
  ),
  restoreWave: counts,
};

/** Members that answers of this app's activities have, in any combination. */
const anyShape = fc.oneof(
  fc.constant(null),
  fc.record(
    {
      nextLink: next,
      after: next,
      kind: fc.constantFrom("done", "failed", "seen", "created", "found"),
      state: fc.constantFrom("active", "pending", "completed", "failed"),
      counts: fc.record({
        fresh: fc.nat(5),
        stale: fc.nat(5),
        error: fc.nat(5),
        unprotected: fc.nat(5),
        unknown: fc.nat(5),
      }),
      detail: fc.constant("detail"),
      policyId: fc.constant("policy"),
    },
    { requiredKeys: ["nextLink", "after", "counts"] },
  ),
);

const failure = fc.record({
  kind: fc.constant("failed"),
  code: fc.constantFrom("unexpected", "Forbidden"),
  message: fc.constant("It failed."),
  isTransient: fc.boolean(),
});
const later = fc.record({
  kind: fc.constant("later"),
  afterMs: fc.constantFrom(null, 1_000, 600_000),
  code: fc.constant("TooManyRequests"),
  reason: fc.constant("Slow down."),
});

/** What an activity may answer on the wire. */
export const answerArbitrary = (name: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: outputArbitrary(name).map((value) => ({ kind: "value", value })) },
    { weight: 1, arbitrary: failure },
    { weight: 1, arbitrary: later },
  );

/** What an activity or a child may put out. */
export const outputArbitrary = (name: string): fc.Arbitrary<unknown> => ANSWERS[name] ?? anyShape;
