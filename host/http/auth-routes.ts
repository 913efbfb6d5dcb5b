import type { IncomingMessage, ServerResponse } from "node:http";
import { callerOf, cookieOf, isFromOtherOrigin, type CallerRules } from "./caller.ts";
import { sendJson, sendProblem } from "./listener.ts";
import { findIdentity } from "./local-identities.ts";
import { readBody } from "./request-body.ts";

async function keyIn(request: IncomingMessage): Promise<string | null> {
  const body = await readBody(request);
  try {
    const parsed = JSON.parse(body.toString("utf8")) as { key?: unknown } | null;
    return typeof parsed?.key === "string" ? parsed.key : null;
  } catch {
    return null;
  }
}

async function signIn(
  request: IncomingMessage,
  response: ServerResponse,
  rules: CallerRules,
): Promise<void> {
  const key = await keyIn(request);
  const identity = key === null ? null : findIdentity(rules.identities, key);
  if (identity === null) {
    sendProblem(response, 401, "No local identity has this key.");
    return;
  }
  const id = rules.sessions.open(identity);
  const cookie = `${rules.sessions.cookieName}=${id}; Path=/; HttpOnly; SameSite=Strict`;
  response.writeHead(204, { "set-cookie": cookie, "cache-control": "no-store" }).end();
}

function signOut(request: IncomingMessage, response: ServerResponse, rules: CallerRules): void {
  const id = cookieOf(request, rules.sessions.cookieName);
  if (id !== null) {
    rules.sessions.end(id);
  }
  const cookie = `${rules.sessions.cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
  response.writeHead(204, { "set-cookie": cookie }).end();
}

/** Sign-in with a local identity, below `/.auth`; the result is false for any other path. */
export async function handleAuthRequest(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  rules: CallerRules,
): Promise<boolean> {
  switch (`${request.method} ${path}`) {
    case "POST /.auth/local/login":
      if (isFromOtherOrigin(request, rules.allowedOrigins)) {
        sendProblem(response, 403, "Sign in from this host's own page.");
      } else {
        await signIn(request, response, rules);
      }
      return true;
    case "POST /.auth/logout":
      signOut(request, response, rules);
      return true;
    case "GET /.auth/me": {
      const caller = callerOf(request, rules);
      if (caller === null) {
        sendProblem(response, 401, "Nobody is signed in.");
      } else {
        const { name, objectId, roles, tenants } = caller;
        sendJson(response, 200, { name, objectId, roles, tenants });
      }
      return true;
    }
    default:
      return false;
  }
}
