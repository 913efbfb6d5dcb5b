/*
 * Local time of a zone, with the answers that .NET's `TimeZoneInfo` gives where clocks change: a time that is skipped and a
 * time that comes twice both count as standard time unless somebody says otherwise. A local time is a number here: the Unix
 * milliseconds it would have if it were UTC.
 */

const HALF_DAY_MS = 12 * 3_600_000;

/** How far a zone's clocks are ahead of UTC, in milliseconds. */
export interface TimeZone {
  /** At an instant (Unix ms). */
  offsetAt(instant: number): number;
  /** At a local time: of the two that it may have, the lesser, which is standard time. */
  offsetOfLocal(local: number): number;
  /** Whether clocks show this local time twice. */
  isAmbiguous(local: number): boolean;
}

const UTC: TimeZone = { offsetAt: () => 0, offsetOfLocal: () => 0, isAmbiguous: () => false };

const partOf = (parts: readonly Intl.DateTimeFormatPart[], type: string): number =>
  Number(parts.find((part) => part.type === type)?.value);

/**
 * The zone of an IANA name such as `Europe/Berlin`.
 * @throws RangeError for a name that this Node does not know
 */
export function timeZone(name: string): TimeZone {
  if (name === "UTC") {
    return UTC;
  }
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const offsetAt = (instant: number): number => {
    const second = Math.floor(instant / 1000) * 1000;
    const parts = format.formatToParts(second);
    const local = Date.UTC(
      partOf(parts, "year"),
      partOf(parts, "month") - 1,
      partOf(parts, "day"),
      partOf(parts, "hour"),
      partOf(parts, "minute"),
      partOf(parts, "second"),
    );
    return local - second;
  };
  /** The offsets with which this local time exists: one, none when it is skipped, two when it comes twice. */
  const offsetsOf = (local: number): { found: number[]; around: [number, number] } => {
    const around: [number, number] = [
      offsetAt(local - HALF_DAY_MS - offsetAt(local)),
      offsetAt(local + HALF_DAY_MS - offsetAt(local)),
    ];
    const found = [...new Set(around)].filter((offset) => offsetAt(local - offset) === offset);
    return { found, around };
  };
  return {
    offsetAt,
    offsetOfLocal(local) {
      const { found, around } = offsetsOf(local);
      return Math.min(...(found.length === 0 ? around : found));
    },
    isAmbiguous: (local) => offsetsOf(local).found.length > 1,
  };
}
