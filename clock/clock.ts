/** A point in time as Unix milliseconds, and one-shot timers against the same time. */
export interface Clock {
  /** Current instant, in Unix milliseconds (UTC). Never goes back. */
  now(): number;
  /** Calls back once `now()` has reached the instant `at` (Unix milliseconds); `dispose()` cancels it. */
  setTimer(at: number, callback: () => void): Disposable;
}
