import type { ZodType } from "zod";
import type { Context } from "./context.ts";
import type { Page, PageOptions } from "../odata/page.ts";
import type { QueryOptions } from "../odata/query.ts";
import type { Principal } from "./principal.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type QueryOption =
  | "$select"
  | "$filter"
  | "$top"
  | "$skiptoken"
  | "$expand"
  | "$orderby"
  | "$count"
  | "$search"
  | "$deltatoken";

/** One call of an area, already authenticated, permitted and parsed. */
export interface GraphRequest extends Context {
  readonly method: Method;
  /** Path below the version segment, as asked. */
  readonly path: string;
  readonly version: "v1.0" | "beta";
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryOptions;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly principal: Principal;
  /** Address of the simulator without a trailing slash, for absolute links. */
  readonly baseUrl: string;
  readonly requestId: string;
  /** Whether the caller sent `Prefer: include-unknown-enum-members`. */
  readonly includeUnknownEnumMembers: boolean;
  readonly bytes: Uint8Array;
  /** The JSON body as sent, or undefined when there is none. */
  readonly json: unknown;
  /** The JSON body by a strict schema; unknown properties are refused with 400 and `code` (default BadRequest). */
  parse<T>(schema: ZodType<T>, code?: string): T;
  /** A parameter of the path; fails for a name that the route's path does not have. */
  param(name: string): string;
  /** A collection answer with `$filter`, `$top`, `$select`, an opaque skip token and an absolute next link. */
  page<T>(options: PageOptions<T>): Page;
  /** `@odata.context` for a fragment such as `users` or `users/$entity`. */
  odataContext(fragment: string): string;
}

export interface GraphResponse {
  readonly status: number;
  /** JSON body; absent for an empty answer. */
  readonly body?: unknown;
  /** The JSON body as text, instead of `body`, for large answers that are put together of remembered parts. */
  readonly text?: string;
  /** Raw body, instead of `body`. */
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: Method;
  readonly path: string;
  /** Any one of the listed permissions is enough; [] needs none; null means that kind of token is refused. */
  readonly permissions: {
    readonly application: readonly string[] | null;
    readonly delegated: readonly string[] | null;
  };
  /** Slug of the documentation page that the route follows. */
  readonly source: string;
  /** Metadata type of the answer (of an element for a collection); null when there is no body or it is not JSON. */
  readonly definition: string | null;
  readonly query: readonly QueryOption[];
  /** "bytes" leaves the body alone; everything else must be JSON. */
  readonly accepts: "json" | "bytes";
  handle(request: GraphRequest): GraphResponse;
}

type RouteOptions = Omit<Route, "definition" | "query" | "accepts" | "permissions"> & {
  readonly permissions: {
    readonly application: readonly string[] | null;
    /** Left out: the same names as for applications. */
    readonly delegated?: readonly string[] | null;
  };
  readonly definition?: string;
  readonly query?: readonly QueryOption[];
  readonly accepts?: "bytes";
};

/** Declares one route; GET routes allow `$select` unless `query` says otherwise. */
export function defineRoute(options: RouteOptions): Route {
  const { application, delegated = application } = options.permissions;
  return {
    ...options,
    permissions: { application, delegated },
    definition: options.definition ?? null,
    query: options.query ?? (options.method === "GET" ? ["$select"] : []),
    accepts: options.accepts ?? "json",
  };
}
