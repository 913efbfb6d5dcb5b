import type { RetentionLabelSettings } from "@microsoft/microsoft-graph-types";

import type { AppliedRetentionLabel } from "./governance.ts";

/**
 * The retention labels of every tenant. Where they are made (`/security/labels/retentionLabels`) is not simulated.
 * https://learn.microsoft.com/purview/records-management#compare-restrictions-for-what-actions-are-allowed-or-blocked
 */
const RETENTION_LABELS: Readonly<
  Record<string, NonNullable<RetentionLabelSettings["behaviorDuringRetentionPeriod"]>>
> = {
  "Delete after five years": "doNotRetain",
  "Keep for seven years": "retain",
  "Retention label for Contracts": "retainAsRecord",
  "Regulatory record": "retainAsRegulatoryRecord",
};

const RETENTION_LABEL_NAMES = Object.keys(RETENTION_LABELS);

/** The name as the tenant spells it, or null when there is no such label. */
export function findRetentionLabel(name: string): string | null {
  const wanted = name.trim().toLowerCase();
  return RETENTION_LABEL_NAMES.find((each) => each.toLowerCase() === wanted) ?? null;
}

/** Whether a label makes an item a record, which only a site's administrator may undo. */
export function isRecordLabel(name: string): boolean {
  return /record/i.test(RETENTION_LABELS[name] ?? "");
}

/** What may be done with an item under a label: an unlocked record can be edited, but not deleted. */
export function settingsOf(
  label: Pick<AppliedRetentionLabel, "name" | "isLocked">,
): Required<RetentionLabelSettings> {
  const behavior = RETENTION_LABELS[label.name] ?? "retain";
  const isRecord = isRecordLabel(label.name);
  const isRegulatory = behavior === "retainAsRegulatoryRecord";
  return {
    behaviorDuringRetentionPeriod: behavior,
    isDeleteAllowed: !isRecord,
    isRecordLocked: isRecord && label.isLocked,
    isMetadataUpdateAllowed: !isRegulatory,
    isContentUpdateAllowed: !isRecord || (!isRegulatory && !label.isLocked),
    isLabelUpdateAllowed: !isRegulatory,
  };
}
