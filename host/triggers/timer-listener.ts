import type { WorkClock } from "../../clock/clock.ts";
import type { FunctionRunner } from "../functions/function-runner.ts";
import type { HostStore } from "../store/store.ts";
import type { TimerSchedule } from "./timer-schedule.ts";

export interface TimerListenerOptions {
  readonly functionName: string;
  readonly schedule: TimerSchedule;
  /** Whether the function also runs once when the host starts. */
  readonly runOnStartup: boolean;
  /** Whether runs that were missed while no host ran are made up for. */
  readonly useMonitor: boolean;
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
  #isStopped = false;

  constructor(options: TimerListenerOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, schedule, runOnStartup } = this.#options;
    const status = this.#status();
    const now = clock.now();
    if (runOnStartup) {
      this.#at(now, false);
    } else if (status !== null && this.#isCurrent(status) && Date.parse(status.Next) <= now) {
      this.#at(now, true);
    } else {
      const next = schedule.next(now);
      if (next !== null) {
        this.#at(next, false);
      }
    }
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
    const { clock, functionName } = this.#options;
    this.#timer = clock.setTimer(due, () => {
      const token = clock.busy(`timer ${functionName}`);
      void this.#run(due, isPastDue).finally(() => token[Symbol.dispose]());
    });
  }

  async #run(due: number, isPastDue: boolean): Promise<void> {
    const { clock, schedule, runner, functionName, store } = this.#options;
    const status = this.#status();
    await runner.run({
      functionName,
      trigger: {
        json: JSON.stringify({
          Schedule: { AdjustForDST: true },
          ScheduleStatus: this.#isMonitored()
            ? (status ?? { Last: NEVER, Next: new Date(due).toISOString(), LastUpdated: NEVER })
            : null,
          IsPastDue: isPastDue,
        }),
      },
      reason: `Timer fired at ${new Date(clock.now()).toISOString()}`,
    });
    if (this.#isStopped) {
      return;
    }
    // Computed after the run: a run that takes longer than its interval delays the next and never meets it.
    const next = schedule.next(Math.max(due, clock.now()));
    if (next === null) {
      return;
    }
    if (this.#isMonitored()) {
      const last = new Date(isPastDue ? clock.now() : due).toISOString();
      await store.writeRecord(NAMESPACE, functionName, {
        Last: last,
        Next: new Date(next).toISOString(),
        LastUpdated: last,
      });
    }
    this.#at(next, false);
  }
}
