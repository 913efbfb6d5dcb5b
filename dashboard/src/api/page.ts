/** A page of a list, as every list of the API answers it. */
export interface Page<Item> {
  readonly value: readonly Item[];
  readonly nextLink: string | null;
}

/** The token of the next page. Only the token is taken: behind a proxy the link names a host that we cannot reach. */
export const continuationTokenOf = (nextLink: string | null): string | null =>
  nextLink === null ? null : new URL(nextLink, "http://page").searchParams.get("continuationToken");
