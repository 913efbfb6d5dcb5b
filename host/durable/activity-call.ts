import type { TaskFailure } from "./effect.ts";
import type { FailureDetails } from "./history-event.ts";
import { messageOf } from "./orchestrator-call.ts";

/** How the extension reports that an activity function threw. */
export function activityFailure(name: string, error: unknown): TaskFailure {
  const message = messageOf(error);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const structured = parseFailureDetails(message);
  if (structured !== null) {
    return {
      reason: `Activity function '${name}' failed:  ${structured.ErrorMessage}`,
      details: structured.StackTrace ?? stack,
      failureDetails: structured,
    };
  }
  return {
    // Two spaces, as the extension writes them.
    reason: `Activity function '${name}' failed:  ${message}`,
    details: JSON.stringify({
      $type: "System.Exception, System.Private.CoreLib",
      ClassName: "System.Exception",
      Message: ` ${message}`,
      StackTraceString: stack,
    }),
    failureDetails: null,
  };
}

/** The SDK's exception properties provider replaces the message by this JSON. */
function parseFailureDetails(message: string): FailureDetails | null {
  if (!message.startsWith('{"errorType"')) {
    return null;
  }
  try {
    const parsed = JSON.parse(message) as {
      errorType: string;
      errorMessage: string;
      isNonRetriable?: boolean;
      properties?: Record<string, unknown>;
      stackTrace?: string;
    };
    return {
      ErrorType: parsed.errorType,
      ErrorMessage: parsed.errorMessage,
      StackTrace: parsed.stackTrace ?? null,
      IsNonRetriable: parsed.isNonRetriable ?? false,
      Properties: parsed.properties ?? null,
      InnerFailure: null,
    };
  } catch {
    return null;
  }
}
