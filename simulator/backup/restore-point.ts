import { Buffer } from "node:buffer";
import { digest } from "../core/random.ts";
import { RecentMap } from "../core/recent-map.ts";
import {
  DENSE_RETENTION_MS,
  LONG_RETENTION_MS,
  POINT_INTERVAL_MS,
  STEPS_PER_EXPRESS_POINT,
  STEPS_PER_WEEK,
} from "./durations.ts";
import type { ProtectionSpan } from "./protection-unit.ts";
import type { Service } from "./service-kind.ts";

/**
 * Restore points are computed from the spans in which a unit was protected, never stored.
 *
 * P1. Every unit has its own grid of 10 minutes; a point is a grid instant inside a span and not in the future.
 * P2. Exchange keeps every point for a year. SharePoint and OneDrive keep every point for 14 days and every 1,008th
 *     (weekly) for a year, so the older list is a part of the younger one.
 * P3. Each weekly point is also an express point: the express grid (assumed: daily) is a multiple of it.
 */
export interface RestorePoint {
  readonly id: string;
  readonly unitId: string;
  readonly protectionAt: number;
  readonly expiresAt: number;
  readonly isExpress: boolean;
}

/** What the arithmetic needs of a unit. */
export interface PointSource {
  readonly id: string;
  readonly service: Service;
  readonly spans: readonly ProtectionSpan[];
}

/** Instants are Unix milliseconds; `from` and `to` are inclusive. */
export interface PointQuery {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly order: "latest" | "oldest";
  readonly isExpressOnly: boolean;
  readonly limit: number;
}

interface Grid {
  readonly offsetMs: number;
  readonly weeklyPhase: number;
  /** What the ids of all points of the unit begin with. */
  readonly owner: string;
  /** Points by step that were asked for lately: a point never changes. */
  readonly points: Map<number, RestorePoint>;
}

/** Searches ask for the same thousands of units again and again; a grid follows from nothing but the unit's id. */
const grids = new RecentMap<string, Grid>(5_000);
const MAX_POINTS_REMEMBERED = 8;

function gridOf(unitId: string): Grid {
  return grids.get(unitId, () => {
    const hash = digest("restore points", unitId).readUInt32LE(0);
    return {
      offsetMs: (hash % (POINT_INTERVAL_MS / 1_000)) * 1_000,
      weeklyPhase: Math.floor(hash / 600) % STEPS_PER_WEEK,
      owner: Buffer.from(`${unitId}_1`).toString("base64url"),
      points: new Map(),
    };
  });
}

const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;

function isOnPhase(step: number, phase: number, every: number): boolean {
  return modulo(step - phase, every) === 0;
}

/** Id of the point of a unit at an instant; opaque to callers, in the form that samples show. */
export function restorePointId(unitId: string, protectionAt: number): string {
  return `${gridOf(unitId).owner}_${Math.floor(protectionAt / 1_000)}_14_1`;
}

/** Unit and instant that an id names, or null when it is no id of ours. */
export function parseRestorePointId(
  id: string,
): { readonly unitId: string; readonly protectionAt: number } | null {
  const match = /^([A-Za-z0-9_-]+)_(\d{1,12})_14_1$/.exec(id);
  if (match === null) {
    return null;
  }
  const owner = Buffer.from(match[1] ?? "", "base64url").toString();
  if (!owner.endsWith("_1")) {
    return null;
  }
  return { unitId: owner.slice(0, -2), protectionAt: Number(match[2]) * 1_000 };
}

function describePoint(source: PointSource, grid: Grid, step: number): RestorePoint {
  const known = grid.points.get(step);
  if (known !== undefined) return known;
  if (grid.points.size >= MAX_POINTS_REMEMBERED) grid.points.clear();
  const point = makePoint(source, grid, step);
  grid.points.set(step, point);
  return point;
}

function makePoint(source: PointSource, grid: Grid, step: number): RestorePoint {
  const protectionAt = step * POINT_INTERVAL_MS + grid.offsetMs;
  const isExchange = source.service === "exchange";
  const isLong = isExchange || isOnPhase(step, grid.weeklyPhase, STEPS_PER_WEEK);
  return {
    id: restorePointId(source.id, protectionAt),
    unitId: source.id,
    protectionAt,
    expiresAt: protectionAt + (isLong ? LONG_RETENTION_MS : DENSE_RETENTION_MS),
    isExpress: !isExchange && isOnPhase(step, grid.weeklyPhase, STEPS_PER_EXPRESS_POINT),
  };
}

