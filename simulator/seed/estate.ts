import type { BackupChanges } from "../backup/settings.ts";
import type { TimingChanges } from "../multitenant/timing-settings.ts";
import { SeededIds } from "../core/seeded-ids.ts";
import { describeDefects } from "./defects.ts";
import { SeedFile, type TenantSeed } from "./schema.ts";

export type EstateTenant = TenantSeed & {
  /** Position in the seed file. */
  readonly index: number;
  /** Ids of the tenant's generated objects. */
  readonly ids: SeededIds;
  /** Host names of SharePoint and OneDrive. */
  readonly siteHost: string;
  readonly personalHost: string;
};

/** The seed, checked and indexed. Everything generated is a function of it. */
export interface Estate {
  readonly seed: number;
  /** Unix milliseconds. */
  readonly startsAt: number;
  readonly applications: SeedFile["applications"];
  readonly tenants: readonly EstateTenant[];
  /** What differs from the documented backup service. */
  readonly backup: BackupChanges;
  /** How long steps of multitenant organizations take, where not as documented. */
  readonly multitenantDurations: TimingChanges | undefined;
  /** Whether reads that only `/beta` has are answered. */
  readonly hasBeta: boolean;
  /** The tenant with this id, or null. */
  tenant(tenantId: string): EstateTenant | null;
  /** The tenant with this verified domain, or null. */
  tenantOfDomain(domain: string): EstateTenant | null;
  /** The seed file as it was given, for storage. */
  readonly file: SeedFile;
}

/** Checks a parsed seed file; throws with one line per defect. */
export function createEstate(input: unknown): Estate {
  const result = SeedFile.safeParse(input, { reportInput: true });
  if (!result.success) {
    const defects = describeDefects(SeedFile, result.error);
    throw new Error(`The seed file is not valid.\n${defects.join("\n")}`);
  }
  const file = result.data;
  const tenants = file.tenants.map((tenant, index): EstateTenant => {
    const label = tenant.domain.split(".")[0] ?? tenant.domain;
    return {
      ...tenant,
      tenantId: tenant.tenantId.toLowerCase(),
      index,
      ids: new SeededIds(file.seed, tenant.tenantId.toLowerCase()),
      siteHost: `${label}.sharepoint.com`,
      personalHost: `${label}-my.sharepoint.com`,
    };
  });
  const byId = new Map(tenants.map((tenant) => [tenant.tenantId, tenant]));
  const byDomain = new Map(tenants.map((tenant) => [tenant.domain.toLowerCase(), tenant]));
  if (byId.size !== tenants.length || byDomain.size !== tenants.length) {
    throw new Error("The seed file is not valid.\ntenants: ids and domains must differ.");
  }
  return {
    seed: file.seed,
    startsAt: Date.parse(file.startsAt),
    applications: file.applications,
    tenants,
    backup: {
      durations: file.durations?.backup,
      limits: file.limits?.backup,
      options: file.options?.backup,
    },
    multitenantDurations: file.durations?.multitenant,
    hasBeta: file.options?.beta ?? false,
    tenant: (tenantId) => byId.get(tenantId.toLowerCase()) ?? null,
    tenantOfDomain: (domain) => byDomain.get(domain.toLowerCase()) ?? null,
    file,
  };
}
