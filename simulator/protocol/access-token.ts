import { createHmac, timingSafeEqual } from "node:crypto";

import { GraphError } from "../core/graph-error.ts";
import type { Principal } from "../core/principal.ts";
import { RecentMap } from "../core/recent-map.ts";
import type { World } from "../core/world.ts";
import { directoryState } from "../directory/directory.ts";

export const GRAPH_AUDIENCE = "https://graph.microsoft.com";
export const TOKEN_LIFETIME_S = 3_600;

export interface TokenClaims {
  readonly aud: string;
  readonly iss: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly tid: string;
  readonly appid: string;
  readonly app_displayname: string;
  readonly ver: "1.0";
  readonly idtyp: "app" | "user";
  readonly roles?: readonly string[];
  readonly scp?: string;
  readonly oid?: string;
}

/** A JSON Web Token signed with HMAC-SHA256. */
export function signToken(claims: TokenClaims, key: Uint8Array): string {
  const head = encode({ alg: "HS256", typ: "JWT" });
  const body = encode(claims);
  return `${head}.${body}.${signatureOf(`${head}.${body}`, key)}`;
}

/** How many tokens are remembered at least; clients use one for an hour, thousands of times. */
const REMEMBERED_TOKENS = 1_000;
/** Of a SHA-256 in base64url. */
const SIGNATURE_LENGTH = 43;

/**
 * Tells callers by their access tokens. The signature of a token is checked when it is first seen; its time, and whether
 * its tenant and user exist, with every request.
 */
export class Authenticator {
  readonly #key: Uint8Array;
  /** By the end of the header, which is the signature: hashing the whole of it each time would cost more than the rest. */
  readonly #verified = new RecentMap<string, Verified>(REMEMBERED_TOKENS);

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The caller that an Authorization header proves; refuses with Graph's 401 otherwise. `now` is Unix milliseconds. */
  authenticate(authorization: string | undefined, now: number, world: World): Principal {
    if (authorization === undefined) throw unauthorized("Access token is empty.");
    const claims = this.#claimsOf(authorization);
    if (claims === null) throw unauthorized("Access token validation failure.");
    if (claims.aud !== GRAPH_AUDIENCE) {
      throw unauthorized("Access token validation failure. Invalid audience.");
    }
    if (claims.exp * 1_000 <= now)
      throw unauthorized("Lifetime validation failed, the token is expired.");
    if (claims.nbf * 1_000 > now) {
      throw unauthorized("Lifetime validation failed, the token is not yet valid.");
    }
    if (world.estate.tenant(claims.tid) === null) {
      throw unauthorized("Access token validation failure. Invalid tenant.");
    }
    const common = {
      tenantId: claims.tid,
      appId: claims.appid,
      appDisplayName: claims.app_displayname,
    };
    if (claims.oid === undefined) {
      return { kind: "application", ...common, roles: claims.roles ?? [] };
    }
    const user = directoryState.of({ world }).tenant(claims.tid).findUser(claims.oid);
    if (user === null) throw unauthorized("Access token validation failure. Unknown user.");
    return {
      kind: "delegated",
      ...common,
      userId: user.id,
      userDisplayName: user.displayName,
      scopes: (claims.scp ?? "").split(" "),
    };
  }

  #claimsOf(authorization: string): TokenClaims | null {
    const end = authorization.slice(-SIGNATURE_LENGTH);
    const verify = () => ({ authorization, claims: claimsOf(authorization, this.#key) });
    const known = this.#verified.get(end, verify);
    if (known.authorization === authorization) return known.claims;
    // Another token with the same end: at least one of the two is forged.
    return verify().claims;
  }
}

interface Verified {
  readonly authorization: string;
  readonly claims: TokenClaims | null;
}

/** What a header's token claims if its signature is ours, otherwise null. */
function claimsOf(authorization: string, key: Uint8Array): TokenClaims | null {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthorized("Access token is empty.");
  const [head = "", body = "", signature = ""] = token.split(".");
  const wanted = Buffer.from(signatureOf(`${head}.${body}`, key));
  const given = Buffer.from(signature);
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return null;
  return JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as TokenClaims;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function signatureOf(text: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

function unauthorized(message: string): GraphError {
  return new GraphError(401, "InvalidAuthenticationToken", message, {
    headers: {
      "WWW-Authenticate":
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
}
