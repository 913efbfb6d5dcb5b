import type { Estate } from "../seed/estate.ts";
import type { StateKey } from "./area.ts";

/** Everything that exists: the seeded estate and the state of each area on top of it. */
export class World {
  readonly estate: Estate;
  readonly #states = new Map<string, unknown>();

  constructor(estate: Estate, keys: readonly StateKey<unknown>[]) {
    this.estate = estate;
    for (const key of keys) {
      if (this.#states.has(key.name)) throw new Error(`Two areas define the state "${key.name}".`);
      this.#states.set(key.name, key.initial(estate));
    }
  }

  state(name: string): unknown {
    if (!this.#states.has(name)) throw new Error(`No registered area has the state "${name}".`);
    return this.#states.get(name);
  }
}
