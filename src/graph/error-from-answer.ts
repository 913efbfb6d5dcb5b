import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { classifyError } from "./error-codes.ts";
import {
  ConflictError,
  type GraphError,
  type GraphErrorDetails,
  NotFoundError,
  PermissionError,
  TerminalError,
  ThrottledError,
  TransientError,
} from "./errors.ts";

export type RequestIdentity = Pick<GraphErrorDetails, "tenantId" | "requestId" | "operation">;

const ErrorEnvelope = z.object({
  error: z.object({ code: z.string(), message: z.string().optional() }),
});

/** Turns a failed answer into the error whose class says what the caller may do. */
export function errorFromAnswer(
  answer: { readonly status: number; readonly headers: Headers },
  body: unknown,
  identity: RequestIdentity,
  clock: Clock,
): GraphError {
  const envelope = ErrorEnvelope.safeParse(body);
  const code = envelope.success ? envelope.data.error.code : `http${answer.status}`;
  const text = envelope.success ? (envelope.data.error.message ?? "") : "";
  const details: GraphErrorDetails = { ...identity, status: answer.status, code };
  const message = `${identity.operation} answered ${answer.status} ${code}${text === "" ? "" : `: ${text}`}`;

  switch (classifyError(answer.status, code)) {
    case "throttled":
      return new ThrottledError(message, details, retryAfterMs(answer.headers, clock));
    case "transient":
      // A 503 often says when to come back; the waiting is the same as for throttling.
      return answer.headers.has("retry-after")
        ? new ThrottledError(message, details, retryAfterMs(answer.headers, clock))
        : new TransientError(message, details);
    case "permission":
      return new PermissionError(
        text === ""
          ? `${message}: either a permission is missing or the tenant has never set up this service; Graph answers both alike`
          : message,
        details,
      );
    case "notFound":
      return new NotFoundError(message, details);
    case "conflict":
      return new ConflictError(message, details);
    case null:
      return new TerminalError(message, details);
  }
}

/** No answer arrived, or only a part of one. Whether the request took effect is unknown. */
export function connectionError(error: unknown, identity: RequestIdentity): TransientError {
  const cause = error instanceof Error ? error.message : String(error);
  return new TransientError(`${identity.operation} got no whole answer: ${cause}`, {
    ...identity,
    status: null,
    code: "connectionFailed",
  });
}

/** `Retry-After` in milliseconds: seconds (Graph sends fractions too, as `2.128`) or an HTTP date; null when absent. */
export function retryAfterMs(headers: Headers, clock: Clock): number | null {
  const value = headers.get("retry-after");
  if (value === null) {
    return null;
  }
  const seconds = Number(value);
  if (Number.isFinite(seconds)) {
    return Math.max(0, Math.ceil(seconds * 1000));
  }
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? null : Math.max(0, instant - clock.now());
}
