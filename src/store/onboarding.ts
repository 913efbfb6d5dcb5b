import { RecordChangedError, RecordExistsError, type Table, type TableStore } from "./table.ts";

/** A list that was handed in, or the messages of one day that came without one. */
export interface BatchRecord {
  readonly id: string;
  readonly requestedBy: { readonly objectId: string; readonly name: string };
  /** ISO instant. */
  readonly requestedAt: string;
}

/** One line of a batch: a tenant that was taken, or what was not and why. */
export type BatchLine<Rejected> =
  | { readonly kind: "accepted"; readonly tenantId: string }
  | {
      readonly kind: "rejected";
      readonly rejected: Rejected;
      /** ISO instant; null for a row that never was on a queue. */
      readonly receivedAt: string | null;
      /** Whether a queue message was handed to the poison queue. */
      readonly isPoisoned: boolean;
    };

/**
 * Written before something is created that a search may not find at once and that must not exist twice. Whoever writes
 * it first creates.
 */
export interface CreationClaim {
  /** ISO instant of the claim. */
  readonly at: string;
  /** Id of what was created; null until Graph has answered. */
  readonly createdId: string | null;
}

export interface OnboardingTables<Rejected> {
  /** One partition; keys sort newest first. */
  readonly batches: Table<BatchRecord>;
  /** Partition: batch id. Key: `lineKey`. */
  readonly lines: Table<BatchLine<Rejected>>;
  /** Partition: what is created. Key: what it is created for. */
  readonly claims: Table<CreationClaim>;
  /** Partition: tenant and workload. Key: protectable. What Graph refused to protect, with its code. */
  readonly refusals: Table<{ readonly code: string }>;
}

export const BATCHES_PARTITION = "batches";

export const openOnboarding = <Rejected>(tables: TableStore): OnboardingTables<Rejected> => ({
  batches: tables.open("onboardingBatches"),
  lines: tables.open("onboardingLines"),
  claims: tables.open("onboardingClaims"),
  refusals: tables.open("onboardingRefusals"),
});

/** Keys of a batch's lines: accepted tenants, then rejected rows in their order, then rejected messages. */
export const lineKey = {
  accepted: (tenantId: string): string => `accepted|${tenantId}`,
  rejectedRow: (row: number): string => `rejected|row|${String(row).padStart(6, "0")}`,
  rejectedMessage: (messageId: string): string => `rejected|message|${messageId}`,
};

/** Writes a batch unless it is there; what stands there first stays. */
export async function ensureBatch(
  { batches }: Pick<OnboardingTables<unknown>, "batches">,
  batch: BatchRecord,
): Promise<void> {
  try {
    await batches.insert(BATCHES_PARTITION, batch.id, batch);
  } catch (error) {
    if (!(error instanceof RecordExistsError)) {
      throw error;
    }
  }
}

/**
 * Claims the creation of something, so that of several who see that it is missing one creates it.
 *
 * @param lifetimeMs A claim older than this, behind which nothing has come into being, may be taken over.
 * @returns `mine` to whoever may create now; else the claim that stands.
 */
export async function claimCreation(
  claims: Table<CreationClaim>,
  place: { readonly partition: string; readonly key: string },
  now: number,
  lifetimeMs: number,
): Promise<"mine" | CreationClaim> {
  const claim: CreationClaim = { at: new Date(now).toISOString(), createdId: null };
  const standing = await claims.get(place.partition, place.key);
  try {
    if (standing === null) {
      await claims.insert(place.partition, place.key, claim);
      return "mine";
    }
    if (standing.value.createdId === null && Date.parse(standing.value.at) + lifetimeMs <= now) {
      await claims.replace(place.partition, place.key, claim, standing.etag);
      return "mine";
    }
    return standing.value;
  } catch (error) {
    if (error instanceof RecordExistsError || error instanceof RecordChangedError) {
      return claim;
    }
    throw error;
  }
}
