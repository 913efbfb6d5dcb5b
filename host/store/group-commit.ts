import type { StoreOperation } from "./store.ts";

interface Waiting {
  readonly operations: readonly StoreOperation[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns many small commits into few transactions: what arrives while one is being flushed goes into the next, so the
 * price of a flush is shared by everybody who waits. Order is kept, and after a failure nothing is accepted any more,
 * because a later commit may rest on the one that failed.
 */
export class GroupCommit {
  readonly #write: (groups: readonly (readonly StoreOperation[])[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  #failure: unknown;

  constructor(write: (groups: readonly (readonly StoreOperation[])[]) => Promise<void>) {
    this.#write = write;
  }

  commit(operations: readonly StoreOperation[]): Promise<void> {
    if (this.#failure !== undefined) {
      return Promise.reject(this.#failure);
    }
    const promise = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ operations, resolve, reject });
    });
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when everything handed in so far is written or has failed. */
  async idle(): Promise<void> {
    while (this.#running !== null) {
      await this.#running;
    }
  }

  async #run(): Promise<void> {
    // The rest of this turn of the event loop may bring more; it joins the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failure !== undefined) {
          throw this.#failure;
        }
        await this.#write(group.map((waiting) => waiting.operations));
        for (const waiting of group) {
          waiting.resolve();
        }
      } catch (error) {
        this.#failure = error;
        for (const waiting of group) {
          waiting.reject(error);
        }
      }
    }
    this.#running = null;
  }
}
