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
  /** Path from the root, with the prefix: `/api/tenants/{tenantId}`. */
  readonly path: string;
  readonly template: RouteTemplate;
}

const DEFAULT_METHODS = ["GET", "POST"];

const authLevelOf = (value: unknown): AuthLevel => {
  const level = typeof value === "string" ? value.toLowerCase() : "";
  return level === "function" || level === "admin" ? level : "anonymous";
};

/** The HTTP functions among all functions, in the order in which their routes are tried. */
export function httpFunctions(
  functions: Iterable<RegisteredFunction>,
  routePrefix: string,
): HttpFunction[] {
  const found: HttpFunction[] = [];
  for (const { metadata } of functions) {
    for (const [binding, info] of Object.entries(metadata.bindings)) {
      if (info.type.toLowerCase() !== "httptrigger") {
        continue;
      }
      const route = typeof info["route"] === "string" ? info["route"] : metadata.name;
      const path = `/${[routePrefix, route.replace(/^\/+|\/+$/g, "")].filter(Boolean).join("/")}`;
      const methods = Array.isArray(info["methods"]) ? info["methods"] : DEFAULT_METHODS;
      found.push({
        name: metadata.name,
        binding,
        methods: methods.map((method) => String(method).toUpperCase()),
        authLevel: authLevelOf(info["authLevel"]),
        path,
        template: parseRouteTemplate(path.slice(1)),
      });
    }
  }
  return found.sort((one, other) => compareTemplates(one.template, other.template));
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
