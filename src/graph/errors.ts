/**
 * Errors of Microsoft Graph by what the caller may do about them. Ids are fields, never part of a sentence; neither the
 * request's nor the answer's content is kept, because both may hold personal data.
 */
export interface GraphErrorDetails {
  readonly status: number | null;
  /** Graph's error code, or ours (`connectionFailed`, `unexpectedAnswer`, `writesNotAllowed`). */
  readonly code: string;
  readonly tenantId: string;
  /** `client-request-id` of the request, for Microsoft's support. */
  readonly requestId: string;
  /** `POST /solutions/backupRestore/enable`: method and path without query. */
  readonly operation: string;
}

export class GraphError extends Error {
  override readonly name: string = "GraphError";
  readonly details: GraphErrorDetails;

  constructor(message: string, details: GraphErrorDetails) {
    super(message);
    this.details = details;
  }

  get code(): string {
    return this.details.code;
  }
}

/** The service asks for patience: ask again after `retryAfterMs` (null: it named no time). */
export class ThrottledError extends GraphError {
  override readonly name = "ThrottledError";
  readonly retryAfterMs: number | null;

  constructor(message: string, details: GraphErrorDetails, retryAfterMs: number | null) {
    super(message, details);
    this.retryAfterMs = retryAfterMs;
  }
}

/** May pass by itself: a lost connection, a 5xx. Whether a write took effect is unknown: read before writing again. */
export class TransientError extends GraphError {
  override readonly name = "TransientError";
}

/** Missing consent, missing role, or a service that the tenant never provisioned; Graph does not tell them apart. */
export class PermissionError extends GraphError {
  override readonly name = "PermissionError";
}

export class NotFoundError extends GraphError {
  override readonly name = "NotFoundError";
}

/** The thing exists already, or is in a state that does not allow the operation. */
export class ConflictError extends GraphError {
  override readonly name = "ConflictError";
}

/** Asking again changes nothing. */
export class TerminalError extends GraphError {
  override readonly name = "TerminalError";
}
