import { parseAnswer, type HttpAnswer, type HttpCall } from "../protocol/message.ts";

type Json = Record<string, unknown>;

interface SearchResponse extends Json {
  searchResults: readonly {
    readonly restorePoint?: { readonly protectionUnit?: { id?: string } };
  }[];
  noResultProtectionUnitIds: readonly string[];
}

interface BatchResponse extends Json {
  responses: readonly { readonly id: string; readonly status: number; readonly body?: unknown }[];
}

/** The same answer without the results of one unit or one request; null for what is neither search nor batch. */
export function loseResults(answer: HttpAnswer, pick: number): HttpAnswer | null {
  const body = bodyOf(answer);
  if (isSearch(body)) {
    const unitId = chooseUnit(body, pick);
    return unitId === null
      ? null
      : withBody(answer, { ...body, searchResults: withoutUnit(body, unitId) });
  }
  if (isBatch(body) && body.responses.length > 0) {
    const lost = Math.floor(pick * body.responses.length);
    return withBody(answer, {
      ...body,
      responses: body.responses.filter((_response, index) => index !== lost),
    });
  }
  return null;
}

/** The same answer with a unit's points denied, or with the answers to two reads of a batch exchanged. */
export function confuseResults(
  answer: HttpAnswer,
  call: HttpCall,
  pick: number,
): HttpAnswer | null {
  const body = bodyOf(answer);
  if (isSearch(body)) {
    const unitId = chooseUnit(body, pick);
    if (unitId === null) return null;
    return withBody(answer, {
      ...body,
      searchResults: withoutUnit(body, unitId),
      noResultProtectionUnitIds: [...body.noResultProtectionUnitIds, unitId],
    });
  }
  if (!isBatch(body)) return null;
  const reads = readsOf(call);
  const [first, ...others] = body.responses.filter(({ id }) => reads.has(id));
  const second = others[Math.floor(pick * others.length)];
  if (first === undefined || second === undefined) return null;
  const exchanged = new Map([
    [first.id, second.id],
    [second.id, first.id],
  ]);
  return withBody(answer, {
    ...body,
    responses: body.responses.map((response) => ({
      ...response,
      id: exchanged.get(response.id) ?? response.id,
    })),
  });
}

/** Ids of the requests of a batch that change nothing: whoever is told of another's change would believe it made. */
function readsOf(call: HttpCall): ReadonlySet<string> {
  const { requests } = JSON.parse(Buffer.from(call.bytes).toString("utf8")) as {
    readonly requests: readonly { readonly id: string; readonly method: string }[];
  };
  return new Set(requests.filter(({ method }) => method === "GET").map(({ id }) => id));
}

function chooseUnit(body: SearchResponse, pick: number): string | null {
  const ids = [...new Set(body.searchResults.flatMap((result) => unitOf(result) ?? []))];
  return ids[Math.floor(pick * ids.length)] ?? null;
}

function withoutUnit(body: SearchResponse, unitId: string): SearchResponse["searchResults"] {
  return body.searchResults.filter((result) => unitOf(result) !== unitId);
}

function unitOf(result: SearchResponse["searchResults"][number]): string | undefined {
  return result.restorePoint?.protectionUnit?.id;
}

function isSearch(body: Json | null): body is SearchResponse {
  return Array.isArray(body?.["searchResults"]);
}

function isBatch(body: Json | null): body is BatchResponse {
  return Array.isArray(body?.["responses"]);
}

function bodyOf(answer: HttpAnswer): Json | null {
  const isJson = answer.headers["content-type"]?.includes("json") === true;
  return answer.status === 200 && isJson ? (parseAnswer(answer) as Json) : null;
}

function withBody(answer: HttpAnswer, body: Json): HttpAnswer {
  return { ...answer, body: JSON.stringify(body) };
}
