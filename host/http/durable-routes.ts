import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "./request-body.ts";

export interface DurableRequest {
  readonly method: string;
  /** Path below the root of the durable task API, without a leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
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
  const { method = "GET", url = "/", headers } = request;
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const answer = await handle({
    method,
    path: path.slice(root.length),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark)),
    headers,
    body: await readBody(request),
    origin: `http://${headers.host ?? "localhost"}`,
  });
  response.writeHead(answer.status, answer.headers).end(answer.body);
}
