import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FunctionRunner } from "../functions/function-runner.ts";
import { callerOf, type CallerRules } from "./caller.ts";
import { keyOfRequest, opensFunction, type HostKeys } from "./host-keys.ts";
import { findHttpFunction, pathSegments, type HttpFunction } from "./http-function.ts";
import { forwardToApp } from "./http-streaming.ts";
import { sendEmpty } from "./listener.ts";
import { principalHeaders } from "./local-identities.ts";
import { readBody } from "./request-body.ts";
import type { RouteValues } from "./route-template.ts";
import { joinedHeaders, toRpcRequest, writeRpcResponse } from "./rpc-http.ts";

export interface FunctionRequestsOptions {
  readonly functions: readonly HttpFunction[];
  readonly runner: FunctionRunner;
  readonly keys: HostKeys;
  readonly callers: CallerRules;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Where the library takes streamed requests, or null. */
  readonly httpProxyUrl: string | null;
}

interface Call {
  readonly httpFunction: HttpFunction;
  readonly values: RouteValues;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers as the app sees them: who calls is the platform's word, and a local key stays with the platform. */
function appHeaders(request: IncomingMessage, rules: CallerRules): Record<string, string> {
  const caller = callerOf(request, rules);
  const headers = joinedHeaders(request, caller === null ? {} : principalHeaders(caller));
  if (caller !== null) {
    delete headers["authorization"];
  }
  return headers;
}

async function answerBuffered(
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
  options: FunctionRequestsOptions,
): Promise<void> {
  const { httpFunction, values, url, headers } = call;
  const method = request.method ?? "GET";
  const body = await readBody(request);
  const outcome = await options.runner.run({
    functionName: httpFunction.name,
    trigger: { http: toRpcRequest({ method, url, headers, params: values, body }) },
    reason: "This function was called over HTTP.",
  });
  if (!outcome.ok) {
    sendEmpty(response, 500);
    return;
  }
  const returned = outcome.returnValue ?? null;
  writeRpcResponse(response, returned?.http ?? null);
}

async function answerStreaming(
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
  options: FunctionRequestsOptions,
  proxyUrl: string,
): Promise<void> {
  const { httpFunction, values, headers } = call;
  const invocationId = randomUUID();
  await forwardToApp({ request, response, proxyUrl, invocationId, headers }, () =>
    options.runner.run({
      functionName: httpFunction.name,
      trigger: { http: {} },
      triggerMetadata: {
        Headers: { json: JSON.stringify(headers) },
        ...Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, { string: value }]),
        ),
      },
      invocationId,
      reason: "This function was called over HTTP.",
    }),
  );
}

function parseUrl(request: IncomingMessage): { url: URL; segments: string[] } | null {
  try {
    const url = new URL(`http://${request.headers.host ?? "localhost"}${request.url ?? "/"}`);
    return { url, segments: pathSegments(url.pathname) };
  } catch {
    return null;
  }
}

/** Answers requests to HTTP functions; the result is false when no function's route matches. */
export async function handleFunctionRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: FunctionRequestsOptions,
): Promise<boolean> {
  const parsed = parseUrl(request);
  if (parsed === null) {
    sendEmpty(response, 400);
    return true;
  }
  const found = findHttpFunction(options.functions, request.method ?? "GET", parsed.segments);
  if (found === null) {
    return false;
  }
  const { httpFunction, values } = found;
  for (const [name, value] of Object.entries(options.customHeaders)) {
    response.setHeader(name, value);
  }
  const key = keyOfRequest(request.headers, parsed.url.searchParams);
  if (httpFunction.isDisabled && !opensFunction(options.keys, httpFunction.name, "admin", key)) {
    sendEmpty(response, 404);
    return true;
  }
  if (!opensFunction(options.keys, httpFunction.name, httpFunction.authLevel, key)) {
    sendEmpty(response, 401);
    return true;
  }
  const headers = appHeaders(request, options.callers);
  const call: Call = { httpFunction, values, url: parsed.url, headers };
  if (options.httpProxyUrl === null) {
    await answerBuffered(call, request, response, options);
  } else {
    await answerStreaming(call, request, response, options, options.httpProxyUrl);
  }
  return true;
}
