import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import { BATCH_SIZE, readBatch } from "../batch.ts";
import { type GraphError, TerminalError } from "../errors.ts";
import type { TenantGraph } from "../graph-client.ts";

/** Protection units in one search. Source: restorepoint-search.md, v1.0 and beta, read 2026-11-23. */
export const UNITS_PER_SEARCH = 20;
/**
 * Restore points in one answer: the v1.0 page says five a unit, the beta page five a call. With chunks of this size every
 * unit gets its point under either reading.
 */
const UNITS_PER_SMALL_SEARCH = 5;
/** Units that one call of `findNewestRestorePoints` looks up in one `$batch`. */
export const UNITS_PER_LOOKUP = UNITS_PER_SEARCH * BATCH_SIZE;

const RestorePoint = z.object({
  id: z.string(),
  protectionDateTime: z.string(),
  expirationDateTime: z.string().nullish(),
  /** Comma-separated flags; `fastRestore` marks an express point. */
  tags: z.string().nullish(),
  protectionUnit: z.object({ id: z.string() }).nullish(),
});
export type RestorePoint = z.infer<typeof RestorePoint>;

const SearchAnswer = z.object({
  searchResults: z.array(z.object({ restorePoint: RestorePoint.nullish() })).nullish(),
  noResultProtectionUnitIds: z.array(z.string()).nullish(),
});

/** What a look-up found for one unit: its newest point, nothing, or that it could not be asked. */
export type RestorePointFinding =
  | { readonly kind: "found"; readonly point: RestorePoint }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly error: GraphError };

/**
 * The newest restore point of each unit within a period, both ends included.
 *
 * A unit that an answer neither shows nor lists as without result is asked again in smaller searches, at last alone;
 * only an answer about the unit itself counts.
 *
 * @param unitIds At most 400 protection unit ids.
 * @param period ISO instants.
 * @throws GraphError when the whole batch fails; a single search's failure is that of its units only.
 */
export async function findNewestRestorePoints(
  graph: TenantGraph,
  unitIds: readonly string[],
  period: { readonly from: string; readonly to: string },
  clock: Clock,
): Promise<Map<string, RestorePointFinding>> {
  const findings = new Map<string, RestorePointFinding>();
  let open = [...unitIds];
  for (const chunkSize of [UNITS_PER_SEARCH, UNITS_PER_SMALL_SEARCH, 1]) {
    const chunks = chunk(open, chunkSize);
    for (const batch of chunk(chunks, BATCH_SIZE)) {
      await searchBatch(graph, batch, period, clock, findings);
    }
    open = open.filter((id) => !findings.has(id));
    if (open.length === 0) {
      return findings;
    }
  }
  for (const id of open) {
    findings.set(id, { kind: "unknown", error: unanswered(graph.tenantId) });
  }
  return findings;
}

async function searchBatch(
  graph: TenantGraph,
  chunks: readonly (readonly string[])[],
  period: { readonly from: string; readonly to: string },
  clock: Clock,
  findings: Map<string, RestorePointFinding>,
): Promise<void> {
  const results = await readBatch(
    graph,
    chunks.map((protectionUnitIds) => ({
      method: "POST" as const,
      path: "/solutions/backupRestore/restorePoints/search",
      body: {
        protectionUnitIds,
        protectionTimePeriod: { startDateTime: period.from, endDateTime: period.to },
        restorePointPreference: "latest",
      },
    })),
    clock,
  );
  for (const [index, result] of results.entries()) {
    const asked = chunks[index] ?? [];
    if (!result.ok) {
      for (const id of asked) {
        findings.set(id, { kind: "unknown", error: result.error });
      }
      continue;
    }
    const answer = SearchAnswer.safeParse(result.body);
    if (answer.success) {
      collect(asked, answer.data, findings);
    }
  }
}

function collect(
  asked: readonly string[],
  answer: z.infer<typeof SearchAnswer>,
  findings: Map<string, RestorePointFinding>,
): void {
  for (const { restorePoint: point } of answer.searchResults ?? []) {
    // A search for one unit needs no name to know whose point it is.
    const unitId = point?.protectionUnit?.id ?? (asked.length === 1 ? asked[0] : undefined);
    if (!point || unitId === undefined) {
      continue;
    }
    const known = findings.get(unitId);
    if (known?.kind !== "found" || known.point.protectionDateTime < point.protectionDateTime) {
      findings.set(unitId, { kind: "found", point });
    }
  }
  for (const unitId of answer.noResultProtectionUnitIds ?? []) {
    if (!findings.has(unitId)) {
      findings.set(unitId, { kind: "none" });
    }
  }
}

const unanswered = (tenantId: string): GraphError =>
  new TerminalError("The search answered nothing about this protection unit.", {
    tenantId,
    requestId: "",
    operation: "POST /solutions/backupRestore/restorePoints/search",
    status: 200,
    code: "unexpectedAnswer",
  });

function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}
