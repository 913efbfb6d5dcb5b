import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { WorkClock } from "../clock/clock.ts";

/** Marks requests that the host makes for itself, such as looking into queues. */
const ownRequest = new AsyncLocalStorage<true>();

/** Runs something whose HTTP requests are the host's own and do not count as work of the app. */
export const asHost = <T>(work: () => T): T => ownRequest.run(true, work);

export interface OutgoingRequestsOptions {
  readonly clock: WorkClock;
  /** Called when a request that the app made through `node:http` has ended. */
  readonly onEnd: (request: { method: string; host: string; path: string }) => void;
}

/**
 * Holds the clock while the app waits for an answer, through `node:http` or `fetch`, also outside of an invocation. Node
 * publishes these events itself; nothing of the app is patched.
 */
export function trackOutgoingRequests(options: OutgoingRequestsOptions): Disposable {
  const { clock, onEnd } = options;
  const fetches = new WeakMap<object, Disposable>();

  const onHttpStart = (event: unknown): void => {
    if (ownRequest.getStore() !== undefined) {
      return;
    }
    const { request } = event as { request: ClientRequest };
    const token = clock.busy(`outgoing request to ${request.host}`);
    // "close" comes after the whole answer, after an error and after an abort alike.
    request.once("close", () => {
      token[Symbol.dispose]();
      const { method, path } = request;
      onEnd({ method, path, host: String(request.getHeader("host") ?? request.host) });
    });
  };
  const onFetchStart = (event: unknown): void => {
    if (ownRequest.getStore() === undefined) {
      const { request } = event as { request: object & { origin?: unknown } };
      fetches.set(request, clock.busy(`outgoing request to ${String(request.origin)}`));
    }
  };
  const onFetchEnd = (event: unknown): void => {
    fetches.get((event as { request: object }).request)?.[Symbol.dispose]();
  };

  const channels: [string, (event: unknown) => void][] = [
    ["http.client.request.start", onHttpStart],
    ["undici:request:create", onFetchStart],
    ["undici:request:trailers", onFetchEnd],
    ["undici:request:error", onFetchEnd],
  ];
  for (const [name, listener] of channels) {
    subscribe(name, listener);
  }
  return {
    [Symbol.dispose]: () => {
      for (const [name, listener] of channels) {
        unsubscribe(name, listener);
      }
    },
  };
}
