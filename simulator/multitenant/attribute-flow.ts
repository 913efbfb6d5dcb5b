import { checkExpression, evaluateExpression } from "./mapping-evaluation.ts";
import { ExpressionError } from "./mapping-expression.ts";
import { asText, type MappingValue } from "./mapping-functions.ts";
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

function evaluate(mapping: AttributeMapping, user: UserProperties): unknown {
  const { type, name, expression } = mapping.source;
  switch (type) {
    case "Constant":
      return parseConstant(expression ?? name ?? "");
    case "Attribute":
      return readSourceAttribute(user, name ?? expression?.replaceAll(/[[\]]/gu, "") ?? "");
    case "Function":
      return spellForTarget(
        mapping.targetAttributeName,
        evaluateText(expression ?? name ?? "", user),
      );
  }
}

function spellForTarget(target: string, value: unknown): unknown {
  if (value === null || Array.isArray(value)) return value;
  const text = asText(value);
  return BOOLEAN_TARGETS.has(target) ? parseConstant(text) : text;
}

function parseConstant(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : text;
}

/** Expressions were checked when their schema was saved; one without a value gives nothing. */
function evaluateText(expression: string, user: UserProperties): unknown {
  try {
    const read = (name: string) => asMappingValue(readSourceAttribute(user, name));
    return evaluateExpression(checkExpression(expression), read);
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

function asMappingValue(value: unknown): MappingValue {
  if (Array.isArray(value)) return value.map(asText);
  return typeof value === "number" || typeof value === "boolean" || value === null
    ? value
    : asText(value);
}

/** Properties of Graph's user that are true or false, which expressions write as texts. */
const BOOLEAN_TARGETS = new Set(["accountEnabled", "showInAddressList"]);

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
      flowed["businessPhones"] = Array.isArray(value) ? value : [value];
    } else if (!Array.isArray(value)) {
      // Several values do not fit the other properties.
      flowed[GRAPH_NAMES[target] ?? target] = value;
    }
  }
  return flowed;
}

type Comparison = (value: string, operands: readonly string[]) => boolean;

interface ScopingOperator {
  readonly name: string;
  readonly arity: "Unary" | "Binary";
  readonly types: readonly ("String" | "Integer" | "Boolean")[];
  readonly compare: Comparison;
}

const matches = (value: string, pattern: string | undefined) =>
  pattern !== undefined && new RegExp(`^(?:${pattern})$`, "iu").test(value);

/** Both must be whole numbers. */
const integers = (value: string, operand: string | undefined) =>
  [value, operand ?? ""].every((text) => /^-?\d+$/u.test(text))
    ? ([Number(value), Number(operand)] as const)
    : null;

const unary = (name: string, types: ScopingOperator["types"], compare: Comparison) => ({
  name,
  arity: "Unary" as const,
  types,
  compare,
});
const binary = (name: string, types: ScopingOperator["types"], compare: Comparison) => ({
  name,
  arity: "Binary" as const,
  types,
  compare,
});

/** Scoping operators (E-PROV define-conditional-rules); an unknown operator lets nobody through. */
export const SCOPING_OPERATORS: readonly ScopingOperator[] = [
  binary("EQUALS", ["String", "Integer"], (value, [operand]) => {
    return value.toLowerCase() === operand?.toLowerCase();
  }),
  binary("NOT EQUALS", ["String", "Integer"], (value, [operand]) => {
    return value.toLowerCase() !== operand?.toLowerCase();
  }),
  unary("IS TRUE", ["Boolean"], (value) => value.toLowerCase() === "true"),
  unary("IS FALSE", ["Boolean"], (value) => value.toLowerCase() === "false"),
  unary("IS NULL", ["String"], (value) => value === ""),
  unary("IS NOT NULL", ["String"], (value) => value !== ""),
  binary("REGEX MATCH", ["String"], (value, [pattern]) => matches(value, pattern)),
  binary("NOT REGEX MATCH", ["String"], (value, [pattern]) => !matches(value, pattern)),
  binary("GREATER_THAN", ["Integer"], (value, [operand]) => {
    const numbers = integers(value, operand);
    return numbers !== null && numbers[0] > numbers[1];
  }),
  binary("GREATER_THAN_OR_EQUALS", ["Integer"], (value, [operand]) => {
    const numbers = integers(value, operand);
    return numbers !== null && numbers[0] >= numbers[1];
  }),
  binary("INCLUDES", ["String"], (value, operands) =>
    operands.some((operand) => value.toLowerCase().includes(operand.toLowerCase())),
  ),
];

const OPERATORS = new Map(SCOPING_OPERATORS.map((operator) => [operator.name, operator]));

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
      const compare = OPERATORS.get(operatorName.toUpperCase())?.compare;
      const value = asText(readSourceAttribute(user, sourceOperandName));
      return compare?.(value, targetOperand?.values ?? []) ?? false;
    }),
  );
}
