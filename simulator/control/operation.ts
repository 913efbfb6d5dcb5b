import type { z } from "zod";

import type { Engine } from "../core/engine.ts";
import type { Faults } from "../protocol/faults.ts";
import type { Throttle } from "../throttling/throttle.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

/** What an operation of the control API works with. */
export interface ControlContext {
  readonly engine: Engine;
  readonly faults: Faults;
  readonly throttle: Throttle;
  /** Lets the clock jump to an instant (Unix milliseconds), where that is possible. */
  readonly advance: ((instant: number) => Promise<void>) | null;
  /** Null when everything is in memory. */
  readonly snapshots: SnapshotStore | null;
}

type Output<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** One call of the control API. The same schemas check requests and describe them in the OpenAPI document. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/simulator`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  readonly status: number;
  readonly answer: z.ZodType | null;
  /** Statuses other than 400 with which it refuses, and why. */
  readonly refusals: Readonly<Record<number, string>>;
  run(input: { readonly query: unknown; readonly body: unknown }, context: ControlContext): unknown;
}

export function defineOperation<
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(definition: {
  readonly method: Operation["method"];
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly query?: Q;
  readonly body?: B;
  readonly status?: number;
  readonly answer?: A;
  readonly refusals?: Operation["refusals"];
  run(
    input: { readonly query: Output<Q>; readonly body: Output<B> },
    context: ControlContext,
  ): Output<A> | Promise<Output<A>>;
}): Operation {
  return {
    ...definition,
    query: definition.query ?? null,
    body: definition.body ?? null,
    answer: definition.answer ?? null,
    refusals: definition.refusals ?? {},
    status: definition.status ?? (definition.answer === undefined ? 204 : 200),
    run: (input, context) =>
      definition.run(input as { query: Output<Q>; body: Output<B> }, context),
  };
}

/** What an operation cannot do now; answered as a problem with this status. */
export class ControlRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
