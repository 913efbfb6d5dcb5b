import type { IncomingMessage, ServerResponse } from "node:http";
import { sendEmpty } from "./listener.ts";

/** `Host.CORS` and `Host.CORSCredentials` of the settings file. */
export interface CorsRules {
  readonly origins: readonly string[];
  readonly hasCredentials: boolean;
}

/**
 * Adds the headers that let pages of the allowed origins read the answer.
 * @returns true when the request was a preflight and is answered
 */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  rules: CorsRules,
): boolean {
  const origin = request.headers.origin;
  if (origin === undefined || rules.origins.length === 0) {
    return false;
  }
  const isAllowed = rules.origins.includes("*") || rules.origins.includes(origin);
  if (isAllowed) {
    // An origin that only "*" allows never gets the user's cookies with its requests.
    const isNamed = rules.origins.includes(origin);
    response.setHeader("access-control-allow-origin", isNamed ? origin : "*");
    response.setHeader("vary", "Origin");
    if (rules.hasCredentials && isNamed) {
      response.setHeader("access-control-allow-credentials", "true");
    }
  }
  const asked = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || asked === undefined) {
    return false;
  }
  if (isAllowed) {
    response.setHeader("access-control-allow-methods", asked);
    const headers = request.headers["access-control-request-headers"];
    if (headers !== undefined) {
      response.setHeader("access-control-allow-headers", headers);
    }
  }
  sendEmpty(response, 204);
  return true;
}
