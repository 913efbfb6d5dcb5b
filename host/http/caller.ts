import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { findIdentity, type LocalIdentity } from "./local-identities.ts";

/** Sessions of browsers that signed in with an identity's key; they end with the process. */
export interface Sessions {
  /** Name of the cookie; it carries the port because cookies do not tell ports apart. */
  readonly cookieName: string;
  open(identity: LocalIdentity): string;
  find(id: string): LocalIdentity | null;
  end(id: string): void;
}

const LONGEST_SESSION_MS = 12 * 3_600_000;
const MOST_SESSIONS = 1_000;

export function createSessions(port: number): Sessions {
  const sessions = new Map<string, { identity: LocalIdentity; until: number }>();
  return {
    cookieName: `continuity-session-${port}`,
    open(identity) {
      const oldest = sessions.keys().next().value;
      if (sessions.size >= MOST_SESSIONS && oldest !== undefined) {
        sessions.delete(oldest);
      }
      const id = randomBytes(32).toString("base64url");
      sessions.set(id, { identity, until: Date.now() + LONGEST_SESSION_MS });
      return id;
    },
    find(id) {
      const session = sessions.get(id);
      return session !== undefined && session.until > Date.now() ? session.identity : null;
    },
    end: (id) => void sessions.delete(id),
  };
}

/** The value of a request's cookie, or null. */
export function cookieOf(request: IncomingMessage, name: string): string | null {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) {
      return value.join("=");
    }
  }
  return null;
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a browser says that a page of another origin sent this request. `SameSite` does not tell the ports of one machine
 * apart, so a cookie alone is no proof of the user's will.
 */
export function isFromOtherOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const origin = request.headers.origin;
  if (origin === undefined) {
    return false;
  }
  return !allowed.includes(origin) && origin.replace(/^https?:\/\//, "") !== request.headers.host;
}

const bearerOf = (request: IncomingMessage): string | null =>
  /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;

export interface CallerRules {
  readonly identities: readonly LocalIdentity[];
  readonly sessions: Sessions;
  /** Origins of other pages that may use a signed-in user's session. */
  readonly allowedOrigins: readonly string[];
}

/** Who calls: by `Authorization: Bearer <key>`, else by session cookie; null for nobody we know. */
export function callerOf(request: IncomingMessage, rules: CallerRules): LocalIdentity | null {
  const bearer = bearerOf(request);
  if (bearer !== null) {
    return findIdentity(rules.identities, bearer);
  }
  const session = cookieOf(request, rules.sessions.cookieName);
  const isSafe = SAFE_METHODS.has(request.method ?? "GET");
  if (session === null || (!isSafe && isFromOtherOrigin(request, rules.allowedOrigins))) {
    return null;
  }
  return rules.sessions.find(session);
}
