import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { TextDecoder } from "node:util";
import type { DurableHttpRequest } from "./action.ts";
import type { TaskFailure } from "./effect.ts";
import { messageOf } from "./orchestrator-call.ts";

/*
 * The durable HTTP calls of the extension (`TaskHttpActivityShim`, on .NET's HttpClient), as far as an orchestrator can see
 * them: redirects are followed, headers that describe the content are left out of the answer, a text is the default
 * content type, multipart content is refused. The SDK for JavaScript has no retry options and no timeout for them.
 */

/** Real milliseconds for one exchange; the extension's default, which the SDK cannot change. */
const EXCHANGE_TIMEOUT_MS = 240_000;
const MOST_REDIRECTS = 50;
const REDIRECTS = new Set([300, 301, 302, 303, 307, 308]);
/** HttpClient keeps these with the content, of which only the text reaches the orchestrator. */
const CONTENT_HEADERS = new Set([
  "allow",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-md5",
  "content-range",
  "content-type",
  "expires",
  "last-modified",
]);
/** HttpClient spells what it knows in its own way, whatever the server wrote. */
const KNOWN_HEADERS = new Map(
  [
    "Cache-Control",
    "Connection",
    "Date",
    "ETag",
    "Location",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "Transfer-Encoding",
    "Vary",
    "WWW-Authenticate",
  ].map((name) => [name.toLowerCase(), name]),
);

/** Sends one request of a durable HTTP call; the answer as the SDK reads it, as JSON text. Throws when there is none. */
export async function callHttp(
  request: DurableHttpRequest,
  timeoutMs = EXCHANGE_TIMEOUT_MS,
): Promise<string> {
  if (request.tokenSource !== undefined && request.tokenSource !== null) {
    throw new Error(
      "callHttp with a token source needs a managed identity, which this host does not have. Get the token in an activity and send it as a header.",
    );
  }
  const headers = requestHeaders(request);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const response = await follow(request, headers, late.signal);
    return JSON.stringify({
      statusCode: response.statusCode,
      headers: responseHeaders(response),
      content: await textOf(response),
    });
  } catch (error) {
    throw late.signal.aborted
      ? new Error(
          `The request was canceled due to the configured HttpClient.Timeout of ${timeoutMs / 1000} seconds elapsing.`,
          { cause: error },
        )
      : error;
  } finally {
    clearTimeout(timer);
  }
}

/** How the extension reports a call that got no answer: without the words that precede an activity's error. */
export function httpFailure(error: unknown): TaskFailure {
  const message = messageOf(error);
  return {
    reason: message,
    details: JSON.stringify({
      $type: "System.Net.Http.HttpRequestException, System.Net.Http",
      ClassName: "System.Net.Http.HttpRequestException",
      Message: message,
    }),
    failureDetails: null,
  };
}

function requestHeaders({ headers = {}, content }: DurableHttpRequest): Map<string, string> {
  const sent = new Map(Object.entries(headers).map(([name, value]) => [name, value]));
  const type = [...sent].find(([name]) => name.toLowerCase() === "content-type");
  if (type?.[1].includes("multipart") === true) {
    throw new Error("Multipart content is not supported with CallHttpAsync.");
  }
  if (type !== undefined && content === undefined) {
    sent.delete(type[0]);
  }
  if (content !== undefined && type === undefined) {
    sent.set("Content-Type", "text/plain");
  }
  return sent;
}

async function follow(
  { method, uri, content }: DurableHttpRequest,
  headers: Map<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let url = new URL(uri);
  let verb = method.toUpperCase();
  let body = content;
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(url, verb, headers, body, signal);
    const { statusCode = 0 } = response;
    const { location } = response.headers;
    const next =
      REDIRECTS.has(statusCode) && location !== undefined && redirects < MOST_REDIRECTS
        ? new URL(location, url)
        : null;
    if (next === null || (url.protocol === "https:" && next.protocol === "http:")) {
      return response;
    }
    response.resume();
    if (statusCode === 303 ? verb !== "HEAD" : verb === "POST" && statusCode < 307) {
      verb = "GET";
      body = undefined;
    }
    if (next.host !== url.host) {
      headers.forEach((_, name) => {
        if (name.toLowerCase() === "authorization") {
          headers.delete(name);
        }
      });
    }
    url = next;
  }
}

function send(
  url: URL,
  method: string,
  headers: ReadonlyMap<string, string>,
  body: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new Error(`The '${url.protocol.slice(0, -1)}' scheme is not supported.`);
  }
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  const fields = Object.fromEntries(
    [...headers].filter(([name]) => body !== undefined || name.toLowerCase() !== "content-type"),
  );
  return new Promise((resolve, reject) => {
    const outgoing = start(url, { method, headers: fields, signal, agent: false }, resolve);
    outgoing.on("error", (error: NodeJS.ErrnoException) => reject(connectionError(error, url)));
    outgoing.end(body);
  });
}

/** .NET's words for the usual ways in which a server cannot be reached. */
function connectionError(error: NodeJS.ErrnoException, url: URL): Error {
  const place = `(${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)})`;
  switch (error.code) {
    case "ECONNREFUSED":
      return new Error(`Connection refused ${place}`, { cause: error });
    case "ENOTFOUND":
      return new Error(`Name or service not known ${place}`, { cause: error });
    default:
      return new Error(`${error.message} ${place}`, { cause: error });
  }
}

function responseHeaders({ rawHeaders }: IncomingMessage): Record<string, string | string[]> {
  const fields = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const lower = name.toLowerCase();
    if (!CONTENT_HEADERS.has(lower)) {
      const spelling =
        KNOWN_HEADERS.get(lower) ??
        [...fields.keys()].find((known) => known.toLowerCase() === lower) ??
        name;
      fields.set(spelling, [...(fields.get(spelling) ?? []), rawHeaders[index + 1]!]);
    }
  }
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  );
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
  }
  const charset = /charset="?([^\s;"]+)/iu.exec(response.headers["content-type"] ?? "")?.[1];
  return decoderOf(charset).decode(Buffer.concat(chunks));
}

function decoderOf(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset ?? "utf-8");
  } catch {
    return new TextDecoder();
  }
}
