/** Who waits for which instance to end. */
export class EndWaiters {
  readonly #callbacks = new Map<string, Set<() => void>>();

  /** Calls back when the instance ends or is purged; dispose to give up. */
  add(instanceId: string, callback: () => void): Disposable {
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

  tell(instanceId: string): void {
    for (const callback of this.#callbacks.get(instanceId) ?? []) {
      callback();
    }
  }
}
