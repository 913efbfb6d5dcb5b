const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * How long to wait before the next look at something that takes minutes to days. Microsoft names no interval; it advises
 * against looking often, and people who wait for an answer look in the first minutes.
 */
function intervalMs(waitedMs: number): number {
  if (waitedMs < 5 * MINUTE_MS) {
    return MINUTE_MS;
  }
  return waitedMs < 6 * HOUR_MS ? 5 * MINUTE_MS : 15 * MINUTE_MS;
}

/**
 * The instant of the next look, the deadline at the latest. All in Unix milliseconds.
 *
 * @param since When the wait began.
 */
export const nextLookAt = (now: number, since: number, deadline: number): number =>
  Math.min(now + intervalMs(now - since), deadline);
