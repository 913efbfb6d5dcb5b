import {
  type Comparison,
  ExpressionError,
  type MappingExpression,
  parseMappingExpression,
} from "./mapping-expression.ts";
import {
  asText,
  MAPPING_FUNCTIONS,
  type MappingFunction,
  type MappingValue,
} from "./mapping-functions.ts";

const BY_NAME = new Map(MAPPING_FUNCTIONS.map((each) => [each.name, each]));

/** The anchor of the default map; the service computes it from what no directory shows. */
const COMPUTED_BY_SERVICE = "AltSecIdFromNetid";

/** Parses an expression and checks that every function in it exists and gets what it needs. */
export function checkExpression(text: string): MappingExpression {
  const expression = parseMappingExpression(text);
  checkCalls(expression);
  return expression;
}

/** The value of a checked expression; throws an ExpressionError where it has none. */
export function evaluateExpression(
  expression: MappingExpression,
  read: (attribute: string) => MappingValue,
): MappingValue {
  switch (expression.kind) {
    case "attribute":
      return read(expression.name);
    case "constant":
      return expression.value;
    case "comparison":
      return compare(
        expression.operator,
        evaluateExpression(expression.left, read),
        evaluateExpression(expression.right, read),
      );
    case "call": {
      const called = BY_NAME.get(expression.name);
      if (called === undefined) return null;
      const args = expression.args.map((arg) =>
        arg === null ? undefined : evaluateExpression(arg, read),
      );
      return called.apply(...args);
    }
  }
}

function checkCalls(expression: MappingExpression): void {
  if (expression.kind === "comparison") {
    checkCalls(expression.left);
    checkCalls(expression.right);
  }
  if (expression.kind !== "call") return;
  const called = BY_NAME.get(expression.name);
  if (called === undefined && expression.name !== COMPUTED_BY_SERVICE) {
    throw new ExpressionError(`The function "${expression.name}" is not known.`);
  }
  if (called !== undefined) checkArguments(called, expression.args);
  for (const arg of expression.args) if (arg !== null) checkCalls(arg);
}

function checkArguments(
  { name, parameters }: MappingFunction,
  args: readonly (MappingExpression | null)[],
): void {
  const isOpen = parameters.some(({ isRepeated }) => isRepeated);
  const missing = parameters.find(
    ({ isRequired }, index) => isRequired && (args[index] ?? null) === null,
  );
  if (missing !== undefined) {
    throw new ExpressionError(`The function "${name}" needs its parameter "${missing.name}".`);
  }
  if (!isOpen && args.length > parameters.length) {
    throw new ExpressionError(`The function "${name}" takes ${parameters.length} parameters.`);
  }
}

/** Null where one side is nothing: the condition then fails. Numbers are compared as numbers. */
function compare(operator: Comparison, left: MappingValue, right: MappingValue): boolean | null {
  if (asText(left) === "" || asText(right) === "") return null;
  const [first, second] = [Number(asText(left)), Number(asText(right))];
  const areNumbers = !Number.isNaN(first) && !Number.isNaN(second);
  const [a, b] = areNumbers ? [first, second] : [asText(left), asText(right)];
  switch (operator) {
    case "=":
      return a === b;
    case "<>":
      return a !== b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
  }
}
