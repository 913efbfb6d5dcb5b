/** Thrown by an activity that has to be called again: the orchestrator waits on a durable timer. */
export class AskAgainError extends Error {
  override readonly name = "AskAgainError";
  readonly afterMs: number | null;
  readonly code: string;

  /**
   * @param reason Shown to people in the run's status: what is waited for.
   * @param afterMs Wish in milliseconds; null leaves it to the orchestrator's back-off.
   */
  constructor(code: string, reason: string, afterMs: number | null) {
    super(reason);
    this.code = code;
    this.afterMs = afterMs;
  }
}

/** Thrown by an activity that cannot succeed, however often it is called. */
export class CannotSucceedError extends Error {
  override readonly name = "CannotSucceedError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
