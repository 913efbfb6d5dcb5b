import { Cron } from "croner";
import { parseTimeSpan } from "../settings/time-span.ts";
import { parseNcrontab } from "./ncrontab.ts";
import { timeZone, type TimeZone } from "./time-zone.ts";

/** When a timer function is due. */
export interface TimerSchedule {
  /** The first instant after the given one, Unix ms; null when there is none any more. */
  next(after: number): number | null;
  /** Sub-minute schedules have no status and are never past due, as on the genuine host. */
  readonly isMonitored: boolean;
}

const MINUTE_MS = 60_000;

/** The schedule without any zone: the next local time after a local time. */
type LocalSchedule = (local: number) => number | null;

const sentence = (text: string, error: unknown): Error =>
  new Error(
    `The schedule "${text}" is neither NCRONTAB nor hh:mm:ss: ${error instanceof Error ? error.message : String(error)}.`,
    { cause: error },
  );

function parseCron(text: string): { fields: string[]; next: LocalSchedule } {
  try {
    const fields = parseNcrontab(text);
    // In NCRONTAB a day must fit both the day of the month and the day of the week. Local times are told as if they were UTC.
    const cron = new Cron(fields.join(" "), { paused: true, domAndDow: true, timezone: "UTC" });
    return { fields, next: (local) => cron.nextRun(new Date(local))?.getTime() ?? null };
  } catch (error) {
    throw sentence(text, error);
  }
}

/**
 * A schedule with neighbouring values among its seconds, minutes or hours goes on through an hour that comes twice. (The
 * extension looks for `*`, `-` and `/` in the schedule as NCRONTAB writes it: runs of values as ranges, steps as lists.)
 */
const isInterval = (fields: readonly string[]): boolean =>
  fields.slice(0, 3).some((field) => {
    const values = field.split(",").map(Number);
    return field === "*" || values.some((value, index) => value + 1 === values[index + 1]);
  });

/**
 * The next instant of a schedule in a zone, by the rules of `CronSchedule` in the WebJobs timer extension where clocks change:
 * what falls into the hour that is skipped runs when the clocks have gone on; in the hour that comes twice an interval goes
 * through both, and a point in time is due in the first only.
 */
function nextInZone(
  next: LocalSchedule,
  zone: TimeZone,
  isInterval: boolean,
  after: number,
): number | null {
  const nowOffset = zone.offsetAt(after);
  const nowLocal = after + nowOffset;
  let local = next(nowLocal);
  if (local === null) {
    return null;
  }
  const due = local - zone.offsetOfLocal(local);
  // A skipped time is another time now: from here on it is what the clocks show at that instant.
  local = due + zone.offsetAt(due);
  const difference = zone.offsetAt(due) - nowOffset;
  const isNextAmbiguous = zone.isAmbiguous(local);
  if (isInterval) {
    const isCrossing = (isNextAmbiguous || zone.isAmbiguous(nowLocal)) && difference !== 0;
    return isCrossing ? due + difference : due;
  }
  if (!isNextAmbiguous) {
    return due;
  }
  if (difference !== 0) {
    return due + difference;
  }
  // The second time round already: it has run in the first.
  while (local !== null && zone.isAmbiguous(local)) {
    local = next(local);
  }
  return local === null ? null : local - zone.offsetOfLocal(local);
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
  const { fields, next } = parseCron(text);
  const zone = zoneOf(timezone);
  const goesOn = isInterval(fields);
  return {
    next: (after) => nextInZone(next, zone, goesOn, after),
    isMonitored: /^\d+$/.test(fields[0] ?? ""),
  };
}

function zoneOf(name: string | null): TimeZone {
  try {
    return timeZone(name ?? "UTC");
  } catch (error) {
    throw new Error(`The time zone "${name}" is not known here; use an IANA name.`, {
      cause: error,
    });
  }
}
