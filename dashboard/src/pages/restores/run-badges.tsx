import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { isRunActive } from "../../rules/activity.ts";
import { RESTORE_TONES } from "../../rules/tone.ts";

/** State of a run, and whether an operator has suspended it. */
export const RunBadges = ({ run }: { readonly run: RestoreRun }) => (
  <>
    <StateBadge tone={RESTORE_TONES[run.state]} state={run.state} />{" "}
    {run.isSuspended && isRunActive(run) && <StateBadge tone="attention" state="suspended" />}
  </>
);
