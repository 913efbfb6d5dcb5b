import { expect, test } from "@jest/globals";
import * as fc from "fast-check";

import { Journal, type JournalQuery, type JournalRow } from "../../../../simulator/core/journal.ts";

const row = (sequence: number, isEffect: boolean): JournalRow => ({
  sequence,
  at: "2026-03-02T06:00:00Z",
  kind: "request",
  tenantId: sequence % 3 === 0 ? "a" : "b",
  method: "GET",
  path: "/",
  status: 200,
  code: null,
  appId: null,
  userId: null,
  requestId: null,
  clientRequestId: null,
  effects: isEffect ? [{ type: "t", tenantId: "a", subject: null }] : [],
});

const queries: fc.Arbitrary<JournalQuery> = fc.record(
  {
    after: fc.nat({ max: 41_000 }),
    tenantId: fc.constantFrom("a", "b"),
    effectsOnly: fc.boolean(),
    limit: fc.integer({ min: 1, max: 3_000 }),
    newest: fc.boolean(),
  },
  { requiredKeys: [] },
);

test("what is asked of a journal is the same whatever of it is still in memory", () => {
  fc.assert(
    fc.property(
      // Shares of rows with effects in three stretches, and where checkpoints are made.
      fc.tuple(fc.constantFrom(0, 0.02, 0.9), fc.constantFrom(0, 0.5, 1), fc.constantFrom(0, 1)),
      fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 3 }),
      fc.array(queries, { minLength: 3, maxLength: 6 }),
      fc.boolean(),
      (shares, checkpoints, asked, isRestarted) => {
        const whole = new Journal();
        let journal = new Journal();
        const log: JournalRow[] = [];
        for (let sequence = 1; sequence <= 40_000; sequence += 1) {
          const share = shares[Math.floor((sequence / 40_001) * 3)] ?? 0;
          const next = row(sequence, (sequence * 7_919) % 1_000 < share * 1_000);
          for (const each of [whole, journal]) each.add(next);
          log.push(next);
          if (!checkpoints.includes(sequence)) continue;
          const saved = journal.save();
          const written = log.slice();
          if (isRestarted) {
            journal = new Journal();
            journal.load(saved, () => written);
          } else journal.forget(saved, () => written);
        }
        for (const query of asked) expect(journal.list(query)).toEqual(whole.list(query));
      },
    ),
    { numRuns: 10 },
  );
});

test("the newest rows with effects need no look into the log, however many reads came after them", () => {
  const journal = new Journal();
  for (let sequence = 1; sequence <= 30_000; sequence += 1)
    journal.add(row(sequence, sequence < 50));
  journal.forget(journal.save(), () => {
    throw new Error("The log was read.");
  });
  const newest = journal.list({ newest: true, effectsOnly: true, limit: 20 });
  expect(newest.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 20 }, (_, index) => 30 + index),
  );
  expect(journal.list({ newest: true, limit: 20 }).at(-1)?.sequence).toBe(30_000);
  expect(() => journal.list({ limit: 20 })).toThrow("The log was read.");
});