/** The point of that instant, if the unit has it and it has not expired. */
export function findRestorePoint(
  source: PointSource,
  protectionAt: number,
  now: number,
): RestorePoint | null {
  const grid = gridOf(source.id);
  const step = (protectionAt - grid.offsetMs) / POINT_INTERVAL_MS;
  if (!Number.isInteger(step) || protectionAt > now || !isCovered(source.spans, protectionAt)) {
    return null;
  }
  const point = describePoint(source, grid, step);
  return point.expiresAt > now ? point : null;
}

function isCovered(spans: readonly ProtectionSpan[], at: number): boolean {
  return spans.some(
    (span) => at >= span.firstPointAt && (span.endsAt === null || at < span.endsAt),
  );
}

/** Every how many steps points lie at an instant, or 0 when none of that kind exist. */
function strideAt(source: PointSource, at: number, query: PointQuery): number {
  if (source.service === "exchange") {
    return query.isExpressOnly ? 0 : 1;
  }
  if (at + DENSE_RETENTION_MS <= query.now) {
    return STEPS_PER_WEEK;
  }
  return query.isExpressOnly ? STEPS_PER_EXPRESS_POINT : 1;
}

/** Points of a unit in a period, in the asked order, at most `limit`. Cost grows with the limit, not the period. */
export function listRestorePoints(source: PointSource, query: PointQuery): RestorePoint[] {
  const grid = gridOf(source.id);
  const spans = [...source.spans].sort((a, b) => a.firstPointAt - b.firstPointAt);
  const isDescending = query.order === "latest";
  const points: RestorePoint[] = [];
  for (const span of isDescending ? spans.reverse() : spans) {
    const first = Math.max(span.firstPointAt, query.from, query.now - LONG_RETENTION_MS + 1);
    const last = Math.min((span.endsAt ?? Infinity) - 1, query.to, query.now);
    collect({ source, grid, query, first, last, points, isDescending });
    if (points.length >= query.limit) {
      break;
    }
  }
  return points;
}

function collect(walk: {
  readonly source: PointSource;
  readonly grid: Grid;
  readonly query: PointQuery;
  readonly first: number;
  readonly last: number;
  readonly points: RestorePoint[];
  readonly isDescending: boolean;
}): void {
  const { source, grid, query, first, last, points, isDescending } = walk;
  const lowest = Math.ceil((first - grid.offsetMs) / POINT_INTERVAL_MS);
  const highest = Math.floor((last - grid.offsetMs) / POINT_INTERVAL_MS);
  let step = isDescending ? highest : lowest;
  while (step >= lowest && step <= highest && points.length < query.limit) {
    const stride = strideAt(source, step * POINT_INTERVAL_MS + grid.offsetMs, query);
    if (stride === 0) {
      return;
    }
    const away = isDescending
      ? modulo(step - grid.weeklyPhase, stride)
      : modulo(grid.weeklyPhase - step, stride);
    if (away > 0) {
      // Jump to the next instant of this stride; where the stride changes on the way, ask again there.
      step = isDescending
        ? step - away
        : nextAscending({ step, away, stride, source, grid, query });
      continue;
    }
    points.push(describePoint(source, grid, step));
    step += isDescending ? -1 : 1;
  }
}

/** Going up, old weekly points end where the dense fourteen days begin, so a jump must not leap over that border. */
function nextAscending(jump: {
  readonly step: number;
  readonly away: number;
  readonly stride: number;
  readonly source: PointSource;
  readonly grid: Grid;
  readonly query: PointQuery;
}): number {
  const target = jump.step + jump.away;
  if (jump.stride !== STEPS_PER_WEEK) {
    return target;
  }
  const denseFrom =
    Math.floor((jump.query.now - DENSE_RETENTION_MS - jump.grid.offsetMs) / POINT_INTERVAL_MS) + 1;
  return Math.min(target, Math.max(denseFrom, jump.step + 1));
}
