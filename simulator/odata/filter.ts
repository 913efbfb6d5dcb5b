import { GraphError } from "../core/graph-error.ts";

type Literal = string | number | boolean | null;

type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";
type TextTest = "startswith" | "endswith" | "contains";

/** A parsed `$filter`. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly left: Filter; readonly right: Filter }
  | { readonly kind: "not"; readonly filter: Filter }
  | {
      readonly kind: "compare";
      readonly operator: Comparison;
      readonly field: string;
      readonly value: Literal;
    }
  | { readonly kind: "in"; readonly field: string; readonly values: readonly Literal[] }
  | {
      readonly kind: "text";
      readonly test: TextTest;
      readonly field: string;
      readonly value: string;
    };

const MAX_CLAUSES = 100;

/** Parses eq, ne, gt, ge, lt, le, in, startsWith, endsWith, contains, and, or, not and parentheses. */
export function parseFilter(text: string): Filter {
  const tokens = tokenize(text);
  let place = 0;
  let clauses = 0;

  const peek = () => tokens[place]?.toLowerCase();
  const take = () => {
    const token = tokens[place];
    if (token === undefined) throw invalid(text);
    place += 1;
    return token;
  };
  const expect = (wanted: string) => {
    if (take().toLowerCase() !== wanted) throw invalid(text);
  };

  const parseOr = (): Filter => {
    let left = parseAnd();
    while (peek() === "or") {
      take();
      left = { kind: "or", left, right: parseAnd() };
    }
    return left;
  };
  const parseAnd = (): Filter => {
    let left = parseUnary();
    while (peek() === "and") {
      take();
      left = { kind: "and", left, right: parseUnary() };
    }
    return left;
  };
  const parseUnary = (): Filter => {
    if (peek() === "not") {
      take();
      return { kind: "not", filter: parseUnary() };
    }
    if (peek() === "(") {
      take();
      const inner = parseOr();
      expect(")");
      return inner;
    }
    return parseClause();
  };
  const parseClause = (): Filter => {
    clauses += 1;
    if (clauses > MAX_CLAUSES) {
      throw new GraphError(400, "FilterLengthExceeded", "The filter has too many clauses.");
    }
    const head = take();
    const test = head.toLowerCase();
    if (test === "startswith" || test === "endswith" || test === "contains") {
      expect("(");
      const field = parseField(take(), text);
      expect(",");
      const value = parseLiteral(take(), text);
      expect(")");
      if (typeof value !== "string") throw invalid(text);
      return { kind: "text", test, field, value };
    }
    const field = parseField(head, text);
    const operator = take().toLowerCase();
    if (operator === "in") {
      expect("(");
      const values = [parseLiteral(take(), text)];
      while (peek() === ",") {
        take();
        values.push(parseLiteral(take(), text));
      }
      expect(")");
      return { kind: "in", field, values };
    }
    if (!isComparison(operator)) throw invalid(text);
    return { kind: "compare", operator, field, value: parseLiteral(take(), text) };
  };

  const filter = parseOr();
  if (place !== tokens.length) throw invalid(text);
  return filter;
}

/** Whether a JSON object passes; an absent property counts as null. */
export function evaluate(
  filter: Filter,
  json: Readonly<Record<string, unknown>>,
  ignoreCase: boolean,
): boolean {
  switch (filter.kind) {
    case "and":
      return evaluate(filter.left, json, ignoreCase) && evaluate(filter.right, json, ignoreCase);
    case "or":
      return evaluate(filter.left, json, ignoreCase) || evaluate(filter.right, json, ignoreCase);
    case "not":
      return !evaluate(filter.filter, json, ignoreCase);
    case "in":
      return filter.values.some(
        (value) => compare(read(json, filter.field), value, ignoreCase) === 0,
      );
    case "text": {
      const actual = read(json, filter.field);
      if (typeof actual !== "string") return false;
      const [whole, part] = ignoreCase
        ? [actual.toLowerCase(), filter.value.toLowerCase()]
        : [actual, filter.value];
      if (filter.test === "startswith") return whole.startsWith(part);
      return filter.test === "endswith" ? whole.endsWith(part) : whole.includes(part);
    }
    case "compare": {
      const order = compare(read(json, filter.field), filter.value, ignoreCase);
      if (order === null) return filter.operator === "ne";
      return PASSES[filter.operator](order);
    }
  }
}

/** The properties that a filter names. */
export function fieldsOf(filter: Filter): readonly string[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return [...fieldsOf(filter.left), ...fieldsOf(filter.right)];
    case "not":
      return fieldsOf(filter.filter);
    default:
      return [filter.field];
  }
}

/** The value of `field` if the filter is nothing but `field eq 'value'`; lets a handler look it up directly. */
export function equalTo(filter: Filter | null, field: string): string | null {
  return filter?.kind === "compare" &&
    filter.operator === "eq" &&
    filter.field.toLowerCase() === field.toLowerCase() &&
    typeof filter.value === "string"
    ? filter.value
    : null;
}

const PASSES: Record<Comparison, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

function isComparison(operator: string): operator is Comparison {
  return Object.hasOwn(PASSES, operator);
}

function compare(actual: unknown, wanted: Literal, ignoreCase: boolean): number | null {
  if (actual === null || actual === undefined) return wanted === null ? 0 : null;
  if (wanted === null) return null;
  if (typeof actual === "string" && typeof wanted === "string") {
    const [left, right] =
      isInstant(actual) && isInstant(wanted)
        ? [Date.parse(actual), Date.parse(wanted)]
        : ignoreCase
          ? [actual.toLowerCase(), wanted.toLowerCase()]
          : [actual, wanted];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof actual === "number" && typeof wanted === "number") return actual - wanted;
  if (typeof actual === "boolean" && typeof wanted === "boolean") {
    return Number(actual) - Number(wanted);
  }
  return null;
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text));
}

function read(json: Readonly<Record<string, unknown>>, field: string): unknown {
  let value: unknown = json;
  for (const step of field.split("/")) {
    if (typeof value !== "object" || value === null) return null;
    value = (value as Record<string, unknown>)[nameIn(value, step)];
  }
  return value;
}

/** The property that is spelled like this, or like this but for its case. */
function nameIn(value: object, step: string): string {
  if (Object.hasOwn(value, step)) return step;
  const wanted = step.toLowerCase();
  return Object.keys(value).find((key) => key.toLowerCase() === wanted) ?? step;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern = /\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)\s*/gy;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) throw invalid(text);
    tokens.push(match[1] ?? "");
  }
  return tokens;
}

function parseField(token: string, text: string): string {
  if (!/^[A-Za-z_][\w./]*$/.test(token)) throw invalid(text);
  return token;
}

function parseLiteral(token: string, text: string): Literal {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (token === "null") return null;
  if (token === "true") return true;
  if (token === "false") return false;
  if (/^-?\d+(\.\d+)?$/.test(token)) return Number(token);
  // Unquoted instants and GUIDs.
  if (/^[\w:.+-]+$/.test(token)) return token;
  throw invalid(text);
}

function invalid(text: string): GraphError {
  return new GraphError(400, "BadRequest", `Invalid filter clause: '${text}'.`);
}
