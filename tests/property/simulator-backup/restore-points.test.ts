import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  DAY_MS,
  DENSE_RETENTION_MS,
  LONG_RETENTION_MS,
  MINUTE_MS,
  POINT_INTERVAL_MS,
} from "../../../simulator/backup/durations.ts";
import {
  findRestorePoint,
  listRestorePoints,
  parseRestorePointId,
  type PointQuery,
  type PointSource,
  type RestorePoint,
} from "../../../simulator/backup/restore-point.ts";
import { SERVICES } from "../../../simulator/backup/service-kind.ts";

const NOW = Date.parse("2026-03-02T06:00:00Z");

const span = fc
  .record({
    start: fc.integer({ min: -20 * 24 * 60, max: -1 }),
    length: fc.option(fc.integer({ min: 1, max: 9 * 24 * 60 })),
  })
  .map(({ start, length }) => ({
    firstPointAt: NOW + start * MINUTE_MS,
    endsAt: length === null ? null : NOW + (start + length) * MINUTE_MS,
  }));

const source: fc.Arbitrary<PointSource> = fc.record({
  id: fc.uuid({ version: 4 }),
  service: fc.constantFrom(...SERVICES),
  // One span, or two that follow each other: a unit is never protected twice at a time.
  spans: fc.oneof(
    span.map((one) => [one]),
    fc.integer({ min: 1, max: 5_000 }).chain((gap) =>
      span.map((late) => {
        const endsAt = late.firstPointAt - gap * MINUTE_MS;
        return [{ firstPointAt: endsAt - 4 * DAY_MS, endsAt }, late];
      }),
    ),
  ),
});

const query: fc.Arbitrary<PointQuery> = fc
  .record({
    from: fc.integer({ min: -25 * 24 * 60, max: 10 }),
    length: fc.integer({ min: 0, max: 25 * 24 * 60 }),
    order: fc.constantFrom("latest" as const, "oldest" as const),
    isExpressOnly: fc.boolean(),
    limit: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ from, length, ...rest }) => ({
    ...rest,
    from: NOW + from * MINUTE_MS,
    to: NOW + (from + length) * MINUTE_MS,
    now: NOW,
  }));

/** Asks about every second-precise grid instant one by one. */
function bruteForce(unit: PointSource, asked: PointQuery): RestorePoint[] {
  const anyPoint = firstGridInstant(unit);
  if (anyPoint === null) return [];
  const points: RestorePoint[] = [];
  const steps = Math.floor((asked.to - anyPoint) / POINT_INTERVAL_MS);
  for (let step = steps; anyPoint + step * POINT_INTERVAL_MS >= asked.from; step -= 1) {
    const point = findRestorePoint(unit, anyPoint + step * POINT_INTERVAL_MS, asked.now);
    if (point !== null && (point.isExpress || !asked.isExpressOnly)) points.push(point);
  }
  return (asked.order === "latest" ? points : points.reverse()).slice(0, asked.limit);
}

function firstGridInstant(unit: PointSource): number | null {
  const endless = { ...unit, spans: [{ firstPointAt: 0, endsAt: null }] };
  for (let second = 0; second < 600; second += 1) {
    const at = NOW - second * 1_000;
    if (findRestorePoint(endless, at, NOW) !== null) return at;
  }
  return null;
}

test("the list of points is what asking about every instant gives", () => {
  fc.assert(
    fc.property(source, query, (unit, asked) => {
      expect(listRestorePoints(unit, asked)).toEqual(bruteForce(unit, asked));
    }),
    { numRuns: 60 },
  );
});

test("every point lies in a span, is not expired, and its id names it", () => {
  fc.assert(
    fc.property(source, query, (unit, asked) => {
      for (const point of listRestorePoints(unit, asked)) {
        expect(point.protectionAt).toBeLessThanOrEqual(NOW);
        expect(point.expiresAt).toBeGreaterThan(NOW);
        expect(parseRestorePointId(point.id)).toEqual({
          unitId: unit.id,
          protectionAt: point.protectionAt,
        });
        expect(unit.service === "exchange" && point.isExpress).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

test("Exchange keeps ten-minute points for a year, the others weekly ones after fourteen days", () => {
  const always = [{ firstPointAt: NOW - 2 * LONG_RETENTION_MS, endsAt: null }];
  const all = { from: 0, to: NOW, now: NOW, isExpressOnly: false, order: "latest" } as const;
  for (const service of SERVICES) {
    const unit = { id: "3f0e7a37-3a5b-4d6c-9b92-6fd8b1a0c001", service, spans: always };
    const points = listRestorePoints(unit, { ...all, limit: 100_000 });
    const dense = points.filter(({ protectionAt }) => protectionAt > NOW - DENSE_RETENTION_MS);
    expect(dense.length).toBe(2_016);
    const old = points.length - dense.length;
    expect(old).toBe(service === "exchange" ? 52_560 - 2_016 : 50);
  }
});

test("a younger list of weekly points contains the older one", () => {
  fc.assert(
    fc.property(fc.uuid({ version: 4 }), fc.integer({ min: 1, max: 60 }), (id, days) => {
      const unit: PointSource = {
        id,
        service: "sharePoint",
        spans: [{ firstPointAt: NOW - 100 * DAY_MS, endsAt: null }],
      };
      const asked = {
        from: 0,
        to: NOW,
        order: "oldest",
        isExpressOnly: false,
        limit: 9_999,
      } as const;
      const before = new Set(
        listRestorePoints(unit, { ...asked, now: NOW }).map((point) => point.id),
      );
      const later = listRestorePoints(unit, { ...asked, now: NOW + days * DAY_MS });
      expect(later.filter((point) => !before.has(point.id))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
