import type { AttributeMapping, FilterGroup } from "./synchronization-schema.ts";

/** A user's properties by their Graph names. */
export type UserProperties = Readonly<Record<string, unknown>>;

/** Attribute names of the synchronization schema that Graph's user spells otherwise. */
const GRAPH_NAMES: Readonly<Record<string, string>> = {
  physicalDeliveryOfficeName: "officeLocation",
};

/** Anchors and identity attributes that the service computes; they never flow by value. */
const COMPUTED_TARGETS = new Set([
  "alternativeSecurityIds",
  "IsSoftDeleted",
  "userPrincipalName",
  "manager",
]);

/** The value of a source attribute by its name in the synchronization schema. */
export function readSourceAttribute(user: UserProperties, name: string): unknown {
  switch (name) {
    case "telephoneNumber":
      return Array.isArray(user["businessPhones"]) ? (user["businessPhones"][0] ?? null) : null;
    case "alternativeSecurityIds":
      // Internal users have no alternative security id; the schema's own filter compares with this text.
      return "None";
    case "IsSoftDeleted":
      return false;
    default:
      return user[GRAPH_NAMES[name] ?? name] ?? null;
  }
}

/** A value as expressions, filters and reports write it: nothing is the empty text, truth has a capital. */
export function asText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "True" : "False";
    case "number":
      return `${value}`;
    default:
      return value === null || value === undefined ? "" : JSON.stringify(value);
  }
}

function evaluate(mapping: AttributeMapping, user: UserProperties): unknown {
  const { type, name, expression } = mapping.source;
  switch (type) {
    case "Constant":
      return parseConstant(expression ?? name ?? "");
    case "Attribute":
      return readSourceAttribute(user, name ?? expression?.replaceAll(/[[\]]/gu, "") ?? "");
    case "Function":
      return evaluateExpression(expression ?? "", user);
  }
}

function parseConstant(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : text;
}

/** The expressions that people write most: an attribute, a text, `Append`, `ToLower`, `ToUpper`. Others give null. */
function evaluateExpression(expression: string, user: UserProperties): unknown {
  const text = expression.trim();
  const attribute = /^\[(\w+)\]$/u.exec(text)?.[1];
  if (attribute !== undefined) {
    return readSourceAttribute(user, attribute);
  }
  const literal = /^"([^"]*)"$/u.exec(text)?.[1];
  if (literal !== undefined) {
    return literal;
  }
  const call =
    /^(Append|ToLower|ToUpper)\(\s*(\[\w+\]|"[^"]*")\s*(?:,\s*(\[\w+\]|"[^"]*")\s*)?\)$/u.exec(
      text,
    );
  if (call === null) {
    return null;
  }
  const first = asText(evaluateExpression(call[2] ?? "", user));
  switch (call[1]) {
    case "ToLower":
      return first.toLowerCase();
    case "ToUpper":
      return first.toUpperCase();
    default:
      return first + asText(evaluateExpression(call[3] ?? '""', user));
  }
}

export type FlowPurpose = "create" | "update";

/**
 * What flows to the target user, by Graph property names. Null never flows (E-PROV known issues, 2025-10); a mapping
 * "only during object creation" does not flow into a user that exists.
 */
export function flowAttributes(
  mappings: readonly AttributeMapping[],
  user: UserProperties,
  purpose: FlowPurpose,
): Record<string, unknown> {
  const flowed: Record<string, unknown> = {};
  for (const mapping of mappings) {
    const target = mapping.targetAttributeName;
    if (COMPUTED_TARGETS.has(target)) {
      continue;
    }
    if (purpose === "update" && mapping.flowType === "ObjectAddOnly") {
      continue;
    }
    const value = evaluate(mapping, user) ?? mapping.defaultValue ?? null;
    if (value === null) {
      continue;
    }
    if (target === "telephoneNumber") {
      flowed["businessPhones"] = [value];
    } else {
      flowed[GRAPH_NAMES[target] ?? target] = value;
    }
  }
  return flowed;
}

type Comparison = (value: string, operands: readonly string[]) => boolean;

const matches = (value: string, pattern: string | undefined) =>
  pattern !== undefined && new RegExp(`^(?:${pattern})$`, "iu").test(value);

/** Scoping operators (E-PROV define-conditional-rules); an unknown operator lets nobody through. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  EQUALS: (value, [operand]) => value.toLowerCase() === operand?.toLowerCase(),
  "NOT EQUALS": (value, [operand]) => value.toLowerCase() !== operand?.toLowerCase(),
  "IS TRUE": (value) => value.toLowerCase() === "true",
  "IS FALSE": (value) => value.toLowerCase() === "false",
  "IS NULL": (value) => value === "",
  "IS NOT NULL": (value) => value !== "",
  "REGEX MATCH": (value, [pattern]) => matches(value, pattern),
  "NOT REGEX MATCH": (value, [pattern]) => !matches(value, pattern),
  INCLUDES: (value, operands) =>
    operands.some((operand) => value.toLowerCase().includes(operand.toLowerCase())),
};

/** Whether a user passes a scoping filter: any group, and in a group every clause. No group lets everybody through. */
export function passesScope(
  groups: readonly FilterGroup[] | null | undefined,
  user: UserProperties,
): boolean {
  const filters = (groups ?? []).filter(({ clauses }) => (clauses ?? []).length > 0);
  if (filters.length === 0) {
    return true;
  }
  return filters.some(({ clauses }) =>
    (clauses ?? []).every(({ operatorName, sourceOperandName, targetOperand }) => {
      const compare = COMPARISONS[operatorName.toUpperCase()];
      const value = asText(readSourceAttribute(user, sourceOperandName));
      return compare?.(value, targetOperand?.values ?? []) ?? false;
    }),
  );
}
