import { MemberClock } from "../clock/member-clock.ts";

/** Name under which the demonstration joins the host's clock; the clock does not move without it. */
export const ACT_CLOCK_NAME = "demo";

/**
 * The demonstration's share of the virtual clock. Time stands still whenever the demonstration is not waiting, so that
 * nothing (an approval's deadline, tomorrow's verification) happens while a person would be deciding.
 */
export interface ActClock {
  /** Unix milliseconds. */
  now(): number;
  /** Lets time run for at most so long. */
  pass(durationMs: number): Promise<void>;
  /**
   * Lets time run in steps until `isDone` answers true.
   *
   * @throws Error when it is not done after `deadlineMs` of virtual time, or makes no headway in real time.
   */
  waitUntil(
    what: string,
    isDone: () => Promise<boolean>,
    options: { readonly stepMs: number; readonly deadlineMs: number },
  ): Promise<void>;
  /** From now on time jumps from one due instant to the next, while the demonstration lets it. */
  jump(): Promise<void>;
  /** From now on time runs at its real speed. */
  goOnAtRealSpeed(): Promise<void>;
  close(): Promise<void>;
}

/** Real time that a step may take before the demonstration asks the clock why it stands still and gives up. */
const STUCK_AFTER_MS = 120_000;

/** Joins the clock of the host at its internal address. */
export async function joinActClock(internalUrl: string): Promise<ActClock> {
  const clock = new MemberClock({ url: internalUrl, name: ACT_CLOCK_NAME });
  let working = clock.busy();
  await clock.join();

  async function pass(durationMs: number): Promise<void> {
    const hasMoved = await new Promise<boolean>((resolve) => {
      const patience = setTimeout(() => resolve(false), STUCK_AFTER_MS);
      clock.setTimer(clock.now() + durationMs, () => {
        // Taken before the owner hears that we have reached the instant, or it would jump on.
        working = clock.busy();
        clearTimeout(patience);
        resolve(true);
      });
      working[Symbol.dispose]();
    });
    if (!hasMoved) {
      throw new Error(`Time stands still: ${await reasonWhy(internalUrl)}`);
    }
  }

  return {
    now: () => clock.now(),
    pass,
    async waitUntil(what, isDone, { stepMs, deadlineMs }) {
      const deadline = clock.now() + deadlineMs;
      while (!(await isDone())) {
        if (clock.now() >= deadline) {
          throw new Error(
            `${what}: not done after ${deadlineMs / 3_600_000} hours of virtual time.`,
          );
        }
        await pass(stepMs);
      }
    },
    jump: () => control(internalUrl, "/clock/mode", { mode: "virtual" }),
    async goOnAtRealSpeed() {
      await control(internalUrl, "/clock/mode", { mode: "running" });
      working[Symbol.dispose]();
    },
    close: () => clock.close(),
  };
}

async function control(internalUrl: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(new URL(path, internalUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`The host's clock answered ${response.status} to ${path}.`);
  }
}

async function reasonWhy(internalUrl: string): Promise<string> {
  const response = await fetch(new URL("/clock", internalUrl));
  const { busy, holds } = (await response.json()) as { busy: string[]; holds: string[] };
  return [...busy, ...holds.map((name) => `hold ${name}`)].join(", ") || "nobody says why";
}
