const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `3 d 4 h`, `2 h 5 min`, `12 min`, `40 s`: the two largest units, rounded down. */
export function durationText(milliseconds: number): string {
  const ms = Math.abs(milliseconds);
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  if (days >= 1) {
    return hours === 0 || days >= 10 ? `${days} d` : `${days} d ${hours} h`;
  }
  if (hours >= 1) {
    return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  }
  return minutes >= 1 ? `${minutes} min` : `${Math.floor(ms / 1_000)} s`;
}

/** `in 3 d 4 h`, `12 min ago`, `just now`. */
export function relativeText(at: number, now: number): string {
  const difference = at - now;
  if (Math.abs(difference) < 10_000) {
    return "just now";
  }
  return difference > 0 ? `in ${durationText(difference)}` : `${durationText(difference)} ago`;
}

/** Age of a restore point in words. */
export const ageText = (minutes: number): string =>
  minutes < 1 ? "under 1 min" : durationText(minutes * MINUTE_MS);

/**
 * The value of a `datetime-local` field (the viewer's zone) as an instant; null when it is not complete.
 * A time that the zone skips or repeats is read as the browser reads it.
 */
export function instantOfLocal(value: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/u.test(value)) {
    return null;
  }
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

const two = (part: number): string => String(part).padStart(2, "0");

/** An instant as the value of a `datetime-local` field, to the minute. */
export function localOfInstant(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
