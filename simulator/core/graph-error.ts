export interface GraphErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
}

interface GraphErrorOptions {
  readonly target?: string;
  readonly details?: readonly GraphErrorDetail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of `error.innerError`. */
  readonly inner?: Readonly<Record<string, string>>;
}

/** A refusal in Graph's words: HTTP status, `error.code`, `error.message`, optional details and headers. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly target: string | null;
  /** Null leaves the member out; some refusals give an empty list. */
  readonly details: readonly GraphErrorDetail[] | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly inner: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, options: GraphErrorOptions = {}) {
    super(message);
    this.name = "GraphError";
    this.status = status;
    this.code = code;
    this.target = options.target ?? null;
    this.details = options.details ?? null;
    this.headers = options.headers ?? {};
    this.inner = options.inner ?? {};
  }
}

/** What a directory read answers for an id that does not exist. */
export function resourceNotFound(id: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** What SharePoint and OneDrive resources answer for an id that does not exist. */
export function itemNotFound(): GraphError {
  return new GraphError(404, "itemNotFound", "The resource could not be found.");
}
