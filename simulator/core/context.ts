import type { EventDefinition, TransitionDefinition } from "./area.ts";
import type { BlobStore } from "../content/blob-store.ts";
import type { World } from "./world.ts";

/** What code that changes the world may use: there is no other source of time, ids, randomness or effects. */
export interface Context {
  readonly world: World;
  /** Tenant that emitted events belong to. */
  readonly tenantId: string;
  /** Unix milliseconds; in a transition the time it was due. */
  readonly now: number;
  readonly blobs: BlobStore;
  /** The same transaction, acting in another tenant. */
  inTenant(tenantId: string): Context;
  /** Records an event and applies it at once. */
  emit<P>(event: EventDefinition<P>, payload: P): void;
  /** Lets a transition happen at `at` (Unix milliseconds). */
  schedule<P>(at: number, transition: TransitionDefinition<P>, payload: P): void;
  /** A new GUID; the same one when the same history is played again. */
  newId(): string;
  /** A number in [0, 1) that depends only on the seed, the tenant and the parts. */
  random(...parts: readonly (string | number)[]): number;
}
