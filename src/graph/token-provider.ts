import { ClientAssertionCredential, ManagedIdentityCredential } from "@azure/identity";
import { z } from "zod";
import type { Clock } from "../domain/clock.ts";

/** Gives an access token for Microsoft Graph in one tenant. Tokens are never logged or stored. */
export interface TokenProvider {
  accessToken(tenantId: string): Promise<string>;
}

const TokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });

/** A token is renewed this long before it ends. */
const RENEWAL_MARGIN_MS = 5 * 60 * 1000;

interface ClientCredentials {
  /** Base address of the authority; `/{tenant}/oauth2/v2.0/token` is appended. */
  readonly authority: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/**
 * Client credentials with a secret, for one machine only: `@azure/identity` refuses an authority without https, and in
 * Azure there is no secret.
 */
export function createClientSecretTokenProvider(options: ClientCredentials): TokenProvider {
  const tokens = new Map<string, { readonly token: Promise<string>; expiresAt: number }>();

  async function request(tenantId: string, entry: { expiresAt: number }): Promise<string> {
    const url = `${options.authority}/${tenantId}/oauth2/v2.0/token`;
    const response = await options.fetch(url, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: options.clientId,
        client_secret: options.clientSecret,
        scope: options.scope,
      }),
    });
    if (!response.ok) {
      throw new Error(
        `No token for tenant ${tenantId}: the authority answered ${response.status}.`,
      );
    }
    const answer = TokenAnswer.parse(await response.json());
    entry.expiresAt = options.clock.now() + answer.expires_in * 1000 - RENEWAL_MARGIN_MS;
    return answer.access_token;
  }

  return {
    accessToken(tenantId) {
      const known = tokens.get(tenantId);
      if (known !== undefined && known.expiresAt > options.clock.now()) {
        return known.token;
      }
      const entry = { expiresAt: Number.POSITIVE_INFINITY };
      const token = request(tenantId, entry);
      tokens.set(tenantId, Object.assign(entry, { token }));
      token.catch(() => tokens.delete(tenantId));
      return token;
    },
  };
}

/**
 * The managed identity's token stands in for a secret of the multitenant app registration (federated identity
 * credential); `@azure/identity` caches and renews per tenant.
 */
export function createFederatedTokenProvider(options: {
  readonly clientId: string;
  readonly managedIdentityClientId: string | null;
  readonly scope: string;
}): TokenProvider {
  const identity =
    options.managedIdentityClientId === null
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId: options.managedIdentityClientId });
  const credentials = new Map<string, ClientAssertionCredential>();

  return {
    async accessToken(tenantId) {
      let credential = credentials.get(tenantId);
      if (credential === undefined) {
        credential = new ClientAssertionCredential(tenantId, options.clientId, async () => {
          const assertion = await identity.getToken("api://AzureADTokenExchange/.default");
          return assertion.token;
        });
        credentials.set(tenantId, credential);
      }
      const token = await credential.getToken(options.scope);
      return token.token;
    },
  };
}
