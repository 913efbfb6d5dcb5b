import type { IncomingMessage, ServerResponse } from "node:http";
import { isDisabled } from "../functions/bindings.ts";
import type { RegisteredFunction } from "../worker/functions-core.ts";
import { isSameSecret, keyOfRequest } from "./host-keys.ts";
import type { HttpFunction } from "./http-function.ts";
import type { KeyRing } from "./key-ring.ts";
import { handleKeyRequest, parseKeyPath, type KeyPath } from "./key-routes.ts";
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
  readonly keys: KeyRing;
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

function hasMasterKey(request: IncomingMessage, { keys }: AdminRoutesOptions): boolean {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const key = keyOfRequest(request.headers, query);
  return key !== null && isSameSecret(key, keys.masterKey);
}

const findFunction = (name: string, options: AdminRoutesOptions): RegisteredFunction | undefined =>
  [...options.functions()].find(
    ({ metadata }) => metadata.name.toLowerCase() === name.toLowerCase(),
  );

async function manageKeys(
  { scope, name }: KeyPath,
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminRoutesOptions,
): Promise<void> {
  if (!hasMasterKey(request, options)) {
    sendEmpty(response, 401);
    return;
  }
  if (scope.kind !== "function") {
    await handleKeyRequest(request, response, { scope, name }, options.keys);
    return;
  }
  const known = findFunction(scope.name, options);
  if (known === undefined) {
    sendEmpty(response, 404);
    return;
  }
  const own: KeyPath = { scope: { kind: "function", name: known.metadata.name }, name };
  await handleKeyRequest(request, response, own, options.keys);
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
  if (!hasMasterKey(request, options)) {
    sendEmpty(response, 401);
    return;
  }
  const known = findFunction(name, options);
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

function keyPathOf(path: string): KeyPath | null {
  try {
    return parseKeyPath(path);
  } catch {
    return null;
  }
}

/**
 * The host's own routes below `/admin`. Reading is open to everybody on this machine, as with the Core Tools; running a
 * function, and everything about keys, needs the master key (`x-functions-key` or `code`).
 */
export async function handleAdminRequest(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  options: AdminRoutesOptions,
): Promise<void> {
  const run = decoded(/^\/admin\/functions\/([^/]+)$/i.exec(path)?.[1]);
  const operation = `${request.method} ${path.toLowerCase()}`;
  const keyPath = keyPathOf(path);
  if (keyPath !== null) {
    await manageKeys(keyPath, request, response, options);
  } else if (run !== undefined && request.method === "POST") {
    await runFunction(run, request, response, options);
  } else if (run !== undefined && request.method === "GET") {
    const known = findFunction(run, options);
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
