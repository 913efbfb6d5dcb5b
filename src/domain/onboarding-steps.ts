/** The steps of one tenant's onboarding, in order. */
export const ONBOARDING_STEPS = [
  "backupService",
  "protectionPolicies",
  "multitenantOrganization",
  "synchronization",
  "verification",
] as const;
export type OnboardingStepName = (typeof ONBOARDING_STEPS)[number];

export type StepState = "pending" | "running" | "waiting" | "done" | "failed";

/** One step as stored; see `contracts/onboarding.ts`. */
export interface Step {
  readonly name: OnboardingStepName;
  readonly state: StepState;
  readonly detail: string;
  readonly at: string | null;
}

export const pendingSteps = (): Step[] =>
  ONBOARDING_STEPS.map((name) => ({ name, state: "pending", detail: "", at: null }));

/** The steps with one of them changed. */
export const withStep = (steps: readonly Step[], changed: Step): Step[] =>
  steps.map((step) => (step.name === changed.name ? changed : step));

/** The step after the given one; null after the last. */
export const stepAfter = (name: OnboardingStepName): OnboardingStepName | null =>
  ONBOARDING_STEPS[ONBOARDING_STEPS.indexOf(name) + 1] ?? null;

/** How a step of an orchestration ended. */
export type StepOutcome =
  | { readonly kind: "done"; readonly detail: string }
  | { readonly kind: "failed"; readonly detail: string };

export const done = (detail: string): StepOutcome => ({ kind: "done", detail });
export const failed = (detail: string): StepOutcome => ({ kind: "failed", detail });
