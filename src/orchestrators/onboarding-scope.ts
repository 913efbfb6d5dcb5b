import type {
  OnboardingProgress,
  OnboardTenantInput,
} from "../contracts/onboarding-orchestration.ts";
import type { WaitScope } from "./onboarding-wait.ts";

/** What the steps of one tenant's onboarding share. `progress` is changed in place and carried over. */
export interface OnboardingScope extends WaitScope {
  readonly input: OnboardTenantInput;
  readonly progress: OnboardingProgress;
}
