import type { ThrottlePriority } from "./priority.ts";

/** Usage is remembered up to this share of the quota, as `x-ms-throttle-limit-percentage` ends at 1.8. */
export const MAX_USAGE = 1.8;

/** While a bucket refuses requests, those of low priority wait until no more than this share of it is used. */
const LOW_PRIORITY_SHARE = 0.8;

/**
 * A bucket that is full at first, is emptied by requests and refilled evenly over the window. A refused request counts
 * too ("Graph continues to log usage while a client is being throttled"), so hasty repetition makes the wait longer.
 *
 * Priorities change nothing until a request is refused, as they "do not change the limits". From then on, until the
 * bucket has drained below the share for low priority: low waits for that share, normal for any room, and high does not
 * wait for what refused requests have added. How Graph weighs them is not published; this order is all that is.
 */
export class TokenBucket {
  readonly #quota: number;
  readonly #windowMs: number;
  /** By requests that were admitted. */
  #used = 0;
  /** By requests that were refused. */
  #refused = 0;
  #isRefusing = false;
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
    return (this.#used + this.#refused) / this.#quota;
  }

  /** Whether a request of this cost fits. */
  hasRoom(cost: number, now: number, priority: ThrottlePriority = "normal"): boolean {
    this.#refill(now);
    // Refilling adds fractions; a request must not be refused for the rounding of one.
    return this.#missing(cost, priority) <= 1e-6;
  }

  /** Counts a request that was admitted. */
  take(cost: number, now: number): void {
    this.#refill(now);
    this.#used = Math.min(this.#used + cost, this.#quota * MAX_USAGE - this.#refused);
  }

  /** Counts a request that was refused. */
  refuse(cost: number, now: number): void {
    this.#refill(now);
    this.#isRefusing = true;
    this.#refused = Math.min(this.#refused + cost, this.#quota * MAX_USAGE - this.#used);
  }

  /** Whole seconds until a request of this cost fits, at least 1. */
  secondsUntil(cost: number, now: number, priority: ThrottlePriority = "normal"): number {
    this.#refill(now);
    const missing = Math.max(0, this.#missing(cost, priority));
    const milliseconds = (missing * this.#windowMs) / this.#quota;
    return Math.max(1, Math.ceil(milliseconds / 1_000 - 1e-6));
  }

  /** How much more than there is room for such a request would take. */
  #missing(cost: number, priority: ThrottlePriority): number {
    const used = this.#used + (priority === "high" ? 0 : this.#refused);
    const missing = used + cost - this.#quota;
    const isHeldBack = priority === "low" && this.#isRefusing;
    return isHeldBack ? Math.max(missing, used - LOW_PRIORITY_SHARE * this.#quota) : missing;
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#at);
    const drained = (elapsed * this.#quota) / this.#windowMs;
    const rest = Math.max(0, drained - this.#used);
    this.#used = Math.max(0, this.#used - drained);
    this.#refused = Math.max(0, this.#refused - rest);
    if (this.#used + this.#refused <= LOW_PRIORITY_SHARE * this.#quota) this.#isRefusing = false;
    this.#at = Math.max(this.#at, now);
  }
}
