import type { RestoreCounts } from "../../../src/contracts/restore.ts";
import type { OnboardingBatch, ProtectionCounts } from "../../../src/contracts/onboarding.ts";
import type { VerdictCounts } from "../../../src/contracts/verification.ts";
import { remainingUnits } from "./restore-plan.ts";
import { ONBOARDING_TONES, type Tone, VERDICT_TONES, VERDICTS } from "./tone.ts";

/** One share of a whole: a verdict, outcome or state in the API's own spelling. */
export interface Segment {
  readonly name: string;
  readonly count: number;
  readonly tone: Tone;
}

export const verdictSegments = (counts: VerdictCounts): Segment[] =>
  VERDICTS.map((name) => ({ name, count: counts[name], tone: VERDICT_TONES[name] }));

/** Outcomes first; units without one are the rest. */
export const outcomeSegments = (counts: RestoreCounts): Segment[] => [
  { name: "done", count: counts.done, tone: "good" },
  { name: "failed", count: counts.failed, tone: "bad" },
  { name: "skipped", count: counts.skipped, tone: "quiet" },
  { name: "remaining", count: remainingUnits(counts), tone: "rest" },
];

const BATCH_STATES = ["completed", "failed", "waiting", "running", "queued"] as const;

export const batchSegments = (counts: OnboardingBatch["counts"]): Segment[] =>
  BATCH_STATES.map((name) => ({ name, count: counts[name], tone: ONBOARDING_TONES[name] }));

/** Protected and failed protectables; those that are neither yet are the rest. */
export const protectionSegments = (counts: ProtectionCounts): Segment[] => [
  { name: "protected", count: counts.protected, tone: "good" },
  { name: "failed", count: counts.failed, tone: "bad" },
  {
    name: "notYetProtected",
    count: Math.max(0, counts.protectables - counts.protected - counts.failed),
    tone: "rest",
  },
];
