import { Cron } from "croner";
import { parseTimeSpan } from "../settings/time-span.ts";

/** When a timer function is due. */
export interface TimerSchedule {
  /** The first instant after the given one, Unix ms; null when there is none any more. */
  next(after: number): number | null;
  /** Sub-minute schedules have no status and are never past due, as on the genuine host. */
  readonly isMonitored: boolean;
}

const MINUTE_MS = 60_000;

/**
 * Reads a schedule: NCRONTAB with five or six fields (with six the first is the second), or a constant interval as
 * `hh:mm:ss`. Times are UTC unless `WEBSITE_TIME_ZONE` or `TZ` names another zone.
 * @throws Error with one sentence for people
 */
export function parseSchedule(text: string, timezone: string | null): TimerSchedule {
  const intervalMs = /^\s*(\d+\.)?\d+:\d+(:\d+)?\s*$/.test(text)
    ? parseTimeSpan(text.trim())
    : null;
  if (intervalMs !== null) {
    return { next: (after) => after + intervalMs, isMonitored: intervalMs >= MINUTE_MS };
  }
  let cron: Cron;
  try {
    // In NCRONTAB a day must fit both the day of the month and the day of the week.
    cron = new Cron(text, { paused: true, domAndDow: true, timezone: timezone ?? "UTC" });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The schedule "${text}" is neither NCRONTAB nor hh:mm:ss: ${why}`, {
      cause: error,
    });
  }
  const next = (after: number): number | null => cron.nextRun(new Date(after))?.getTime() ?? null;
  const first = next(0);
  const second = first === null ? null : next(first);
  return {
    next,
    isMonitored: first === null || second === null || second - first >= MINUTE_MS,
  };
}
