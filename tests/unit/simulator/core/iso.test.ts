import { expect, test } from "@jest/globals";
import { assert, integer, property } from "fast-check";

import { iso, parseInstant } from "../../../../simulator/core/iso.ts";

const DAY_MS = 86_400_000;

test("writes every instant as Date does, without a fraction of zero", () => {
  const anyInstant = integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 });
  assert(
    property(anyInstant, (instant) => {
      expect(iso(instant)).toBe(new Date(instant).toISOString().replace(".000Z", "Z"));
    }),
    { numRuns: 5_000 },
  );
});

test("knows every day of four hundred years, each at its last millisecond", () => {
  for (let day = 0; day < 146_097; day += 1) {
    const instant = (day + 1) * DAY_MS - 1;
    if (iso(instant) !== new Date(instant).toISOString()) throw new Error(iso(instant));
  }
});

test("reads what it writes, and refuses what is no instant", () => {
  expect(parseInstant(iso(1_772_431_200_123))).toBe(1_772_431_200_123);
  expect(parseInstant("2026-03-02")).toBeNull();
  expect(() => iso(Number.NaN)).toThrow(RangeError);
});
