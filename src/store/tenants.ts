import type { Table, TableStore } from "./table.ts";

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
