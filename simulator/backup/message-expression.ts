import type { ItemVersion } from "../content/item.ts";
import { type Combined, parseCombined, readLiteral } from "./expression-syntax.ts";

type MessageTerm =
  | { readonly kind: "subject" | "sender" | "recipient"; readonly text: string }
  | { readonly kind: "hasAttachment"; readonly value: boolean };

/** What messages a search is about. Comparisons ignore case. */
export type MessageExpression = Combined<MessageTerm>;

/** Parses `(subject -contains 'x') -or (sender -eq 'a@b') …`; null when it is no such expression. */
export function parseMessageExpression(text: string): MessageExpression | null {
  return parseCombined(text, readTerm);
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

function readTerm(field: string, operator: string, value: string): MessageTerm | null {
  const text = readLiteral(value)?.toLowerCase() ?? null;
  switch (`${field} ${operator}`) {
    case "subject -contains":
      return text === null ? null : { kind: "subject", text };
    case "sender -eq":
      return text === null ? null : { kind: "sender", text };
    case "recipient -eq":
      return text === null ? null : { kind: "recipient", text };
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
