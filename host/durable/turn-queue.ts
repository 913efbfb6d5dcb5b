import type { InstanceState } from "./instance-state.ts";
import type { WorkGate } from "./work-gate.ts";

/**
 * Turns that begin in one turn of the event loop. They take their steps side by side, so the more there are, the more of
 * what they need for the moment is alive when garbage is collected.
 */
const TURNS_PER_LOOP = 8;

export interface TurnQueueOptions {
  readonly gate: WorkGate;
  /** Turns that may compute at a time. */
  readonly limit: number;
  /** Takes one turn; it leaves the gate and calls `computed` as soon as only the commit is left. */
  readonly take: (state: InstanceState) => void;
}

/** Instances that want a turn, in the order in which they came to want it. */
export class TurnQueue {
  readonly #options: TurnQueueOptions;
  #ready: InstanceState[] = [];
  #computing = 0;
  #isPumping = false;
  #isStopped = true;
  #isHeld = true;

  constructor(options: TurnQueueOptions) {
    this.#options = options;
  }

  /** Takes who wants a turn; the turns begin with `release`. */
  start(): void {
    this.#isStopped = false;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isStopped = true;
    for (const state of this.#ready.splice(0)) {
      state.isQueued = false;
      this.#options.gate.leave();
    }
  }

  add(state: InstanceState): void {
    if (state.isQueued || state.isBusy || state.isPurged || this.#isStopped) {
      return;
    }
    state.isQueued = true;
    this.#options.gate.enter();
    this.#ready.push(state);
    this.#pump();
  }

  computing(): void {
    this.#computing += 1;
  }

  computed(): void {
    this.#computing -= 1;
    this.#pump();
  }

  #pump(): void {
    const { limit } = this.#options;
    const isFull = this.#computing >= limit;
    if (this.#isHeld || this.#isPumping || this.#ready.length === 0 || isFull) {
      return;
    }
    this.#isPumping = true;
    // What else arrives in this turn of the event loop joins the same turn of its instance.
    setImmediate(() => {
      this.#isPumping = false;
      const begun = Math.min(TURNS_PER_LOOP, Math.max(0, limit - this.#computing));
      for (const state of this.#ready.splice(0, begun)) {
        state.isQueued = false;
        this.#options.take(state);
      }
      this.#pump();
    });
  }
}
