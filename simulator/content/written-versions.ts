import { deserialize, serialize } from "node:v8";

import type { ItemVersion } from "./item.ts";

/** What requests added to one container. */
export interface Written {
  /** In order of time. */
  readonly versions: ItemVersion[];
  /** In the order in which they arrived. */
  readonly arrivals: ItemVersion[];
}

/**
 * What requests added to all containers. What a checkpoint gave stays packed until somebody asks for that container, so
 * that a start costs little however much has been written, and the next checkpoint takes over what did not change.
 */
export class WrittenVersions {
  readonly #open = new Map<string, Written>();
  readonly #packed = new Map<string, Uint8Array>();

  has(key: string): boolean {
    return this.#open.has(key) || this.#packed.has(key);
  }

  /** For reading only. */
  get(key: string): Written | undefined {
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    const packed = this.#packed.get(key);
    return packed === undefined ? undefined : (deserialize(packed) as Written);
  }

  /** To be added to. */
  edit(key: string): Written {
    const written = this.get(key) ?? { versions: [], arrivals: [] };
    this.#open.set(key, written);
    this.#packed.delete(key);
    return written;
  }

  save(): ReadonlyMap<string, Uint8Array> {
    const saved = new Map(this.#packed);
    for (const [key, written] of this.#open) saved.set(key, serialize(written));
    return saved;
  }

  load(saved: ReadonlyMap<string, Uint8Array>): void {
    for (const [key, packed] of saved) this.#packed.set(key, packed);
  }
}
