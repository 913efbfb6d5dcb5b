import type { OperatorAction } from "../contracts/onboarding.ts";
import { nextLookAt } from "../domain/poll-schedule.ts";
import type { StepOutcome } from "../domain/onboarding-steps.ts";
import { showWaiting, type Waiting } from "../durable/custom-status.ts";
import { currentTime, type OrchestrationContext, type Task } from "../durable/orchestration.ts";
import { sleepUntil } from "../durable/timer.ts";

/** Looks before the history is dropped and the wait goes on in a new one. */
const LOOKS_PER_HISTORY = 30;

/** How a part of an onboarding ended for now: `again` asks its orchestration to continue as new and come back. */
export type PartOutcome = StepOutcome | { readonly kind: "again" };

/** Who waits, and where it is written that people can see it. */
export interface WaitScope {
  readonly context: OrchestrationContext;
  /** When each wait began; carried over when the orchestration continues as new, so that no deadline moves. */
  readonly waits: Record<string, string>;
  readonly announce: (
    state: "waiting" | "running",
    detail: string,
    waiting: Waiting | null,
    operatorAction: OperatorAction | null,
  ) => Generator<Task, unknown, unknown>;
}

/** What is waited for, and how. */
export interface Wait<Seen> {
  /** Names the wait within its scope. */
  readonly key: string;
  readonly look: () => Generator<Task, Seen, unknown>;
  /** Why to go on waiting, one sentence; null when what was seen is what was waited for, or cannot become it. */
  readonly reason: (seen: Seen) => string | null;
  readonly patienceMs: number;
  readonly operatorAction?: (seen: Seen) => OperatorAction | null;
}

/** Looks again and again, less often the longer it takes, until what was waited for is seen or the deadline has passed. */
export function* waitUntil<Seen>(
  scope: WaitScope,
  wait: Wait<Seen>,
): Generator<
  Task,
  { readonly kind: "seen"; readonly value: Seen } | Exclude<PartOutcome, { readonly kind: "done" }>,
  unknown
> {
  const { context, waits } = scope;
  let announced: string | null = null;
  for (let look = 0; look < LOOKS_PER_HISTORY; look += 1) {
    const value = yield* wait.look();
    const reason = wait.reason(value);
    if (reason === null) {
      if (waits[wait.key] !== undefined) {
        showWaiting(context, null);
        yield* scope.announce("running", "", null, null);
      }
      return { kind: "seen", value };
    }
    const now = currentTime(context);
    const since = waits[wait.key] ?? now.toISOString();
    waits[wait.key] = since;
    const deadline = new Date(Date.parse(since) + wait.patienceMs);
    if (now >= deadline) {
      return { kind: "failed", detail: `Not done by ${deadline.toISOString()}: ${reason}` };
    }
    const until = new Date(nextLookAt(now.getTime(), Date.parse(since), deadline.getTime()));
    const waiting = {
      reason,
      since,
      nextLookAt: until.toISOString(),
      deadline: deadline.toISOString(),
    };
    const operatorAction = wait.operatorAction?.(value) ?? null;
    if (announced !== reason) {
      // The record is for lists and says when to give up; the next look stands in the custom status only.
      yield* scope.announce("waiting", reason, { ...waiting, nextLookAt: null }, operatorAction);
      announced = reason;
    }
    showWaiting(context, waiting);
    yield* sleepUntil(context, until);
  }
  return { kind: "again" };
}
