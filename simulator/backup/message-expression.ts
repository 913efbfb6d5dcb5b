import type { ItemVersion } from "../content/item.ts";

/** What messages a search is about. Comparisons ignore case. */
export type MessageExpression =
  | {
      readonly kind: "and" | "or";
      readonly left: MessageExpression;
      readonly right: MessageExpression;
    }
  | { readonly kind: "subject" | "sender" | "recipient"; readonly text: string }
  | { readonly kind: "hasAttachment"; readonly value: boolean };

const TOKEN = /\s*(\(|\)|-[a-zA-Z]+|'(?:[^']|'')*'|[a-zA-Z]+)/gy;

/** Parses `(subject -contains 'x') -or (sender -eq 'a@b') …`; null when it is no such expression. */
export function parseMessageExpression(text: string): MessageExpression | null {
  const tokens = tokenize(text);
  if (tokens === null) return null;
  let place = 0;
  const parseChain = (
    operator: "-and" | "-or",
    parseNext: () => MessageExpression | null,
  ): MessageExpression | null => {
    let left = parseNext();
    while (left !== null && tokens[place]?.toLowerCase() === operator) {
      place += 1;
      const right = parseNext();
      left = right === null ? null : { kind: operator === "-and" ? "and" : "or", left, right };
    }
    return left;
  };
  const parseTerm = (): MessageExpression | null => {
    if (tokens[place] === "(") {
      place += 1;
      const inner = parseChain("-or", parseConjunction);
      if (tokens[place] !== ")") return null;
      place += 1;
      return inner;
    }
    const term = readTerm(tokens.slice(place, place + 3));
    place += 3;
    return term;
  };
  const parseConjunction = (): MessageExpression | null => parseChain("-and", parseTerm);
  const expression = parseChain("-or", parseConjunction);
  return place === tokens.length ? expression : null;
}

/** How many values an expression gives for each parameter that it names. */
export function valuesPerParameter(expression: MessageExpression): readonly number[] {
  const counts = new Map<string, number>();
  const visit = (part: MessageExpression): void => {
    if (part.kind === "and" || part.kind === "or") {
      visit(part.left);
      visit(part.right);
    } else counts.set(part.kind, (counts.get(part.kind) ?? 0) + 1);
  };
  visit(expression);
  return [...counts.values()];
}

function tokenize(text: string): string[] | null {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (match === null) return null;
    tokens.push(match[1] ?? "");
  }
  return tokens;
}

function readTerm(words: readonly string[]): MessageExpression | null {
  const [field = "", operator = "", value = ""] = words;
  const isText = value.length >= 2 && value.startsWith("'");
  const text = isText ? value.slice(1, -1).replaceAll("''", "'").toLowerCase() : "";
  switch (`${field} ${operator}`) {
    case "subject -contains":
      return isText ? { kind: "subject", text } : null;
    case "sender -eq":
      return isText ? { kind: "sender", text } : null;
    case "recipient -eq":
      return isText ? { kind: "recipient", text } : null;
    case "hasAttachment -eq":
      return value === "true" || value === "false"
        ? { kind: "hasAttachment", value: value === "true" }
        : null;
    default:
      return null;
  }
}

/** Whether an item is a message that fulfils the expression; recipients are those in To, Cc and Bcc. */
export function matchesMessage(expression: MessageExpression, item: ItemVersion): boolean {
  const { message } = item;
  if (message === null) return false;
  switch (expression.kind) {
    case "and":
      return matchesMessage(expression.left, item) && matchesMessage(expression.right, item);
    case "or":
      return matchesMessage(expression.left, item) || matchesMessage(expression.right, item);
    case "subject":
      return item.name.toLowerCase().includes(expression.text);
    case "sender":
      return message.from.toLowerCase() === expression.text;
    case "recipient":
      return [...message.to, ...(message.cc ?? []), ...(message.bcc ?? [])].some(
        ({ address }) => address.toLowerCase() === expression.text,
      );
    case "hasAttachment":
      return (message.attachments ?? []).some(({ isInline }) => !isInline) === expression.value;
  }
}
