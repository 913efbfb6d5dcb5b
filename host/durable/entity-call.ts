import type { EntityDelivery, EntityName, EntityRecord } from "./entity-record.ts";
import { messageOf } from "./orchestrator-call.ts";
import type { InvokeResult } from "./activity-dispatcher.ts";
import { returnText } from "./typed-data.ts";

/** What one run of an entity function leaves. Texts are JSON. */
export interface EntityOutcome {
  readonly exists: boolean;
  readonly state: string | null;
  readonly results: readonly { readonly isError: boolean; readonly result: string | null }[];
  readonly signals: readonly EntitySignal[];
  /** What people should be told about it. */
  readonly remark?: string;
}

export interface EntitySignal {
  readonly target: EntityName;
  readonly operation: string;
  readonly input: string | null;
}

/** The text that an entity trigger carries. */
export function entityPayload(
  self: EntityName,
  record: EntityRecord,
  operations: readonly EntityDelivery[],
): string {
  return JSON.stringify({
    self,
    exists: record.exists,
    state: record.state,
    batch: operations.map(({ message }) => ({
      name: message.op,
      input: message.input ?? null,
      isSignal: message.signal === true,
    })),
  });
}

interface WireOutcome {
  readonly entityExists?: boolean;
  readonly entityState?: string | null;
  readonly results?: readonly { readonly isError?: boolean; readonly result?: string }[];
  readonly signals?: readonly {
    readonly target: EntityName;
    readonly name: string;
    readonly input?: string;
  }[];
}

/** Reads what the SDK returned; when the function could not be run, every operation failed and nothing has changed. */
export function parseEntityOutcome(
  result: InvokeResult,
  record: EntityRecord,
  operations: number,
): EntityOutcome {
  if (!result.ok) {
    return failedOutcome(messageOf(result.error), record, operations);
  }
  const value = parseReturned(returnText(result.returnValue));
  if (typeof value !== "object" || value === null || !("results" in value)) {
    return failedOutcome("The entity function returned no entity state.", record, operations);
  }
  const wire = value as WireOutcome;
  const exists = wire.entityExists ?? false;
  const results = wire.results ?? [];
  return {
    ...(results.length === operations
      ? {}
      : {
          remark: `the function gave ${results.length} results for ${operations} operations, so they belong to other operations than it meant: an operation must call \`return\` at most once.`,
        }),
    exists,
    state: exists ? (wire.entityState ?? null) : null,
    results: Array.from({ length: operations }, (_, index) => ({
      isError: results[index]?.isError === true,
      result: results[index]?.result ?? null,
    })),
    signals: (wire.signals ?? []).map(({ target, name, input }) => ({
      target,
      operation: name,
      input: input === undefined || input === "" ? null : input,
    })),
  };
}

function parseReturned(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null") as unknown;
  } catch {
    return text;
  }
}

/** Every operation fails with this message. */
export function failedOutcome(
  message: string,
  record: EntityRecord,
  operations: number,
): EntityOutcome {
  const result = { isError: true, result: JSON.stringify(message) };
  return {
    exists: record.exists,
    state: record.state,
    results: Array.from({ length: operations }, () => result),
    signals: [],
  };
}
