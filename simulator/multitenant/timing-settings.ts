import { z } from "zod";

import { defineEvent, defineState } from "../core/area.ts";
import type { World } from "../core/world.ts";
import {
  CYCLE_INTERVAL_MS,
  durationWithin,
  TIMINGS,
  type TimedStep,
  type Timings,
} from "./timings.ts";

const MINUTE_MS = 60_000;
const STEPS = Object.keys(TIMINGS) as TimedStep[];

/** A span from which the seed draws, or one number for always the same; minutes. */
function spanSchema(most: number) {
  const amount = z.number().nonnegative().max(most);
  return z
    .union([
      amount,
      z
        .strictObject({ min: amount, max: amount })
        .refine(({ min, max }) => min <= max, "expected min not to be more than max"),
    ])
    .optional();
}

/** One optional member for each step; a cycle without changes ends before the next one begins. */
export const TimingChanges = z.strictObject(
  Object.fromEntries(
    STEPS.map((step) => [
      step,
      spanSchema(step === "emptyCycle" ? CYCLE_INTERVAL_MS / MINUTE_MS - 1 : 1_000_000),
    ]),
  ) as Record<TimedStep, ReturnType<typeof spanSchema>>,
);
export type TimingChanges = z.infer<typeof TimingChanges>;

/** The documented timings with changes. */
export function timingsOf(changes: TimingChanges | undefined): Timings {
  const timings: Timings = { ...TIMINGS };
  for (const step of STEPS) {
    const change = changes?.[step];
    if (change === undefined) continue;
    const { min, max } = typeof change === "number" ? { min: change, max: change } : change;
    timings[step] = { minMs: min * MINUTE_MS, maxMs: max * MINUTE_MS };
  }
  return timings;
}

/** Timings in minutes, as a seed writes them. */
export function inMinutes(
  timings: Timings,
): Record<TimedStep, { readonly min: number; readonly max: number }> {
  return Object.fromEntries(
    STEPS.map((step) => {
      const { minMs, maxMs } = timings[step];
      return [step, { min: minMs / MINUTE_MS, max: maxMs / MINUTE_MS }];
    }),
  ) as Record<TimedStep, { readonly min: number; readonly max: number }>;
}

/** How long steps take that begin now, in all tenants. */
export const timingState = defineState("multitenantTimings", (estate): Timings =>
  timingsOf(estate.multitenantDurations),
);

/** Not a change that Graph offers; what is left out is as documented. */
export const timingsChanged = defineEvent(
  timingState,
  "multitenant.timingsChanged",
  (state, payload: { readonly durations?: TimingChanges | undefined }) => {
    Object.assign(state, timingsOf(payload.durations));
  },
);

/** Milliseconds that a step takes which begins now, by a number in [0, 1) drawn for it. */
export function durationOf(
  source: { readonly world: World },
  step: TimedStep,
  draw: number,
): number {
  return durationWithin(timingState.of(source)[step], draw);
}
