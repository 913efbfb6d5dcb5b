/*
 * ASP.NET attribute routes as the Functions host uses them: literals in any case, `{x}`, `{x?}`, `{x=default}`,
 * `{x:constraint}`, several parameters in one segment, and `{*rest}`.
 */

export type RouteValues = Readonly<Record<string, string>>;

interface Parameter {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isCatchAll: boolean;
  readonly fallback: string | null;
  readonly constraints: readonly ((value: string) => boolean)[];
}

interface Segment {
  readonly pattern: RegExp;
  readonly parameters: readonly Parameter[];
  /** 1 literal, 2 constrained or composed, 3 parameter, 4 constrained catch-all, 5 catch-all. */
  readonly precedence: number;
}

export interface RouteTemplate {
  readonly text: string;
  readonly segments: readonly Segment[];
}

const INT32 = 2 ** 31;
const isInteger = (value: string): boolean => /^[+-]?\d+$/.test(value);
const isNumber = (value: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
const GUID = /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;

/** https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints */
const CONSTRAINTS: Readonly<Record<string, (argument: string) => (value: string) => boolean>> = {
  int: () => (value) => isInteger(value) && Number(value) >= -INT32 && Number(value) < INT32,
  long: () => isInteger,
  decimal: () => isNumber,
  double: () => isNumber,
  float: () => isNumber,
  bool: () => (value) => /^(true|false)$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  guid: () => (value) => GUID.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  required: () => (value) => value !== "",
  minlength: (least) => (value) => value.length >= Number(least),
  maxlength: (most) => (value) => value.length <= Number(most),
  min: (least) => (value) => isInteger(value) && Number(value) >= Number(least),
  max: (most) => (value) => isInteger(value) && Number(value) <= Number(most),
  length: (argument) => {
    const [least = "0", most = least] = argument.split(",");
    return (value) => value.length >= Number(least) && value.length <= Number(most);
  },
  range: (argument) => {
    const [least, most] = argument.split(",");
    return (value) =>
      isInteger(value) && Number(value) >= Number(least) && Number(value) <= Number(most);
  },
  regex: (expression) => {
    const pattern = new RegExp(expression, "i");
    return (value) => pattern.test(value);
  },
};

const escapeLiteral = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function parseConstraint(text: string, route: string): (value: string) => boolean {
  const [, name = "", argument = ""] = /^([a-z]+)(?:\(([\s\S]*)\))?$/i.exec(text) ?? [];
  const create = CONSTRAINTS[name.toLowerCase()];
  if (create === undefined) {
    throw new Error(`The route "${route}" uses the unknown constraint "${text}".`);
  }
  return create(argument);
}

/** Splits `x:int:min(1)?` at colons outside of parentheses. */
function splitConstraints(text: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const character of text) {
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    if (character === ":" && depth === 0) {
      parts.push("");
    } else {
      parts[parts.length - 1] += character;
    }
  }
  return parts;
}

function parseParameter(text: string, route: string): Parameter {
  const [, stars = "", rest = ""] = /^(\*{0,2})([\s\S]*)$/.exec(text) ?? [];
  const equals = /^([^:=]*(?::[^=]*)?)=([\s\S]*)$/.exec(rest);
  const declared = equals?.[1] ?? rest;
  const isOptional = declared.endsWith("?");
  const [name = "", ...constraints] = splitConstraints(
    isOptional ? declared.slice(0, -1) : declared,
  );
  return {
    name,
    isOptional,
    isCatchAll: stars !== "",
    fallback: equals?.[2] ?? null,
    constraints: constraints.map((constraint) => parseConstraint(constraint, route)),
  };
}

