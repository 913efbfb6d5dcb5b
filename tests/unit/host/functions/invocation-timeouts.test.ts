import { expect, test } from "@jest/globals";
import { VirtualClock } from "../../../../clock/virtual-clock.ts";
import {
  FunctionTimeoutError,
  InvocationTimeouts,
} from "../../../../host/functions/invocation-timeouts.ts";
import type { InvocationOutcome } from "../../../../host/worker/invocation.ts";

const done: InvocationOutcome = { ok: true, returnValue: undefined, outputs: [] };
const never = (): Promise<InvocationOutcome> => new Promise(() => {});

test("a function that never ends is ended while a virtual clock stands, and names its time and itself", async () => {
  const clock = new VirtualClock({ startsAt: 0 });
  const token = clock.busy("hangs");
  const outcome = await new InvocationTimeouts(clock, 30).limit("hangs", never());
  token[Symbol.dispose]();
  expect(outcome).toMatchObject({ ok: false, error: expect.any(FunctionTimeoutError) });
  expect(outcome).toHaveProperty(
    "error.message",
    "Timeout value of 00:00:00.0300000 was exceeded by function: Functions.hangs",
  );
  expect(clock.now()).toBe(0);
  await clock.close();
});

test("the host's clock ends a function when it is the faster one", async () => {
  const clock = new VirtualClock({ startsAt: 0 });
  // Nothing holds this clock, so it jumps to the deadline at once.
  const outcome = await new InvocationTimeouts(clock, 3_600_000).limit("hangs", never());
  expect(outcome).toHaveProperty(
    "error.message",
    "Timeout value of 01:00:00 was exceeded by function: Functions.hangs",
  );
  expect(clock.now()).toBe(3_600_000);
  await clock.close();
});

test("a function that is over leaves no instant behind that a virtual clock would jump to", async () => {
  const jumps: number[] = [];
  const clock = new VirtualClock({
    startsAt: 0,
    persist: async ({ now }) => void jumps.push(now),
  });
  const timeouts = new InvocationTimeouts(clock, 1_000);
  const token = clock.busy("two functions");
  const outcomes = await Promise.all([
    timeouts.limit("a", Promise.resolve(done)),
    timeouts.limit("b", Promise.resolve(done)),
  ]);
  token[Symbol.dispose]();
  expect(outcomes).toEqual([done, done]);
  await new Promise<void>((resolve) => clock.setTimer(5_000, resolve));
  expect(jumps).toEqual([5_000]);
  await clock.close();
});

test("each function has its own time: who began later is ended later", async () => {
  const clock = new VirtualClock({ startsAt: 0 });
  const timeouts = new InvocationTimeouts(clock, 1_000);
  const hold = clock.busy("start");
  const first = timeouts.limit("first", never()).then(() => clock.now());
  hold[Symbol.dispose]();
  await new Promise<void>((resolve) => clock.setTimer(400, resolve));
  const second = timeouts.limit("second", never()).then(() => clock.now());
  expect(await first).toBe(1_000);
  expect(await second).toBe(1_400);
  await clock.close();
});
