import type { FieldError, Problem } from "../../../src/contracts/problem.ts";

/** An answer other than 2xx, as problem details; answers that are none are brought to that form. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Reads the body of an answer other than 2xx. */
export function parseProblem(status: number, text: string): Problem {
  let given: Partial<Problem> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    given = typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    // A gateway's page instead of problem details: its status is all there is to say.
  }
  return {
    type: given.type ?? "about:blank",
    title: given.title ?? `HTTP ${status}`,
    status,
    detail: given.detail ?? "The answer gave no further detail.",
    ...(Array.isArray(given.errors) ? { errors: given.errors } : {}),
  };
}

/** Any thrown value as problem details, so that one component can show it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiProblem) {
    return error.problem;
  }
  return {
    type: "about:blank",
    title: "No answer from the app",
    status: 0,
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** The errors of one field of a request and of everything inside it; `""` gives those of the body itself. */
export const fieldErrorsAt = (problem: Problem | null, field: string): readonly FieldError[] =>
  (problem?.errors ?? []).filter(
    ({ field: at }) =>
      at === field || (field !== "" && (at.startsWith(`${field}[`) || at.startsWith(`${field}.`))),
  );
