/**
 * Activities as typed references. This file has no run-time dependency, so that contracts can load without the Durable
 * SDK; the orchestrator's side is `call.ts`, registration is in `src/functions/registrations`.
 */

/** Names an activity and remembers what goes in and comes out. The name is stored in histories: never change it. */
export interface ActivityReference<Input, Output> {
  readonly name: string;
  /** Never present at run time; carries the types. */
  readonly types?: (input: Input) => Output;
}

export const defineActivity = <Input, Output>(name: string): ActivityReference<Input, Output> => ({
  name,
});

/** The functions behind a group of activity references: same keys, matching types. */
export type Implementations<References> = {
  readonly [Key in keyof References]: References[Key] extends ActivityReference<
    infer Input,
    infer Output
  >
    ? (input: Input) => Promise<Output> | Output
    : never;
};

/**
 * What an activity answers on the wire. An activity never sleeps and never makes the durable task fail: throttling and
 * "not yet" become `later`, and what cannot succeed becomes `failed`, so that a fan-out never loses the answers that
 * were good. `afterMs` is a wish in milliseconds, null where the service named no time.
 */
export type ActivityAnswer<Output> =
  | { readonly kind: "value"; readonly value: Output }
  | {
      readonly kind: "later";
      readonly afterMs: number | null;
      readonly code: string;
      readonly reason: string;
    }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      /** True for what may pass by itself (a bug of ours, a broken connection): tried again a few times. */
      readonly isTransient: boolean;
    };
