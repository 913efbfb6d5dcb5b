import { GraphError } from "../core/graph-error.ts";
import { digest } from "../core/random.ts";
import { evaluate, fieldsOf, type Filter } from "./filter.ts";
import type { QueryOptions } from "./query.ts";

/** A list that is made element by element on demand; an array is one. */
export interface Sequence<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

export interface PageOptions<T> {
  /** In a stable order; the skip token is a place in it. Undefined elements are holes and are passed over. */
  readonly items: Sequence<T>;
  readonly toJson: (item: T) => Record<string, unknown>;
  /** Fragment of `@odata.context`, such as `users`. */
  readonly context: string;
  /** Elements per page unless `$top` says otherwise. */
  readonly pageSize?: number;
  readonly maxPageSize?: number;
  /** Properties that `$filter` may name, such as `displayName` or `from/emailAddress/address`. */
  readonly filterable?: readonly string[];
  /** Properties given without `$select`; all when left out. */
  readonly defaults?: readonly string[];
  /** Whether text is compared without regard to case (the directory does). */
  readonly ignoreCase?: boolean;
  /** Whether `$count`, `ne`, `not` and `endsWith` want `ConsistencyLevel: eventual`, as those of directory objects do. */
  readonly isDirectory?: boolean;
  /** Whether the next link begins below the version, as in some of Microsoft's examples. */
  readonly isLinkRelative?: boolean;
}

export interface Page {
  readonly status: 200;
  readonly body: Record<string, unknown>;
}

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 999;

/** Cuts one page out of a list by the request's query options. */
export function cutPage<T>(
  options: PageOptions<T>,
  request: {
    readonly query: QueryOptions;
    readonly baseUrl: string;
    /** Path below the version. */
    readonly path: string;
    readonly version: string;
    /** Whether the caller sent `ConsistencyLevel: eventual`. */
    readonly isEventual: boolean;
  },
): Page {
  const { query } = request;
  const isCounted = query.isCounted && (request.isEventual || options.isDirectory !== true);
  if (options.isDirectory === true && !(isCounted && query.filter !== null)) {
    refuseAdvancedQuery(query);
  }
  const fingerprint = fingerprintOf(query);
  const start = query.skipToken === null ? 0 : readSkipToken(query.skipToken, fingerprint);
  const size = Math.min(
    query.top ?? options.pageSize ?? DEFAULT_PAGE_SIZE,
    options.maxPageSize ?? MAX_PAGE_SIZE,
  );
  checkFilter(options, query);
  const toAnswer = projection(query.kept, options.defaults);
  const value: Record<string, unknown>[] = [];
  let next: number | null = null;
  let count = 0;
  for (let index = isCounted ? 0 : start; index < options.items.length; index += 1) {
    const item = options.items.at(index);
    if (item === undefined) continue;
    const json = options.toJson(item);
    if (query.filter !== null && !evaluate(query.filter, json, options.ignoreCase ?? false))
      continue;
    count += 1;
    if (index < start) continue;
    if (value.length < size) {
      value.push(toAnswer(json));
      continue;
    }
    next ??= index;
    if (!isCounted) break;
  }
  return {
    status: 200,
    body: {
      "@odata.context": `${request.baseUrl}/${request.version}/$metadata#${options.context}`,
      ...(isCounted ? { "@odata.count": count } : {}),
      value,
      ...(next === null
        ? {}
        : { "@odata.nextLink": nextLink(options, request, next, fingerprint) }),
    },
  };
}

/** Only the selected properties; `id` and annotations always stay. */
export function project(
  json: Record<string, unknown>,
  select: readonly string[] | null,
  defaults?: readonly string[],
): Record<string, unknown> {
  return projection(select, defaults)(json);
}

type Projection = (json: Record<string, unknown>) => Record<string, unknown>;

function projection(
  select: readonly string[] | null,
  defaults: readonly string[] | undefined,
): Projection {
  const wanted = select ?? defaults;
  if (wanted === undefined || wanted.includes("*")) return (json) => json;
  // Clients may spell a name in any case; defaults are spelled as the properties are.
  const names = new Set(select === null ? wanted : wanted.map((name) => name.toLowerCase()));
  const isWanted = (name: string) => names.has(select === null ? name : name.toLowerCase());
  return (json) => {
    const result: Record<string, unknown> = {};
    for (const name in json) {
      if (name === "id" || name.startsWith("@") || isWanted(name)) result[name] = json[name];
    }
    return result;
  };
}

function checkFilter<T>(options: PageOptions<T>, query: QueryOptions): void {
  if (query.filter === null) return;
  const allowed = options.filterable ?? [];
  for (const field of fieldsOf(query.filter)) {
    if (!allowed.some((name) => name.toLowerCase() === field.toLowerCase())) {
      throw new GraphError(
        400,
        "Request_UnsupportedQuery",
        `Unsupported or invalid query filter clause specified for property '${field}'.`,
      );
    }
  }
}

/**
 * The directory answers these from an index that lags behind, and only to who says that this is all right; a count
 * alone is then left out without a word. https://learn.microsoft.com/graph/aad-advanced-queries
 */
function refuseAdvancedQuery({ filter }: QueryOptions): void {
  const operator = filter === null ? null : findAdvancedOperator(filter);
  if (operator === null) return;
  throw new GraphError(
    400,
    "Request_UnsupportedQuery",
    `Operator: '${operator}' is not supported because the 'ConsistencyLevel:eventual' header or '$count=true' is missing. Refer to https://aka.ms/graph-docs/advanced-queries for more information`,
  );
}

function findAdvancedOperator(filter: Filter): string | null {
  switch (filter.kind) {
    case "and":
    case "or":
      return findAdvancedOperator(filter.left) ?? findAdvancedOperator(filter.right);
    case "not":
      return "not";
    case "compare":
      return filter.operator === "ne" ? "ne" : null;
    case "text":
      return filter.test === "endswith" ? "endsWith" : null;
    case "in":
      return null;
  }
}

function nextLink(
  options: { readonly isLinkRelative?: boolean },
  request: {
    readonly query: QueryOptions;
    readonly baseUrl: string;
    readonly path: string;
    readonly version: string;
  },
  start: number,
  fingerprint: string,
): string {
  const parameters = new URLSearchParams(request.query.raw);
  for (const name of request.query.raw.keys()) {
    if (name.toLowerCase() === "$skiptoken") parameters.delete(name);
  }
  parameters.set("$skiptoken", writeSkipToken(start, fingerprint));
  const root = options.isLinkRelative === true ? "" : `${request.baseUrl}/${request.version}`;
  return `${root}${request.path}?${parameters.toString().replaceAll("%24", "$")}`;
}

function fingerprintOf(query: QueryOptions): string {
  return digest(query.filterText ?? "", query.search ?? "", query.expand ?? "").toString(
    "base64url",
    0,
    6,
  );
}

function writeSkipToken(start: number, fingerprint: string): string {
  return Buffer.from(`1.${start}.${fingerprint}`).toString("base64url");
}

function readSkipToken(token: string, fingerprint: string): number {
  const match = /^1\.(\d+)\.([\w-]+)$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  if (match === null || match[2] !== fingerprint) {
    throw new GraphError(
      400,
      "Request_BadRequest",
      "The skip token is not valid for this request.",
    );
  }
  return Number(match[1]);
}
