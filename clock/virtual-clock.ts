import type { WorkClock } from "./clock.ts";
import { fireDue, TimerHeap } from "./timer-heap.ts";

/*
 * V1  Time stands still while anything is busy, a hold is taken, a member works or a required member is away.
 * V2  An instant is persisted before anybody can read it; after a restart time never starts earlier.
 * V3  Every member has acknowledged an instant before the owner reads it.
 * V4  Timers of one instant fire in the order in which they were set.
 * V5  Who comes from outside (a request, a hold) waits until no jump is half done, so it never sees time move under it.
 */

/** `virtual` jumps when idle; `running` goes at the speed of real time from the instant reached. */
export type VirtualMode = "virtual" | "running";

/** What survives a restart: the latest instant anybody may have read (Unix ms) and the mode. */
export interface VirtualClockState {
  readonly now: number;
  readonly mode: VirtualMode;
}

/** What a member is told; `realNow` lets it run along in mode `running`. */
export interface ClockPush {
  readonly seq: number;
  readonly mode: VirtualMode;
  /** Unix ms of the clock. */
  readonly now: number;
  /** Unix ms of the machine at the moment of the push. */
  readonly realNow: number;
}

/** A member's report: the push it has applied, whether it works, and the instant its own next timer waits for. */
export interface MemberReport {
  readonly seq: number;
  readonly idle: boolean;
  readonly next?: number | null;
}

export interface VirtualClockOptions {
  /** First instant, Unix ms. */
  readonly startsAt: number;
  readonly mode?: VirtualMode;
  /** Members without whom time does not jump: before they have joined, and after they are gone. */
  readonly requires?: readonly string[];
  /** Makes a state durable before it becomes effective. Must end in a durable write. */
  readonly persist?: (state: VirtualClockState) => Promise<void>;
  readonly realNow?: () => number;
}

/** A snapshot for people and tests: why does time stand still? */
export interface VirtualClockView {
  readonly mode: VirtualMode;
  readonly now: string;
  readonly holds: string[];
  readonly busy: string[];
  readonly members: string[];
}

interface Member {
  readonly push: (push: ClockPush) => void;
  acknowledged: number;
  idle: boolean;
  next: number | null;
}

/** In mode `running` the stored instant is this much ahead, so that it is written every few seconds, not every tick. */
const RUNNING_LEASE_MS = 10_000;
const LONGEST_WAIT_MS = 2_000_000_000;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The owner's side of a virtual clock. */
export class VirtualClock implements WorkClock {
  readonly #heap = new TimerHeap();
  readonly #busy = new Map<string, number>();
  readonly #holds = new Set<string>();
  readonly #members = new Map<string, Member>();
  readonly #checks = new Set<() => Promise<boolean>>();
  readonly #persist: (state: VirtualClockState) => Promise<void>;
  readonly #realNow: () => number;
  readonly #requires: readonly string[];
  readonly #acknowledgement = new Set<() => void>();
  #mode: VirtualMode;
  #now: number;
  #running: { real: number; instant: number; ceiling: number } | null = null;
  #busyCount = 0;
  /** Changes whenever somebody begins something; an attempt that sees it change starts over. */
  #revision = 0;
  #seq = 0;
  #isAttempting = false;
  #isClosed = false;
  /** The half-done jump or change of mode; everything that alters time goes through this chain. */
  #change: Promise<void> = Promise.resolve();
  #changesPending = 0;
  /** The instant that members already know while the owner still reads the one before. */
  #announced: number | null = null;
  #isFirePending = false;
  #runTimer: NodeJS.Timeout | null = null;
  #leaseTimer: NodeJS.Timeout | null = null;

  constructor(options: VirtualClockOptions) {
    this.#now = options.startsAt;
    this.#mode = "virtual";
    this.#persist = options.persist ?? (() => Promise.resolve());
    this.#realNow = options.realNow ?? Date.now;
    this.#requires = options.requires ?? [];
    if (options.mode === "running") {
      void this.setMode("running");
    }
  }

  get mode(): VirtualMode {
    return this.#mode;
  }

