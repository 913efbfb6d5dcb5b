import { z } from "zod";

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with an input, one line each: `field: expected …; given …`. The schema says which names there are; it
 * must have been asked with `reportInput`, without which nothing is told of what was given.
 */
export function describeDefects(schema: z.ZodType, error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => describe(schema, issue, []));
}

function describe(schema: z.ZodType, issue: Issue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const names = namesAt(schema, path);
    const expected = names.length === 0 ? "no such name" : `one of ${names.join(", ")}`;
    return issue.keys.map((key) => lineOf([...path, key], expected, valueAt(issue.input, key)));
  }
  if (issue.code === "invalid_union") {
    // Of the kinds of value that there may be, the one that was meant is wrong only further inside.
    const meant = issue.errors.find((issues) => !issues.some(isOfOtherKind));
    if (meant !== undefined) return meant.flatMap((inner) => describe(schema, inner, path));
  }
  return [lineOf(path, expectationOf(issue), issue.input)];
}

const isOfOtherKind = ({ code, path }: Issue): boolean =>
  path.length === 0 && (code === "invalid_type" || code === "invalid_value");

function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${String(issue.minimum)}`;
    case "too_big":
      return `at most ${String(issue.maximum)}`;
    case "invalid_format":
      return issue.format;
    case "invalid_union":
      return issue.errors.map((issues) => issues.map(expectationOf).join(" and ")).join(" or ");
    default:
      return issue.message.replace(/^expected /, "");
  }
}

function lineOf(path: readonly PropertyKey[], expected: string, given: unknown): string {
  const field = path.map(String).join(".") || "(file)";
  const isSecret = /secret|password/i.test(field);
  return `${field}: expected ${expected}; given ${isSecret ? "something else" : shown(given)}`;
}

/** A value for people, cut to a line. */
function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function valueAt(input: unknown, key: string): unknown {
  return typeof input === "object" && input !== null
    ? (input as Record<string, unknown>)[key]
    : undefined;
}

/** Names that the object at a path may have. */
function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema;
  for (const step of [...path, null]) {
    at = unwrapped(at);
    if (step === null) break;
    at =
      at instanceof z.ZodObject
        ? at.shape[step as string]
        : at instanceof z.ZodArray
          ? at.element
          : undefined;
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** Without `optional`, `nullable`, `default` and the kinds of a union that are no objects. */
function unwrapped(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrapped(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.map(unwrapped).find((option) => option instanceof z.ZodObject);
  }
  return schema;
}
