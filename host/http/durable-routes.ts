import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "./request-body.ts";

export interface DurableRequest {
  readonly method: string;
  /** Path below the root of the durable task API, without a leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** Origin of the request, e.g. `http://localhost:7071`. */
  readonly origin: string;
}

export interface DurableResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export type HandleDurable = (request: DurableRequest) => Promise<DurableResponse>;

/** Serves the durable task HTTP API below `root` (with a trailing slash). */
export async function handleDurableRequest(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  handle: HandleDurable,
): Promise<void> {
  const url = new URL(`http://${request.headers.host ?? "localhost"}${request.url ?? "/"}`);
  const answer = await handle({
    method: request.method ?? "GET",
    path: url.pathname.slice(root.length),
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        [value ?? []].flat().join(","),
      ]),
    ),
    body: await readBody(request),
    origin: url.origin,
  });
  response.writeHead(answer.status, answer.headers).end(answer.body);
}
