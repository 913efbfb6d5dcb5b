import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { fireDue, TimerHeap } from "../../../clock/timer-heap.ts";

test("fires by instant, and within one instant by creation, whatever was cancelled in between", () => {
  const timer = fc.record({ at: fc.integer({ min: 0, max: 20 }), isCancelled: fc.boolean() });
  fc.assert(
    fc.property(fc.array(timer, { maxLength: 60 }), (timers) => {
      const heap = new TimerHeap();
      const fired: number[] = [];
      const handles = timers.map(({ at }, index) => heap.add(at, () => fired.push(index)));
      timers.forEach(({ isCancelled }, index) => {
        if (isCancelled) {
          handles[index]?.[Symbol.dispose]();
        }
      });
      fireDue(heap, () => 20);
      const expected = timers
        .map(({ at, isCancelled }, index) => ({ at, isCancelled, index }))
        .filter(({ isCancelled }) => !isCancelled)
        .sort((a, b) => a.at - b.at || a.index - b.index)
        .map(({ index }) => index);
      expect(fired).toEqual(expected);
      expect(heap.size).toBe(0);
    }),
  );
});

test("leaves timers alone whose instant is not reached", () => {
  const heap = new TimerHeap();
  const fired: string[] = [];
  heap.add(10, () => fired.push("ten"));
  heap.add(11, () => fired.push("eleven"));
  fireDue(heap, () => 10);
  expect(fired).toEqual(["ten"]);
  expect(heap.nextDue()).toBe(11);
});
