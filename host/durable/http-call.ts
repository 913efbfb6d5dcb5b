import type { DurableHttpRequest } from "./action.ts";

/** Sends one request of a durable HTTP call; the answer as the SDK reads it, as JSON text. Throws when there is none. */
export async function callHttp(request: DurableHttpRequest): Promise<string> {
  if (request.tokenSource !== undefined && request.tokenSource !== null) {
    throw new Error("A managed identity's token for callHttp is not available on this host.");
  }
  const { method, uri, content } = request;
  const headers = new Headers(request.headers);
  if (content !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "text/plain; charset=utf-8");
  }
  const response = await fetch(uri, {
    method,
    headers,
    ...(content === undefined ? {} : { body: content }),
  });
  return JSON.stringify({
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    content: await response.text(),
  });
}
