import type { IncomingMessage, ServerResponse } from "node:http";
import { isDisabled } from "../functions/bindings.ts";
import type { RegisteredFunction } from "../worker/functions-core.ts";
import { isSameSecret, keyOfRequest, type HostKeys } from "./host-keys.ts";
import type { HttpFunction } from "./http-function.ts";
import { sendEmpty, sendJson, sendProblem } from "./listener.ts";
import { readBody } from "./request-body.ts";

/** What `GET /admin/host/status` answers. */
export interface HostStatus {
  readonly id: string;
  readonly state: "Initializing" | "Running" | "Stopping";
  readonly version: string;
  /** Milliseconds since the process started. */
  readonly processUptime: number;
}

export interface AdminRoutesOptions {
  readonly status: () => HostStatus;
  readonly functions: () => Iterable<RegisteredFunction>;
  readonly httpFunctions: () => readonly HttpFunction[];
  readonly keys: HostKeys;
  readonly baseUrl: () => string;
  /** Runs a timer or queue function by hand; false when the function has no such trigger. */
  readonly runManually: (functionName: string, input: string) => boolean;
}

function describeFunction(registered: RegisteredFunction, options: AdminRoutesOptions): object {
  const { name, bindings } = registered.metadata;
  const http = options.httpFunctions().find((candidate) => candidate.name === name);
  return {
    name,
    language: "node",
    isDisabled: isDisabled(name),
    invoke_url_template: http === undefined ? null : `${options.baseUrl()}${http.path}`,
    config: {
      name,
      bindings: Object.entries(bindings).map(([name, info]) => ({ ...info, name })),
    },
  };
}

async function inputOf(request: IncomingMessage): Promise<string | null> {
  const text = (await readBody(request)).toString("utf8");
  if (text.trim() === "") {
    return "";
  }
  try {
    const input = (JSON.parse(text) as { input?: unknown } | null)?.input ?? "";
    return typeof input === "string" ? input : JSON.stringify(input);
  } catch {
    return null;
  }
}

async function runFunction(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminRoutesOptions,
): Promise<void> {
  const key = keyOfRequest(request.headers, new URLSearchParams());
  if (key === null || !isSameSecret(key, options.keys.masterKey)) {
    sendEmpty(response, 401);
    return;
  }
  const known = [...options.functions()].find(
    ({ metadata }) => metadata.name.toLowerCase() === name.toLowerCase(),
  );
  if (known === undefined) {
    sendEmpty(response, 404);
    return;
  }
  const input = await inputOf(request);
  if (input === null) {
    sendProblem(response, 400, 'The body is a JSON object with the property "input".');
  } else if (options.runManually(known.metadata.name, input)) {
    sendEmpty(response, 202);
  } else {
    sendProblem(response, 400, "Only timer and queue functions can be run by hand.");
  }
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The host's own routes below `/admin`. Reading is open to everybody on this machine, as with the Core Tools; running a
 * function needs the master key in `x-functions-key`.
 */
export async function handleAdminRequest(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  options: AdminRoutesOptions,
): Promise<void> {
  const run = decoded(/^\/admin\/functions\/([^/]+)$/i.exec(path)?.[1]);
  const operation = `${request.method} ${path.toLowerCase()}`;
  if (run !== undefined && request.method === "POST") {
    await runFunction(run, request, response, options);
  } else if (run !== undefined && request.method === "GET") {
    const known = [...options.functions()].find(
      ({ metadata }) => metadata.name.toLowerCase() === run.toLowerCase(),
    );
    if (known === undefined) {
      sendEmpty(response, 404);
    } else {
      sendJson(response, 200, describeFunction(known, options));
    }
  } else if (operation === "GET /admin/functions") {
    const functions = [...options.functions()];
    sendJson(
      response,
      200,
      functions.map((registered) => describeFunction(registered, options)),
    );
  } else if (operation === "GET /admin/host/status") {
    sendJson(response, 200, options.status());
  } else if (/^(GET|POST) \/admin\/host\/ping$/.test(operation)) {
    sendEmpty(response, 200);
  } else {
    sendEmpty(response, 404);
  }
}
