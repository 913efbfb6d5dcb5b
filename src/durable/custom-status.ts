import type { OrchestrationContext } from "./orchestration.ts";

/** Why an orchestration stands still, for people: what it waits for, since when, until when at the latest. */
export interface Waiting {
  readonly reason: string;
  /** ISO instant. */
  readonly since: string;
  /** ISO instant of the next look; null when only an event wakes it. */
  readonly nextLookAt: string | null;
  /** ISO instant after which it gives up. */
  readonly deadline: string;
}

/** Shows a status object; a wait that is shown is kept until `showWaiting(context, null)`. */
export function showStatus(context: OrchestrationContext, status: Record<string, unknown>): void {
  context.df.setCustomStatus({ ...status, waiting: null });
}

/** Adds or clears the wait in the status that is shown now. */
export function showWaiting(context: OrchestrationContext, waiting: Waiting | null): void {
  const shown = context.df.customStatus;
  context.df.setCustomStatus({
    ...(typeof shown === "object" && shown !== null ? shown : {}),
    waiting,
  });
}
