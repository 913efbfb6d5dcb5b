import type { OnboardingBatch, TenantOnboarding } from "../../../src/contracts/onboarding.ts";
import type { RestoreRun, RestoreState } from "../../../src/contracts/restore.ts";

const ENDED_STATES: readonly RestoreState[] = [
  "completed",
  "completedWithErrors",
  "cancelled",
  "expired",
  "failed",
];

/** Whether something may still change by itself. */
export const isRunActive = ({ state }: Pick<RestoreRun, "state">): boolean =>
  !ENDED_STATES.includes(state);

export const isOnboardingActive = (onboarding: TenantOnboarding | null): boolean =>
  onboarding !== null && onboarding.state !== "completed" && onboarding.state !== "failed";

export const isBatchActive = ({ counts }: Pick<OnboardingBatch, "counts">): boolean =>
  counts.queued + counts.running + counts.waiting > 0;

/** Runs that stand still until a person approves or refuses. */
export const runsToApprove = (runs: readonly RestoreRun[]): RestoreRun[] =>
  runs.filter(({ state }) => state === "waitingForApproval");
