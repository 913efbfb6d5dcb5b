import { readFile } from "node:fs/promises";
import { z } from "zod";

/** What the demonstration needs to know of the seed; the simulator reads the rest. */
const SeedFile = z.object({
  startsAt: z.string(),
  applications: z.array(z.object({ clientId: z.string(), clientSecret: z.string() })).min(1),
  tenants: z.array(
    z.object({
      tenantId: z.string(),
      displayName: z.string(),
      admin: z.object({ userPrincipalName: z.string(), password: z.string() }),
      syncGroup: z.object({ displayName: z.string() }).nullish(),
      backup: z.object({ protected: z.unknown().nullish() }).nullish(),
    }),
  ),
});

export interface EstateTenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly admin: { readonly userPrincipalName: string; readonly password: string };
}

/** The sample estate as the demonstration sees it. */
export interface Estate {
  readonly startsAt: string;
  readonly application: { readonly clientId: string; readonly clientSecret: string };
  /** Tenants that Microsoft 365 Backup protects from the start; the first is the owner of the MTO to be. */
  readonly protectedTenants: readonly EstateTenant[];
  /** Tenants that are onboarded in the third act. */
  readonly newTenants: readonly EstateTenant[];
  readonly syncGroupName: string;
}

/** Reads the seed file of the sample estate. */
export async function readEstate(file: string): Promise<Estate> {
  const seed = SeedFile.parse(JSON.parse(await readFile(file, "utf8")));
  const application = seed.applications[0] as (typeof seed.applications)[number];
  const isProtected = ({ backup }: (typeof seed.tenants)[number]) =>
    backup?.protected !== undefined && backup.protected !== null;
  return {
    startsAt: seed.startsAt,
    application,
    protectedTenants: seed.tenants.filter(isProtected),
    newTenants: seed.tenants.filter((tenant) => !isProtected(tenant)),
    syncGroupName: seed.tenants[0]?.syncGroup?.displayName ?? "Members for the MTO",
  };
}
