import type { WorkClock } from "./clock.ts";
import { fireDue, TimerHeap } from "./timer-heap.ts";

/** Where a clock started and how fast it runs; two processes with equal parameters read the same time. */
export interface RateParameters {
  /** Simulated milliseconds per real millisecond. */
  readonly rate: number;
  /** Real instant (Unix ms) at which the clock read `originInstant`. */
  readonly originReal: number;
  /** Instant (Unix ms) that the clock read at `originReal`. */
  readonly originInstant: number;
}

/** `setTimeout` takes at most 2^31-1 ms; longer waits are cut into pieces of this length. */
const LONGEST_WAIT_MS = 2_000_000_000;
const NOTHING: Disposable = { [Symbol.dispose]: () => undefined };

/** The instant that a clock with these parameters reads at the real instant `real`, in Unix ms. */
export const instantAt = (parameters: RateParameters, real: number): number =>
  Math.floor(parameters.originInstant + (real - parameters.originReal) * parameters.rate);

/** The system's time, or a multiple of it. */
export class RateClock implements WorkClock {
  readonly parameters: RateParameters;
  readonly #heap = new TimerHeap();
  readonly #realNow: () => number;
  #latest = Number.NEGATIVE_INFINITY;
  #armed: { at: number; timer: NodeJS.Timeout } | null = null;

  constructor(parameters: RateParameters, realNow: () => number = Date.now) {
    this.parameters = parameters;
    this.#realNow = realNow;
  }

  now(): number {
    // The system's time may be set back; ours only ever stands still.
    this.#latest = Math.max(this.#latest, instantAt(this.parameters, this.#realNow()));
    return this.#latest;
  }

  setTimer(at: number, callback: () => void): Disposable {
    const timer = this.#heap.add(at, callback);
    this.#arm();
    return timer;
  }

  busy(): Disposable {
    return NOTHING;
  }

  async settled(): Promise<void> {}

  async close(): Promise<void> {
    this.#heap.clear();
    this.#disarm();
  }

  #arm(): void {
    const due = this.#heap.nextDue();
    if (due === null || (this.#armed !== null && this.#armed.at <= due)) {
      return;
    }
    this.#disarm();
    const wait = Math.ceil(Math.max(0, due - this.now()) / this.parameters.rate);
    const timer = setTimeout(() => this.#wake(), Math.min(wait, LONGEST_WAIT_MS));
    this.#armed = { at: due, timer };
  }

  #disarm(): void {
    clearTimeout(this.#armed?.timer);
    this.#armed = null;
  }

  #wake(): void {
    this.#armed = null;
    fireDue(this.#heap, () => this.now());
    this.#arm();
  }
}

/** The system's clock. */
export const createSystemClock = (): RateClock =>
  new RateClock({ rate: 1, originReal: 0, originInstant: 0 });
