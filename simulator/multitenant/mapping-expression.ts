/**
 * Expressions of attribute mappings, as text and as a tree. Grammar: functions with arguments in parentheses, attributes
 * in brackets, texts in double quotes with a backslash before a quote or a backslash, numbers, and one comparison.
 * https://learn.microsoft.com/entra/identity/app-provisioning/functions-for-customizing-application-data (2024-08)
 */
export type MappingExpression =
  | { readonly kind: "attribute"; readonly name: string; readonly text: string }
  | { readonly kind: "constant"; readonly value: string | number; readonly text: string }
  | {
      readonly kind: "call";
      readonly name: string;
      /** Null where nothing stands between two commas. */
      readonly args: readonly (MappingExpression | null)[];
      readonly text: string;
    }
  | {
      readonly kind: "comparison";
      readonly operator: Comparison;
      readonly left: MappingExpression;
      readonly right: MappingExpression;
      readonly text: string;
    };

export type Comparison = "=" | "<>" | ">" | ">=" | "<" | "<=";

/** Why a text is not an expression, or has no value. */
export class ExpressionError extends Error {}

const TOKEN =
  /\s*(?:(?<attribute>\[[^\]]*\])|(?<text>"(?:[^"\\]|\\.)*")|(?<hex>&H[0-9A-F]+)|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<sign><>|>=|<=|[=<>(),]))\s*/gsuy;

interface Token {
  readonly kind: "attribute" | "text" | "hex" | "number" | "name" | "sign";
  readonly text: string;
}

/** Parses a whole expression; throws an ExpressionError that says what is wrong. */
export function parseMappingExpression(source: string): MappingExpression {
  const tokens = tokenize(source);
  let place = 0;
  const peek = () => tokens[place]?.text;
  const take = (): Token => {
    const token = tokens[place];
    if (token === undefined) throw new ExpressionError("The expression ends too early.");
    place += 1;
    return token;
  };
  const parseComparison = (): MappingExpression => {
    const left = parseOperand();
    const operator = peek();
    if (operator === undefined || !isComparison(operator)) return left;
    take();
    const right = parseOperand();
    const text = `${left.text} ${operator} ${right.text}`;
    return { kind: "comparison", operator, left, right, text };
  };
  const parseOperand = (): MappingExpression => {
    const { kind, text } = take();
    switch (kind) {
      case "attribute":
        return { kind: "attribute", name: text.slice(1, -1).trim(), text };
      case "text":
        return { kind: "constant", value: unescape(text.slice(1, -1)), text };
      case "hex":
        return { kind: "constant", value: Number.parseInt(text.slice(2), 16), text };
      case "number":
        return { kind: "constant", value: Number(text), text };
      case "name":
        // A word without parentheses is the name of a value, such as vbTextCompare.
        return peek() === "(" ? parseCall(text) : { kind: "constant", value: text, text };
      case "sign":
        throw new ExpressionError(`"${text}" stands where a value should.`);
    }
  };
  const parseCall = (name: string): MappingExpression => {
    take();
    const args: (MappingExpression | null)[] = [];
    for (;;) {
      const next = peek();
      args.push(next === "," || next === ")" ? null : parseComparison());
      const { text } = take();
      if (text === ")") break;
      if (text !== ",") throw new ExpressionError(`"${text}" stands where a comma should.`);
    }
    if (args.length === 1 && args[0] === null) args.pop();
    const text = `${name}(${args.map((arg) => arg?.text ?? "").join(", ")})`;
    return { kind: "call", name, args, text };
  };

  const expression = parseComparison();
  const rest = peek();
  if (rest !== undefined) throw new ExpressionError(`"${rest}" follows the expression.`);
  return expression;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  while (end < source.trimEnd().length) {
    TOKEN.lastIndex = end;
    const found = TOKEN.exec(source);
    const [kind, text] = Object.entries(found?.groups ?? {}).find(([, part]) => part) ?? [];
    if (found === null || kind === undefined || text === undefined) {
      throw new ExpressionError(`"${source.slice(end).trim()}" cannot be read.`);
    }
    tokens.push({ kind: kind as Token["kind"], text });
    end = TOKEN.lastIndex;
  }
  return tokens;
}

function unescape(text: string): string {
  return text.replaceAll(/\\(["\\])/gu, "$1");
}

function isComparison(text: string): text is Comparison {
  return ["=", "<>", ">", ">=", "<", "<="].includes(text);
}
