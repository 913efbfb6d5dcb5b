import { z } from "zod";

import { BackupOptions, DurationChanges, LimitChanges } from "../backup/settings.ts";
import { TimingChanges } from "../multitenant/timing-settings.ts";

const Instant = z.iso.datetime({ offset: true });
const Share = z.number().min(0).max(1);

const BackupSeed = z.strictObject({
  /** Whether an Azure subscription pays for Microsoft 365 Backup. */
  billing: z.boolean(),
  /** State of the first application of the seed as backup controller of this tenant. */
  serviceApp: z.enum(["active", "inactive", "none"]),
  enabled: z.boolean(),
  protected: z
    .strictObject({
      since: Instant,
      /** Shares of all mailboxes, drives and sites that a policy covers. */
      mailboxes: Share,
      drives: Share,
      sites: Share,
      /** Units whose newest restore point is old. */
      stale: z.int().nonnegative().default(0),
      /** Units that the service reports with an error. */
      errors: z.int().nonnegative().default(0),
    })
    .nullable()
    .default(null),
});

const TenantSeed = z.strictObject({
  tenantId: z.guid(),
  displayName: z.string().min(1),
  domain: z.string().min(3),
  users: z.int().min(1).max(1_000_000),
  sites: z.int().nonnegative().max(1_000_000),
  /** A person with administrator roles; is one of the users. */
  admin: z.strictObject({ userPrincipalName: z.string().min(3), password: z.string().min(8) }),
  content: z
    .strictObject({
      messagesPerMailbox: z.int().nonnegative().max(10_000).default(5),
      filesPerDrive: z.int().nonnegative().max(10_000).default(4),
      filesPerSite: z.int().nonnegative().max(10_000).default(6),
    })
    .prefault({}),
  /** A group of the first `members` users, for cross-tenant synchronization. */
  syncGroup: z
    .strictObject({ displayName: z.string().min(1), members: z.int().nonnegative() })
    .nullable()
    .default(null),
  backup: BackupSeed.nullable().default(null),
  multiTenantOrganization: z.null().default(null),
});

/** A seed file: everything that exists before the first request. */
export const SeedFile = z.strictObject({
  seed: z.int().nonnegative(),
  startsAt: Instant,
  applications: z
    .array(
      z.strictObject({
        clientId: z.guid(),
        clientSecret: z.string().min(8),
        displayName: z.string().min(1),
        homeTenantId: z.guid(),
        consents: z.array(
          z.strictObject({
            tenantId: z.guid(),
            roles: z.union([z.array(z.string().min(1)), z.literal("all")]),
          }),
        ),
      }),
    )
    .min(1),
  tenants: z.array(TenantSeed).min(1),
  /** How long things take, where that is not to be as documented. */
  durations: z
    .strictObject({ backup: DurationChanges.optional(), multitenant: TimingChanges.optional() })
    .optional(),
  /** Limits and caps, where they are not to be as documented. */
  limits: z.strictObject({ backup: LimitChanges.optional() }).optional(),
  options: z
    .strictObject({
      /** Reads that only `/beta` has are answered. */
      beta: z.boolean().optional(),
      backup: BackupOptions.optional(),
    })
    .optional(),
});
export type SeedFile = z.infer<typeof SeedFile>;
export type TenantSeed = z.infer<typeof TenantSeed>;