/** Splits a segment into literal text and `{parameter}` parts; doubled braces stand for one. */
function partsOf(segment: string): { literal: string; parameter: string | null }[] {
  const parts: { literal: string; parameter: string | null }[] = [];
  let literal = "";
  for (let at = 0; at < segment.length; at += 1) {
    const character = segment[at] ?? "";
    if (character === segment[at + 1] && (character === "{" || character === "}")) {
      literal += character;
      at += 1;
    } else if (character === "{") {
      let end = at + 1;
      for (let depth = 1; end < segment.length; end += 1) {
        // Braces of a regular expression are doubled and so keep the balance.
        depth += segment[end] === "{" ? 1 : segment[end] === "}" ? -1 : 0;
        if (depth === 0) {
          break;
        }
      }
      const inner = segment
        .slice(at + 1, end)
        .replaceAll("{{", "{")
        .replaceAll("}}", "}");
      parts.push({ literal, parameter: inner });
      literal = "";
      at = end;
    } else {
      literal += character;
    }
  }
  if (literal !== "") {
    parts.push({ literal, parameter: null });
  }
  return parts;
}

function parseSegment(text: string, route: string): Segment {
  const parts = partsOf(text);
  const parameters: Parameter[] = [];
  let pattern = "";
  for (const part of parts) {
    pattern += escapeLiteral(part.literal);
    if (part.parameter !== null) {
      const parameter = parseParameter(part.parameter, route);
      parameters.push(parameter);
      pattern += parameter.isCatchAll ? "(.*)" : "(.+?)";
    }
  }
  const first = parameters[0];
  const isConstrained = (first?.constraints.length ?? 0) > 0;
  let precedence = 3;
  if (first === undefined) {
    precedence = 1;
  } else if (first.isCatchAll) {
    precedence = isConstrained ? 4 : 5;
  } else if (isConstrained || parts.length > 1) {
    precedence = 2;
  }
  return { pattern: new RegExp(`^${pattern}$`, "i"), parameters, precedence };
}

/** Splits at slashes outside of braces. */
function splitSegments(route: string): string[] {
  const segments: string[] = [""];
  let depth = 0;
  for (const character of route) {
    depth += character === "{" ? 1 : character === "}" ? -1 : 0;
    if (character === "/" && depth === 0) {
      segments.push("");
    } else {
      segments[segments.length - 1] += character;
    }
  }
  return segments.filter((segment) => segment !== "");
}

/**
 * Reads a route template such as `tenants/{tenantId:guid}/units/{*rest}`.
 * @throws Error for an unknown constraint
 */
export function parseRouteTemplate(text: string): RouteTemplate {
  return { text, segments: splitSegments(text).map((segment) => parseSegment(segment, text)) };
}

function matchSegment(segment: Segment, value: string, values: Record<string, string>): boolean {
  const match = segment.pattern.exec(value);
  if (match === null) {
    return false;
  }
  return segment.parameters.every((parameter, index) => {
    const found = match[index + 1] ?? "";
    values[parameter.name] = found;
    return parameter.constraints.every((accepts) => accepts(found));
  });
}

/** The values of a route's parameters for the (decoded) segments of a path, or null when it does not match. */
export function matchRoute(template: RouteTemplate, path: readonly string[]): RouteValues | null {
  const values: Record<string, string> = {};
  for (const [index, segment] of template.segments.entries()) {
    const parameter = segment.parameters[0];
    const value = path[index];
    if (parameter?.isCatchAll === true) {
      const rest = path.slice(index).join("/");
      const found = rest === "" ? (parameter.fallback ?? "") : rest;
      return matchSegment(segment, found, values) ? values : null;
    }
    if (value === undefined) {
      if (parameter === undefined || (!parameter.isOptional && parameter.fallback === null)) {
        return null;
      }
      if (parameter.fallback !== null) {
        values[parameter.name] = parameter.fallback;
      }
    } else if (!matchSegment(segment, value, values)) {
      return null;
    }
  }
  return path.length > template.segments.length ? null : values;
}

/** Orders templates as ASP.NET tries them: more specific segments first, from left to right. */
export function compareTemplates(one: RouteTemplate, other: RouteTemplate): number {
  const length = Math.max(one.segments.length, other.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference =
      (one.segments[index]?.precedence ?? 0) - (other.segments[index]?.precedence ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return one.text.localeCompare(other.text);
}
