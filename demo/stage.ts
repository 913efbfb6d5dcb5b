import type { ActClock } from "./act-clock.ts";
import type { AppClient } from "./app-client.ts";
import type { DataDirectory } from "./data-files.ts";
import type { GraphReader } from "./graph-reader.ts";
import type { Narrator } from "./narrator.ts";
import type { ActResult, ProgressFile } from "./progress.ts";
import type { Estate } from "./seed-file.ts";

/** What every act plays with. */
export interface Stage {
  readonly estate: Estate;
  readonly directory: DataDirectory;
  readonly clock: ActClock;
  readonly narrator: Narrator;
  readonly progress: ProgressFile;
  readonly simulatorUrl: string;
  /** The app's API as the person who asks. */
  readonly requester: AppClient;
  /** The same as the person who approves. */
  readonly approver: AppClient;
  /** A second opinion on a tenant, over ordinary Graph. */
  readonly reader: (tenantId: string) => Promise<GraphReader>;
}

/** Plays an act and measures it; a part played before a crash counts in virtual time only. */
export async function playAct(
  stage: Stage,
  act: "verification" | "restore" | "onboarding",
  play: () => Promise<Omit<ActResult, "simulatedSeconds" | "realSeconds">>,
): Promise<ActResult> {
  const { clock, progress } = stage;
  const startedAt = progress.progress[act].startedAt ?? clock.now();
  await progress.note(act, { startedAt });
  const realStart = performance.now();
  const outcome = await play();
  const result: ActResult = {
    ...outcome,
    simulatedSeconds: Math.round((clock.now() - startedAt) / 1000),
    realSeconds: Math.round(performance.now() - realStart) / 1000,
  };
  await progress.note(act, { result });
  if (result.objections.length === 0) {
    stage.narrator.checked(`Checked by ${result.checkedBy}.`);
  }
  for (const objection of result.objections.slice(0, 10)) {
    stage.narrator.objected(objection);
  }
  return result;
}

/** Whether an act held: everything asked has an outcome, nothing failed, and the second read agrees. */
export const hasHeld = ({ asked, done, skipped, failed, objections }: ActResult): boolean =>
  objections.length === 0 && failed === 0 && done > 0 && done + skipped === asked;
