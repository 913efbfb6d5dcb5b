import { z } from "zod";

import { defineEvent, defineState, type Area } from "../core/area.ts";
import type { Context } from "../core/context.ts";

/**
 * The faults that may be sown. Each but the last two hits single requests; a rate is the share of requests that draw it,
 * and a fault that does not fit the drawn request (a stale answer to a POST) leaves it alone.
 */
export const FAULT_KINDS = [
  /** A run of 429 answers with Retry-After; nothing happens. */
  "throttled",
  /** 500, 502, 503 or 504; nothing happens. */
  "serverError",
  /** 504 although the request was carried out. */
  "errorAfterCommit",
  /** The true answer, late. */
  "slow",
  /** The connection breaks; nothing happens. */
  "resetBefore",
  /** The connection breaks although the request was carried out. */
  "resetAfterCommit",
  /** The request was carried out; its answer ends in the middle of the body. */
  "truncated",
  /** 401 as if the token had expired; nothing happens. */
  "expiredToken",
  /** A GET gets what it would have got a little earlier. */
  "staleRead",
  /** A search forgets a unit, a batch the answer to one of its requests. */
  "missingResults",
  /** A search denies that a unit has points; a batch confuses the answers to two of its reads. */
  "wrongResults",
  /** A restore artifact fails with UnknownError when its time has come. */
  "failedArtifacts",
  /** Backup refuses what it documents as transient: PolicySaveFailed, IncompleteArtifactDeletion. */
  "transientRefusals",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const Rate = z.number().min(0).max(1);

export const SeededFaults = z
  .strictObject({
    seed: z.int().default(1),
    rates: z.partialRecord(z.enum(FAULT_KINDS), Rate),
    /** Only requests whose path and query match this regular expression. */
    path: z.string().refine(isPattern, "This is not a regular expression.").optional(),
    methods: z.array(z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"])).optional(),
    /** Only requests whose token is of this tenant. */
    tenantId: z.guid().optional(),
    /** "throttled" hits whole runs of so many requests one after another. */
    stormRequests: z.int().positive().default(5),
    retryAfterSeconds: z.number().positive().default(2),
    /** Real milliseconds. */
    slowMs: z.strictObject({ min: z.int().nonnegative(), max: z.int().positive() }).default({
      min: 100,
      max: 2_000,
    }),
    /** A stale answer is at most so old, by the simulator's clock. */
    staleSeconds: z.number().positive().default(300),
  })
  .refine(
    ({ rates }) => sumOfDrawn(rates) <= 1 + 1e-9,
    "The rates of what hits single requests add up to more than 1.",
  );
export type SeededFaults = z.infer<typeof SeededFaults>;

/** Runs of "throttled" and what the service itself does wrong are drawn on their own. */
const DRAWN_ALONE: readonly FaultKind[] = ["throttled", "failedArtifacts", "transientRefusals"];

function sumOfDrawn(rates: Partial<Readonly<Record<FaultKind, number>>>): number {
  return FAULT_KINDS.filter((kind) => !DRAWN_ALONE.includes(kind)).reduce(
    (sum, kind) => sum + (rates[kind] ?? 0),
    0,
  );
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== "";
  } catch {
    return false;
  }
}

/** Which faults are sown. It is state like any other, so a restart and the restore of an artifact see it too. */
export const faultState = defineState("faults", () => ({
  seeded: null as SeededFaults | null,
  /** How many requests have drawn since; kept with the journal's rows, so that a restart goes on counting. */
  drawn: 0,
}));

export const faultsSown = defineEvent(
  faultState,
  "faults.sown",
  (state, { seeded }: { seeded: SeededFaults | null }) => {
    state.seeded = seeded;
    state.drawn = 0;
  },
);

/** Whether what the service itself may do wrong happens to a thing in the context's tenant. */
export function isStruck(
  context: Context,
  kind: "failedArtifacts" | "transientRefusals",
  thingId: string,
): boolean {
  const { seeded } = faultState.of(context);
  if (seeded === null) return false;
  const isMeant = (seeded.tenantId ?? context.tenantId).toLowerCase() === context.tenantId;
  return isMeant && context.random(kind, seeded.seed, thingId) < (seeded.rates[kind] ?? 0);
}

/** A request has drawn under this number; those inside a batch are journaled before the batch itself. */
export function noteDraw(source: Parameters<typeof faultState.of>[0], number: number): void {
  const state = faultState.of(source);
  state.drawn = Math.max(state.drawn, number + 1);
}

export const faultArea: Area = {
  name: "faults",
  states: [faultState],
  events: [faultsSown],
  transitions: [],
  routes: [],
};
