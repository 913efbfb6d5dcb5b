import {
  restoreWaveActivities as activities,
  RestoreWaveInput,
  type WaveKey,
} from "../contracts/restore-orchestration.ts";
import { RESTORE_LIMITS } from "../domain/restore-limits.ts";
import type { OutcomeCounts } from "../domain/restore-outcome.ts";
import {
  pollIntervalMs,
  SESSION_DEADLINE_MS,
  VISIBILITY_DEADLINE_MS,
  VISIBILITY_INTERVAL_MS,
} from "../domain/restore-polling.ts";
import { ActivityFailedError, callActivity } from "../durable/call.ts";
import { showStatus, showWaiting } from "../durable/custom-status.ts";
import {
  continueAsNew,
  currentTime,
  type OrchestrationContext,
  type Task,
} from "../durable/orchestration.ts";
import { sleepUntil } from "../durable/timer.ts";

/** Looks at the session before the history is dropped and the position carried over. */
const LOOKS_PER_HISTORY = 20;
/** A draft may wait this long for a free place among the active sessions. */
const ACTIVATION_PATIENCE_MS = SESSION_DEADLINE_MS;

type Wave = WaveKey & { readonly units: number };
/** Null where the wave goes on in another history. */
type Result = OutcomeCounts | null;

/** One restore session of a run: draft, fill, activate, watch, judge. */
export function* restoreWave(
  context: OrchestrationContext,
): Generator<Task, OutcomeCounts, unknown> {
  const { position, ...wave } = RestoreWaveInput.parse(context.df.getInput());
  let result: Result;
  switch (position.phase) {
    case "drafting":
      result = yield* startSession(context, wave);
      break;
    case "watching":
      result = yield* watchSession(context, wave, new Date(position.since));
      break;
    case "checking":
      result = yield* judgeUnits(context, wave, new Date(position.since), position.hasEnded);
      break;
  }
  // The output of a generation that continues as new is never seen.
  return result ?? { done: 0, skipped: 0, failed: 0 };
}

const keyOf = ({ runId, tenantId, workload, number }: Wave): WaveKey => ({
  runId,
  tenantId,
  workload,
  number,
});

function* startSession(
  context: OrchestrationContext,
  wave: Wave,
): Generator<Task, Result, unknown> {
  showStatus(context, { phase: "drafting" });
  let failure: { readonly reason: string; readonly isCancelled: boolean };
  try {
    const reached = yield* activateDraft(context, keyOf(wave), wave.units);
    if (reached === "activated") {
      return continueWatching(context, wave);
    }
    failure =
      reached === "cancelled"
        ? {
            reason: "The run was cancelled before this unit's session was activated.",
            isCancelled: true,
          }
        : { reason: "Its session had no unit that could be restored.", isCancelled: false };
  } catch (error) {
    // Compensated below: a draft that was not activated is deleted, and its units say why.
    if (!(error instanceof ActivityFailedError)) {
      throw error;
    }
    failure = { reason: `${error.message} (${error.code})`, isCancelled: false };
  }
  const discarded = yield* callActivity(context, activities.discard, {
    ...keyOf(wave),
    ...failure,
  });
  return discarded.kind === "activated" ? continueWatching(context, wave) : discarded.counts;
}

function* activateDraft(
  context: OrchestrationContext,
  key: WaveKey,
  units: number,
): Generator<Task, "activated" | "cancelled" | "empty", unknown> {
  const draft = yield* callActivity(context, activities.draft, key);
  if (draft.kind !== "drafted") {
    return draft.kind;
  }
  // Every call adds or removes a request's worth, so a draft that does not settle is not ours alone.
  const calls = 2 * Math.ceil(units / RESTORE_LIMITS.artifactsPerRequest) + 2;
  for (let call = 0; call < calls; call += 1) {
    const filled = yield* callActivity(context, activities.fill, key);
    if (filled.kind === "cancelled") {
      return "cancelled";
    }
    if (filled.kind === "activated" || filled.missing === 0) {
      break;
    }
  }
  const deadline = new Date(currentTime(context).getTime() + ACTIVATION_PATIENCE_MS);
  const activated = yield* callActivity(context, activities.activate, key, { deadline });
  return activated.kind;
}