  now(): number {
    if (this.#running !== null) {
      const { real, instant, ceiling } = this.#running;
      const reached = Math.min(ceiling, instant + (this.#realNow() - real));
      this.#now = Math.max(this.#now, reached);
    }
    return this.#now;
  }

  setTimer(at: number, callback: () => void): Disposable {
    const timer = this.#heap.add(at, callback);
    if (at <= this.now()) {
      this.#fireSoon();
    } else if (this.#mode === "running") {
      this.#armRunning();
    } else {
      this.#consider();
    }
    return timer;
  }

  busy(reason: string): Disposable {
    this.#revision += 1;
    this.#busyCount += 1;
    this.#busy.set(reason, (this.#busy.get(reason) ?? 0) + 1);
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (!isOpen) {
          return;
        }
        isOpen = false;
        const left = (this.#busy.get(reason) ?? 1) - 1;
        if (left === 0) {
          this.#busy.delete(reason);
        } else {
          this.#busy.set(reason, left);
        }
        this.#busyCount -= 1;
        if (this.#busyCount === 0) {
          this.#consider();
        }
      },
    };
  }

  async settled(): Promise<void> {
    while (this.#changesPending > 0) {
      await this.#change;
    }
  }

  /** Keeps time from jumping until the hold of this name is released. Resolves once time really stands (V5). */
  async takeHold(name: string): Promise<void> {
    this.#revision += 1;
    this.#holds.add(name);
    await this.settled();
  }

  releaseHold(name: string): void {
    if (this.#holds.delete(name)) {
      this.#consider();
    }
  }

  /**
   * Adds a question asked before every jump. It resolves to true when there is nothing to do; to false when it found work,
   * for which it holds a busy token by then.
   */
  addCheck(check: () => Promise<boolean>): Disposable {
    this.#checks.add(check);
    return { [Symbol.dispose]: () => void this.#checks.delete(check) };
  }

  /** Switches between jumping and real speed; durable when it resolves. */
  setMode(mode: VirtualMode): Promise<void> {
    this.#revision += 1;
    return this.#alter(async () => {
      if (mode === "running" && this.#running === null) {
        const instant = this.#now;
        const ceiling = instant + RUNNING_LEASE_MS;
        await this.#persist({ now: ceiling, mode });
        this.#mode = mode;
        this.#running = { real: this.#realNow(), instant, ceiling };
        await this.#tellMembers(instant);
        this.#renewLease();
        this.#armRunning();
      } else if (mode === "virtual" && this.#running !== null) {
        const now = this.now();
        this.#stopRunning();
        this.#mode = mode;
        await this.#persist({ now, mode });
        await this.#tellMembers(now);
      }
    });
  }

  /** Lets a process follow this clock. A second one of the same name takes the first one's place. */
  join(name: string, push: (push: ClockPush) => void): Disposable {
    const member: Member = { push, acknowledged: -1, idle: false, next: null };
    this.#revision += 1;
    this.#members.set(name, member);
    push(this.#pushOf(this.#announced ?? this.now()));
    return {
      [Symbol.dispose]: () => {
        if (this.#members.get(name) === member) {
          this.#members.delete(name);
          this.#wakeWaiters();
          this.#consider();
        }
      },
    };
  }

  /** Takes a member's report; false when there is no member of that name. */
  report(name: string, report: MemberReport): boolean {
    const member = this.#members.get(name);
    if (member === undefined) {
      return false;
    }
    this.#revision += report.idle ? 0 : 1;
    member.acknowledged = Math.max(member.acknowledged, report.seq);
    member.idle = report.idle;
    member.next = report.next ?? null;
    this.#wakeWaiters();
    this.#consider();
    return true;
  }

  view(): VirtualClockView {
    return {
      mode: this.#mode,
      now: new Date(this.now()).toISOString(),
      holds: [...this.#holds].sort(),
      busy: [
        ...[...this.#busy.keys()].sort(),
        ...this.#missing().map((name) => `member ${name} has not joined`),
      ],
      members: [...this.#members.keys()].sort(),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.#members.clear();
    this.#wakeWaiters();
    await this.settled();
    const wasRunning = this.#running !== null;
    const now = this.now();
    this.#stopRunning();
    this.#heap.clear();
    if (wasRunning) {
      await this.#persist({ now, mode: this.#mode });
    }
  }

  #isIdle(): boolean {
    if (this.#isClosed || this.#mode !== "virtual" || this.#busyCount > 0 || this.#holds.size > 0) {
      return false;
    }
    if (this.#missing().length > 0) {
      return false;
    }
    for (const member of this.#members.values()) {
      if (!member.idle) {
        return false;
      }
    }
    return true;
  }

  #missing(): readonly string[] {
    return this.#requires.filter((name) => !this.#members.has(name));
  }

  #nextDue(): number | null {
    let due = this.#heap.nextDue();
    for (const { next } of this.#members.values()) {
      if (next !== null && (due === null || next < due)) {
        due = next;
      }
    }
    return due;
  }

  #consider(): void {
    if (!this.#isAttempting && this.#isIdle() && this.#nextDue() !== null) {
      this.#isAttempting = true;
      void this.#attempt();
    }
  }

  async #attempt(): Promise<void> {
    try {
      while (this.#isIdle()) {
        const revision = this.#revision;
        // Whoever just disposed of a token may take the next one in a continuation that has not run yet.
        await nextTurn();
        await nextTurn();
        if (
          revision !== this.#revision ||
          !(await this.#isQuiet()) ||
          revision !== this.#revision
        ) {
          continue;
        }
        const due = this.#nextDue();
        if (due === null || !this.#isIdle()) {
          return;
        }
        await this.#jump(due);
      }
    } finally {
      this.#isAttempting = false;
    }
    this.#consider();
  }

  async #isQuiet(): Promise<boolean> {
    const answers = await Promise.all([...this.#checks].map((check) => check()));
    return answers.every(Boolean);
  }

  #jump(due: number): Promise<void> {
    return this.#alter(async () => {
      if (this.#mode !== "virtual" || this.#isClosed) {
        return;
      }
      if (due > this.#now) {
        await this.#persist({ now: due, mode: this.#mode });
        await this.#tellMembers(due);
        this.#now = Math.max(this.#now, due);
      }
      fireDue(this.#heap, () => this.#now);
    });
  }

