import type { Context } from "../core/context.ts";
import type { Engine, Entry } from "../core/engine.ts";
import { GraphError } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import type { Principal } from "../core/principal.ts";
import { guidFrom } from "../core/random.ts";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { Router } from "../core/router.ts";
import { directoryState } from "../directory/directory.ts";
import { project } from "../odata/page.ts";
import { parseQuery, type QueryOptions } from "../odata/query.ts";
import type { CostlyRequest } from "../throttling/request-cost.ts";
import { priorityOf } from "../throttling/priority.ts";
import type { Throttle, ThrottledCaller } from "../throttling/throttle.ts";
import { Authenticator } from "./access-token.ts";
import { IncomingRequest } from "./incoming-request.ts";
import { jsonAnswer, type HttpAnswer, type HttpCall } from "./message.ts";

interface Answered {
  readonly status: number;
  readonly code: string | null;
  readonly answer: HttpAnswer;
  readonly fault?: string;
}

/** A fault that changes an answer after the request has done what it does. */
export interface Alteration {
  /** Name for the journal. */
  readonly fault: string;
  /** The answer to send instead, or null when the fault does not fit this one. */
  alter(answer: HttpAnswer): HttpAnswer | null;
}

/** Answers Graph requests below `/v1.0`, and below `/beta` if that is simulated: who, may they, which route, strict body, one transaction, Graph's envelopes. */
export class GraphService {
  readonly #engine: Engine;
  readonly #routers: Readonly<Record<string, Router>>;
  readonly #authenticator: Authenticator;
  readonly #throttle: Throttle;
  #count = 0;

  constructor(options: {
    readonly engine: Engine;
    readonly routes: readonly Route[];
    /** What `/beta` answers beyond that, or null where there is no `/beta`. */
    readonly betaRoutes: readonly Route[] | null;
    readonly key: Uint8Array;
    readonly throttle: Throttle;
  }) {
    this.#engine = options.engine;
    this.#routers = {
      "v1.0": new Router(options.routes),
      ...(options.betaRoutes === null ? {} : { beta: new Router(options.betaRoutes) }),
    };
    this.#authenticator = new Authenticator(options.key);
    this.#throttle = options.throttle;
  }

  /** Runs one request. The answer may be sent once `durable()` of the engine has settled. */
  handle(call: HttpCall, alteration?: Alteration): HttpAnswer {
    this.#engine.advance();
    const target = splitTarget(call.target);
    const ids = this.#requestIds(call);
    let principal: Principal | null = null;
    let refusal: unknown = null;
    try {
      principal = this.#authenticator.authenticate(
        call.headers["authorization"],
        this.#engine.now(),
        this.#engine.world,
      );
    } catch (error) {
      refusal = error;
    }
    const entry: Entry = {
      kind: "request",
      tenantId: principal?.tenantId ?? "",
      method: call.method,
      path: target.path + target.search,
      appId: principal?.appId ?? null,
      userId: principal?.kind === "delegated" ? principal.userId : null,
      requestId: ids.requestId,
      clientRequestId: ids.clientRequestId,
    };
    const answer = (context: Context): Answered => {
      try {
        if (principal === null) throw refusal;
        return this.#answer(context, principal, call, target, ids);
      } catch (error) {
        return refuse(error, ids, context.now);
      }
    };
    return this.#engine.execute(entry, (context): Answered => {
      const answered = answer(context);
      const altered = alteration?.alter(answered.answer) ?? null;
      return altered === null || alteration === undefined
        ? answered
        : { ...answered, answer: altered, fault: alteration.fault };
    }).answer;
  }

  #answer(
    context: Context,
    principal: Principal,
    call: HttpCall,
    target: Target,
    ids: Ids,
  ): Answered {
    const router = this.#routers[target.version];
    if (router === undefined) {
      throw new GraphError(400, "BadRequest", `The version '${target.version}' is not simulated.`);
    }
    const match = router.match(call.method, target.path);
    if (match.kind === "unknown") {
      throw new GraphError(
        400,
        "BadRequest",
        `Resource not found for the segment '${match.segment}'.`,
      );
    }
    if (match.kind === "methodNotAllowed") {
      throw new GraphError(
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
        { headers: { allow: match.allowed.join(", ") } },
      );
    }
    const { route, params } = match;
    checkPermission(route, principal);
    const query = parseQuery(target.search, route.query);
    // Throttled before the body is read; what is refused up to here costs nothing.
    if (this.#throttle.mode !== "none") {
      ids.throttling = this.#throttle.admit(
        costlyPartsOf(route, query),
        throttledCaller(context, principal, params, call.headers["x-ms-throttle-priority"]),
      );
    }
    const request = new IncomingRequest({
      context,
      call,
      principal,
      route,
      params,
      query,
      version: target.version === "beta" ? "beta" : "v1.0",
      path: target.path,
      requestId: ids.requestId,
    });
    const response = route.handle(request);
    return {
      status: response.status,
      code: null,
      answer: write(response, ids, request, route),
    };
  }

  /** The two ids of a request as headers. */
  idHeadersOf(call: HttpCall): Readonly<Record<string, string>> {
    return headersOf(this.#requestIds(call));
  }

  #requestIds(call: HttpCall): Ids {
    this.#count += 1;
    const given = call.headers["client-request-id"];
    const requestId = guidFrom(this.#engine.now(), this.#count, call.target);
    return { requestId, clientRequestId: given ?? requestId, throttling: {} };
  }
}

