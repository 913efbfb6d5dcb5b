import type { Estate } from "../seed/estate.ts";
import type { StateKey } from "./area.ts";

/** Everything that exists: the seeded estate and the state of each area on top of it. */
export class World {
  readonly estate: Estate;
  readonly #keys: readonly StateKey<unknown>[];
  readonly #states = new Map<string, unknown>();

  constructor(estate: Estate, keys: readonly StateKey<unknown>[]) {
    this.estate = estate;
    this.#keys = keys;
    for (const key of keys) {
      if (this.#states.has(key.name)) throw new Error(`Two areas define the state "${key.name}".`);
      this.#states.set(key.name, key.initial(estate));
    }
  }

  state(name: string): unknown {
    if (!this.#states.has(name)) throw new Error(`No registered area has the state "${name}".`);
    return this.#states.get(name);
  }

  /** Every state in the form a checkpoint keeps, by name. To be written out before anything else happens. */
  save(): ReadonlyMap<string, unknown> {
    return new Map(this.#keys.map((key) => [key.name, key.save(this.state(key.name))]));
  }

  /** Takes over what `save` of a world of the same areas and the same estate gave. */
  load(saved: ReadonlyMap<string, unknown>): void {
    for (const key of this.#keys) {
      if (!saved.has(key.name)) throw new Error(`Nothing was saved of the state "${key.name}".`);
      this.#states.set(key.name, key.load(saved.get(key.name), this.state(key.name)));
    }
  }
}
