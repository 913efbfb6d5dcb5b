import type { IncomingHttpHeaders } from "node:http";

export interface ManagementRequest {
  readonly method: string;
  /** Path below the root of the durable task API, without a leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly origin: string;
}

export interface ManagementAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Thrown for what the extension calls an ArgumentException: the caller's mistake. */
export class BadArgumentError extends Error {
  override readonly name = "BadArgumentError";
}

/** An answer, with a JSON body if there is one. */
export const answer = (
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): ManagementAnswer =>
  body === undefined
    ? { status, headers }
    : {
        status,
        headers: { "content-type": "application/json; charset=utf-8", ...headers },
        body: JSON.stringify(body),
      };

/** The body in which the extension reports an exception. */
export const problem = (message: string, error: Error): unknown => ({
  Message: message,
  ExceptionMessage: error.message,
  ExceptionType: error.name,
});

/** Query parameters have no case in the extension. */
export function parameter(query: URLSearchParams, name: string): string | null {
  for (const [key, value] of query) {
    if (key.toLowerCase() === name.toLowerCase()) {
      return value;
    }
  }
  return null;
}

/** The continuation token that a request for a further page carries; null for the first page. */
export function continuationToken({ headers }: ManagementRequest): string | null {
  const token = headers["x-ms-continuation-token"];
  return typeof token === "string" && token !== "" ? token : null;
}

/** A boolean parameter. */
export const flag = (query: URLSearchParams, name: string, fallback: boolean): boolean => {
  const text = parameter(query, name);
  return text === null || text === "" ? fallback : text.toLowerCase() === "true";
};

/** A parameter that is a date, as Unix milliseconds. */
export function instant(query: URLSearchParams, name: string): number | null {
  const text = parameter(query, name);
  if (text === null || text === "") {
    return null;
  }
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw new BadArgumentError(`${name} is no date: ${text}`);
  }
  return at;
}

/** The body as JSON text in its shortest form; null for an empty one. */
export function jsonBody(body: Buffer): string | null {
  if (body.length === 0) {
    return null;
  }
  try {
    return JSON.stringify(JSON.parse(body.toString("utf8")));
  } catch {
    throw new BadArgumentError("Invalid JSON content");
  }
}
