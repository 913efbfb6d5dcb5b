import { Cron } from "croner";
import { parseTimeSpan } from "../settings/time-span.ts";
import { parseNcrontab } from "./ncrontab.ts";

/** When a timer function is due. */
export interface TimerSchedule {
  /** The first instant after the given one, Unix ms; null when there is none any more. */
  next(after: number): number | null;
  /** Sub-minute schedules have no status and are never past due, as on the genuine host. */
  readonly isMonitored: boolean;
}

const MINUTE_MS = 60_000;

function createCron(text: string, timezone: string): Cron {
  try {
    // In NCRONTAB a day must fit both the day of the month and the day of the week.
    return new Cron(parseNcrontab(text).join(" "), { paused: true, domAndDow: true, timezone });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The schedule "${text}" is neither NCRONTAB nor hh:mm:ss: ${why}.`, {
      cause: error,
    });
  }
}

/**
 * Reads a schedule: NCRONTAB with five or six fields (with six the first is the second), or a constant interval as
 * `hh:mm:ss`. Times are UTC unless `WEBSITE_TIME_ZONE` or `TZ` names another zone.
 * @throws Error with one sentence for people
 */
export function parseSchedule(text: string, timezone: string | null): TimerSchedule {
  const intervalMs = parseTimeSpan(text);
  if (intervalMs !== null) {
    if (intervalMs <= 0) {
      throw new Error(`The interval "${text}" must be longer than nothing.`);
    }
    return { next: (after) => after + intervalMs, isMonitored: intervalMs >= MINUTE_MS };
  }
  const cron = createCron(text, timezone ?? "UTC");
  const next = (after: number): number | null => cron.nextRun(new Date(after))?.getTime() ?? null;
  const first = next(0);
  const second = first === null ? null : next(first);
  return {
    next,
    isMonitored: first === null || second === null || second - first >= MINUTE_MS,
  };
}
