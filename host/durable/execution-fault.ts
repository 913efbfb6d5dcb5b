/** Something in an execution that no further turn can repair: the instance fails with this message. */
export class ExecutionFault extends Error {}

export class NonDeterminismError extends ExecutionFault {
  constructor(orchestrator: string, instanceId: string, what: string) {
    super(
      `Non-Deterministic workflow detected: orchestrator '${orchestrator}' (instance '${instanceId}') ${what}. Its code, or something it reads besides the context, has changed since this execution began.`,
    );
    this.name = "NonDeterminismError";
  }
}
