/** The app's time. In Azure the system's; on one machine the embedded host's, which may be accelerated or virtual. */
export interface Clock {
  /** Unix milliseconds (UTC). */
  now(): number;
}
