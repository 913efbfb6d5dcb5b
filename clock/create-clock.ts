import type { WorkClock } from "./clock.ts";
import { parseClock } from "./clock-spec.ts";
import { MemberClock } from "./member-clock.ts";
import { createSystemClock, instantAt, RateClock, type RateParameters } from "./rate-clock.ts";
import { VirtualClock, type VirtualClockState } from "./virtual-clock.ts";

/** What a process remembers of its clock across restarts; opaque to whoever stores it. */
export interface ClockMemory {
  readonly virtual?: VirtualClockState;
  readonly accelerated?: RateParameters;
}

export interface CreateClockOptions {
  /** Name under which a member joins its owner. */
  readonly name: string;
  /** Members without whom a virtual clock does not jump. */
  readonly requires?: readonly string[];
  /** What an earlier run persisted; time never starts before it. */
  readonly memory?: ClockMemory | null;
  /** Stores the memory durably; awaited before an instant becomes effective. */
  readonly persist?: (memory: ClockMemory) => Promise<void>;
}

const virtualClock = (startsAt: number | null, options: CreateClockOptions): VirtualClock => {
  const state = options.memory?.virtual;
  const first = startsAt ?? Math.floor(Date.now() / 1000) * 1000;
  const persist = options.persist;
  return new VirtualClock({
    // A stored instant wins over the asked one: what happened cannot lie in the future.
    startsAt: state?.now ?? first,
    mode: state?.mode ?? "virtual",
    requires: options.requires ?? [],
    ...(persist && { persist: (virtual) => persist({ virtual }) }),
  });
};

const acceleratedClock = async (
  rate: number,
  anchor: number | null,
  options: CreateClockOptions,
): Promise<RateClock> => {
  const real = Date.now();
  const earlier = options.memory?.accelerated;
  const origin = anchor ?? real;
  const parameters =
    earlier === undefined || anchor !== null
      ? { rate, originReal: origin, originInstant: origin }
      : { rate, originReal: real, originInstant: instantAt(earlier, real) };
  await options.persist?.({ accelerated: parameters });
  return new RateClock(parameters);
};

/**
 * Makes the clock that a specification (see `parseClock`) describes.
 * @throws ClockSpecError for an unreadable specification; Error when the owner of a joined clock does not answer.
 */
export async function createClock(spec: string, options: CreateClockOptions): Promise<WorkClock> {
  const parsed = parseClock(spec);
  switch (parsed.kind) {
    case "system":
      return createSystemClock();
    case "accelerated":
      return acceleratedClock(parsed.rate, parsed.anchor, options);
    case "virtual":
      return virtualClock(parsed.startsAt, options);
    case "member": {
      const clock = new MemberClock({ url: parsed.url, name: options.name });
      await clock.join();
      return clock;
    }
  }
}
