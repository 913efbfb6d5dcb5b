import type { z } from "zod";
import type { FieldError, Problem } from "../contracts/problem.ts";

/** Thrown by an operation to answer with problem details. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly problem: Problem;

  constructor(status: number, title: string, detail: string, errors?: readonly FieldError[]) {
    super(detail);
    this.problem = {
      type: "about:blank",
      title,
      status,
      detail,
      ...(errors === undefined ? {} : { errors: [...errors] }),
    };
  }
}

export const notFound = (what: string, id: string): HttpProblem =>
  new HttpProblem(404, "Not found", `There is no ${what} ${id}.`);

export const conflict = (detail: string): HttpProblem => new HttpProblem(409, "Conflict", detail);

export const forbidden = (detail: string): HttpProblem => new HttpProblem(403, "Forbidden", detail);

/** Values longer than this are cut in an answer: enough to recognize, too little to spill a document. */
const SHOWN_LENGTH = 120;

/** One entry a field that is wrong: which, what was expected, what was given. */
export function fieldErrors(error: z.ZodError, given: unknown): FieldError[] {
  return error.issues.flatMap((issue) => {
    const paths =
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => [...issue.path, key])
        : [issue.path];
    return paths.map((path) => ({
      field: pathText(path),
      expected: issue.code === "unrecognized_keys" ? "no such field" : expectedText(issue),
      given: shown(valueAt(given, path)),
    }));
  });
}

function expectedText(issue: z.core.$ZodIssue): string {
  return issue.message.replace(/^[^:]+: expected /u, "").replace(/, received .*$/u, "");
}

function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    text += typeof part === "number" ? `[${part}]` : `${text === "" ? "" : "."}${String(part)}`;
  }
  return text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null) {
      return undefined;
    }
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return current;
}

function shown(value: unknown): string {
  if (value === undefined) {
    return "nothing";
  }
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
