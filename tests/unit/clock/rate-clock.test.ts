import { expect, test } from "@jest/globals";
import { createClock, type ClockMemory } from "../../../clock/create-clock.ts";
import { RateClock } from "../../../clock/rate-clock.ts";

test("an accelerated clock multiplies what real time passed", () => {
  let real = 1_000;
  const clock = new RateClock({ rate: 60, originReal: 1_000, originInstant: 5_000 }, () => real);
  real += 1_000;
  expect(clock.now()).toBe(65_000);
});

test("never goes back when the system's time is set back", () => {
  let real = 1_000;
  const clock = new RateClock({ rate: 1, originReal: 0, originInstant: 0 }, () => real);
  clock.now();
  real = 500;
  expect(clock.now()).toBe(1_000);
});

test("fires an hour's timer of a clock at x3600000 within real milliseconds, in order", async () => {
  const clock = new RateClock({ rate: 3_600_000, originReal: Date.now(), originInstant: 0 });
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    clock.setTimer(7_200_000, () => {
      order.push("second");
      resolve();
    });
    clock.setTimer(3_600_000, () => order.push("first"));
    clock.setTimer(3_600_000, () => order.push("cancelled"))[Symbol.dispose]();
  });
  expect(order).toEqual(["first", "second"]);
  await clock.close();
});

test("an accelerated clock goes on from where it was, also at another rate", async () => {
  const memories: ClockMemory[] = [];
  const persist = async (memory: ClockMemory): Promise<void> => void memories.push(memory);
  const first = await createClock("x1000000", { name: "host", persist });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const reached = first.now();
  const second = await createClock("x2", { name: "host", memory: memories[0] ?? null, persist });
  expect(second.now()).toBeGreaterThanOrEqual(reached);
});

test("two clocks with the same anchor agree", async () => {
  const anchor = new Date(Date.now() - 1_000).toISOString();
  const [one, other] = await Promise.all(
    ["host", "simulator"].map((name) => createClock(`x60@${anchor}`, { name })),
  );
  expect(Math.abs((one?.now() ?? 0) - (other?.now() ?? 0))).toBeLessThan(60 * 5);
});