/** The parts of an address such as `/v1.0/users?$top=1`. */
interface Target {
  readonly version: string;
  /** Below the version, as asked. */
  readonly path: string;
  /** The query with its question mark, or nothing. */
  readonly search: string;
}

function splitTarget(target: string): Target {
  const mark = target.indexOf("?");
  const whole = mark === -1 ? target : target.slice(0, mark);
  const end = whole.indexOf("/", 1);
  return {
    version: end === -1 ? whole.slice(1) : whole.slice(1, end),
    path: end === -1 ? "" : whole.slice(end),
    search: mark === -1 ? "" : target.slice(mark),
  };
}

interface Ids {
  readonly requestId: string;
  readonly clientRequestId: string;
  /** What the answer says about quotas, once the request has been counted. */
  throttling: Readonly<Record<string, string>>;
}

function headersOf(ids: Ids): Record<string, string> {
  return {
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
    ...lowerCase(ids.throttling),
  };
}

function costlyPartsOf(route: Route, query: QueryOptions): CostlyRequest {
  return {
    method: route.method,
    routePath: route.path,
    hasSelect: query.select !== null,
    hasExpand: query.expand !== null,
    top: query.top,
    hasDeltaToken: query.raw.has("$deltatoken") || query.raw.has("token"),
  };
}

function throttledCaller(
  context: Context,
  principal: Principal,
  params: Readonly<Record<string, string>>,
  priority: string | undefined,
): ThrottledCaller {
  return {
    priority: priorityOf(priority),
    appId: principal.appId,
    tenantId: principal.tenantId,
    users: context.world.estate.tenant(principal.tenantId)?.users ?? 0,
    mailbox: mailboxOf(context, principal, params),
    now: context.now,
  };
}

/** The same mailbox whether it is asked for by id or by name. */
function mailboxOf(
  context: Context,
  { tenantId }: Principal,
  params: Readonly<Record<string, string>>,
): string | null {
  const user = params["userId"];
  if (user === undefined) return null;
  return directoryState.of(context).tenant(tenantId).findUser(user)?.id ?? user.toLowerCase();
}

