import { isDisabled } from "../functions/bindings.ts";
import type { RegisteredFunction } from "../worker/functions-core.ts";
import {
  compareTemplates,
  matchRoute,
  parseRouteTemplate,
  type RouteTemplate,
  type RouteValues,
} from "./route-template.ts";

export type AuthLevel = "anonymous" | "function" | "admin";

/** A function that answers HTTP requests, and where. */
export interface HttpFunction {
  readonly name: string;
  /** Name of the trigger binding. */
  readonly binding: string;
  readonly methods: readonly string[];
  readonly authLevel: AuthLevel;
  /** Switched off by an app setting: only the master key opens it, to others it is not there. */
  readonly isDisabled: boolean;
  /** Without the prefix: `tenants/{tenantId}`. */
  readonly route: string;
  /** Path from the root, with the prefix: `/api/tenants/{tenantId}`. */
  readonly path: string;
  readonly template: RouteTemplate;
}

const DEFAULT_METHODS = ["GET", "POST"];

const authLevelOf = (value: unknown): AuthLevel => {
  const level = typeof value === "string" ? value.toLowerCase() : "";
  return level === "function" || level === "admin" ? level : "anonymous";
};

/** Beginnings of routes that belong to the host itself, whatever the prefix. */
const RESERVED = ["admin", "runtime"];

/** Why a route cannot be served beside the others, in the words of the genuine host; null when it can. */
function problemOf(route: string, methods: readonly string[], others: readonly HttpFunction[]) {
  const wanted = route.toLowerCase();
  if (RESERVED.some((reserved) => wanted.startsWith(reserved))) {
    return "The specified route conflicts with one or more built in routes.";
  }
  const other = others.find(
    (other) =>
      other.route.toLowerCase() === wanted &&
      other.methods.some((method) => methods.includes(method)),
  );
  return other === undefined
    ? null
    : `The route specified conflicts with the route defined by function '${other.name}'.`;
}

/** The HTTP functions among all functions, in the order in which their routes are tried, and why some are not served. */
export function httpFunctions(
  functions: Iterable<RegisteredFunction>,
  routePrefix: string,
): { readonly served: HttpFunction[]; readonly problems: string[] } {
  const served: HttpFunction[] = [];
  const problems: string[] = [];
  for (const { metadata } of functions) {
    for (const [binding, info] of Object.entries(metadata.bindings)) {
      if (info.type.toLowerCase() !== "httptrigger") {
        continue;
      }
      const given = typeof info["route"] === "string" ? info["route"] : metadata.name;
      const route = given.replace(/^\/+|\/+$/g, "");
      const listed = Array.isArray(info["methods"]) ? info["methods"] : DEFAULT_METHODS;
      const methods = listed.map((method) => String(method).toUpperCase());
      const problem = problemOf(route, methods, served);
      if (problem !== null) {
        problems.push(`The function ${metadata.name} is in error: ${problem}`);
        continue;
      }
      const path = `/${[routePrefix, route].filter(Boolean).join("/")}`;
      served.push({
        name: metadata.name,
        binding,
        methods,
        authLevel: authLevelOf(info["authLevel"]),
        isDisabled: isDisabled(metadata.name),
        route,
        path,
        template: parseRouteTemplate(path.slice(1)),
      });
    }
  }
  served.sort((one, other) => compareTemplates(one.template, other.template));
  return { served, problems };
}

/** The function that answers, with the values of its route's parameters; null means 404, also for a wrong method. */
export function findHttpFunction(
  functions: readonly HttpFunction[],
  method: string,
  path: readonly string[],
): { httpFunction: HttpFunction; values: RouteValues } | null {
  for (const httpFunction of functions) {
    const values = httpFunction.methods.includes(method)
      ? matchRoute(httpFunction.template, path)
      : null;
    if (values !== null) {
      return { httpFunction, values };
    }
  }
  return null;
}

/**
 * Decoded segments of a URL path; an encoded slash stays encoded, as in ASP.NET.
 * @throws URIError for a path that cannot be decoded
 */
export const pathSegments = (pathname: string): string[] =>
  pathname
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => decodeURIComponent(segment.replace(/%2f/gi, "%252F")));
