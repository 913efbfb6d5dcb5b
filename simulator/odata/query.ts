import { GraphError } from "../core/graph-error.ts";
import type { QueryOption } from "../core/route.ts";
import { parseFilter, type Filter } from "./filter.ts";

/** The system query options of one request; null when not given. */
export interface QueryOptions {
  readonly select: readonly string[] | null;
  /** What `$select` leaves of an answer: what it names, and what `$expand` adds. Null when it was not given. */
  readonly kept: readonly string[] | null;
  readonly filter: Filter | null;
  /** `$filter` as written, for areas with a grammar of their own. */
  readonly filterText: string | null;
  readonly top: number | null;
  readonly skipToken: string | null;
  readonly expand: string | null;
  readonly orderBy: string | null;
  readonly search: string | null;
  readonly isCounted: boolean;
  /** All parameters as written. */
  readonly raw: URLSearchParams;
}

const KNOWN: readonly QueryOption[] = [
  "$select",
  "$filter",
  "$top",
  "$skiptoken",
  "$expand",
  "$orderby",
  "$count",
  "$search",
  "$deltatoken",
];

const NO_OPTIONS: QueryOptions = {
  select: null,
  kept: null,
  filter: null,
  filterText: null,
  top: null,
  skipToken: null,
  expand: null,
  orderBy: null,
  search: null,
  isCounted: false,
  raw: new URLSearchParams(),
};

/** Parses a query string (`?…` or nothing); options that the route does not allow are refused. */
export function parseQuery(search: string, allowed: readonly QueryOption[]): QueryOptions {
  if (search.length < 2) return NO_OPTIONS;
  const raw = new URLSearchParams(search);
  const values = new Map<string, string>();
  for (const [name, value] of raw) {
    const key = name.toLowerCase();
    const option = KNOWN.find((known) => known === key || known === `$${key}`);
    if (option === undefined) {
      if (key.startsWith("$")) throw unsupported(name);
      continue;
    }
    // `search` without the dollar sign is an ordinary parameter of the sites search.
    if (!key.startsWith("$") && key !== "search") continue;
    if (!allowed.includes(option)) throw unsupported(name);
    values.set(option, value);
  }
  const filterText = values.get("$filter") ?? null;
  const expand = values.get("$expand") ?? null;
  const select = values.has("$select") ? names(values.get("$select") ?? "") : null;
  return {
    select,
    kept: select === null || expand === null ? select : [...select, ...expandedNames(expand)],
    filter: filterText === null ? null : parseFilter(filterText),
    filterText,
    top: parseTop(values.get("$top")),
    skipToken: values.get("$skiptoken") ?? null,
    expand,
    orderBy: values.get("$orderby") ?? null,
    search: values.get("$search") ?? null,
    isCounted: values.get("$count")?.toLowerCase() === "true",
    raw,
  };
}

function names(list: string): string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The properties that an `$expand` names, without the options that it gives in parentheses. */
function expandedNames(expand: string): string[] {
  let depth = 0;
  let outside = "";
  for (const letter of expand) {
    if (letter === ")") depth -= 1;
    if (depth === 0 && letter !== ")") outside += letter === "(" ? "" : letter;
    if (letter === "(") depth += 1;
  }
  return names(outside);
}

function parseTop(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new GraphError(
      400,
      "Request_BadRequest",
      `Invalid value '${text}' for $top query option.`,
    );
  }
  return Number(text);
}

function unsupported(name: string): GraphError {
  return new GraphError(
    400,
    "Request_UnsupportedQuery",
    `The query option '${name}' is not supported for this request.`,
  );
}
