import type { Sequence } from "../odata/page.ts";
import { unitPolicyAt, type ProtectionUnit } from "./protection-unit.ts";
import { SERVICES, type Service } from "./service-kind.ts";

/**
 * Units that the seed gives one service: made on demand, kept only once they are changed. `at` leaves holes where a
 * thing is not covered.
 */
export interface SeededUnits extends Sequence<ProtectionUnit> {
  readonly policyId: string;
  indexOfId(id: string): number | null;
  indexOfResource(resourceId: string): number | null;
  /** Places of the units that start with an error; all others start in good order. */
  readonly faulty: readonly number[];
}

/** What a checkpoint keeps: units that something happened to. Those that were added are in both. */
export interface SavedUnits {
  readonly kept: ReadonlyMap<string, ProtectionUnit>;
  readonly added: Readonly<Record<Service, readonly ProtectionUnit[]>>;
}

/**
 * All protection units of a tenant, in order of creation.
 *
 * U1. What `get`, `ofResource` and the lists give is for reading; only `edit` and `editPolicy` give units to change.
 * U2. A seeded unit that was never edited costs no memory.
 */
export class UnitTable {
  readonly #seeded: Readonly<Partial<Record<Service, SeededUnits>>>;
  /** Seeded units that were edited, and all others, by id. */
  readonly #kept = new Map<string, ProtectionUnit>();
  readonly #byResource = new Map<string, ProtectionUnit>();
  readonly #added: Record<Service, ProtectionUnit[]> = {
    sharePoint: [],
    oneDriveForBusiness: [],
    exchange: [],
  };

  constructor(seeded: Readonly<Partial<Record<Service, SeededUnits>>> = {}) {
    this.#seeded = seeded;
  }

  add(unit: ProtectionUnit): void {
    this.#kept.set(unit.id, unit);
    this.#byResource.set(resourceKey(unit.service, unit.resourceId), unit);
    this.#added[unit.service].push(unit);
  }

  get(id: string): ProtectionUnit | undefined {
    const key = id.toLowerCase();
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    for (const service of SERVICES) {
      const seeded = this.#seeded[service];
      const index = seeded?.indexOfId(key) ?? null;
      if (index !== null) return seeded?.at(index);
    }
    return undefined;
  }

  ofResource(service: Service, resourceId: string): ProtectionUnit | undefined {
    const added = this.#byResource.get(resourceKey(service, resourceId));
    if (added !== undefined) return added;
    const seeded = this.#seeded[service];
    const index = seeded?.indexOfResource(resourceId) ?? null;
    return index === null ? undefined : this.#current(seeded?.at(index));
  }

  /** The unit, to be changed by a reducer. */
  edit(id: string): ProtectionUnit {
    const unit = this.get(id);
    if (unit === undefined) throw new Error(`There is no protection unit ${id}.`);
    this.#kept.set(unit.id, unit);
    return unit;
  }

  /** The units that a policy holds at an instant, to be changed by a reducer. */
  editPolicy(service: Service, policyId: string, now: number): ProtectionUnit[] {
    const units: ProtectionUnit[] = [];
    const list = this.ofPolicy(service, policyId, now);
    for (let index = 0; index < list.length; index += 1) {
      const unit = list.at(index);
      if (unit === undefined) continue;
      this.#kept.set(unit.id, unit);
      units.push(unit);
    }
    return units;
  }

  /** Units of one service, with holes. */
  ofService(service: Service): Sequence<ProtectionUnit> {
    const seeded = this.#seeded[service];
    const seededLength = seeded?.length ?? 0;
    const added = this.#added[service];
    return {
      length: seededLength + added.length,
      at: (index) =>
        index < seededLength ? this.#current(seeded?.at(index)) : added[index - seededLength],
    };
  }

  /** Units of all services, with holes. */
  all(): Sequence<ProtectionUnit> {
    const lists = SERVICES.map((service) => this.ofService(service));
    return {
      length: lists.reduce((total, list) => total + list.length, 0),
      at(index) {
        let rest = index;
        for (const list of lists) {
          if (rest < list.length) return list.at(rest);
          rest -= list.length;
        }
        return undefined;
      },
    };
  }

  /** Units that the policy holds at an instant, with holes. */
  ofPolicy(service: Service, policyId: string, now: number): Sequence<ProtectionUnit> {
    const list = this.ofService(service);
    return {
      length: list.length,
      at(index) {
        const unit = list.at(index);
        return unit !== undefined && unitPolicyAt(unit, now) === policyId ? unit : undefined;
      },
    };
  }

  /**
   * The units of a policy that may be in another state than a seeded, never edited, good one. Enough to aggregate a
   * policy's status without making hundreds of thousands of units.
   */
  *remarkable(service: Service, policyId: string, now: number): Generator<ProtectionUnit> {
    const seeded = this.#seeded[service];
    for (const index of seeded?.faulty ?? []) {
      const unit = seeded?.at(index);
      if (unit !== undefined && !this.#kept.has(unit.id) && unit.policyId === policyId) yield unit;
    }
    for (const unit of this.#kept.values()) {
      if (unit.service === service && unitPolicyAt(unit, now) === policyId) yield unit;
    }
  }

  save(): SavedUnits {
    return { kept: this.#kept, added: this.#added };
  }

  load({ kept, added }: SavedUnits): void {
    for (const [id, unit] of kept) this.#kept.set(id, unit);
    for (const service of SERVICES) {
      for (const unit of added[service]) {
        this.#added[service].push(unit);
        this.#byResource.set(resourceKey(service, unit.resourceId), unit);
      }
    }
  }

  #current(unit: ProtectionUnit | undefined): ProtectionUnit | undefined {
    return unit === undefined ? undefined : (this.#kept.get(unit.id) ?? unit);
  }
}

// SharePoint's composite ids are compared without regard to case; GUIDs are too.
function resourceKey(service: Service, resourceId: string): string {
  return `${service}|${resourceId.toLowerCase()}`;
}