function write(response: GraphResponse, ids: Ids, request: GraphRequest, route: Route): HttpAnswer {
  const tag = entityTagOf(response.body);
  const headers = {
    ...headersOf(ids),
    ...(tag === null ? null : { etag: tag }),
    ...appliedPreference(request, route),
    ...lowerCase(response.headers),
  };
  if (request.method === "GET" && tag !== null && isKnown(tag, request.headers["if-none-match"])) {
    return { status: 304, headers, body: "" };
  }
  if (response.bytes !== undefined) {
    return {
      status: response.status,
      headers: { "content-type": "application/octet-stream", ...headers },
      body: response.bytes,
    };
  }
  if (response.text !== undefined) {
    return {
      status: response.status,
      headers: { ...GRAPH_JSON_HEADERS, ...headers },
      body: response.text,
    };
  }
  if (response.body === undefined) {
    return { status: response.status, headers, body: "" };
  }
  const isEntity =
    route.method === "GET" &&
    request.query.kept !== null &&
    !Array.isArray((response.body as { value?: unknown }).value);
  const body = isEntity
    ? project(response.body as Record<string, unknown>, request.query.kept)
    : response.body;
  return jsonAnswer(response.status, body, { ...GRAPH_JSON_HEADERS, ...headers });
}

const GRAPH_JSON_HEADERS = {
  "content-type":
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
  "odata-version": "4.0",
};

/** Files and folders have an entity tag of their own; other resources of the simulated areas are read without one. */
function entityTagOf(body: unknown): string | null {
  const tag = (body as { readonly eTag?: unknown } | undefined)?.eTag;
  return typeof tag === "string" ? tag : null;
}

/** https://learn.microsoft.com/graph/api/driveitem-get: the tag, a list of tags, or any. */
function isKnown(tag: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return false;
  // A tag holds a comma itself: "{id},edition".
  const listed = wanted.match(/(?:W\/)?"[^"]*"/g) ?? [wanted.trim()];
  return listed.some((each) => each === "*" || each.replace(/^W\//, "") === tag);
}

/** Bodies of messages are text here, which is what this preference asks for. https://learn.microsoft.com/graph/api/message-get */
function appliedPreference(request: GraphRequest, route: Route): Record<string, string> | null {
  if (route.definition !== "message") return null;
  const preference = 'outlook.body-content-type="text"';
  const isAsked = (request.headers["prefer"] ?? "").toLowerCase().includes(preference);
  return isAsked ? { "preference-applied": preference } : null;
}

function refuse(error: unknown, ids: Ids, now: number): Answered {
  const refusal =
    error instanceof GraphError
      ? error
      : new GraphError(500, "InternalServerError", "The simulator failed; its log has the reason.");
  if (refusal !== error) process.stderr.write(`${String((error as Error).stack)}\n`);
  const answer = jsonAnswer(
    refusal.status,
    {
      error: {
        code: refusal.code,
        message: refusal.message,
        ...(refusal.target === null ? {} : { target: refusal.target }),
        ...(refusal.details === null ? {} : { details: refusal.details }),
        innerError: {
          ...refusal.inner,
          date: iso(now).slice(0, 19),
          "request-id": ids.requestId,
          "client-request-id": ids.clientRequestId,
        },
      },
    },
    { ...headersOf(ids), ...lowerCase(refusal.headers) },
  );
  return { status: refusal.status, code: refusal.code, answer };
}

function checkPermission(route: Route, principal: Principal): void {
  const wanted =
    principal.kind === "application" ? route.permissions.application : route.permissions.delegated;
  if (wanted === null) {
    throw new GraphError(
      403,
      "Forbidden",
      principal.kind === "application"
        ? "This operation is not supported with application permissions; a signed-in user must call it."
        : "This operation is not supported with delegated permissions.",
    );
  }
  const held = principal.kind === "application" ? principal.roles : principal.scopes;
  if (wanted.length > 0 && !wanted.some((permission) => held.includes(permission))) {
    throw new GraphError(
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    );
  }
}

function lowerCase(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) result[name.toLowerCase()] = value;
  }
  return result;
}
