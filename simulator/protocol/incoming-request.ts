import type { ZodType } from "zod";

import type { EventDefinition, TransitionDefinition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { GraphError } from "../core/graph-error.ts";
import type { Principal } from "../core/principal.ts";
import type { GraphRequest, Method, Route } from "../core/route.ts";
import { cutPage, type Page, type PageOptions } from "../odata/page.ts";
import type { QueryOptions } from "../odata/query.ts";
import type { HttpCall } from "./message.ts";

/** What is known of a request once its route is found and its caller may use it. */
interface Asked {
  readonly context: Context;
  readonly call: HttpCall;
  readonly principal: Principal;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryOptions;
  readonly version: "v1.0" | "beta";
  /** Path below the version, as asked. */
  readonly path: string;
  readonly requestId: string;
}

/** The request that a route's handler gets. A class, because one is made for each of thousands of reads a second. */
export class IncomingRequest implements GraphRequest {
  readonly version: "v1.0" | "beta";
  readonly world: Context["world"];
  readonly blobs: Context["blobs"];
  readonly tenantId: string;
  readonly now: number;
  readonly method: Method;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryOptions;
  readonly headers: HttpCall["headers"];
  readonly principal: Principal;
  readonly baseUrl: string;
  readonly requestId: string;
  readonly bytes: Uint8Array;
  readonly json: unknown;
  readonly #context: Context;
  readonly #route: Route;

  constructor({ context, call, principal, route, params, query, version, path, requestId }: Asked) {
    this.version = version;
    this.world = context.world;
    this.blobs = context.blobs;
    this.tenantId = context.tenantId;
    this.now = context.now;
    this.method = route.method;
    this.path = path;
    this.params = params;
    this.query = query;
    this.headers = call.headers;
    this.principal = principal;
    this.baseUrl = call.baseUrl;
    this.requestId = requestId;
    this.bytes = call.bytes;
    this.json = route.accepts === "json" ? parseJson(call) : undefined;
    this.#context = context;
    this.#route = route;
  }

  get includeUnknownEnumMembers(): boolean {
    return /include-unknown-enum-members/i.test(this.headers["prefer"] ?? "");
  }

  inTenant(tenantId: string): Context {
    return this.#context.inTenant(tenantId);
  }

  emit<P>(event: EventDefinition<P>, payload: P): void {
    this.#context.emit(event, payload);
  }

  schedule<P>(at: number, transition: TransitionDefinition<P>, payload: P): void {
    this.#context.schedule(at, transition, payload);
  }

  newId(): string {
    return this.#context.newId();
  }

  random(...parts: readonly (string | number)[]): number {
    return this.#context.random(...parts);
  }

  parse<T>(schema: ZodType<T>, code?: string): T {
    return parseBody(this.json, schema, code);
  }

  param(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw new Error(`${this.#route.path} has no parameter "${name}".`);
    return value;
  }

  page<T>(options: PageOptions<T>): Page {
    const { query, baseUrl, version, path } = this;
    const isEventual = this.headers["consistencylevel"]?.toLowerCase() === "eventual";
    return cutPage(options, { query, baseUrl, version, path, isEventual });
  }

  odataContext(fragment: string): string {
    return `${this.baseUrl}/${this.version}/$metadata#${fragment}`;
  }
}

function parseJson(call: HttpCall): unknown {
  if (call.bytes.length === 0) return undefined;
  if (!/^application\/(\w+\+)?json/i.test(call.headers["content-type"] ?? "application/json")) {
    throw new GraphError(
      415,
      "BadRequest",
      "A write request with a body must have the content type application/json.",
    );
  }
  try {
    return JSON.parse(Buffer.from(call.bytes).toString("utf8"));
  } catch {
    throw new GraphError(400, "BadRequest", "Unable to read JSON request payload.");
  }
}

const IGNORED_ANNOTATIONS = new Set(["@odata.type", "@odata.context", "@odata.etag"]);

function parseBody<T>(json: unknown, schema: ZodType<T>, code = "BadRequest"): T {
  const result = schema.safeParse(withoutAnnotations(json ?? {}));
  if (result.success) return result.data;
  const details = result.error.issues.map((issue) => ({
    code,
    target: issue.path.join("/"),
    message:
      issue.code === "unrecognized_keys"
        ? `The property '${issue.keys.join("', '")}' does not exist on this type.`
        : issue.message,
  }));
  const first = details[0];
  const place = first === undefined || first.target === "" ? "" : `${first.target}: `;
  throw new GraphError(400, code, `Invalid request body. ${place}${first?.message ?? ""}`, {
    details,
  });
}

function withoutAnnotations(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutAnnotations);
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    if (!IGNORED_ANNOTATIONS.has(name)) kept.push([name, withoutAnnotations(inner)]);
  }
  return Object.fromEntries(kept);
}
