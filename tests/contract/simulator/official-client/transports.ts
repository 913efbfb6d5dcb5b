import {
  Client,
  type Context,
  GraphError,
  HTTPMessageHandler,
  type Middleware,
  type MiddlewareOptions,
  RedirectHandler,
  TelemetryHandler,
} from "@microsoft/microsoft-graph-client";

import type {
  InProcessAnswer,
  InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";

export type Send = InProcessSimulator["fetch"];

/** A way for a client to reach a simulator that listens at `url`. */
export type Transport = (url: string) => Send;

/** The token of one request, and what came back below the client's own parsing. */
class Exchange implements MiddlewareOptions {
  readonly token: string;
  status = 0;
  headers: Readonly<Record<string, string>> = {};

  constructor(token: string) {
    this.token = token;
  }
}

/** The client's own authentication handler sends no token over plain http, so that a test brings its own. */
class TokenHandler implements Middleware {
  #next: Middleware | null = null;

  async execute(context: Context): Promise<void> {
    const exchange = context.middlewareControl?.getMiddlewareOptions(Exchange) as Exchange;
    const headers = new Headers(context.options?.headers);
    headers.set("authorization", `Bearer ${exchange.token}`);
    context.options = { ...context.options, headers: Object.fromEntries(headers) };
    await this.#next?.execute(context);
    exchange.status = context.response?.status ?? 0;
    exchange.headers = Object.fromEntries(context.response?.headers ?? []);
  }

  setNext(next: Middleware): void {
    this.#next = next;
  }
}

/** Requests go through `@microsoft/microsoft-graph-client`, its middleware and its parsing of answers. */
export function throughOfficialClient(url: string): Send {
  const client = Client.initWithMiddleware({
    baseUrl: `${url}/`,
    defaultVersion: "v1.0",
    middleware: chain(
      new TokenHandler(),
      new RedirectHandler(),
      new TelemetryHandler(),
      new HTTPMessageHandler(),
    ),
  });
  return async (path, init = {}) => {
    const exchange = new Exchange(init.token ?? "");
    const request = client
      .api(path.replace(/^\/v1\.0/, ""))
      .headers({
        ...(init.bytes === undefined ? {} : { "content-type": "application/octet-stream" }),
        ...init.headers,
      })
      .middlewareOptions([exchange]);
    const content: unknown = init.bytes === undefined ? init.json : Buffer.from(init.bytes);
    const answer = (result: Pick<InProcessAnswer, "body" | "bytes">): InProcessAnswer => ({
      status: exchange.status,
      headers: exchange.headers,
      isReset: false,
      ...result,
    });
    try {
      const calls: Record<string, () => Promise<unknown>> = {
        GET: () => request.get() as Promise<unknown>,
        POST: () => request.post(content) as Promise<unknown>,
        PUT: () => request.put(content) as Promise<unknown>,
        PATCH: () => request.patch(content) as Promise<unknown>,
        DELETE: () => request.delete() as Promise<unknown>,
      };
      return answer(await partsOf(await calls[init.method ?? "GET"]?.()));
    } catch (error) {
      if (!(error instanceof GraphError) || exchange.status < 400) throw error;
      return answer({ body: { error: JSON.parse(error.body as string) }, bytes: NOTHING });
    }
  };
}

/** Requests go through the platform's own `fetch`. */
export function throughFetch(url: string): Send {
  return async (path, init = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: init.method ?? "GET",
      headers: {
        authorization: `Bearer ${init.token ?? ""}`,
        ...(init.json === undefined ? {} : { "content-type": "application/json" }),
        ...init.headers,
      },
      ...(init.json === undefined ? {} : { body: JSON.stringify(init.json) }),
      ...(init.bytes === undefined ? {} : { body: init.bytes }),
    });
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = Buffer.from(bytes).toString("utf8");
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      isReset: false,
      bytes,
      body: isJson && text !== "" ? (JSON.parse(text) as unknown) : undefined,
    };
  };
}

const NOTHING = new Uint8Array();

/** The client gives JSON as a value, text as a string and everything else as a stream. */
async function partsOf(result: unknown): Promise<Pick<InProcessAnswer, "body" | "bytes">> {
  if (result instanceof ReadableStream) {
    const bytes = await new Response(result).arrayBuffer();
    return { body: undefined, bytes: new Uint8Array(bytes) };
  }
  if (typeof result === "string") return { body: undefined, bytes: Buffer.from(result) };
  return { body: result ?? undefined, bytes: NOTHING };
}

function chain(first: Middleware, ...rest: readonly Middleware[]): Middleware {
  let last = first;
  for (const next of rest) {
    last.setNext?.(next);
    last = next;
  }
  return first;
}
