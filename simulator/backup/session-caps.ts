import type { TenantBackup } from "./backup-state.ts";
import { DAY_MS } from "./durations.ts";
import {
  artifactStatusAt,
  isSessionRunning,
  type RestoreArtifact,
  type RestoreSession,
} from "./restore-session.ts";

/**
 * Caps that a seed may put into force (`CAPS` in `limits.ts`). The preview's were counted for each workload; the rule of
 * fair use counts restores of one unit in a calendar month (UTC), whoever asks for them; the one of found messages counts
 * those of a single session.
 */
export type BreachedCap =
  | "RestoringArtifactsCapExceeded"
  | "RestoreSessionsCapExceeded"
  | "DailyArtifactsCapExceeded"
  | "GranularMessagesCapExceeded"
  | "MonthlyRestoresCapExceeded";

/** The cap that activating a draft now would breach, or null. */
export function capAgainst(
  tenant: TenantBackup,
  draft: RestoreSession,
  now: number,
): BreachedCap | null {
  const { limits } = tenant;
  const count = sizeOf(draft);
  const isOver = (cap: number | null, used: () => number) => cap !== null && used() + count > cap;
  const others = [...tenant.sessions.values()].filter(
    ({ service, activatedAt }) => service === draft.service && activatedAt !== null,
  );
  const { restoreSessionsPerService: sessions } = limits;
  if (sessions !== null && others.filter((one) => isSessionRunning(one, now)).length >= sessions) {
    return "RestoreSessionsCapExceeded";
  }
  if (
    isOver(limits.restoringArtifactsPerService, () => sum(others, (one) => runningIn(one, now)))
  ) {
    return "RestoringArtifactsCapExceeded";
  }
  const today = others.filter(({ activatedAt }) => (activatedAt ?? 0) > now - DAY_MS);
  if (isOver(limits.restoredArtifactsPerDay, () => sum(today, sizeOf))) {
    return "DailyArtifactsCapExceeded";
  }
  const { messagesPerGranularRestore: messages } = limits;
  if (messages !== null && sum([...draft.artifacts.values()], foundMessages) > messages) {
    return "GranularMessagesCapExceeded";
  }
  const isSpent = [...draft.artifacts.values()].some(({ unitId }) =>
    isUnitSpent(tenant, unitId, now),
  );
  return isSpent ? "MonthlyRestoresCapExceeded" : null;
}

/** Whether a unit has been restored in this calendar month as often as fair use allows. */
export function isUnitSpent(tenant: TenantBackup, unitId: string, now: number): boolean {
  const cap = tenant.limits.restoresPerUnitAndMonth;
  if (cap === null) return false;
  const month = monthOf(now);
  let restores = 0;
  for (const { activatedAt, artifacts } of tenant.sessions.values()) {
    if (activatedAt === null || monthOf(activatedAt) !== month) continue;
    for (const artifact of artifacts.values()) {
      if (artifact.unitId === unitId && artifact.timeline !== null) restores += 1;
    }
  }
  return restores >= cap;
}

const monthOf = (instant: number): string => new Date(instant).toISOString().slice(0, 7);

/** Artifacts of a session; a bulk request that is not resolved yet counts by its names. */
function sizeOf({ artifacts, bulkRequest }: RestoreSession): number {
  return bulkRequest?.status === "active"
    ? bulkRequest.names.length + bulkRequest.ids.length
    : artifacts.size;
}

/** How many messages the search found that an artifact is about; 0 when it is about anything else. */
const foundMessages = ({ selection, size }: RestoreArtifact): number =>
  selection?.kind === "messages" ? size.items : 0;

function runningIn(session: RestoreSession, now: number): number {
  if (session.bulkRequest?.status === "active") return sizeOf(session);
  return [...session.artifacts.values()].filter((artifact) => {
    const status = artifactStatusAt(artifact, now);
    return status !== "succeeded" && status !== "failed";
  }).length;
}

function sum<T>(list: readonly T[], numberOf: (item: T) => number): number {
  return list.reduce((total, item) => total + numberOf(item), 0);
}
