import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { WorkClock } from "../clock/clock.ts";

/** Marks requests that the host makes for itself, such as looking into queues. */
const ownRequest = new AsyncLocalStorage<true>();

/** Runs something whose HTTP requests are the host's own and do not count as work of the app. */
export const asHost = <T>(work: () => T): T => ownRequest.run(true, work);

/**
 * An answer whose body nobody reads never ends. Once its head is here, what the app does with it is covered by the
 * invocation; outside of one, this long a silence (real milliseconds) must be enough.
 */
const UNREAD_BODY_MS = 5_000;

export interface OutgoingRequestsOptions {
  readonly clock: WorkClock;
  /** `host:port` of whom the clock itself asks, if it follows another process; its requests are no work of the app. */
  readonly clockOwner: string | null;
  /** Real milliseconds after which a request no longer holds the clock: nobody is left to wait for it. Null: none. */
  readonly longestMs?: number | null;
  /** How long an answer may go unread, for tests. */
  readonly unreadBodyMs?: number;
  /** Called when a request that the app made through `node:http` has ended. */
  readonly onEnd: (request: { method: string; host: string; path: string }) => void;
}

/**
 * Holds the clock while the app waits for an answer, through `node:http` or `fetch`, also outside of an invocation. Node
 * publishes these events itself; nothing of the app is patched.
 */
export function trackOutgoingRequests(options: OutgoingRequestsOptions): Disposable {
  const { clock, clockOwner, onEnd, unreadBodyMs = UNREAD_BODY_MS, longestMs = null } = options;
  const tokens = new WeakMap<object, Disposable>();

  const hold = (origin: string): Disposable => {
    const token = clock.busy(`outgoing request to ${origin}`);
    if (longestMs === null) {
      return token;
    }
    const limit = setTimeout(() => token[Symbol.dispose](), longestMs).unref();
    return {
      [Symbol.dispose]: () => {
        clearTimeout(limit);
        token[Symbol.dispose]();
      },
    };
  };

  const onHttpStart = (event: unknown): void => {
    if (ownRequest.getStore() !== undefined) {
      return;
    }
    const { request } = event as { request: ClientRequest };
    if (clockOwner !== null && request.getHeader("host") === clockOwner) {
      return;
    }
    const token = hold(request.host);
    tokens.set(request, token);
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
      tokens.set(request, hold(String(request.origin)));
    }
  };
  const onHead = (event: unknown): void => {
    const token = tokens.get((event as { request: object }).request);
    if (token !== undefined) {
      setTimeout(() => token[Symbol.dispose](), unreadBodyMs).unref();
    }
  };
  const onFetchEnd = (event: unknown): void => {
    tokens.get((event as { request: object }).request)?.[Symbol.dispose]();
  };

  const channels: [string, (event: unknown) => void][] = [
    ["http.client.request.start", onHttpStart],
    // Published when the head has arrived. A listener for "response" would keep Node from discarding an unwanted body.
    ["http.client.response.finish", onHead],
    ["undici:request:create", onFetchStart],
    ["undici:request:headers", onHead],
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
