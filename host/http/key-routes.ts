import type { IncomingMessage, ServerResponse } from "node:http";
import { MASTER_KEY, type KeyRing, type KeyScope } from "./key-ring.ts";
import { sendEmpty, sendJson, sendProblem } from "./listener.ts";
import { readBody } from "./request-body.ts";

/** What a path below `/admin` says about keys. */
export interface KeyPath {
  readonly scope: KeyScope;
  /** Null for all keys of the scope. */
  readonly name: string | null;
}

const HOST_KEYS = /^\/admin\/host\/(keys|functionkeys|systemkeys)(?:\/([^/]+))?$/i;
const FUNCTION_KEYS = /^\/admin\/functions\/([^/]+)\/keys(?:\/([^/]+))?$/i;

const decoded = (text: string | undefined): string | null =>
  text === undefined ? null : decodeURIComponent(text);

/**
 * The keys that a path is about, or null when it is about none.
 * @throws URIError for a path that cannot be decoded
 */
export function parseKeyPath(path: string): KeyPath | null {
  const host = HOST_KEYS.exec(path);
  if (host !== null) {
    const kind = host[1]?.toLowerCase() === "systemkeys" ? "system" : "functions";
    return { scope: { kind }, name: decoded(host[2]) };
  }
  const own = FUNCTION_KEYS.exec(path);
  const functionName = decoded(own?.[1]);
  return functionName === null
    ? null
    : { scope: { kind: "function", name: functionName }, name: decoded(own?.[2]) };
}

async function valueOf(request: IncomingMessage): Promise<string | null> {
  try {
    const body = JSON.parse((await readBody(request)).toString("utf8")) as {
      value?: unknown;
    } | null;
    return typeof body?.value === "string" ? body.value : null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
}

/**
 * The key management API of the Functions host: GET lists or reads, POST makes a random key, PUT sets `{"value"}`, DELETE
 * removes. Whoever calls this has shown the master key.
 * https://github.com/Azure/azure-functions-host/wiki/Key-management-API
 */
export async function handleKeyRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { scope, name }: KeyPath,
  keys: KeyRing,
): Promise<void> {
  const links = [{ rel: "self", href: request.url ?? "" }];
  if (name === null) {
    if (request.method !== "GET") {
      sendEmpty(response, 404);
      return;
    }
    const all = Object.entries(keys.list(scope)).map(([name, value]) => ({ name, value }));
    sendJson(response, 200, { keys: all, links });
    return;
  }
  switch (request.method) {
    case "GET": {
      const isMaster = scope.kind === "system" && name === MASTER_KEY;
      const value = isMaster ? keys.masterKey : keys.list(scope)[name];
      if (value === undefined) {
        sendEmpty(response, 404);
      } else {
        sendJson(response, 200, { name, value, links });
      }
      return;
    }
    case "POST":
    case "PUT": {
      const given = request.method === "PUT" ? await valueOf(request) : undefined;
      if (given === null) {
        sendProblem(response, 400, "Invalid key value");
        return;
      }
      const { value, isNew } = await keys.set(scope, name, given);
      sendJson(response, isNew ? 201 : 200, { name, value, links });
      return;
    }
    case "DELETE":
      if (name.startsWith("_")) {
        sendProblem(response, 400, "Invalid key name.");
      } else {
        sendEmpty(response, (await keys.remove(scope, name)) ? 204 : 404);
      }
      return;
    default:
      sendEmpty(response, 404);
  }
}
