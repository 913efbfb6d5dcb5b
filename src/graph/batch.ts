import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { errorFromAnswer } from "./error-from-answer.ts";
import type { GraphError } from "./errors.ts";
import { type GraphMethod, isRead, type TenantGraph } from "./graph-client.ts";

/** Requests in one `$batch`. Source: concepts/json-batching.md, 2025-02. */
export const BATCH_SIZE = 20;

export interface BatchItem {
  readonly method: GraphMethod;
  readonly path: string;
  readonly body?: unknown;
}

export type BatchResult =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | { readonly ok: false; readonly error: GraphError };

const BatchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.string()).nullish(),
      body: z.unknown().optional(),
    }),
  ),
});

/**
 * Sends up to 20 reads in one request and answers in their order. Each item succeeds, is throttled or fails by itself;
 * an item that Graph left out of its answer is an error too.
 */
export async function readBatch(
  graph: TenantGraph,
  items: readonly BatchItem[],
  clock: Clock,
): Promise<BatchResult[]> {
  if (items.length > BATCH_SIZE) {
    throw new RangeError(`A batch holds at most ${BATCH_SIZE} requests, not ${items.length}.`);
  }
  if (!items.every(isRead)) {
    throw new RangeError("Writes go one by one, so that each is checked against AllowWrites.");
  }
  const answer = await graph.read(
    {
      method: "POST",
      path: "/$batch",
      body: {
        requests: items.map((item, index) => ({
          id: String(index),
          method: item.method,
          url: item.path,
          headers: {
            Prefer: "include-unknown-enum-members",
            ...(item.body === undefined ? {} : { "Content-Type": "application/json" }),
          },
          ...(item.body === undefined ? {} : { body: item.body }),
        })),
      },
    },
    BatchAnswer,
  );
  const byId = new Map(answer.responses.map((response) => [response.id, response]));

  return items.map((item, index): BatchResult => {
    const response = byId.get(String(index));
    const status = response?.status ?? 504;
    if (response !== undefined && status >= 200 && status < 300) {
      return { ok: true, status, body: response.body ?? null };
    }
    const identity = {
      tenantId: graph.tenantId,
      requestId: "",
      operation: `${item.method} ${item.path.split("?")[0]}`,
    };
    const headers = new Headers(response?.headers ?? {});
    return {
      ok: false,
      error: errorFromAnswer({ status, headers }, response?.body, identity, clock),
    };
  });
}
