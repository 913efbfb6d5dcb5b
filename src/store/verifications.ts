import type { Table, TableStore } from "./table.ts";

/** A protectable as the directory names it, kept until it is judged. */
export interface CollectedProtectable {
  readonly resourceId: string;
  readonly name: string;
}

/** A protection unit as Graph lists it, kept until it is judged. */
export interface CollectedUnit {
  readonly id: string;
  readonly policyId: string | null;
  readonly status: string;
  readonly resourceId: string;
  readonly errorCode: string | null;
}

/** The tables of verifications. Their stored shapes are those of `contracts/verification.ts`. */
export interface VerificationTables<Verification, Tenant, Unit> {
  /** One partition; keys sort newest first. */
  readonly verifications: Table<Verification>;
  /** Partition: verification id. Key: tenant id. */
  readonly tenants: Table<Tenant>;
  /** Partition: verification id. Key: tenant, workload and protectable. */
  readonly units: Table<Unit>;
  /** Partition: `collectedPartition`. Key: `protectableKey`. */
  readonly collectedProtectables: Table<CollectedProtectable>;
  readonly collectedUnits: Table<CollectedUnit>;
}

export const VERIFICATIONS_PARTITION = "verifications";

export const collectedPartition = (slice: {
  readonly verificationId: string;
  readonly tenantId: string;
  readonly workload: string;
}): string => `${slice.verificationId}|${slice.tenantId}|${slice.workload}`;

export const unitKey = (tenantId: string, workload: string, key: string): string =>
  `${tenantId}|${workload}|${key}`;

export const openVerifications = <
  Verification,
  Tenant,
  Unit extends {
    readonly tenantId: string;
    readonly workload: string;
    readonly verdict: string;
  },
>(
  tables: TableStore,
): VerificationTables<Verification, Tenant, Unit> => ({
  verifications: tables.open("verifications"),
  tenants: tables.open("verificationTenants"),
  units: tables.open("verificationUnits", {
    index: ({ tenantId, workload, verdict }) => ({ tenantId, workload, verdict }),
  }),
  collectedProtectables: tables.open("collectedProtectables"),
  collectedUnits: tables.open("collectedUnits"),
});
