import type { HostStore } from "../store/store.ts";
import { readRecord } from "./instance-rows.ts";
import type { InstanceRecord } from "./instance-record.ts";
import { InstanceState } from "./instance-state.ts";

/** Idle instances kept in memory, and the length of history text they may hold together. */
const MOST_INSTANCES = 2_000;
const LONGEST_TEXT = 64 * 1024 * 1024;
/** Instances loaded between two looks at whether there are too many. */
const LOADS_PER_SWEEP = 200;

/** The instances in memory. What is idle may be dropped at any time; the store has it. */
export class HotInstances {
  readonly #store: HostStore;
  readonly #states = new Map<string, InstanceState>();
  #loads = 0;

  constructor(store: HostStore) {
    this.#store = store;
  }

  /** The instance if it is in memory; also one that is being purged. */
  peek(instanceId: string): InstanceState | undefined {
    return this.#states.get(instanceId);
  }

  /** The instance, from the store if need be; null if there is none (any more). */
  load(instanceId: string): InstanceState | null {
    const hot = this.#states.get(instanceId);
    if (hot !== undefined) {
      return hot.isPurged ? null : hot;
    }
    const record = readRecord(this.#store, instanceId);
    return record === null ? null : this.adopt(record);
  }

  /** The record as the latest commit, flushed or not, leaves it. */
  recordOf(instanceId: string): InstanceRecord | null {
    return this.#states.get(instanceId)?.record ?? readRecord(this.#store, instanceId);
  }

  /** Puts an instance, or a new one in place of an old, into memory. */
  adopt(record: InstanceRecord): InstanceState {
    this.#loads += 1;
    if (this.#loads >= LOADS_PER_SWEEP) {
      this.#loads = 0;
      this.#sweep();
    }
    const state = new InstanceState(record);
    this.#states.set(record.instanceId, state);
    return state;
  }

  /** Drops the instance if it is still this one. */
  drop(state: InstanceState | undefined): void {
    const instanceId = state?.record.instanceId ?? "";
    if (this.#states.get(instanceId) === state) {
      this.#states.delete(instanceId);
    }
  }

  /** Lets go of idle instances, oldest first, while there are too many. */
  #sweep(): void {
    let length = 0;
    for (const state of this.#states.values()) {
      length += state.pastLength;
    }
    let surplus = this.#states.size - MOST_INSTANCES;
    for (const [instanceId, state] of this.#states) {
      if (surplus <= 0 && length <= LONGEST_TEXT) {
        return;
      }
      if (state.isIdle) {
        this.#states.delete(instanceId);
        surplus -= 1;
        length -= state.pastLength;
      }
    }
  }
}
