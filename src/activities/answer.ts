import type { ActivityAnswer } from "../durable/activity.ts";
import { GraphError, ThrottledError, TransientError } from "../graph/errors.ts";
import { AskAgainError, CannotSucceedError } from "./ask-again.ts";

/** Runs an activity and turns every way it can end into data, so that no durable task fails by an exception. */
export async function answerOf<Input, Output>(
  implementation: (input: Input) => Promise<Output> | Output,
  input: Input,
): Promise<ActivityAnswer<Output>> {
  try {
    return { kind: "value", value: await implementation(input) };
  } catch (error) {
    return failureAnswer(error);
  }
}

function failureAnswer(error: unknown): Exclude<ActivityAnswer<never>, { kind: "value" }> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AskAgainError) {
    return { kind: "later", afterMs: error.afterMs, code: error.code, reason: message };
  }
  if (error instanceof ThrottledError) {
    return { kind: "later", afterMs: error.retryAfterMs, code: error.code, reason: message };
  }
  if (error instanceof CannotSucceedError) {
    return { kind: "failed", code: error.code, message, isTransient: false };
  }
  if (error instanceof GraphError) {
    return {
      kind: "failed",
      code: error.code,
      message,
      isTransient: error instanceof TransientError,
    };
  }
  return { kind: "failed", code: "unexpected", message, isTransient: true };
}
