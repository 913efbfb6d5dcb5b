import type { IncomingMessage, ServerResponse } from "node:http";
import type { RpcHttp, RpcHttpCookie, RpcNullableString } from "../worker/rpc.ts";
import { sendEmpty } from "./listener.ts";
import type { RouteValues } from "./route-template.ts";

/** Headers that only the platform may set; copies from outside never reach the app. */
const PLATFORM_HEADER = /^x-ms-client-principal/;

/** A request's headers by lower-case name, several values of one name joined as ASP.NET joins them. */
export function joinedHeaders(
  request: IncomingMessage,
  platformHeaders: Readonly<Record<string, string>>,
): Record<string, string> {
  const joined: Record<string, string> = {};
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? "").toLowerCase();
    const value = request.rawHeaders[at + 1] ?? "";
    if (!PLATFORM_HEADER.test(name)) {
      const earlier = joined[name];
      const separator = name === "cookie" ? "; " : ",";
      joined[name] = earlier === undefined ? value : `${earlier}${separator}${value}`;
    }
  }
  return { ...joined, ...platformHeaders };
}

const nullable = (values: Readonly<Record<string, string>>): Record<string, RpcNullableString> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

/** Query parameters by name, several values of one name joined by commas. */
export function joinedQuery(query: URLSearchParams): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of query) {
    const earlier = joined[name];
    joined[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return joined;
}

/** A request in the form in which the host hands it to the worker. */
export function toRpcRequest(request: {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly params: RouteValues;
  readonly body: Buffer;
}): RpcHttp {
  return {
    method: request.method,
    url: request.url.href,
    nullableHeaders: nullable(request.headers),
    nullableQuery: nullable(joinedQuery(request.url.searchParams)),
    nullableParams: nullable(request.params),
    ...(request.body.length > 0 && { body: { bytes: request.body } }),
  };
}

const SAME_SITE: Readonly<Record<string, string>> = {
  lax: "lax",
  strict: "strict",
  explicitNone: "none",
};

/** The `Set-Cookie` text of a cookie; the host always gives it a path. */
export function serializeCookie(cookie: RpcHttpCookie): string {
  const sameSite = SAME_SITE[cookie.sameSite ?? "none"];
  const seconds = cookie.expires?.value.seconds;
  const parts = [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    seconds === undefined ? null : `expires=${new Date(seconds * 1000).toUTCString()}`,
    cookie.maxAge === undefined ? null : `max-age=${Math.trunc(cookie.maxAge.value)}`,
    cookie.domain === undefined ? null : `domain=${cookie.domain.value}`,
    `path=${cookie.path?.value ?? "/"}`,
    cookie.secure?.value === true ? "secure" : null,
    sameSite === undefined ? null : `samesite=${sameSite}`,
    cookie.httpOnly?.value === true ? "httponly" : null,
  ];
  return parts.filter((part) => part !== null).join("; ");
}

/** Node writes these itself from the body we give it. */
const FRAMING_HEADERS = new Set(["content-length", "transfer-encoding", "connection"]);
const NO_BODY = new Set([204, 205, 304]);

/** Writes what a function returned; nothing at all is 204, as on the genuine host. */
export function writeRpcResponse(response: ServerResponse, http: RpcHttp | null): void {
  if (http === null) {
    sendEmpty(response, 204);
    return;
  }
  for (const [name, value] of Object.entries(http.headers ?? {})) {
    if (!FRAMING_HEADERS.has(name.toLowerCase())) {
      response.setHeader(name, value);
    }
  }
  const cookies = (http.cookies ?? []).map(serializeCookie);
  if (cookies.length > 0) {
    const earlier = response.getHeader("set-cookie");
    response.setHeader("set-cookie", [earlier ?? []].flat().map(String).concat(cookies));
  }
  const status = Number(http.statusCode ?? 200);
  const body = http.body?.bytes ?? http.body?.string ?? "";
  response.statusCode = status;
  if (NO_BODY.has(status)) {
    response.end();
  } else {
    response.end(body);
  }
}
