import type { ActivityAnswer, ActivityReference } from "./activity.ts";
import { showWaiting } from "./custom-status.ts";
import { currentTime, type OrchestrationContext, type Task } from "./orchestration.ts";
import { sleepUntil } from "./timer.ts";

/** An activity answered that it cannot succeed. `code` is the service's or our own error code. */
export class ActivityFailedError extends Error {
  override readonly name = "ActivityFailedError";
  readonly activity: string;
  readonly code: string;

  constructor(activity: string, code: string, message: string) {
    super(`${activity}: ${message}`);
    this.activity = activity;
    this.code = code;
  }
}

/** How long an answer `later` is followed before the call gives up, unless the caller gives a deadline. */
const DEFAULT_PATIENCE_MS = 6 * 60 * 60 * 1000;
/** First wait when the service names no time; doubles up to the maximum. */
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60 * 1000;
/** With the waits above this bridges about ten minutes: a service's outage, a deployment. */
const TRANSIENT_ATTEMPTS = 8;

const backOff = (attempt: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);

/**
 * Calls an activity and returns its output. Throttling and "not yet" are waited out on durable timers, with the reason
 * in the custom status, until `deadline`.
 *
 * @throws ActivityFailedError when the activity cannot succeed, or the deadline passes (code `deadlineExceeded`).
 */
export function* callActivity<Input, Output>(
  context: OrchestrationContext,
  reference: ActivityReference<Input, Output>,
  input: Input,
  options: { readonly deadline?: Date } = {},
): Generator<Task, Output, unknown> {
  const [answer] = yield* callActivities(context, reference, [input], { ...options, limit: 1 });
  if (answer === undefined) {
    throw new ActivityFailedError(reference.name, "unexpected", "The activity gave no answer.");
  }
  if (answer.kind === "failed") {
    throw new ActivityFailedError(reference.name, answer.code, answer.message);
  }
  return answer.value;
}

/** The settled answer of one call of a fan-out. */
export type SettledAnswer<Output> = Exclude<ActivityAnswer<Output>, { kind: "later" }>;

/**
 * Calls one activity for many inputs, at most `limit` at a time, and returns the answers in the order of the inputs.
 * Failures are answers, not exceptions: one bad item hides no good one.
 */
export function* callActivities<Input, Output>(
  context: OrchestrationContext,
  reference: ActivityReference<Input, Output>,
  inputs: readonly Input[],
  options: { readonly limit: number; readonly deadline?: Date },
): Generator<Task, SettledAnswer<Output>[], unknown> {
  const settled: (SettledAnswer<Output> | undefined)[] = inputs.map(() => undefined);
  const deadline =
    options.deadline ?? new Date(currentTime(context).getTime() + DEFAULT_PATIENCE_MS);
  let open = inputs.map((_, index) => index);
  let hasWaited = false;

  for (let attempt = 0; open.length > 0; attempt += 1) {
    const postponed: Postponed[] = [];
    for (let start = 0; start < open.length; start += options.limit) {
      const batch = open.slice(start, start + options.limit);
      const answers = yield* callBatch(
        context,
        reference,
        batch.map((index) => inputs[index] as Input),
      );
      for (const [position, index] of batch.entries()) {
        const answer = answers[position] as ActivityAnswer<Output>;
        if (answer.kind === "later") {
          postponed.push({
            index,
            afterMs: answer.afterMs,
            code: answer.code,
            reason: answer.reason,
          });
        } else if (
          answer.kind === "failed" &&
          answer.isTransient &&
          attempt + 1 < TRANSIENT_ATTEMPTS
        ) {
          postponed.push({ index, afterMs: null, code: answer.code, reason: answer.message });
        } else {
          settled[index] = answer;
        }
      }
    }
    open = postponed.map(({ index }) => index);
    if (postponed.length === 0) {
      break;
    }
    const until = nextAttemptAt(currentTime(context), postponed, attempt);
    if (until > deadline) {
      giveUp(settled, postponed, deadline);
      break;
    }
    showWaiting(context, {
      reason: postponed[0]?.reason ?? "",
      since: currentTime(context).toISOString(),
      nextLookAt: until.toISOString(),
      deadline: deadline.toISOString(),
    });
    hasWaited = true;
    yield* sleepUntil(context, until);
  }
  if (hasWaited) {
    showWaiting(context, null);
  }
  return settled as SettledAnswer<Output>[];
}

interface Postponed {
  readonly index: number;
  readonly afterMs: number | null;
  readonly code: string;
  readonly reason: string;
}

function* callBatch<Input, Output>(
  context: OrchestrationContext,
  reference: ActivityReference<Input, Output>,
  inputs: readonly Input[],
): Generator<Task, ActivityAnswer<Output>[], unknown> {
  const tasks = inputs.map((input) => context.df.callActivity(reference.name, input));
  if (tasks.length === 1) {
    return [yield* settleAnswer<Output>(tasks[0] as Task)];
  }
  try {
    return (yield context.df.Task.all(tasks)) as ActivityAnswer<Output>[];
  } catch {
    // Only a lost worker or a function timeout fails a task; each sibling is then awaited by itself.
    const answers: ActivityAnswer<Output>[] = [];
    for (const task of tasks) {
      answers.push(yield* settleAnswer<Output>(task));
    }
    return answers;
  }
}

function* settleAnswer<Output>(task: Task): Generator<Task, ActivityAnswer<Output>, unknown> {
  try {
    return (yield task) as ActivityAnswer<Output>;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", code: "activityLost", message, isTransient: true };
  }
}

function nextAttemptAt(now: Date, postponed: readonly Postponed[], attempt: number): Date {
  const waits = postponed.map(({ afterMs }) => afterMs ?? backOff(attempt));
  return new Date(now.getTime() + Math.max(1_000, ...waits));
}

function giveUp(
  settled: (SettledAnswer<unknown> | undefined)[],
  postponed: readonly Postponed[],
  deadline: Date,
): void {
  for (const { index, code, reason } of postponed) {
    settled[index] = {
      kind: "failed",
      code: "deadlineExceeded",
      message: `Not done by ${deadline.toISOString()}: ${reason} (${code})`,
      isTransient: false,
    };
  }
}
