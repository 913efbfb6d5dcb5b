import type { restoreWaveActivities } from "../contracts/restore-orchestration.ts";
import type { Implementations } from "../durable/activity.ts";
import type { RestoreDependencies } from "./restore-dependencies.ts";
import { createDraft } from "./restore-drafting.ts";
import { createOutcomeActivities } from "./restore-outcomes.ts";
import { createSessionActivities } from "./restore-session.ts";

/** The activities of a wave. */
export function createRestoreWaveActivities(
  dependencies: RestoreDependencies,
): Implementations<typeof restoreWaveActivities> {
  return {
    draft: createDraft(dependencies),
    ...createSessionActivities(dependencies),
    ...createOutcomeActivities(dependencies),
  };
}
