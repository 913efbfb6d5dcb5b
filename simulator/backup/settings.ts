import { z } from "zod";

import { DOCUMENTED_DURATIONS, type BackupDurations } from "./durations.ts";
import { CAPS, DOCUMENTED_LIMITS, LIMITS, type BackupLimits } from "./limits.ts";

const Amount = z.number().nonnegative().max(1_000_000);

/** A span from which the seed draws, or one number for always the same. */
const Span = z.union([
  Amount,
  z
    .strictObject({ min: Amount, max: Amount })
    .refine(({ min, max }) => min <= max, "expected min not to be more than max"),
]);

const Rows = z.array(z.strictObject({ units: z.int().positive(), minutes: Amount })).min(1);

const Rate = z.number().positive().max(1_000_000);

const RestoreSpans = z.strictObject({
  site: Rows.optional(),
  drive: Rows.optional(),
  mailbox: Rows.optional(),
  unitsPerHour: Rate.optional(),
  terabytesPerHour: z
    .strictObject({ site: Rate.optional(), drive: Rate.optional(), mailbox: Rate.optional() })
    .optional(),
  mailboxItemsPerMinute: z
    .strictObject({ min: Rate, max: Rate })
    .refine(({ min, max }) => min <= max, "expected min not to be more than max")
    .optional(),
  expressShare: z.number().positive().max(10).optional(),
});

const isSpan = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "min" in value;

/** One optional member for each duration, of the kind that the documented one is. */
export const DurationChanges = z.strictObject({
  ...(Object.fromEntries(
    Object.entries(DOCUMENTED_DURATIONS)
      .filter(([name]) => name !== "restore")
      .map(([name, value]) => [name, (isSpan(value) ? Span : Amount).optional()]),
  ) as Record<Exclude<keyof BackupDurations, "restore">, z.ZodOptional<typeof Span>>),
  restore: RestoreSpans.optional(),
});
export type DurationChanges = z.infer<typeof DurationChanges>;

const Limit = z.int().positive().max(1_000_000);

/** One optional member for each limit and cap; `"documented"` puts a cap into force with the number that was published. */
export const LimitChanges = z.strictObject({
  ...(Object.fromEntries(Object.keys(LIMITS).map((name) => [name, Limit.optional()])) as Record<
    keyof typeof LIMITS,
    z.ZodOptional<typeof Limit>
  >),
  ...(Object.fromEntries(Object.keys(CAPS).map((name) => [name, capSchema().optional()])) as Record<
    keyof typeof CAPS,
    z.ZodOptional<ReturnType<typeof capSchema>>
  >),
});
export type LimitChanges = z.infer<typeof LimitChanges>;

function capSchema() {
  return z.union([Limit, z.literal("documented")]).nullable();
}

/** Choices where the documentation contradicts itself. */
export const BackupOptions = z.strictObject({
  /** "page": 400 `invalidStateForActivation`; "article": 403 `PolicyActionNotAllowed`. */
  wrongPolicyState: z.enum(["page", "article"]).optional(),
});
export type BackupOptions = z.infer<typeof BackupOptions>;

/** What a seed or the control API may change of the backup service; what is left out is as documented. */
export interface BackupChanges {
  readonly durations?: DurationChanges | undefined;
  readonly limits?: LimitChanges | undefined;
  readonly options?: BackupOptions | undefined;
}

/** What is in force. */
export interface BackupSettings {
  readonly durations: BackupDurations;
  readonly limits: BackupLimits;
  readonly options: { readonly wrongPolicyState: "page" | "article" };
}

const present = (changes: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));

/** The documented settings with changes. */
export function settingsOf({
  durations = {},
  limits = {},
  options = {},
}: BackupChanges): BackupSettings {
  const { restore = {}, ...spans } = durations;
  const { terabytesPerHour = {} } = restore;
  const changed = Object.entries(present(spans)).map(([name, value]) => [
    name,
    isSpan(DOCUMENTED_DURATIONS[name as keyof BackupDurations]) && typeof value === "number"
      ? { min: value, max: value }
      : value,
  ]);
  const caps = Object.entries(CAPS)
    .filter(([name]) => limits[name as keyof typeof CAPS] === "documented")
    .map(([name, { value }]) => [name, value]);
  return {
    durations: {
      ...DOCUMENTED_DURATIONS,
      ...(Object.fromEntries(changed) as Partial<BackupDurations>),
      restore: {
        ...DOCUMENTED_DURATIONS.restore,
        ...present(restore),
        terabytesPerHour: {
          ...DOCUMENTED_DURATIONS.restore.terabytesPerHour,
          ...present(terabytesPerHour),
        },
      },
    },
    limits: {
      ...DOCUMENTED_LIMITS,
      ...(present(limits) as Partial<BackupLimits>),
      ...(Object.fromEntries(caps) as Partial<BackupLimits>),
    },
    options: { wrongPolicyState: options.wrongPolicyState ?? "page" },
  };
}