function continueWatching(context: OrchestrationContext, wave: Wave): null {
  const since = currentTime(context).toISOString();
  continueAsNew(context, { ...wave, position: { phase: "watching", since } });
  return null;
}

function* watchSession(
  context: OrchestrationContext,
  wave: Wave,
  since: Date,
): Generator<Task, Result, unknown> {
  const deadline = new Date(since.getTime() + SESSION_DEADLINE_MS);
  const interval = pollIntervalMs(wave.workload, wave.units);
  showStatus(context, { phase: "watching" });
  for (let look = 0; look < LOOKS_PER_HISTORY; look += 1) {
    const { hasEnded, status } = yield* lookAtSession(context, wave);
    const now = currentTime(context);
    if (hasEnded || now >= deadline) {
      const checking = { phase: "checking", since: now.toISOString(), hasEnded };
      continueAsNew(context, { ...wave, position: checking });
      return null;
    }
    const next = new Date(Math.min(deadline.getTime(), now.getTime() + interval));
    showWaiting(context, {
      reason: `The restore session of ${wave.units} units is ${status}.`,
      since: since.toISOString(),
      nextLookAt: next.toISOString(),
      deadline: deadline.toISOString(),
    });
    yield* sleepUntil(context, next);
  }
  continueAsNew(context, { ...wave, position: { phase: "watching", since: since.toISOString() } });
  return null;
}

function* lookAtSession(
  context: OrchestrationContext,
  wave: Wave,
): Generator<Task, { readonly hasEnded: boolean; readonly status: string }, unknown> {
  try {
    return yield* callActivity(context, activities.watch, keyOf(wave));
  } catch (error) {
    // The session goes on whether we can look at it or not; the next look is only as far away as the next timer.
    if (!(error instanceof ActivityFailedError)) {
      throw error;
    }
    return { hasEnded: false, status: `not readable (${error.code})` };
  }
}

function* judgeUnits(
  context: OrchestrationContext,
  wave: Wave,
  since: Date,
  hasEnded: boolean,
): Generator<Task, OutcomeCounts, unknown> {
  const deadline = new Date(since.getTime() + VISIBILITY_DEADLINE_MS);
  showStatus(context, { phase: "checking" });
  for (;;) {
    // What a session that never ended brought back so far is judged once.
    const isLastLook = !hasEnded || currentTime(context) >= deadline;
    const { open, failure } = yield* judgePages(context, keyOf(wave), isLastLook);
    if (isLastLook || (open === 0 && failure === null)) {
      const reason = failure === null ? null : `Its outcome could not be read: ${failure}`;
      return yield* callActivity(context, activities.end, { ...keyOf(wave), reason });
    }
    const now = currentTime(context);
    const next = new Date(now.getTime() + VISIBILITY_INTERVAL_MS);
    showWaiting(context, {
      reason:
        failure === null
          ? `${open} restored units cannot be read back yet.`
          : `The outcome cannot be read yet: ${failure}`,
      since: since.toISOString(),
      nextLookAt: next.toISOString(),
      deadline: deadline.toISOString(),
    });
    yield* sleepUntil(context, next);
    showWaiting(context, null);
  }
}

function* judgePages(
  context: OrchestrationContext,
  key: WaveKey,
  isLastLook: boolean,
): Generator<Task, { readonly open: number; readonly failure: string | null }, unknown> {
  let open = 0;
  let nextLink: string | null = null;
  try {
    do {
      const input: JudgeInput = { ...key, nextLink, isLastLook };
      const page: JudgedPage = yield* callActivity(context, activities.judge, input);
      open += page.open;
      nextLink = page.nextLink;
    } while (nextLink !== null);
    return { open, failure: null };
  } catch (error) {
    // Judged again at the next look; the last one says what stood in the way.
    if (!(error instanceof ActivityFailedError)) {
      throw error;
    }
    return { open, failure: `${error.message} (${error.code})` };
  }
}

type JudgeInput = WaveKey & { readonly nextLink: string | null; readonly isLastLook: boolean };
interface JudgedPage {
  readonly nextLink: string | null;
  readonly open: number;
}
