import {
  listAll,
  RecordChangedError,
  RecordExistsError,
  type Table,
  type TableStore,
} from "./table.ts";

/** A tenant as stored: what was learned when it was onboarded. */
export interface TenantRecord<Onboarding> {
  readonly tenantId: string;
  readonly displayName: string;
  readonly role: "owner" | "member" | null;
  readonly onboarding: Onboarding | null;
}

/** All tenants are one partition: an estate has hundreds, and pages must come in one order. */
export const TENANTS_PARTITION = "tenants";

/** Opens the table of tenants; keys are tenant ids in lower case. */
export const openTenants = <Onboarding>(tables: TableStore): Table<TenantRecord<Onboarding>> =>
  tables.open<TenantRecord<Onboarding>>("tenants");

/** A tenant that we act on, from the settings or from onboarding. */
export interface KnownTenant<Onboarding> extends TenantRecord<Onboarding> {
  /** True when the settings name it, whether it was onboarded here or not. */
  readonly isConfigured: boolean;
}

/** Every tenant that we act on: those of the settings, and those that were onboarded; by display name. */
export async function readKnownTenants<Onboarding>(
  tables: TableStore,
  configured: readonly {
    readonly tenantId: string;
    readonly displayName: string;
    readonly role?: "owner" | "member" | undefined;
  }[],
): Promise<KnownTenant<Onboarding>[]> {
  const known = new Map<string, KnownTenant<Onboarding>>();
  for (const { tenantId, displayName, role } of configured) {
    known.set(tenantId, {
      tenantId,
      displayName,
      role: role ?? null,
      onboarding: null,
      isConfigured: true,
    });
  }
  for await (const { key, value } of listAll(openTenants<Onboarding>(tables), TENANTS_PARTITION)) {
    known.set(key, { ...value, isConfigured: known.has(key) });
  }
  return [...known.values()].sort((left, right) =>
    left.displayName.localeCompare(right.displayName, "en"),
  );
}

/**
 * Changes a tenant's record as one step, however many write to it at the same time.
 *
 * @param change Gets the record as it stands, null when there is none; may be called again.
 */
export async function updateTenant<Onboarding>(
  tables: TableStore,
  tenantId: string,
  change: (record: TenantRecord<Onboarding> | null) => TenantRecord<Onboarding>,
): Promise<void> {
  const tenants = openTenants<Onboarding>(tables);
  for (;;) {
    const standing = await tenants.get(TENANTS_PARTITION, tenantId);
    const changed = change(standing?.value ?? null);
    try {
      if (standing === null) {
        await tenants.insert(TENANTS_PARTITION, tenantId, changed);
      } else {
        await tenants.replace(TENANTS_PARTITION, tenantId, changed, standing.etag);
      }
      return;
    } catch (error) {
      if (!(error instanceof RecordChangedError) && !(error instanceof RecordExistsError)) {
        throw error;
      }
    }
  }
}
