import type { OrchestrationContext, Task } from "./orchestration.ts";

/** Waits on a durable timer until the given instant. */
export function* sleepUntil(
  context: OrchestrationContext,
  until: Date,
): Generator<Task, void, unknown> {
  yield context.df.createTimer(until);
}

/**
 * Waits until the instant or until the named external event, whichever is first, and says which it was.
 *
 * The event only wakes: what it announces stands in the store and is read from there. An event that arrives while
 * nobody waits may be taken by an earlier, abandoned wait (the SDK keeps waiters in a stack), so its payload must never
 * be the only copy of a decision.
 */
export function* sleepUntilOrEvent(
  context: OrchestrationContext,
  until: Date,
  eventName: string,
): Generator<Task, "time" | "event", unknown> {
  const timer = context.df.createTimer(until);
  const winner = yield context.df.Task.any([timer, context.df.waitForExternalEvent(eventName)]);
  if (winner === timer) {
    return "time";
  }
  // An open timer would keep the orchestration from completing.
  timer.cancel();
  return "event";
}
