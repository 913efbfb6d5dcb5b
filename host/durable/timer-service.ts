import { crashPoint } from "../crash-points.ts";
import { remove, type HostStore, type StoreKey } from "../store/store.ts";
import type { BusyClock } from "./work-gate.ts";

export interface DueTimer {
  readonly instanceId: string;
  readonly execution: number;
  readonly taskId: number;
  /** Unix milliseconds. */
  readonly fireAt: number;
  readonly key: StoreKey;
}

export interface TimerServiceOptions {
  readonly store: HostStore;
  readonly clock: BusyClock;
  /** Takes a due timer to its instance; false: there is nobody to take it to. */
  readonly deliver: (timer: DueTimer) => boolean;
}

const nameOf = (key: StoreKey): string => key.join("\n");

/**
 * Fires the timers of the table `timers`. Only the next instant is in memory; a row stays until the turn that consumes
 * the firing is committed, so a timer is neither lost nor, by the host's epoch, fired twice in one execution.
 */
export class TimerService {
  readonly #options: TimerServiceOptions;
  readonly #delivered = new Set<string>();
  #next: { readonly due: number; readonly timer: Disposable } | null = null;
  #isStopped = true;

  constructor(options: TimerServiceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStopped = false;
    this.#fire();
  }

  stop(): void {
    this.#isStopped = true;
    this.#next?.timer[Symbol.dispose]();
    this.#next = null;
  }

  /** Says that a timer with this instant has been committed. */
  added(due: number): void {
    if (this.#isStopped) {
      return;
    }
    if (due <= this.#options.clock.now()) {
      this.#fire();
    } else if (this.#next === null || due < this.#next.due) {
      this.#wait(due);
    }
  }

  /** Says that the row of a delivered timer is gone. */
  consumed(key: StoreKey): void {
    this.#delivered.delete(nameOf(key));
  }

  #wait(due: number): void {
    this.#next?.timer[Symbol.dispose]();
    const timer = this.#options.clock.setTimer(due, () => {
      this.#next = null;
      this.#fire();
    });
    this.#next = { due, timer };
  }

  #fire(): void {
    if (this.#isStopped) {
      return;
    }
    const { store, clock, deliver } = this.#options;
    const now = Math.floor(clock.now());
    for (const { key } of store.range("timers", { before: [now + 1] })) {
      const name = nameOf(key);
      if (this.#delivered.has(name)) {
        continue;
      }
      this.#delivered.add(name);
      crashPoint("timer-due");
      const [fireAt, instanceId, execution, taskId] = key as [number, string, number, number];
      if (!deliver({ fireAt, instanceId, execution, taskId, key })) {
        void store.commit([remove("timers", key)]).then(
          () => this.consumed(key),
          () => {},
        );
      }
    }
    const next = store.range("timers", { after: [now + 0.5], limit: 1 })[0];
    if (next !== undefined) {
      this.#wait(next.key[0] as number);
    }
  }
}
