import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  addVerdicts,
  judge,
  mergeWindow,
  NO_VERDICTS,
  protectableKey,
  type UnitReading,
} from "../../../src/domain/verdict.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const OBJECTIVE_MINUTES = 60;

const unit = (change: Partial<UnitReading> = {}): UnitReading => ({
  status: "protected",
  policyId: "policy",
  errorCode: null,
  point: { kind: "found", id: "point", protectionDateTime: "2026-03-02T11:30:00Z" },
  ...change,
});

const pointAt = (protectionDateTime: string) => ({
  point: { kind: "found" as const, id: "point", protectionDateTime },
});

test.each([
  ["a point within the objective is fresh", unit(), "fresh", 30],
  ["a point exactly at the objective is fresh", unit(pointAt("2026-03-02T11:00:00Z")), "fresh", 60],
  ["an older point is stale", unit(pointAt("2026-03-02T10:59:00Z")), "stale", 61],
  ["a point from the future has no age", unit(pointAt("2026-03-02T12:05:00Z")), "fresh", 0],
  ["a unit without any point is stale", unit({ point: { kind: "none" } }), "stale", null],
  [
    "a unit whose protection was only requested is stale",
    unit({ status: "protectRequested", point: { kind: "none" } }),
    "stale",
    null,
  ],
  ["an error of the service is an error", unit({ errorCode: "QuotaExceeded" }), "error", null],
  [
    "an error outweighs the status that a policy's unit shows",
    unit({ status: "unprotected", errorCode: "UnknownError" }),
    "error",
    null,
  ],
  [
    "the error of a unit without policy no longer matters",
    unit({ policyId: null, errorCode: "UnknownError" }),
    "unprotected",
    null,
  ],
  [
    "a look-up that failed claims nothing",
    unit({ point: { kind: "unknown", reason: "http503" } }),
    "unknown",
    null,
  ],
  ["points that were never read claim nothing", unit({ point: null }), "unknown", null],
  ["no unit at all is unprotected", null, "unprotected", null],
  ["a unit without policy is unprotected", unit({ policyId: null }), "unprotected", null],
  ["a removed unit is unprotected", unit({ status: "unprotected" }), "unprotected", null],
  ["a status of tomorrow is unprotected", unit({ status: "hibernating" }), "unprotected", null],
] as const)("%s", (_claim, reading, verdict, ageMinutes) => {
  const judgement = judge(reading, OBJECTIVE_MINUTES, NOW);

  expect(judgement).toMatchObject({ verdict, ageMinutes });
  expect(judgement.reason).toMatch(/\.$/u);
});

test("only a verdict about a restore point names one", () => {
  expect(judge(unit(), OBJECTIVE_MINUTES, NOW).restorePoint).toEqual({
    id: "point",
    protectionDateTime: "2026-03-02T11:30:00Z",
  });
  expect(judge(null, OBJECTIVE_MINUTES, NOW).restorePoint).toBeNull();
});

test("counts add up verdict by verdict", () => {
  const one = { ...NO_VERDICTS, fresh: 2, unknown: 1 };

  expect(addVerdicts(one, { ...NO_VERDICTS, fresh: 3, stale: 4 })).toEqual({
    fresh: 5,
    stale: 4,
    error: 0,
    unprotected: 0,
    unknown: 1,
  });
});

test("a site is the same whether its id is composite or bare", () => {
  const collection = "8f3c0b5e-0000-4000-8000-000000000001";

  expect(protectableKey("sharePoint", `contoso.sharepoint.com,${collection},web`)).toBe(collection);
  expect(protectableKey("sharePoint", collection.toUpperCase())).toBe(collection);
  expect(protectableKey("exchange", "ABC")).toBe("abc");
});

test("windows of a merge show every key of both lists once, in order, with its partner", () => {
  const keys = fc.uniqueArray(
    fc.integer({ min: 0, max: 60 }).map((n) => String(n).padStart(3, "0")),
  );
  fc.assert(
    fc.property(keys, keys, fc.integer({ min: 1, max: 7 }), (left, right, size) => {
      const lists = [left, right].map((list) => [...list].sort());
      const seen: (readonly [string, boolean, boolean])[] = [];
      let after: string | null = null;
      for (let rounds = 0; rounds < 200; rounds += 1) {
        const [a, b] = lists.map((list) => {
          const rest = list.filter((key) => after === null || key > after);
          const entries = rest.slice(0, size).map((key) => [key, key] as const);
          return { entries, isEnd: rest.length <= size };
        });
        const window = mergeWindow(
          a ?? { entries: [], isEnd: true },
          b ?? { entries: [], isEnd: true },
        );
        seen.push(
          ...window.pairs.map(
            ({ key, left: l, right: r }) => [key, l !== null, r !== null] as const,
          ),
        );
        after = window.next;
        if (after === null) {
          break;
        }
      }
      const expected = [...new Set([...left, ...right])]
        .sort()
        .map((key) => [key, left.includes(key), right.includes(key)]);
      expect(seen).toEqual(expected);
    }),
  );
});
