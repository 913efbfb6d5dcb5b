import {
  type PlanRestoreInput as Input,
  PlanRestoreInput,
  type PlanRestoreOutput,
  type RunKey,
  restorePlanActivities as activities,
} from "../contracts/restore-orchestration.ts";
import { WORKLOADS } from "../domain/workload.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus } from "../durable/custom-status.ts";
import { continueAsNew, type OrchestrationContext, type Task } from "../durable/orchestration.ts";

/** Calls before the history is dropped and the position carried over. */
const ROUNDS_PER_HISTORY = 25;

type Position = Input["position"];
type Counts = Input["counts"];
type Step =
  | { readonly kind: "next"; readonly position: Position; readonly counts: Counts }
  | { readonly kind: "end"; readonly counts: Counts }
  | { readonly kind: "cancelled" };

/**
 * Turns a request into an immutable plan: store the requested units, read what is protected, find each unit and its
 * restore point, pack waves. Lists stay in the store; history holds counts and positions.
 */
export function* planRestore(
  context: OrchestrationContext,
): Generator<Task, PlanRestoreOutput, unknown> {
  const { position: start, counts: before, ...run } = PlanRestoreInput.parse(context.df.getInput());
  let position = start;
  let counts = before;

  for (let round = 0; round < ROUNDS_PER_HISTORY; round += 1) {
    showStatus(context, { phase: position.phase, counts });
    const step: Step = yield* takeStep(context, run, position, counts);
    if (step.kind === "cancelled") {
      return { kind: "cancelled" };
    }
    counts = step.counts;
    if (step.kind === "end") {
      const plan = yield* callActivity(context, activities.storePlan, { ...run, counts });
      if (plan === null) {
        return { kind: "cancelled" };
      }
      return plan.waves === 0 ? { kind: "empty" } : { kind: "planned", plan };
    }
    position = step.position;
  }
  continueAsNew(context, { ...run, position, counts });
  // The output of a generation that continues as new is never seen.
  return { kind: "cancelled" };
}

function* takeStep(
  context: OrchestrationContext,
  run: RunKey,
  position: Position,
  counts: Counts,
): Generator<Task, Step, unknown> {
  switch (position.phase) {
    case "requested": {
      const { part } = position;
      const stored = yield* callActivity(context, activities.storeUnits, { ...run, part });
      const next: Position =
        stored.next === null
          ? { phase: "protectionUnits", workload: WORKLOADS[0], nextLink: null }
          : { phase: "requested", part: stored.next };
      const asked = counts.asked + stored.asked;
      return advance(stored.isCancelled, next, { ...counts, asked });
    }
    case "protectionUnits": {
      const { workload, nextLink } = position;
      const page = yield* callActivity(context, activities.indexUnits, {
        ...run,
        workload,
        nextLink,
      });
      const following = WORKLOADS[WORKLOADS.indexOf(workload) + 1];
      const next: Position =
        page.nextLink !== null
          ? { phase: "protectionUnits", workload, nextLink: page.nextLink }
          : following !== undefined
            ? { phase: "protectionUnits", workload: following, nextLink: null }
            : { phase: "resolving", after: null };
      return advance(page.isCancelled, next, counts);
    }
    case "resolving": {
      const { after } = position;
      const found = yield* callActivity(context, activities.resolveUnits, { ...run, after });
      const next: Position =
        found.after === null
          ? { phase: "waves", workload: WORKLOADS[0], number: 1, after: null }
          : { phase: "resolving", after: found.after };
      return advance(found.isCancelled, next, {
        ...counts,
        planned: counts.planned + found.planned,
        skipped: counts.skipped + found.skipped,
        failed: counts.failed + found.failed,
      });
    }
    case "waves": {
      return yield* planNextWave(context, run, position, counts);
    }
  }
}

function* planNextWave(
  context: OrchestrationContext,
  run: RunKey,
  position: Extract<Position, { phase: "waves" }>,
  counts: Counts,
): Generator<Task, Step, unknown> {
  const { workload, number, after } = position;
  const wave = yield* callActivity(context, activities.planWave, {
    ...run,
    workload,
    number,
    after,
  });
  const nextNumber = wave.units === 0 ? number : number + 1;
  if (wave.after !== null) {
    const next = { phase: "waves", workload, number: nextNumber, after: wave.after } as const;
    return { kind: "next", position: next, counts };
  }
  const following = WORKLOADS[WORKLOADS.indexOf(workload) + 1];
  return following === undefined
    ? { kind: "end", counts }
    : {
        kind: "next",
        position: { phase: "waves", workload: following, number: nextNumber, after: null },
        counts,
      };
}

const advance = (isCancelled: boolean, position: Position, counts: Counts): Step =>
  isCancelled ? { kind: "cancelled" } : { kind: "next", position, counts };
