import { OnboardingMessage, type RejectedRow } from "../contracts/onboarding.ts";
import type { FieldError } from "../contracts/problem.ts";
import { fieldErrors } from "./http-problem.ts";

/** A message of the queue: a tenant to onboard, or what is wrong with it. */
export type ReadMessage =
  | { readonly kind: "tenant"; readonly message: OnboardingMessage }
  | {
      readonly kind: "malformed";
      /** One sentence. */
      readonly reason: string;
      readonly errors: readonly FieldError[];
      /** The message as it came, as text. */
      readonly text: string;
    };

/** What is put on the poison queue in place of a malformed message. */
export interface PoisonMessage {
  readonly reason: string;
  readonly errors: readonly FieldError[];
  /** ISO instant. */
  readonly receivedAt: string;
  /** The message as it came, as text. */
  readonly message: string;
}

/** Longer messages are cut in the table; the poison queue keeps them whole. */
const KEPT_LENGTH = 400;

/**
 * Reads a queue message.
 *
 * @param given What the trigger hands over: parsed JSON, or text (or bytes) that is none.
 */
export function readMessage(given: unknown): ReadMessage {
  const text = textOf(given);
  const value = typeof given === "object" && !Buffer.isBuffer(given) ? given : parsed(text);
  if (value === undefined) {
    const errors = [{ field: "", expected: "JSON", given: text.slice(0, 120) }];
    return { kind: "malformed", reason: "The message is not JSON.", errors, text };
  }
  const message = OnboardingMessage.safeParse(value);
  if (message.success) {
    return { kind: "tenant", message: message.data };
  }
  const errors = fieldErrors(message.error, value);
  const fields = errors.map(({ field, expected }) => `${field || "message"}: expected ${expected}`);
  return {
    kind: "malformed",
    reason: `The message has wrong fields. ${fields.join("; ")}.`,
    errors,
    text,
  };
}

/** The line of a batch that shows a malformed message. */
export const rejectedMessage = (
  read: Extract<ReadMessage, { kind: "malformed" }>,
): RejectedRow => ({
  row: null,
  given: read.text.length > KEPT_LENGTH ? `${read.text.slice(0, KEPT_LENGTH)}…` : read.text,
  errors: [...read.errors],
});

function textOf(given: unknown): string {
  if (typeof given === "string") {
    return given;
  }
  return Buffer.isBuffer(given) ? given.toString("utf8") : (JSON.stringify(given) ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
