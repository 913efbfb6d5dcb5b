import { fraction } from "../core/random.ts";

/**
 * How long the service takes, as data. Values are minutes from the product documentation
 * (microsoft-365/backup/backup-restore-data.md and backup-setup.md, 2025; averages, not an SLA), or `assumed`.
 */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A span from which the seed draws one value, in minutes. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A value of the range that depends only on the given parts; same unit as the range. */
export function drawFrom(range: Range, ...parts: readonly (string | number)[]): number {
  return range.min + (range.max - range.min) * fraction(...parts);
}

/** One row of a restore table: that many units take that many minutes altogether. */
export interface RestoreRow {
  readonly units: number;
  readonly minutes: number;
}

/** What the tables of restores tell apart. */
export type RestoredThing = "site" | "drive" | "mailbox";

/** Everything the area waits for: minutes, unless the name says days. A seed may override any member. */
export interface BackupDurations {
  /** Policy activation, deactivation and removals: "up to 60 min", typically 15 to 60. */
  readonly policyProcessing: Range;
  /** Units added to an active policy: 15 minutes per 1,000 units (OneDrive 15 to 25). */
  readonly unitAddition: Range;
  readonly perThousandUnits: number;
  /** From protected to the first visible point: "another 60 min" on average. */
  readonly firstPoint: Range;
  readonly bulkJob: Range;
  readonly rule: Range;
  readonly bulkRestoreResolution: Range;
  readonly browseSession: Range;
  /** `added → scheduling → scheduled → inProgress` after activation; assumed. */
  readonly scheduling: Range;
  readonly cancelOffboard: Range;
  /** Dynamic rules follow their groups once a day. */
  readonly ruleEvaluationDays: number;
  /** 90 days, or 7 with the approval of backup critical actions. */
  readonly offboardGraceDays: number;
  /** Shortest and longest notice of a takeover by another controller. */
  readonly takeoverNoticeDays: Range;
  /** An active controller that unregisters leaves this much time for another one. */
  readonly orphanGraceDays: number;
  readonly restore: {
    /** Section "performance" of the product documentation. */
    readonly site: readonly RestoreRow[];
    readonly drive: readonly RestoreRow[];
    readonly mailbox: readonly RestoreRow[];
    /** Above 1,000 units: units an hour. */
    readonly unitsPerHour: number;
    /** "Up to 3 TB/h" of sites and OneDrives, "up to 2.7 TB/h" of mailboxes: all restores of a tenant together. */
    readonly terabytesPerHour: Readonly<Record<RestoredThing, number>>;
    /** "A single mailbox restores 200-300 items per minute": found messages, or all that it holds (26,000: about 2 h). */
    readonly mailboxItemsPerMinute: Range;
    /** One unit from an express point: 10 to 120 minutes; more units scale by the same share. */
    readonly expressShare: number;
  };
  /** A copied site answers at its new address this long after completion. */
  readonly newSiteVisible: number;
  readonly sessionHistoryDays: number;
  readonly browseSessionLifeDays: number;
}

const SITE_ROWS: readonly RestoreRow[] = [
  { units: 1, minutes: 30 },
  { units: 50, minutes: 180 },
  { units: 250, minutes: 240 },
  { units: 1_000, minutes: 600 },
];

const MAILBOX_ROWS: readonly RestoreRow[] = [
  { units: 1, minutes: 120 },
  { units: 50, minutes: 150 },
  { units: 250, minutes: 180 },
  { units: 1_000, minutes: 240 },
];

export const DOCUMENTED_DURATIONS: BackupDurations = {
  policyProcessing: { min: 15, max: 60 },
  unitAddition: { min: 5, max: 15 },
  perThousandUnits: 15,
  firstPoint: { min: 45, max: 75 },
  bulkJob: { min: 2, max: 10 },
  rule: { min: 5, max: 20 },
  bulkRestoreResolution: { min: 2, max: 10 },
  browseSession: { min: 1, max: 5 },
  scheduling: { min: 1, max: 5 },
  cancelOffboard: { min: 1, max: 15 },
  ruleEvaluationDays: 1,
  offboardGraceDays: 90,
  takeoverNoticeDays: { min: 7, max: 30 },
  orphanGraceDays: 7,
  restore: {
    site: SITE_ROWS,
    drive: SITE_ROWS,
    mailbox: MAILBOX_ROWS,
    unitsPerHour: 250,
    terabytesPerHour: { site: 3, drive: 3, mailbox: 2.7 },
    mailboxItemsPerMinute: { min: 200, max: 300 },
    expressShare: 0.5,
  },
  newSiteVisible: 15,
  sessionHistoryDays: 366,
  browseSessionLifeDays: 3,
};

/** Length of a protection interval between two restore points, and for how long each kind is kept. */
export const POINT_INTERVAL_MS = 10 * MINUTE_MS;
export const DENSE_RETENTION_MS = 14 * DAY_MS;
export const LONG_RETENTION_MS = 365 * DAY_MS;
/** 10-minute steps between two weekly points, and between two express points (daily: assumed, no page says). */
export const STEPS_PER_WEEK = 1_008;
export const STEPS_PER_EXPRESS_POINT = 144;
