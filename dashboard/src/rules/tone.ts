import type { OnboardingStep, TenantOnboarding } from "../../../src/contracts/onboarding.ts";
import type { RestoreState, RestoreUnit, RestoreWave } from "../../../src/contracts/restore.ts";
import type {
  TenantVerification,
  Verdict,
  Verification,
} from "../../../src/contracts/verification.ts";

/** What a state asks of the reader; colour and icon follow from it. */
export type Tone = "good" | "active" | "attention" | "bad" | "uncovered" | "quiet" | "rest";

export const VERDICTS: readonly Verdict[] = ["fresh", "stale", "error", "unprotected", "unknown"];

export const VERDICT_TONES: Readonly<Record<Verdict, Tone>> = {
  fresh: "good",
  stale: "attention",
  error: "bad",
  unprotected: "uncovered",
  unknown: "quiet",
};

export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  fresh: "a restore point within the objective",
  stale: "the newest restore point is older than the objective",
  error: "the service reports an error for the protection unit",
  unprotected: "no policy covers it",
  unknown: "could not be asked, so nothing is claimed",
};

export const VERIFICATION_TONES: Readonly<Record<Verification["state"], Tone>> = {
  running: "active",
  completed: "good",
  completedWithErrors: "attention",
  failed: "bad",
};

export const TENANT_VERIFICATION_TONES: Readonly<Record<TenantVerification["state"], Tone>> = {
  pending: "rest",
  running: "active",
  completed: "good",
  failed: "bad",
};

export const RESTORE_TONES: Readonly<Record<RestoreState, Tone>> = {
  planning: "active",
  waitingForApproval: "attention",
  restoring: "active",
  checking: "active",
  completed: "good",
  completedWithErrors: "attention",
  cancelled: "quiet",
  expired: "quiet",
  failed: "bad",
};

export const UNIT_TONES: Readonly<Record<RestoreUnit["state"], Tone>> = {
  requested: "rest",
  planned: "rest",
  done: "good",
  skipped: "quiet",
  failed: "bad",
};

const WAVE_TONES: Readonly<Record<RestoreWave["state"], Tone>> = {
  planned: "rest",
  drafted: "active",
  active: "active",
  ended: "good",
  cancelled: "quiet",
};

/** A wave that has ended is only as good as its session says (`restoreSessionStatus` of Graph). */
export function waveTone({ state, sessionStatus }: RestoreWave): Tone {
  if (state !== "ended" || sessionStatus === "completed") {
    return WAVE_TONES[state];
  }
  return sessionStatus === "failed" ? "bad" : "attention";
}

export const ONBOARDING_TONES: Readonly<Record<TenantOnboarding["state"], Tone>> = {
  queued: "rest",
  running: "active",
  waiting: "attention",
  completed: "good",
  failed: "bad",
};

export const STEP_TONES: Readonly<Record<OnboardingStep["state"], Tone>> = {
  pending: "rest",
  running: "active",
  waiting: "attention",
  done: "good",
  failed: "bad",
};

/** `backupServiceStatus` of Graph; a word that we do not know is not praised. */
export function serviceStatusTone(status: string | null): Tone {
  switch (status) {
    case "enabled":
      return "good";
    case "protectionChangeLocked":
      return "attention";
    case "restoreLocked":
    case "disabled":
      return "bad";
    default:
      return "quiet";
  }
}
