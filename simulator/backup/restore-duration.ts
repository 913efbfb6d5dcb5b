import { fraction } from "../core/random.ts";
import type { ContentSize } from "../content/content-size.ts";
import {
  drawFrom,
  MINUTE_MS,
  type BackupDurations,
  type RestoredThing,
  type RestoreRow,
} from "./durations.ts";
import type { Service } from "./service-kind.ts";

/** When one artifact passes its states, in Unix milliseconds. */
export interface ArtifactTimeline {
  readonly schedulingAt: number;
  readonly scheduledAt: number;
  readonly startsAt: number;
  readonly completesAt: number;
}

/** What is being restored together. */
export interface RestoreLoad {
  readonly units: number;
  readonly bytes: number;
}

const TERABYTE = 10 ** 12;

const THING_OF: Readonly<Record<Service, RestoredThing>> = {
  sharePoint: "site",
  oneDriveForBusiness: "drive",
  exchange: "mailbox",
};

/** Minutes that a restore of so many units takes: the documented table, interpolated; above it, a rate per hour. */
export function restoreMinutes(
  service: Service,
  units: number,
  durations: BackupDurations,
): number {
  const rows: readonly RestoreRow[] = durations.restore[THING_OF[service]];
  const last = rows.at(-1);
  if (last === undefined || units <= 0) {
    return 0;
  }
  if (units >= last.units) {
    return last.minutes + ((units - last.units) / durations.restore.unitsPerHour) * 60;
  }
  let lower = rows[0] ?? last;
  for (const upper of rows) {
    if (units <= upper.units) {
      const span = upper.units - lower.units;
      const share = span === 0 ? 1 : (units - lower.units) / span;
      return lower.minutes + (upper.minutes - lower.minutes) * share;
    }
    lower = upper;
  }
  return last.minutes;
}

/** Minutes that so many bytes take at the documented rate. */
export function transferMinutes(
  service: Service,
  bytes: number,
  durations: BackupDurations,
): number {
  return (bytes / TERABYTE / durations.restore.terabytesPerHour[THING_OF[service]]) * 60;
}

/**
 * Timelines of a session's artifacts. All units that the tenant restores in this service at the time share the table's
 * duration, artifacts finish one after the other, and express points take a smaller share. The table is about units of
 * average size: nothing ends before its bytes, and those before it, are through at the documented rate, and no mailbox
 * before its items are.
 */
export function planTimelines(plan: {
  readonly service: Service;
  readonly activatedAt: number;
  /** What the tenant restores in this service besides. */
  readonly others: RestoreLoad;
  readonly artifacts: readonly {
    readonly id: string;
    readonly isExpress: boolean;
    readonly size: ContentSize;
  }[];
  readonly durations: BackupDurations;
  readonly seed: number | string;
}): ArtifactTimeline[] {
  const { service, activatedAt, durations, artifacts } = plan;
  const total = restoreMinutes(service, plan.others.units + artifacts.length, durations);
  const single = restoreMinutes(service, 1, durations);
  const scheduling = drawFrom(
    durations.scheduling,
    plan.seed,
    "scheduling",
    artifacts[0]?.id ?? "",
  );
  let bytes = plan.others.bytes;
  const itemMinutes = ({ id, size }: (typeof artifacts)[number]) =>
    service === "exchange"
      ? size.items / drawFrom(durations.restore.mailboxItemsPerMinute, plan.seed, "items", id)
      : 0;
  return artifacts.map((artifact, index) => {
    bytes += artifact.size.bytes;
    const position = artifacts.length === 1 ? 1 : index / (artifacts.length - 1);
    const jitter = 0.85 + 0.15 * fraction(plan.seed, "restore", artifact.id);
    const express = artifact.isExpress ? durations.restore.expressShare : 1;
    const minutes = Math.max(
      (single + (total - single) * position) * jitter * express,
      transferMinutes(service, bytes, durations),
      itemMinutes(artifact),
    );
    const scheduledAt = activatedAt + Math.round(scheduling * MINUTE_MS);
    const startsAt = scheduledAt + Math.round(minutes * 0.1 * MINUTE_MS);
    return {
      schedulingAt: activatedAt,
      scheduledAt,
      startsAt,
      completesAt: Math.max(startsAt + MINUTE_MS, activatedAt + Math.round(minutes * MINUTE_MS)),
    };
  });
}
