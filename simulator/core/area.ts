import type { Estate } from "../seed/estate.ts";
import type { Context } from "./context.ts";
import type { Route } from "./route.ts";
import type { World } from "./world.ts";

/** A part of the world that one area owns. Only that area's events change it. */
export interface StateKey<S> {
  readonly name: string;
  /** The state before the first event: a pure function of the seed, made again at every start. */
  initial(estate: Estate): S;
  /** Reads the state from a request, a transition or a world. */
  of(source: { readonly world: World }): S;
  /** What a checkpoint keeps of the state; only values that a structured clone can take. */
  save(state: S): unknown;
  /** Gives a state, still as the seed made it, what was saved of another one; returns the state to use. */
  load(saved: unknown, initial: S): S;
}

/** How a state is kept in a checkpoint, for those that are more than plain values, maps and sets. */
export interface SavedForm<S, K> {
  save(state: S): K;
  load(saved: K, initial: S): S;
}

export function defineState<S, K = S>(
  name: string,
  initial: (estate: Estate) => S,
  form: SavedForm<S, K> | null = null,
): StateKey<S> {
  return {
    name,
    initial,
    of: ({ world }) => world.state(name) as S,
    save: (state) => (form === null ? state : form.save(state)),
    load: (saved, initially) => (form === null ? (saved as S) : form.load(saved as K, initially)),
  };
}

/** When and for whom an event happened. */
export interface EventMeta {
  readonly at: number;
  readonly tenantId: string;
  /** Number of the transaction the event belongs to; rises by one for each. */
  readonly transaction: number;
}

export interface EventDefinition<P> {
  readonly type: string;
  apply(world: World, payload: P, meta: EventMeta): void;
  /** The id of the thing that changed, shown in the journal. */
  subject(payload: P): string | null;
}

/**
 * Declares an event and what it does to its area's state. `reduce` changes the state in place and depends on nothing
 * but its arguments, so that reading the log again gives the same state. The payload is JSON.
 */
export function defineEvent<S, P>(
  key: StateKey<S>,
  type: string,
  reduce: (state: S, payload: P, meta: EventMeta) => void,
  subject: (payload: P) => string | null = () => null,
): EventDefinition<P> {
  return {
    type,
    apply: (world, payload, meta) => reduce(key.of({ world }), payload, meta),
    subject,
  };
}

export interface TransitionDefinition<P> {
  readonly type: string;
  run(context: Context, payload: P): void;
}

/**
 * Declares something that happens by itself once its time has come. It runs before the first request at or after that
 * time, with `context.now` at the time it was due. It must check that what it was meant for still applies.
 */
export function defineTransition<P>(
  type: string,
  run: (context: Context, payload: P) => void,
): TransitionDefinition<P> {
  return { type, run };
}

/** A part of Graph: its state, the events that change it, what happens on time, and its routes. */
export interface Area {
  readonly name: string;
  readonly states: readonly StateKey<unknown>[];
  readonly events: readonly EventDefinition<unknown>[];
  readonly transitions: readonly TransitionDefinition<unknown>[];
  readonly routes: readonly Route[];
  /** Reads that only `/beta` has; answered when the simulator was started with them. */
  readonly betaRoutes?: readonly Route[];
  /** Runs once per tenant when a new data directory is made, at the seed's start instant, to set timers going. */
  seed?(context: Context): void;
}
