import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { z } from "zod";
import type { Operation } from "../contracts/operation.ts";
import { fieldErrors, HttpProblem } from "./http-problem.ts";
import {
  holdsRoleAnywhere,
  parsePrincipal,
  PRINCIPAL_HEADER,
  type Principal,
} from "./principal.ts";

/** A request that was checked: the caller holds a role of the operation, query and body have their shape. */
export interface ApiRequest<Definition extends Operation> {
  /** Null only for operations that are open to everybody. */
  readonly principal: PrincipalOf<Definition>;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Parsed<Definition["query"]>;
  readonly body: Parsed<Definition["body"]>;
  /** Body as text, for media types other than JSON. */
  readonly text: string;
  readonly mediaType: string;
  readonly url: URL;
  /** A header of the request by its name in any case; null when it was not sent. */
  readonly header: (name: string) => string | null;
  readonly context: InvocationContext;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined;
type PrincipalOf<Definition extends Operation> = Definition["roles"] extends null
  ? Principal | null
  : Principal;

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Larger bodies are refused: ten thousand units by URL are about a megabyte. */
const MAX_BODY_LENGTH = 8 * 1024 * 1024;

/** Makes an operation's HTTP handler: authentication, roles, parsing, problem details. */
export function serve<Definition extends Operation>(
  operation: Definition,
  answer: (request: ApiRequest<Definition>) => Promise<ApiAnswer>,
): (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit> {
  return async (request, context) => {
    try {
      const principal = authenticate(operation, request);
      const { text, mediaType, body } = await parseBody(operation, request);
      const given = Object.fromEntries(request.query);
      const query = parse(operation.query, given, "The query has wrong parameters.");
      const result = await answer({
        principal: principal as PrincipalOf<Definition>,
        params: request.params,
        query: query as Parsed<Definition["query"]>,
        body: body as Parsed<Definition["body"]>,
        text,
        mediaType,
        url: new URL(request.url),
        header: (name) => request.headers.get(name),
        context,
      });
      return {
        status: result.status,
        jsonBody: result.body,
        headers: { "cache-control": "no-store", ...result.headers },
      };
    } catch (error) {
      return problemAnswer(error, context);
    }
  };
}

function authenticate(operation: Operation, request: HttpRequest): Principal | null {
  const principal = parsePrincipal(request.headers.get(PRINCIPAL_HEADER));
  if (operation.roles === null) {
    return principal;
  }
  if (principal === null) {
    throw new HttpProblem(401, "Not signed in", "Sign in, or send an Authorization header.");
  }
  if (!holdsRoleAnywhere(principal, operation.roles)) {
    throw new HttpProblem(
      403,
      "Forbidden",
      `This needs one of the roles ${operation.roles.join(", ")}.`,
    );
  }
  return principal;
}

async function parseBody(operation: Operation, request: HttpRequest) {
  if (operation.body === undefined) {
    return { text: "", mediaType: "", body: undefined };
  }
  const text = await request.text();
  if (text.length > MAX_BODY_LENGTH) {
    throw new HttpProblem(
      413,
      "Too large",
      `The body may have at most ${MAX_BODY_LENGTH} characters.`,
    );
  }
  const mediaType = (request.headers.get("content-type") ?? "application/json")
    .split(";")[0]
    ?.trim()
    .toLowerCase() as string;
  if (operation.bodyTypes?.includes(mediaType) === true) {
    return { text, mediaType, body: undefined };
  }
  if (mediaType !== "application/json") {
    const types = ["application/json", ...(operation.bodyTypes ?? [])];
    throw new HttpProblem(
      415,
      "Unsupported media type",
      `The body must be ${types.join(" or ")}, not ${mediaType}.`,
    );
  }
  let given: unknown;
  try {
    given = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HttpProblem(400, "Bad request", "The body is not JSON.", [
      { field: "", expected: "JSON", given: reason },
    ]);
  }
  return { text, mediaType, body: parse(operation.body, given, "The body has wrong fields.") };
}

function parse(schema: z.ZodType | undefined, given: unknown, detail: string): unknown {
  if (schema === undefined) {
    return undefined;
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new HttpProblem(400, "Bad request", detail, fieldErrors(parsed.error, given));
  }
  return parsed.data;
}

function problemAnswer(error: unknown, context: InvocationContext): HttpResponseInit {
  const problem =
    error instanceof HttpProblem
      ? error.problem
      : {
          type: "about:blank",
          title: "Internal error",
          status: 500,
          detail: `Something failed on our side; the log has it under invocation ${context.invocationId}.`,
        };
  if (!(error instanceof HttpProblem)) {
    context.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
    body: JSON.stringify(problem),
  };
}
