import type { RestoreCounts, RestoreRun } from "../../../src/contracts/restore.ts";
import { SHORT_HASH_LENGTH, type Workload, WORKLOADS } from "./words.ts";

/** How many units of each workload the plan restores; workloads without any are left out. */
export function plannedUnits(
  waves: RestoreRun["waves"],
): { readonly workload: Workload; readonly units: number; readonly waves: number }[] {
  return WORKLOADS.map((workload) => {
    const own = waves.filter((wave) => wave.workload === workload);
    return { workload, units: own.reduce((sum, { units }) => sum + units, 0), waves: own.length };
  }).filter(({ units }) => units > 0);
}

/** Units without an outcome yet. */
export const remainingUnits = ({ asked, done, skipped, failed }: RestoreCounts): number =>
  Math.max(0, asked - done - skipped - failed);

/** Whether the approver named this plan: the first characters of its hash, in any case, spaces around ignored. */
export const namesPlan = (typed: string, planHash: string): boolean =>
  typed.trim().toLowerCase() === planHash.slice(0, SHORT_HASH_LENGTH);

/** What a destination does to the live content, for the person who approves. */
export const DESTINATION_MEANINGS: Readonly<
  Record<RestoreRun["destination"], { readonly name: string; readonly effect: string }>
> = {
  inPlace: {
    name: "in place",
    effect:
      "Live content is overwritten: sites and OneDrives are rolled back to their restore point, and mailbox items come back in the mailbox.",
  },
  new: {
    name: "to a new place",
    effect:
      "Live content stays as it is: sites and OneDrives come back as copies at a new address, mailbox items in a new folder of the mailbox.",
  },
};
