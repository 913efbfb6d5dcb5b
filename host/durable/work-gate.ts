/** A clock that must not jump while the engine works; the system clock needs none of it. */
export interface BusyClock {
  now(): number;
  setTimer(at: number, callback: () => void): Disposable;
  busy?(reason: string): Disposable;
}

/** Counts what is under way and holds one token of the clock while the count is not zero. */
export class WorkGate {
  readonly #clock: BusyClock;
  readonly #idle: (() => void)[] = [];
  #count = 0;
  #token: Disposable | undefined;

  constructor(clock: BusyClock) {
    this.#clock = clock;
  }

  enter(): void {
    this.#count += 1;
    if (this.#count === 1) {
      this.#token = this.#clock.busy?.("durable work");
    }
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count === 0) {
      this.#token?.[Symbol.dispose]();
      this.#token = undefined;
      this.#idle.splice(0).forEach((resolve) => resolve());
    }
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#count === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#idle.push(resolve));
  }
}
