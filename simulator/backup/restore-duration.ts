import { fraction } from "../core/random.ts";
import { drawFrom, MINUTE_MS, type BackupDurations, type RestoreRow } from "./durations.ts";
import type { Service } from "./service-kind.ts";

/** When one artifact passes its states, in Unix milliseconds. */
export interface ArtifactTimeline {
  readonly schedulingAt: number;
  readonly scheduledAt: number;
  readonly startsAt: number;
  readonly completesAt: number;
}

const ROWS_OF: Readonly<Record<Service, "site" | "drive" | "mailbox">> = {
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
  const rows: readonly RestoreRow[] = durations.restore[ROWS_OF[service]];
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

/**
 * Timelines of a session's artifacts. All units that the tenant restores in this service at the time share the table's
 * duration (`load` counts them), artifacts finish one after the other, and express points take a smaller share.
 */
export function planTimelines(plan: {
  readonly service: Service;
  readonly activatedAt: number;
  readonly load: number;
  readonly artifacts: readonly { readonly id: string; readonly isExpress: boolean }[];
  readonly durations: BackupDurations;
  readonly seed: number | string;
}): ArtifactTimeline[] {
  const { service, activatedAt, durations, artifacts } = plan;
  const total = restoreMinutes(service, Math.max(plan.load, artifacts.length), durations);
  const single = restoreMinutes(service, 1, durations);
  const scheduling = drawFrom(
    durations.scheduling,
    plan.seed,
    "scheduling",
    artifacts[0]?.id ?? "",
  );
  return artifacts.map((artifact, index) => {
    const position = artifacts.length === 1 ? 1 : index / (artifacts.length - 1);
    const jitter = 0.85 + 0.15 * fraction(plan.seed, "restore", artifact.id);
    const express = artifact.isExpress ? durations.restore.expressShare : 1;
    const minutes = (single + (total - single) * position) * jitter * express;
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
