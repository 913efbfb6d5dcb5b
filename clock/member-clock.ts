import { request } from "node:http";
import type { WorkClock } from "./clock.ts";
import { fireDue, TimerHeap } from "./timer-heap.ts";
import type { ClockPush, MemberReport } from "./virtual-clock.ts";

export interface MemberClockOptions {
  /** Internal address of the owner, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Unique among the members of one owner. */
  readonly name: string;
  /** How long the first contact may take, in real milliseconds. */
  readonly patienceMs?: number;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;
const LOST_REPORT_RETRY_MS = 100;

/** A process that follows somebody else's virtual clock: reads its instants, and says when it is idle. */
export class MemberClock implements WorkClock {
  readonly #options: MemberClockOptions;
  readonly #heap = new TimerHeap();
  #push: ClockPush | null = null;
  #latest = Number.NEGATIVE_INFINITY;
  #busyCount = 0;
  #isClosed = false;
  #isReporting = false;
  #isReportStale = false;
  #retryMs = FIRST_RETRY_MS;
  #runTimer: NodeJS.Timeout | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
  #reportTimer: NodeJS.Timeout | null = null;
  #disconnect: () => void = () => undefined;
  #joined: () => void = () => undefined;

  constructor(options: MemberClockOptions) {
    this.#options = options;
  }

  /** Resolves when the owner has told the first instant; rejects when it cannot be reached in time. */
  async join(): Promise<void> {
    const patienceMs = this.#options.patienceMs ?? 15_000;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        void this.close();
        reject(
          new Error(`No clock answered at ${this.#options.url} within ${patienceMs / 1000} s.`),
        );
      }, patienceMs);
      this.#joined = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#connect();
    });
  }

  now(): number {
    if (this.#push !== null) {
      const { mode, now, realNow } = this.#push;
      const reached = mode === "running" ? now + Math.max(0, Date.now() - realNow) : now;
      this.#latest = Math.max(this.#latest, reached);
    }
    return this.#latest;
  }

  setTimer(at: number, callback: () => void): Disposable {
    const timer = this.#heap.add(at, callback);
    this.#settle();
    return timer;
  }

  busy(): Disposable {
    this.#busyCount += 1;
    if (this.#busyCount === 1) {
      this.#report();
    }
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (isOpen) {
          isOpen = false;
          this.#busyCount -= 1;
          if (this.#busyCount === 0) {
            this.#report();
          }
        }
      },
    };
  }

  async settled(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#heap.clear();
    clearTimeout(this.#runTimer ?? undefined);
    clearTimeout(this.#retryTimer ?? undefined);
    clearTimeout(this.#reportTimer ?? undefined);
    this.#disconnect();
  }

  #connect(): void {
    const { url, name } = this.#options;
    const join = request(new URL(`/clock/join?name=${encodeURIComponent(name)}`, url), {
      agent: false,
    });
    let isOver = false;
    const again = (): void => {
      if (!isOver) {
        isOver = true;
        this.#reconnect();
      }
    };
    join.on("response", (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        join.destroy();
        return;
      }
      this.#retryMs = FIRST_RETRY_MS;
      let rest = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          this.#apply(JSON.parse(line) as ClockPush);
        }
      });
      response.on("error", again);
    });
    join.on("error", again);
    join.on("close", again);
    this.#disconnect = () => join.destroy();
    join.end();
  }

  #reconnect(): void {
    if (!this.#isClosed) {
      this.#retryTimer = setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
    }
  }

  #apply(push: ClockPush): void {
    this.#push = push;
    this.#settle();
    this.#joined();
  }

  /** Runs what is due and tells the owner where we are. */
  #settle(): void {
    fireDue(this.#heap, () => this.now());
    clearTimeout(this.#runTimer ?? undefined);
    const due = this.#heap.nextDue();
    if (this.#push?.mode === "running" && due !== null) {
      this.#runTimer = setTimeout(() => this.#settle(), Math.max(0, due - this.now()));
    }
    this.#report();
  }

  /** One report at a time; what changes meanwhile goes into one further report. */
  #report(): void {
    if (this.#push === null || this.#isClosed) {
      return;
    }
    if (this.#isReporting) {
      this.#isReportStale = true;
      return;
    }
    this.#isReporting = true;
    const body: MemberReport = {
      seq: this.#push.seq,
      idle: this.#busyCount === 0,
      next: this.#heap.nextDue(),
    };
    this.#post(body, () => {
      this.#isReporting = false;
      if (this.#isReportStale) {
        this.#isReportStale = false;
        this.#report();
      }
    });
  }

  #post(body: MemberReport, done: () => void): void {
    const { url, name } = this.#options;
    const report = request(new URL(`/clock/members/${encodeURIComponent(name)}`, url), {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    let isLost = false;
    report.on("response", (response) => response.resume());
    report.on("error", () => {
      isLost = true;
    });
    report.on("close", () => {
      if (isLost && !this.#isClosed) {
        // The owner may have closed an idle connection under it; without this report its time would stand for ever.
        this.#isReportStale = true;
        this.#reportTimer = setTimeout(done, LOST_REPORT_RETRY_MS);
      } else {
        done();
      }
    });
    report.end(JSON.stringify(body));
  }
}
