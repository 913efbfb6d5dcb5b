import { randomUUID } from "node:crypto";
import {
  Client,
  type Context,
  HTTPMessageHandler,
  type Middleware,
  ResponseType,
} from "@microsoft/microsoft-graph-client";
import type { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { TerminalError } from "./errors.ts";
import { connectionError, errorFromAnswer, type RequestIdentity } from "./error-from-answer.ts";
import type { TokenProvider } from "./token-provider.ts";

export type GraphMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface GraphRequest {
  readonly method: GraphMethod;
  /** Path below the version, beginning with `/`, or an absolute or relative nextLink of an earlier answer. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; null for an empty answer. */
  readonly body: unknown;
}

/** One tenant's Microsoft Graph. Every failure is a subclass of `GraphError`; nothing here waits or tries again. */
export interface TenantGraph {
  readonly tenantId: string;
  send(request: GraphRequest): Promise<GraphAnswer>;
  /** Sends and parses the answer; an answer of another shape is a `TerminalError` with code `unexpectedAnswer`. */
  read<Schema extends z.ZodType>(request: GraphRequest, schema: Schema): Promise<z.infer<Schema>>;
}

export interface GraphClient {
  forTenant(tenantId: string): TenantGraph;
}

export interface GraphClientOptions {
  /** `https://graph.microsoft.com` or the simulator's address. */
  readonly baseUrl: string;
  readonly tokens: TokenProvider;
  /** Whether this tenant may be written to; asked before every request that is not a read. */
  readonly isWriteAllowed: (tenantId: string) => boolean;
  readonly clock: Clock;
}

/** POST requests that only read. Everything else that is not a GET changes something and needs permission. */
const READING_POSTS = [/^\/solutions\/backupRestore\/restorePoints\/search$/u, /^\/\$batch$/u];

/** Whether a request only reads, and so needs no permission to write. */
export const isRead = ({ method, path }: Pick<GraphRequest, "method" | "path">): boolean =>
  method === "GET" || (method === "POST" && READING_POSTS.some((pattern) => pattern.test(path)));

/** Unknown enum members arrive as themselves and not as `unknownFutureValue` only with this header. */
const PREFER = "include-unknown-enum-members";
const REQUEST_TIMEOUT_MS = 100_000;

/** Graph clients by tenant, over the official client with our own authentication and without its retries. */
export function createGraphClient(options: GraphClientOptions): GraphClient {
  const tenants = new Map<string, TenantGraph>();
  return {
    forTenant(tenantId) {
      let tenant = tenants.get(tenantId);
      if (tenant === undefined) {
        tenant = createTenantGraph(tenantId, options);
        tenants.set(tenantId, tenant);
      }
      return tenant;
    },
  };
}

function createTenantGraph(tenantId: string, options: GraphClientOptions): TenantGraph {
  const client = Client.initWithMiddleware({
    baseUrl: `${options.baseUrl}/`,
    defaultVersion: "v1.0",
    middleware: createAuthentication(tenantId, options.tokens),
  });

  async function send(request: GraphRequest): Promise<GraphAnswer> {
    const identity: RequestIdentity = {
      tenantId,
      requestId: randomUUID(),
      operation: `${request.method} ${request.path.split("?")[0]}`,
    };
    if (!isRead(request) && !options.isWriteAllowed(tenantId)) {
      throw new TerminalError(
        "Writes to this tenant are off: add it to the setting AllowWrites to allow them.",
        { ...identity, status: null, code: "writesNotAllowed" },
      );
    }
    const path = belowVersion(request.path, options.baseUrl, identity);
    const response = await exchange(client, { ...request, path }, identity);
    const body = await readBody(response, identity);
    if (!response.ok) {
      throw errorFromAnswer(response, body, identity, options.clock);
    }
    return { status: response.status, headers: response.headers, body };
  }

  return {
    tenantId,
    send,
    async read(request, schema) {
      const answer = await send(request);
      const parsed = schema.safeParse(answer.body);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new TerminalError(
          `Graph's answer has another shape than documented at ${issue?.path.join(".") ?? "its root"}.`,
          {
            tenantId,
            requestId: answer.headers.get("client-request-id") ?? "",
            operation: `${request.method} ${request.path.split("?")[0]}`,
            status: answer.status,
            code: "unexpectedAnswer",
          },
        );
      }
      return parsed.data;
    },
  };
}

/**
 * The path below `/v1.0` of a path or nextLink. An absolute link elsewhere than to our Graph is refused: following it
 * would hand our token to somebody.
 */
function belowVersion(path: string, baseUrl: string, identity: RequestIdentity): string {
  const base = `${baseUrl}/v1.0`;
  const url = new URL(path.startsWith("/") ? `${base}${path}` : path, `${base}/`);
  const below = `${url.pathname}${url.search}`.slice(new URL(base).pathname.length);
  if (!url.href.startsWith(`${base}/`)) {
    throw new TerminalError("Graph's answer links to another address.", {
      ...identity,
      status: null,
      code: "unexpectedAnswer",
    });
  }
  return below;
}

/** The SDK's own handler sends no token over plain http, which the simulator speaks; its retries sleep in real time. */
function createAuthentication(tenantId: string, tokens: TokenProvider): Middleware {
  const next = new HTTPMessageHandler();
  return {
    async execute(context: Context): Promise<void> {
      const token = await tokens.accessToken(tenantId);
      const headers = new Headers(context.options?.headers);
      headers.set("authorization", `Bearer ${token}`);
      context.options = { ...context.options, headers: Object.fromEntries(headers) };
      await next.execute(context);
    },
  };
}

async function exchange(
  client: Client,
  request: GraphRequest,
  identity: RequestIdentity,
): Promise<Response> {
  const hasBody = request.body !== undefined;
  const options: RequestInit = {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    method: request.method,
    headers: {
      "client-request-id": identity.requestId,
      prefer: PREFER,
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...request.headers,
    },
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  };
  const call = client.api(request.path).options(options);
  // Of the SDK's verbs GET adds nothing of its own to a request; the options' method wins over it.
  try {
    return (await call.responseType(ResponseType.RAW).get()) as Response;
  } catch (error) {
    throw connectionError(error, identity);
  }
}

async function readBody(response: Response, identity: RequestIdentity): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw connectionError(error, identity);
  }
  if (text === "") {
    return null;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    if (!response.ok) {
      return null;
    }
    throw connectionError(new Error("The answer was cut off or is not JSON."), identity);
  }
}