  /** Runs one change of time at a time; a failure to persist stays visible to the caller and stops time. */
  #alter(change: () => Promise<void>): Promise<void> {
    this.#changesPending += 1;
    const run = this.#change.then(change).finally(() => {
      this.#changesPending -= 1;
    });
    this.#change = run.catch(() => undefined);
    return run.then(() => this.#consider());
  }

  #pushOf(now: number): ClockPush {
    return { seq: this.#seq, mode: this.#mode, now, realNow: this.#realNow() };
  }

  async #tellMembers(now: number): Promise<void> {
    this.#seq += 1;
    const seq = this.#seq;
    this.#announced = now;
    for (const member of this.#members.values()) {
      member.push(this.#pushOf(now));
    }
    const isPending = (): boolean =>
      [...this.#members.values()].some((member) => member.acknowledged < seq);
    while (isPending()) {
      await new Promise<void>((resolve) => this.#acknowledgement.add(resolve));
    }
    this.#announced = null;
  }

  #wakeWaiters(): void {
    for (const wake of this.#acknowledgement) {
      wake();
    }
    this.#acknowledgement.clear();
  }

  #fireSoon(): void {
    if (!this.#isFirePending) {
      this.#isFirePending = true;
      // While one is pending time must not jump over it; the token also starts the next attempt.
      const token = this.busy("due timers");
      setImmediate(() => {
        this.#isFirePending = false;
        fireDue(this.#heap, () => this.now());
        token[Symbol.dispose]();
        if (this.#mode === "running") {
          this.#armRunning();
        }
      });
    }
  }

  #armRunning(): void {
    const due = this.#heap.nextDue();
    clearTimeout(this.#runTimer ?? undefined);
    this.#runTimer = null;
    if (due === null || this.#running === null || this.#isClosed) {
      return;
    }
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, due - this.now()));
    this.#runTimer = setTimeout(() => {
      fireDue(this.#heap, () => this.now());
      this.#armRunning();
    }, wait);
  }

  #renewLease(): void {
    this.#leaseTimer = setTimeout(() => {
      const running = this.#running;
      if (running === null) {
        return;
      }
      const ceiling = this.now() + RUNNING_LEASE_MS;
      this.#persist({ now: ceiling, mode: "running" })
        .then(() => {
          if (this.#running === running) {
            running.ceiling = ceiling;
            this.#renewLease();
          }
        })
        .catch((error: unknown) => {
          process.nextTick(() => {
            throw error;
          });
        });
    }, RUNNING_LEASE_MS / 4);
    this.#leaseTimer.unref();
  }

  #stopRunning(): void {
    this.#running = null;
    clearTimeout(this.#runTimer ?? undefined);
    clearTimeout(this.#leaseTimer ?? undefined);
    this.#runTimer = null;
    this.#leaseTimer = null;
  }
}
