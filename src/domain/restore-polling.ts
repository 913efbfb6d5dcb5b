import type { Workload } from "./workload.ts";

const MINUTE_MS = 60_000;

/** How long a restore takes on average, in minutes by units. Source: backup-restore-data.md, 2025; not an SLA. */
const RESTORE_MINUTES: Readonly<Record<Workload, readonly (readonly [number, number])[]>> = {
  exchange: [
    [1, 120],
    [50, 150],
    [250, 180],
    [1_000, 240],
  ],
  oneDriveForBusiness: [
    [1, 30],
    [50, 180],
    [250, 240],
    [1_000, 600],
  ],
  sharePoint: [
    [1, 30],
    [50, 180],
    [250, 240],
    [1_000, 600],
  ],
};

const SHORTEST_INTERVAL_MS = 5 * MINUTE_MS;
const LONGEST_INTERVAL_MS = 30 * MINUTE_MS;
/** Looks over the documented duration: often enough that a restore's end is seen within a tenth of its time. */
const LOOKS_PER_RESTORE = 10;

/** A session that has not ended after so long is given up watching; Graph itself has no way to cancel it. */
export const SESSION_DEADLINE_MS = 48 * 60 * MINUTE_MS;

/** A new site's or drive's address may take 15 minutes to show; twice that is waited. Source: as above. */
export const VISIBILITY_DEADLINE_MS = 30 * MINUTE_MS;
export const VISIBILITY_INTERVAL_MS = 5 * MINUTE_MS;

/** Statuses of a session after which nothing more happens. `completedWithError` is singular in Graph. */
const ENDED: ReadonlySet<string> = new Set(["completed", "completedWithError", "failed"]);

export const hasSessionEnded = (status: string): boolean => ENDED.has(status);

/** Minutes that a restore of so many units takes on average: the row that holds them. */
export function expectedRestoreMinutes(workload: Workload, units: number): number {
  const rows = RESTORE_MINUTES[workload];
  const row = rows.find(([limit]) => units <= limit) ?? rows[rows.length - 1];
  return (row as readonly [number, number])[1];
}

/** Milliseconds between two looks at a session of so many units. */
export function pollIntervalMs(workload: Workload, units: number): number {
  const expected = expectedRestoreMinutes(workload, units) * MINUTE_MS;
  return Math.min(
    LONGEST_INTERVAL_MS,
    Math.max(SHORTEST_INTERVAL_MS, expected / LOOKS_PER_RESTORE),
  );
}
