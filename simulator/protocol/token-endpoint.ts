import type { Estate, EstateTenant } from "../seed/estate.ts";
import { GRAPH_AUDIENCE, signToken, TOKEN_LIFETIME_S, type TokenClaims } from "./access-token.ts";
import { jsonAnswer, type HttpAnswer, type HttpCall } from "./message.ts";

/** The error codes of Entra that the endpoint answers with. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const REFUSALS = {
  tenant: [400, "invalid_request", 90002, "Tenant not found."],
  grant: [400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."],
  application: [400, "unauthorized_client", 700016, "Application was not found in the directory."],
  secret: [401, "invalid_client", 7000215, "Invalid client secret provided."],
  credential: [
    401,
    "invalid_client",
    7000218,
    "The request body must contain client_assertion or client_secret.",
  ],
  assertion: [
    401,
    "invalid_client",
    700024,
    "Client assertion is not within its valid time range.",
  ],
  scope: [
    400,
    "invalid_scope",
    70011,
    "The provided value for the input parameter 'scope' is not valid.",
  ],
  resource: [
    400,
    "invalid_resource",
    500011,
    "The resource principal was not found in the tenant.",
  ],
  user: [
    400,
    "invalid_grant",
    50126,
    "Error validating credentials due to invalid username or password.",
  ],
} as const;

interface TokenContext {
  readonly estate: Estate;
  readonly key: Uint8Array;
  /** Unix milliseconds. */
  readonly now: number;
  /** Every application role and delegated scope that some route asks for. */
  readonly permissions: { readonly roles: readonly string[]; readonly scopes: readonly string[] };
}

/** `POST /{tenant}/oauth2/v2.0/token`: client credentials by secret or federated assertion, and a user's password. */
export function answerTokenRequest(
  call: HttpCall,
  tenantName: string,
  context: TokenContext,
): HttpAnswer {
  const tenant = context.estate.tenant(tenantName) ?? context.estate.tenantOfDomain(tenantName);
  if (tenant === null) return refuse("tenant", context.now);
  const form = new URLSearchParams(Buffer.from(call.bytes).toString("utf8"));
  const grant = form.get("grant_type");
  if (grant !== "client_credentials" && grant !== "password") return refuse("grant", context.now);
  const clientId = (form.get("client_id") ?? "").toLowerCase();
  const application = context.estate.applications.find(
    (candidate) => candidate.clientId.toLowerCase() === clientId,
  );
  const consent = application?.consents.find(
    ({ tenantId }) => tenantId.toLowerCase() === tenant.tenantId,
  );
  const isHome = application?.homeTenantId.toLowerCase() === tenant.tenantId;
  if (application === undefined || (consent === undefined && !isHome)) {
    return refuse("application", context.now);
  }
  const scopes = (form.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  if (scopes.length === 0) return refuse("scope", context.now);
  const claims = claimsOf(tenant, application, context.now);
  if (grant === "password") {
    const isKnown =
      form.get("username")?.toLowerCase() === tenant.admin.userPrincipalName.toLowerCase() &&
      form.get("password") === tenant.admin.password;
    if (!isKnown) return refuse("user", context.now);
    return issue(
      {
        ...claims,
        idtyp: "user",
        oid: tenant.ids.guid("user", 0),
        scp: grantedScopes(scopes, context.permissions.scopes).join(" "),
      },
      context,
    );
  }
  const defect = checkCredential(form, application.clientSecret, context.now);
  if (defect !== null) return refuse(defect, context.now);
  if (scopes.length !== 1 || !(scopes[0] ?? "").endsWith("/.default")) {
    return refuse("scope", context.now);
  }
  if (scopes[0] !== `${GRAPH_AUDIENCE}/.default`) return refuse("resource", context.now);
  const roles = consent?.roles === "all" ? context.permissions.roles : (consent?.roles ?? []);
  return issue({ ...claims, idtyp: "app", roles }, context);
}

function claimsOf(
  tenant: EstateTenant,
  application: Estate["applications"][number],
  now: number,
): Omit<TokenClaims, "idtyp"> {
  const issuedAt = Math.floor(now / 1_000);
  return {
    aud: GRAPH_AUDIENCE,
    iss: `https://sts.windows.net/${tenant.tenantId}/`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + TOKEN_LIFETIME_S,
    tid: tenant.tenantId,
    appid: application.clientId.toLowerCase(),
    app_displayname: application.displayName,
    ver: "1.0",
  };
}

function checkCredential(
  form: URLSearchParams,
  secret: string,
  now: number,
): keyof typeof REFUSALS | null {
  const assertion = form.get("client_assertion");
  if (assertion === null) {
    if (form.get("client_secret") === null) return "credential";
    return form.get("client_secret") === secret ? null : "secret";
  }
  const isBearer =
    form.get("client_assertion_type") === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  const body = assertion.split(".")[1];
  if (!isBearer || body === undefined) return "credential";
  // A federated assertion is signed by an issuer that the simulator has no keys of: only its shape and time are checked.
  try {
    const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as { exp?: unknown };
    return typeof claims.exp === "number" && claims.exp * 1_000 > now ? null : "assertion";
  } catch {
    return "credential";
  }
}

function grantedScopes(asked: readonly string[], known: readonly string[]): readonly string[] {
  const names = asked.map((scope) => scope.replace(`${GRAPH_AUDIENCE}/`, ""));
  if (names.includes(".default")) return known;
  return known.filter((scope) => names.some((name) => name.toLowerCase() === scope.toLowerCase()));
}

function issue(claims: TokenClaims, context: TokenContext): HttpAnswer {
  return jsonAnswer(
    200,
    {
      token_type: "Bearer",
      expires_in: TOKEN_LIFETIME_S,
      ext_expires_in: TOKEN_LIFETIME_S,
      ...(claims.scp === undefined ? {} : { scope: claims.scp }),
      access_token: signToken(claims, context.key),
    },
    { "cache-control": "no-store" },
  );
}

function refuse(reason: keyof typeof REFUSALS, now: number): HttpAnswer {
  const [status, error, code, text] = REFUSALS[reason];
  return jsonAnswer(
    status,
    {
      error,
      error_description: `AADSTS${code}: ${text}`,
      error_codes: [code],
      timestamp: new Date(now).toISOString(),
    },
    { "cache-control": "no-store" },
  );
}
