import { performance } from "node:perf_hooks";
import type { Clock } from "../../clock/clock.ts";
import { formatTimeSpan } from "../settings/time-span.ts";
import type { InvocationOutcome } from "../worker/invocation.ts";

/*
 * T1  An invocation is late when `functionTimeout` has passed on the host's clock, or as much real time, whichever is first.
 * T2  Real time is needed because a virtual clock stands while a function runs; it never makes a function late that would
 *     have been in time in Azure. A late function no longer keeps the clock from jumping.
 * T3  Nothing here is due once no invocation is open, so no timeout is an instant that a virtual clock would jump to.
 */

/** An invocation took longer than host.json's `functionTimeout`. The function itself cannot be stopped. */
export class FunctionTimeoutError extends Error {
  override readonly name = "FunctionTimeoutError";

  constructor(functionName: string, timeoutMs: number) {
    super(
      `Timeout value of ${formatTimeSpan(timeoutMs)} was exceeded by function: Functions.${functionName}`,
    );
  }
}

interface OpenInvocation {
  /** Real milliseconds since the process began. */
  readonly realDeadline: number;
  /** Unix milliseconds of the host's clock. */
  readonly deadline: number;
  /** Null once it has ended: what it resolves must not live as long as a table that it was in. */
  expire: (() => void) | null;
}

/** `setTimeout` takes no longer delay. */
const LONGEST_DELAY_MS = 2_000_000_000;

/** Ends invocations that take too long. All have the same time, so they expire in the order in which they began. */
export class InvocationTimeouts {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #open = new Set<OpenInvocation>();
  #onClock: Disposable | null = null;
  #isRealTimerSet = false;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** The invocation's outcome, or a failure with FunctionTimeoutError if that comes too late. */
  limit(functionName: string, invoked: Promise<InvocationOutcome>): Promise<InvocationOutcome> {
    return new Promise((resolve) => {
      const invocation: OpenInvocation = {
        realDeadline: performance.now() + this.#timeoutMs,
        deadline: this.#clock.now() + this.#timeoutMs,
        expire: () => {
          const error = new FunctionTimeoutError(functionName, this.#timeoutMs);
          resolve({ ok: false, error, isTimeout: true });
        },
      };
      this.#open.add(invocation);
      this.#watch();
      void invoked.then((outcome) => {
        this.#close(invocation);
        resolve(outcome);
      });
    });
  }

  #close(invocation: OpenInvocation): void {
    invocation.expire = null;
    this.#open.delete(invocation);
    if (this.#open.size === 0) {
      this.#onClock?.[Symbol.dispose]();
      this.#onClock = null;
    }
  }

  /** Waits for the first deadline of either kind, unless something waits for an earlier one already. */
  #watch(): void {
    const [first] = this.#open;
    if (first === undefined) {
      return;
    }
    this.#onClock ??= this.#clock.setTimer(first.deadline, () => {
      this.#onClock = null;
      this.#expireLate();
    });
    if (!this.#isRealTimerSet) {
      this.#isRealTimerSet = true;
      const delay = Math.max(1, Math.ceil(first.realDeadline - performance.now()));
      setTimeout(
        () => {
          this.#isRealTimerSet = false;
          this.#expireLate();
        },
        Math.min(delay, LONGEST_DELAY_MS),
      ).unref();
    }
  }

  #expireLate(): void {
    const now = this.#clock.now();
    const realNow = performance.now();
    for (const invocation of this.#open) {
      if (invocation.deadline > now && invocation.realDeadline > realNow) {
        break;
      }
      this.#open.delete(invocation);
      invocation.expire?.();
    }
    this.#watch();
  }
}
