import type { WorkClock } from "../../clock/clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { FunctionRunner } from "../functions/function-runner.ts";
import type { HostStore } from "../store/store.ts";
import type { RetryOptions } from "../worker/functions-core.ts";
import { retryContext, retryDelayMs } from "./retry-policy.ts";
import type { TimerSchedule } from "./timer-schedule.ts";

export interface TimerListenerOptions {
  readonly functionName: string;
  readonly schedule: TimerSchedule;
  /** Whether the function also runs once when the host starts. */
  readonly runOnStartup: boolean;
  /** Whether runs that were missed while no host ran are made up for. */
  readonly useMonitor: boolean;
  /** The function's own retry policy, or null. */
  readonly retry: RetryOptions | null;
  readonly clock: WorkClock;
  readonly store: HostStore;
  readonly runner: FunctionRunner;
}

/** What the genuine host keeps in `timers/<host>/<function>/status`. ISO instants. */
interface ScheduleStatus {
  readonly Last: string;
  readonly Next: string;
  readonly LastUpdated: string;
}

const NAMESPACE = "timerStatus";
const NEVER = "0001-01-01T00:00:00";

/** Runs one timer function: never overlapping itself, past due at most once, whatever its errors. */
export class TimerListener {
  readonly #options: TimerListenerOptions;
  #timer: Disposable | null = null;
  /** Keeps time from jumping while the function runs. */
  #token: Disposable | null = null;
  #isStopped = false;

  constructor(options: TimerListenerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { clock, schedule, runOnStartup } = this.#options;
    const now = clock.now();
    const status = this.#status();
    const isMissed = status !== null && this.#isCurrent(status) && Date.parse(status.Next) < now;
    if (isMissed || runOnStartup) {
      this.#at(now, isMissed);
      return;
    }
    const next = status !== null && this.#isCurrent(status) ? Date.parse(status.Next) : null;
    const due = next ?? schedule.next(now);
    if (due === null) {
      return;
    }
    if (next === null && this.#isMonitored()) {
      // Written down before the first run, so that even that one is made up for when nobody was there.
      await this.#write({ Last: NEVER, Next: isoOf(due), LastUpdated: isoOf(now) });
    }
    this.#at(due, false);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
  }

  #isMonitored(): boolean {
    return this.#options.useMonitor && this.#options.schedule.isMonitored;
  }

  #status(): ScheduleStatus | null {
    const { store, functionName } = this.#options;
    return this.#isMonitored()
      ? ((store.readRecord(NAMESPACE, functionName) as ScheduleStatus | undefined) ?? null)
      : null;
  }

  /** A schedule that was changed since makes what was noted as next meaningless. */
  #isCurrent({ Last, LastUpdated, Next }: ScheduleStatus): boolean {
    const from = Date.parse(Last === NEVER ? LastUpdated : Last);
    return this.#options.schedule.next(from) === Date.parse(Next);
  }

  #at(due: number, isPastDue: boolean): void {
    this.#timer = this.#options.clock.setTimer(due, () => {
      this.#token = this.#busy();
      void this.#run(due, isPastDue).finally(() => this.#token?.[Symbol.dispose]());
    });
  }

  #write(status: ScheduleStatus): Promise<void> {
    const { store, functionName } = this.#options;
    return store.writeRecord(NAMESPACE, functionName, status);
  }

  async #run(due: number, isPastDue: boolean): Promise<void> {
    const { clock, schedule } = this.#options;
    const invokedAt = Math.max(due, clock.now());
    await this.#invoke(due, isPastDue);
    crashPoint("timer-trigger-run");
    if (this.#isStopped) {
      return;
    }
    // From the begin of the run, as the genuine listener computes it: one that takes longer than its interval is followed at
    // once by a single next one, and never met by it.
    const next = schedule.next(invokedAt);
    if (next === null) {
      return;
    }
    if (this.#isMonitored()) {
      const last = isoOf(invokedAt);
      await this.#write({ Last: last, Next: isoOf(next), LastUpdated: last });
    }
    this.#at(Math.max(next, clock.now()), false);
  }

  /** Runs the function, and again after a failure as its own retry policy says. */
  async #invoke(due: number, isPastDue: boolean): Promise<void> {
    const { clock, runner, functionName, retry } = this.#options;
    const status = this.#status();
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: this.#isMonitored()
        ? (status ?? { Last: NEVER, Next: isoOf(due), LastUpdated: NEVER })
        : null,
      IsPastDue: isPastDue,
    };
    let failure: unknown;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await runner.run({
        functionName,
        trigger: { json: JSON.stringify(info) },
        reason: `Timer fired at ${isoOf(clock.now())}`,
        ...(retry !== null && { retryContext: retryContext(retry, attempt, failure) }),
      });
      failure = outcome.ok ? undefined : outcome.error;
      const delayMs = outcome.ok || retry === null ? null : retryDelayMs(retry, attempt);
      if (delayMs === null || this.#isStopped) {
        return;
      }
      await this.#pause(delayMs);
    }
  }

  /** Waits on the host's clock; time may jump over the wait. */
  async #pause(delayMs: number): Promise<void> {
    const { clock } = this.#options;
    this.#token?.[Symbol.dispose]();
    await new Promise<void>((resolve) => {
      this.#timer = clock.setTimer(clock.now() + delayMs, () => {
        this.#token = this.#busy();
        resolve();
      });
    });
  }

  #busy(): Disposable {
    return this.#options.clock.busy(`timer ${this.#options.functionName}`);
  }
}

const isoOf = (instant: number): string => new Date(instant).toISOString();
