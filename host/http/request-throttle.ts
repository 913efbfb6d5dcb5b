import type { HttpSettings } from "../settings/host-json.ts";

/**
 * Lets so many requests run at once and so many be there at all, waiting ones included, as `maxConcurrentRequests` and
 * `maxOutstandingRequests` of host.json say. Waiting requests run in the order of their arrival.
 */
export class RequestThrottle {
  readonly #most: Pick<HttpSettings, "maxConcurrentRequests" | "maxOutstandingRequests">;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: Pick<HttpSettings, "maxConcurrentRequests" | "maxOutstandingRequests">) {
    this.#most = most;
  }

  /**
   * A place for one request, to be given back when it is answered; null when there are too many already.
   * Resolves as soon as the request may run.
   */
  async enter(): Promise<Disposable | null> {
    if (this.#running + this.#waiting.length >= this.#most.maxOutstandingRequests) {
      return null;
    }
    if (this.#running >= this.#most.maxConcurrentRequests) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (isOpen) {
          isOpen = false;
          this.#leave();
        }
      },
    };
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#running -= 1;
    } else {
      // The place goes to the next one.
      next();
    }
  }
}
