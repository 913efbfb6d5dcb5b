/** A duration that real Graph takes somewhere between two bounds, both in milliseconds. */
export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * How long each asynchronous step takes. The bounds come from the documentation where it names any; a bound
 * marked "chosen" only has to be long enough that a client which does not poll is caught.
 */
export const TIMINGS = {
  /** "can take minutes" (multitenantorganization PUT, Entra how-to 2025-05); chosen inside that. */
  organizationCreation: { minMs: 2 * MINUTE_MS, maxMs: 8 * MINUTE_MS },
  /** From PATCH joinRequest until its status reads `running`; chosen. */
  joinStart: { minMs: 1 * MINUTE_MS, maxMs: 4 * MINUTE_MS },
  /** "up to 2 hours" (Entra how-to, 2025-05). */
  join: { minMs: 20 * MINUTE_MS, maxMs: 120 * MINUTE_MS },
  /** Role change of an active tenant; chosen. */
  roleChange: { minMs: 1 * MINUTE_MS, maxMs: 10 * MINUTE_MS },
  /** "minutes, up to 2 hours" (Graph SDK description of DELETE tenants/{id}, 2026-07). */
  removal: { minMs: 5 * MINUTE_MS, maxMs: 120 * MINUTE_MS },
  /** "wait about 15 seconds" for a new configuration (Entra how-to cross-tenant-synchronization-configure, 2024). */
  applicationAppearance: { minMs: 4 * SECOND_MS, maxMs: 15 * SECOND_MS },
  /** An assignment is honoured by provisioning on demand after minutes at most (provision-on-demand, 2025-03). */
  assignmentEffect: { minMs: 5 * SECOND_MS, maxMs: 60 * SECOND_MS },
  /** From start until the first cycle begins; chosen. */
  cycleStart: { minMs: 10 * SECOND_MS, maxMs: 60 * SECOND_MS },
  /** "0.01 to 0.08 minutes" an object of the initial cycle (when-will-provisioning-finish, 2025-03). */
  initialCyclePerUser: { minMs: 0.01 * MINUTE_MS, maxMs: 0.08 * MINUTE_MS },
  /** Reading the delta of a cycle in which nothing has to be exported; chosen. */
  emptyCycle: { minMs: 20 * SECOND_MS, maxMs: 45 * SECOND_MS },
} as const satisfies Record<string, DurationRange>;

export type TimedStep = keyof typeof TIMINGS;

/** How long each step takes, as it is in force. */
export type Timings = Record<TimedStep, DurationRange>;

/** Fixed and not configurable (cross-tenant-synchronization-overview, 2025-06). */
export const CYCLE_INTERVAL_MS = 40 * MINUTE_MS;

/** Wait before the n-th attempt of a quarantined job: 6, 12 and 24 hours, then daily (quarantine-status, 2025-03). */
export function quarantineRetryAfter(seriesCount: number): number {
  return [6 * HOUR_MS, 12 * HOUR_MS][seriesCount - 1] ?? DAY_MS;
}

/** Whole milliseconds inside a range, by a number in [0, 1). */
export function durationWithin({ minMs, maxMs }: DurationRange, draw: number): number {
  return Math.round(minMs + (maxMs - minMs) * draw);
}
