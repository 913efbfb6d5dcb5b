import { z } from "zod";
import { Actor, Instant, TenantId, Waiting, Workload } from "./identifiers.ts";
import { RestorePointReference } from "./verification.ts";

export const Destination = z.enum(["inPlace", "new"]);
export type Destination = z.infer<typeof Destination>;

/** Units of one request at the most; larger incidents are several runs. */
export const UNITS_PER_RUN = 10_000;

const UnitList = (expected: string) =>
  z.array(z.string().min(1, expected).max(400)).max(UNITS_PER_RUN).default([]);

/** `POST /api/restores`. Mailboxes and drives by directory object id or e-mail, sites by site id or URL. */
export const RequestRestore = z
  .strictObject({
    tenantId: TenantId,
    units: z.strictObject({
      mailboxes: UnitList("a directory object id or an e-mail address"),
      drives: UnitList("a directory object id or an e-mail address"),
      sites: UnitList("a site id or a URL"),
    }),
    /** The instant whose state is wanted; every unit gets the newest restore point at or before it. */
    restoreTo: Instant,
    destination: Destination,
  })
  .refine(({ units }) => units.mailboxes.length + units.drives.length + units.sites.length > 0, {
    path: ["units"],
    message: "at least one mailbox, drive or site",
  });
export type RequestRestore = z.infer<typeof RequestRestore>;

/** `POST /api/restores/{id}/approval`: names the plan that is approved. */
export const ApproveRestore = z.strictObject({
  planHash: z.string().regex(/^[0-9a-f]{64}$/u, "the plan's hash, 64 hexadecimal digits"),
});

/** done: read back as restored; skipped: cannot be restored, for a reason that stays; failed: may be tried again. */
export const Outcome = z.enum(["done", "skipped", "failed"]);
export type Outcome = z.infer<typeof Outcome>;

/** One requested unit of a run. */
export const RestoreUnit = z.object({
  workload: Workload,
  /** As the caller named it. */
  requested: z.string(),
  /** Directory object id or site id; null when nothing was found under that name. */
  resourceId: z.string().nullable(),
  protectionUnitId: z.string().nullable(),
  name: z.string().nullable(),
  restorePoint: RestorePointReference.nullable(),
  sessionId: z.string().nullable(),
  /** `planned` until its wave ends. */
  state: z.enum(["requested", "planned", ...Outcome.options]),
  /** One sentence that says why it is in this state; names Graph's code where there is one. */
  reason: z.string(),
  /** What came back: address of a copy, folder and number of items of a mailbox. */
  restored: z
    .object({
      webUrl: z.string().nullable(),
      folderName: z.string().nullable(),
      itemCount: z.number().nullable(),
    })
    .nullable(),
  /** ISO instant of the second read that the outcome rests on. */
  checkedAt: z.string().nullable(),
});
export type RestoreUnit = z.infer<typeof RestoreUnit>;

export const RestoreState = z.enum([
  "planning",
  "waitingForApproval",
  "restoring",
  "checking",
  "completed",
  "completedWithErrors",
  "cancelled",
  "expired",
  "failed",
]);
export type RestoreState = z.infer<typeof RestoreState>;

/** One restore session of a run. */
export const RestoreWave = z.object({
  number: z.number().int(),
  workload: Workload,
  units: z.number().int(),
  state: z.enum(["planned", "drafted", "active", "ended", "cancelled"]),
  sessionId: z.string().nullable(),
  /** `restoreSessionStatus` as last read. */
  sessionStatus: z.string().nullable(),
});
export type RestoreWave = z.infer<typeof RestoreWave>;

export const RestoreCounts = z.object({
  asked: z.number().int(),
  planned: z.number().int(),
  done: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
});
export type RestoreCounts = z.infer<typeof RestoreCounts>;

export const RestoreRun = z.object({
  id: z.string(),
  tenantId: TenantId,
  state: RestoreState,
  /** True while an operator has suspended it. */
  isSuspended: z.boolean(),
  requestedBy: Actor,
  requestedAt: z.string(),
  restoreTo: z.string(),
  destination: Destination,
  /** SHA-256 of the plan's canonical form; null until it is planned. */
  planHash: z.string().nullable(),
  approvedBy: Actor.nullable(),
  approvedAt: z.string().nullable(),
  cancelledBy: Actor.nullable(),
  finishedAt: z.string().nullable(),
  counts: RestoreCounts,
  waves: z.array(RestoreWave),
  waiting: Waiting.nullable(),
  /** What went wrong with the run itself, or what a cancelled run had already done; null otherwise. */
  message: z.string().nullable(),
});
export type RestoreRun = z.infer<typeof RestoreRun>;

/** 202 of `POST /api/restores`. */
export const RestoreAccepted = z.object({ id: z.string(), statusUrl: z.string() });
