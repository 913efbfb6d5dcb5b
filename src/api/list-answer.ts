import type { ApiAnswer } from "./serve.ts";

/** A page of a list: `{ value, nextLink }`; the link repeats the request's query with the continuation token. */
export function listAnswer(
  url: URL,
  value: readonly unknown[],
  continuationToken: string | null,
): ApiAnswer {
  let nextLink: string | null = null;
  if (continuationToken !== null) {
    const next = new URL(url);
    next.searchParams.set("continuationToken", continuationToken);
    nextLink = next.href;
  }
  return { status: 200, body: { value, nextLink } };
}
