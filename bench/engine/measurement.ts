import { join } from "node:path";
import { endStarted } from "./child.ts";
import type { Contestant, RunningEngine } from "./contestant.ts";
import { inTime, scenariosOf, type Plan, type Report } from "./scenarios.ts";

/**
 * Measures everything an engine can do. A scenario that takes too long is given up together with the engine, which would go on
 * with it: the next one gets a new engine on a new folder.
 */
export async function measureContestant(
  contestant: Contestant,
  root: string,
  plan: Plan,
  report: Report,
): Promise<void> {
  let starts = 0;
  const newFolder = (): string => join(root, String((starts += 1)));
  const giveUp = async (what: string): Promise<void> => {
    report(what, Number.NaN);
    await endStarted();
  };

  let running: RunningEngine | null = null;
  for (const scenario of scenariosOf(plan).keys()) {
    running ??= await contestant.start(newFolder());
    const measured = running.measure(scenario, plan, report).then(() => true);
    if ((await inTime(plan.limitMs, measured)) === null) {
      await giveUp(scenario);
      running = null;
    }
  }
  await running?.stop();

  if (contestant.recover !== null) {
    // Starting all the instances takes its time too; the recovery itself is limited where it is measured.
    const seconds = await inTime(5 * plan.limitMs, contestant.recover(newFolder(), plan));
    if (seconds === null) {
      await giveUp("recovery");
    } else {
      report("recovery", seconds);
    }
  }

  const filled = await contestant.start(newFolder());
  const finished = await inTime(2 * plan.limitMs, filled.finish(plan.finished, 1.5 * plan.limitMs));
  if (finished !== null) {
    report("memory", filled.megabytes());
    report("finished", finished);
  }
  await filled.stop();

  await contestant.measureAlone?.(newFolder(), plan, report);
}
