/** Usage is remembered up to this share of the quota, as `x-ms-throttle-limit-percentage` ends at 1.8. */
export const MAX_USAGE = 1.8;

/**
 * A bucket that is full at first, is emptied by requests and refilled evenly over the window. A refused request counts
 * too ("Graph continues to log usage while a client is being throttled"), so hasty repetition makes the wait longer.
 */
export class TokenBucket {
  readonly #quota: number;
  readonly #windowMs: number;
  #used = 0;
  #at: number;

  /** `now` in Unix milliseconds, as everywhere here. */
  constructor(quota: number, windowMs: number, now: number) {
    this.#quota = quota;
    this.#windowMs = windowMs;
    this.#at = now;
  }

  get quota(): number {
    return this.#quota;
  }

  /** Share of the quota in use: 1 is all of it. */
  usage(now: number): number {
    this.#refill(now);
    return this.#used / this.#quota;
  }

  /** Whether a request of this cost fits. */
  hasRoom(cost: number, now: number): boolean {
    this.#refill(now);
    // Refilling adds fractions; a request must not be refused for the rounding of one.
    return this.#used + cost <= this.#quota + 1e-6;
  }

  take(cost: number, now: number): void {
    this.#refill(now);
    this.#used = Math.min(this.#used + cost, this.#quota * MAX_USAGE);
  }

  /** Whole seconds until a request of this cost fits, at least 1. */
  secondsUntil(cost: number, now: number): number {
    this.#refill(now);
    const missing = Math.max(0, this.#used + cost - this.#quota);
    const milliseconds = (missing * this.#windowMs) / this.#quota;
    return Math.max(1, Math.ceil(milliseconds / 1_000 - 1e-6));
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#at);
    this.#used = Math.max(0, this.#used - (elapsed * this.#quota) / this.#windowMs);
    this.#at = Math.max(this.#at, now);
  }
}
