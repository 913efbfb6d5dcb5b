import type { InstanceRecord } from "./instance-record.ts";

/** Gets the instance as it ended, which is in the store by then; null when it was purged. */
export type OnEnd = (record: InstanceRecord | null) => void;

/** Who waits for which instance to end. */
export class EndWaiters {
  readonly #callbacks = new Map<string, Set<OnEnd>>();

  /** Calls back when the instance ends or is purged; dispose to give up. */
  add(instanceId: string, callback: OnEnd): Disposable {
    const callbacks = this.#callbacks.get(instanceId) ?? new Set();
    callbacks.add(callback);
    this.#callbacks.set(instanceId, callbacks);
    return {
      [Symbol.dispose]: () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && this.#callbacks.get(instanceId) === callbacks) {
          this.#callbacks.delete(instanceId);
        }
      },
    };
  }

  tell(instanceId: string, record: InstanceRecord | null): void {
    for (const callback of this.#callbacks.get(instanceId) ?? []) {
      callback(record);
    }
  }
}
