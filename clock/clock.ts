/** A point in time as Unix milliseconds, and one-shot timers against the same time. */
export interface Clock {
  /** Current instant, in Unix milliseconds (UTC). Never goes back. */
  now(): number;
  /** Calls back once `now()` has reached the instant `at` (Unix milliseconds); `dispose()` cancels it. */
  setTimer(at: number, callback: () => void): Disposable;
}

/** A clock that wants to know when its process works: a virtual one must not jump while something is under way. */
export interface WorkClock extends Clock {
  /** Says that work goes on until the token is disposed of. Free of cost on clocks that never jump. */
  busy(reason: string): Disposable;
  /** Resolves when no jump is half done; work that comes from outside waits for this before it starts. */
  settled(): Promise<void>;
  /** Stops timers, streams and members. Afterwards the clock only answers `now()`. */
  close(): Promise<void>;
}
