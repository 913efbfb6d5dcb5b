import { expect, test } from "@jest/globals";
import {
  VirtualClock,
  type ClockPush,
  type VirtualClockState,
} from "../../../clock/virtual-clock.ts";

const START = Date.parse("2026-03-02T06:00:00Z");
const HOUR_MS = 3_600_000;

const fired = (clock: VirtualClock, at: number): Promise<number> =>
  new Promise((resolve) => clock.setTimer(at, () => resolve(clock.now())));

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test("jumps to the next due instant when nothing works", async () => {
  const clock = new VirtualClock({ startsAt: START });
  expect(await fired(clock, START + 90 * 24 * HOUR_MS)).toBe(START + 90 * 24 * HOUR_MS);
});

test("fires timers of one instant in the order in which they were set", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const order: number[] = [];
  const last = Promise.all(
    [1, 2, 3].map(
      (n) =>
        new Promise<void>((resolve) => {
          clock.setTimer(START + HOUR_MS, () => {
            order.push(n);
            resolve();
          });
        }),
    ),
  );
  await last;
  expect(order).toEqual([1, 2, 3]);
});

test("stands still while something is busy and goes on when the last token is given back", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const one = clock.busy("activity");
  const other = clock.busy("activity");
  const due = fired(clock, START + 1);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  await turns();
  expect(clock.now()).toBe(START);
  expect(clock.view().busy).toEqual(["activity"]);
  other[Symbol.dispose]();
  expect(await due).toBe(START + 1);
});

test("stands still while a hold is taken", async () => {
  const clock = new VirtualClock({ startsAt: START });
  await clock.takeHold("decision");
  const due = fired(clock, START + 1);
  await turns();
  expect(clock.now()).toBe(START);
  clock.releaseHold("decision");
  expect(await due).toBe(START + 1);
});

test("fires what is already due although a hold is taken", async () => {
  const clock = new VirtualClock({ startsAt: START });
  await clock.takeHold("decision");
  expect(await fired(clock, START)).toBe(START);
});

test("persists an instant before anybody can read it", async () => {
  const seen: [VirtualClockState, number][] = [];
  const clock: VirtualClock = new VirtualClock({
    startsAt: START,
    persist: async (state) => {
      await turns(2);
      seen.push([state, clock.now()]);
    },
  });
  await fired(clock, START + 5);
  await fired(clock, START + 9);
  expect(seen).toEqual([
    [{ now: START + 5, mode: "virtual" }, START],
    [{ now: START + 9, mode: "virtual" }, START + 5],
  ]);
});

test("asks again when a check found work before the jump", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const seen: number[] = [];
  let messages = 2;
  clock.addCheck(async () => {
    seen.push(clock.now());
    if (messages === 0) {
      return true;
    }
    messages -= 1;
    const token = clock.busy("queue message");
    setImmediate(() => token[Symbol.dispose]());
    return false;
  });
  expect(await fired(clock, START + 1)).toBe(START + 1);
  expect(seen).toEqual([START, START, START]);
});

test("does not jump when work begins while the checks run", async () => {
  const clock = new VirtualClock({ startsAt: START });
  let token: Disposable | null = null;
  clock.addCheck(async () => {
    token ??= clock.busy("request");
    return true;
  });
  const due = fired(clock, START + 1);
  await turns();
  expect(clock.now()).toBe(START);
  (token as Disposable | null)?.[Symbol.dispose]();
  expect(await due).toBe(START + 1);
});

test("waits until every member has acknowledged the new instant", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const pushes: ClockPush[] = [];
  clock.join("simulator", (push) => pushes.push(push));
  clock.report("simulator", { seq: 0, idle: true });
  const due = fired(clock, START + 1);
  await turns();
  expect(pushes.map(({ now }) => now)).toEqual([START, START + 1]);
  expect(clock.now()).toBe(START);
  clock.report("simulator", { seq: 1, idle: true });
  expect(await due).toBe(START + 1);
});

test("does not jump while a member works, and drops a member whose stream broke", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const membership = clock.join("simulator", () => undefined);
  clock.report("simulator", { seq: 0, idle: false });
  const due = fired(clock, START + 1);
  await turns();
  expect(clock.now()).toBe(START);
  membership[Symbol.dispose]();
  expect(await due).toBe(START + 1);
});

