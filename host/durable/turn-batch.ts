import { isFinished, type InstanceRecord } from "./instance-record.ts";
import type { Delivery } from "./message.ts";

/** What one turn consumes of an inbox, and what that makes of the turn. */
export interface TurnBatch {
  readonly kind: "discard" | "terminate" | "suspend" | "resume" | "run";
  readonly reason: string;
  /** Consumed: their rows go with the turn's commit. */
  readonly consumed: readonly Delivery[];
  /** Those of them that become events, in order. */
  readonly messages: readonly Delivery[];
  /** Stay for a later turn. */
  readonly rest: readonly Delivery[];
}

const isControl = ({ message }: Delivery): boolean =>
  message.kind === "terminate" || message.kind === "suspend" || message.kind === "resume";

/**
 * Decides what the next turn does; null when nothing is to be done now. Terminate wins over everything that waits
 * beside it. While suspended only resume and terminate act, all else waits in order.
 */
export function takeBatch(record: InstanceRecord, inbox: readonly Delivery[]): TurnBatch | null {
  if (isFinished(record.status)) {
    return inbox.length === 0 ? null : batch("discard", "", inbox, [], []);
  }
  const termination = inbox.find(({ message }) => message.kind === "terminate");
  if (termination?.message.kind === "terminate") {
    return batch("terminate", termination.message.reason, inbox, [], []);
  }
  if (record.status === "Suspended") {
    const at = inbox.findIndex(({ message }) => message.kind === "resume");
    const resume = inbox[at]?.message;
    if (resume?.kind !== "resume") {
      return null;
    }
    const next = inbox.findIndex(({ message }, index) => index > at && message.kind === "suspend");
    const until = next < 0 ? inbox.length : next;
    const consumed = inbox.slice(0, until);
    const messages = consumed.filter((delivery) => !isControl(delivery));
    return batch("resume", resume.reason, consumed, messages, inbox.slice(until));
  }
  const first = inbox[0]?.message;
  if (first?.kind === "suspend") {
    return batch("suspend", first.reason, inbox.slice(0, 1), [], inbox.slice(1));
  }
  const next = inbox.findIndex(({ message }) => message.kind === "suspend");
  const until = next < 0 ? inbox.length : next;
  if (until === 0 && record.turns > 0) {
    return null;
  }
  const consumed = inbox.slice(0, until);
  const messages = consumed.filter((delivery) => !isControl(delivery));
  return batch("run", "", consumed, messages, inbox.slice(until));
}

function batch(
  kind: TurnBatch["kind"],
  reason: string,
  consumed: readonly Delivery[],
  messages: readonly Delivery[],
  rest: readonly Delivery[],
): TurnBatch {
  return { kind, reason, consumed, messages, rest };
}
