import type { Identity } from "../core/principal.ts";

/** Who did it and when (Unix milliseconds); `by` is null for what the service did by itself. */
export interface Stamp {
  readonly by: Identity | null;
  readonly at: number;
}