test("jumps to the instant a member waits for", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const reached = new Promise<number>((resolve) => {
    clock.join("simulator", ({ seq, now }) => {
      setImmediate(() =>
        clock.report("simulator", { seq, idle: true, next: now === START ? START + 7 : null }),
      );
      if (now > START) {
        resolve(now);
      }
    });
  });
  expect(await reached).toBe(START + 7);
});

test("runs at real speed from the instant reached, never past what is persisted", async () => {
  let real = 1_000;
  const persisted: number[] = [];
  const clock = new VirtualClock({
    startsAt: START,
    realNow: () => real,
    persist: async ({ now }) => void persisted.push(now),
  });
  await clock.setMode("running");
  real += 3_000;
  expect(clock.now()).toBe(START + 3_000);
  real += 3_600_000;
  expect(clock.now()).toBe(persisted.at(-1));
  await clock.setMode("virtual");
  const stopped = clock.now();
  real += 5_000;
  expect(clock.now()).toBe(stopped);
  expect(persisted.at(-1)).toBe(stopped);
  await clock.close();
});

test("a hold taken during a jump is granted only when the jump is over", async () => {
  const clock: VirtualClock = new VirtualClock({ startsAt: START, persist: () => turns(5) });
  clock.setTimer(START + 1, () => undefined);
  await turns(4);
  await clock.takeHold("decision");
  const standing = clock.now();
  clock.setTimer(START + HOUR_MS, () => undefined);
  await turns();
  expect(clock.now()).toBe(standing);
});

test("does not jump before a required member has joined, nor after it is gone", async () => {
  const clock = new VirtualClock({ startsAt: START, requires: ["simulator"] });
  const due = fired(clock, START + 1);
  await turns();
  expect(clock.now()).toBe(START);
  expect(clock.view().busy).toEqual(["member simulator has not joined"]);
  const push = ({ seq }: ClockPush): void =>
    void setImmediate(() => clock.report("simulator", { seq, idle: true }));
  const membership = clock.join("simulator", push);
  expect(await due).toBe(START + 1);
  membership[Symbol.dispose]();
  void fired(clock, START + 2);
  await turns();
  expect(clock.now()).toBe(START + 1);
});

test("who joins during a jump is told the instant that the others already know", async () => {
  const clock = new VirtualClock({ startsAt: START });
  clock.join("slow", () => undefined);
  clock.report("slow", { seq: 0, idle: true });
  const due = fired(clock, START + 1);
  await turns();
  const told: number[] = [];
  clock.join("late", ({ now }) => told.push(now));
  expect([told, clock.now()]).toEqual([[START + 1], START]);
  clock.report("slow", { seq: 1, idle: true });
  clock.report("late", { seq: 1, idle: true });
  expect(await due).toBe(START + 1);
});

test("starts in the mode and at the instant that were persisted, never earlier", async () => {
  const states: VirtualClockState[] = [];
  const persist = async (state: VirtualClockState): Promise<void> => void states.push(state);
  let real = 0;
  const first = new VirtualClock({ startsAt: START, persist, realNow: () => real });
  await first.setMode("running");
  real += 4_000;
  const read = first.now();
  const kept = states.at(-1);
  const second = new VirtualClock({ startsAt: kept?.now ?? 0, mode: kept?.mode ?? "virtual" });
  await second.settled();
  expect(second.mode).toBe("running");
  expect(second.now()).toBeGreaterThanOrEqual(read);
  await Promise.all([first.close(), second.close()]);
});

test("a timer set in a timer's callback for the same instant fires in the same instant", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const seen: number[] = [];
  await new Promise<void>((resolve) => {
    clock.setTimer(START + 1, () => {
      seen.push(clock.now());
      clock.setTimer(START + 1, () => {
        seen.push(clock.now());
        resolve();
      });
    });
  });
  expect(seen).toEqual([START + 1, START + 1]);
});

test("after close nothing fires and time stands", async () => {
  const clock = new VirtualClock({ startsAt: START });
  let isFired = false;
  clock.setTimer(START + 1, () => {
    isFired = true;
  });
  await clock.close();
  await turns();
  expect([isFired, clock.now()]).toEqual([false, START]);
});

test("with a thousand timers of random instants every callback reads its own instant, in order", async () => {
  const clock = new VirtualClock({ startsAt: START });
  const instants = Array.from({ length: 1_000 }, (_, n) => START + ((n * 7_919) % 4_096));
  const seen: number[] = [];
  await Promise.all(instants.map(async (at) => void seen.push(await fired(clock, at))));
  expect(seen).toEqual(instants.toSorted((a, b) => a - b));
});
