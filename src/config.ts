import { z } from "zod";
import { OnboardingRow } from "./contracts/onboarding.ts";

/** A duration in whole minutes given as text. */
const Minutes = z.coerce.number().int().positive();

const TenantList = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "a JSON array of tenants" });
      return z.NEVER;
    }
  })
  .pipe(z.array(OnboardingRow.partial({ role: true })));

/**
 * The app's settings, as they stand in the application settings or in `local.settings.json`. Each is explained in
 * `local.settings.sample.json`.
 */
const Settings = z.object({
  AzureWebJobsStorage: z.string().min(1, "a storage connection string"),
  GraphBaseUrl: z.url().default("https://graph.microsoft.com"),
  TokenAuthority: z.url().optional(),
  ClientId: z.string().default(""),
  ClientSecret: z.string().optional(),
  ManagedIdentityClientId: z.string().optional(),
  Tenants: TenantList.default([]),
  AllowWrites: z.string().default(""),
  AppOwnerTenantId: z.guid().optional(),
  SyncGroupName: z.string().min(1).max(256).default("Members for the MTO"),
  FreshnessObjectiveMinutes: Minutes.default(24 * 60),
  ApprovalDeadlineMinutes: Minutes.default(7 * 24 * 60),
  OperatorActionDeadlineMinutes: Minutes.default(14 * 24 * 60),
});

export interface Config {
  readonly storageConnection: string;
  readonly graphBaseUrl: string;
  /** Base address of an OAuth authority for a client secret; null in Azure, where the managed identity stands in. */
  readonly tokenAuthority: string | null;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly managedIdentityClientId: string | null;
  readonly tenants: readonly ConfiguredTenant[];
  readonly isWriteAllowed: (tenantId: string) => boolean;
  /** Tenant where our application is registered, which Microsoft 365 Backup asks for; null when it is each tenant itself. */
  readonly appOwnerTenantId: string | null;
  /** Display name of the group whose direct members become members of the other tenants. */
  readonly syncGroupName: string;
  readonly freshnessObjectiveMinutes: number;
  readonly approvalDeadlineMinutes: number;
  readonly operatorActionDeadlineMinutes: number;
}

export interface ConfiguredTenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly role?: "owner" | "member" | undefined;
}

/**
 * Reads the settings.
 *
 * @throws Error that names each wrong setting and what was expected; values are not shown, as they may be secrets.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = Settings.safeParse(present);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: expected ${message}`,
    );
    throw new Error(`The app's settings are wrong. ${wrong.join("; ")}`);
  }
  const settings = parsed.data;
  return {
    storageConnection: settings.AzureWebJobsStorage,
    graphBaseUrl: settings.GraphBaseUrl.replace(/\/+$/u, ""),
    tokenAuthority: settings.TokenAuthority?.replace(/\/+$/u, "") ?? null,
    clientId: settings.ClientId,
    clientSecret: settings.ClientSecret ?? null,
    managedIdentityClientId: settings.ManagedIdentityClientId ?? null,
    tenants: settings.Tenants,
    isWriteAllowed: parseAllowWrites(settings.AllowWrites),
    appOwnerTenantId: settings.AppOwnerTenantId?.toLowerCase() ?? null,
    syncGroupName: settings.SyncGroupName,
    freshnessObjectiveMinutes: settings.FreshnessObjectiveMinutes,
    approvalDeadlineMinutes: settings.ApprovalDeadlineMinutes,
    operatorActionDeadlineMinutes: settings.OperatorActionDeadlineMinutes,
  };
}

/** `AllowWrites`: tenant ids separated by commas, or `*` for every tenant. Empty allows none. */
function parseAllowWrites(text: string): (tenantId: string) => boolean {
  const allowed = new Set(
    text
      .split(",")
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ""),
  );
  return (tenantId) => allowed.has("*") || allowed.has(tenantId.toLowerCase());
}
