import { Engine, type Entry } from "../core/engine.ts";
import type { Area } from "../core/area.ts";
import type { TransactionLog } from "../core/transaction-log.ts";
import type { BlobStore } from "../content/blob-store.ts";
import type { Estate } from "../seed/estate.ts";
import { answerBatch } from "./batch.ts";
import { advanceTarget, answerControl } from "./control.ts";
import { claimedTenant, faultAnswer, Faults } from "./faults.ts";
import { GraphService } from "./graph-service.ts";
import { jsonAnswer, type HttpAnswer, type HttpCall } from "./message.ts";
import { answerTokenRequest } from "./token-endpoint.ts";

/** The simulator without a socket: one function from an HTTP request to an answer that is safe to send. */
export interface Simulator {
  readonly engine: Engine;
  answer(call: HttpCall): Promise<HttpAnswer>;
}

export function createSimulator(options: {
  readonly estate: Estate;
  readonly areas: readonly Area[];
  readonly log: TransactionLog;
  readonly blobs: BlobStore;
  readonly clock: { now(): number };
  /** Signs access tokens. */
  readonly key: Uint8Array;
  /** Lets the clock jump to an instant (Unix milliseconds), where that is possible. */
  readonly advance?: (instant: number) => Promise<void>;
}): Simulator {
  const { areas, key } = options;
  const engine = new Engine(options);
  const routes = areas.flatMap((area) => area.routes);
  const graph = new GraphService(engine, routes, key);
  const faults = new Faults();
  const permissions = {
    roles: unique(routes.flatMap((route) => route.permissions.application ?? [])),
    scopes: unique(routes.flatMap((route) => route.permissions.delegated ?? [])),
  };

  const throughFaults = (call: HttpCall): HttpAnswer => {
    const fault = faults.meet(call);
    if (fault === null) return graph.handle(call);
    if (fault.behaviour === "resetAfterCommit") return { ...graph.handle(call), isReset: true };
    const answer = fault.behaviour === "status" ? faultAnswer(fault) : RESET;
    return engine.execute(faultedEntry(call), () => ({
      status: answer.status,
      code: `scriptedFault:${fault.behaviour}`,
      answer,
    })).answer;
  };

  const route = (call: HttpCall): HttpAnswer => {
    const path = call.target.split("?")[0] ?? "";
    if (path === "/v1.0/$batch" && call.method === "POST") return answerBatch(call, throughFaults);
    if (/^\/(v1\.0|beta)\//.test(path)) return throughFaults(call);
    const tenant = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path)?.[1];
    if (tenant !== undefined && call.method === "POST") {
      return answerTokenRequest(call, decodeURIComponent(tenant), {
        estate: options.estate,
        key,
        now: engine.now(),
        permissions,
      });
    }
    if (path.startsWith("/simulator/"))
      return answerControl(call, {
        engine,
        faults,
        canAdvance: options.advance !== undefined,
      });
    return jsonAnswer(404, { error: { code: "NotFound", message: `Nothing answers at ${path}.` } });
  };

  const routeSafely = (call: HttpCall): HttpAnswer => {
    try {
      return route(call);
    } catch (error) {
      // An address that cannot be parsed ends here, and so does a defect; neither may end the simulator.
      const isAddress = error instanceof TypeError || error instanceof URIError;
      if (!isAddress) process.stderr.write(`${String((error as Error).stack)}\n`);
      const message = isAddress ? "The address is not valid." : "The simulator failed.";
      return jsonAnswer(isAddress ? 400 : 500, { error: { code: "BadRequest", message } });
    }
  };

  return {
    engine,
    async answer(call) {
      const target = advanceTarget(call, engine);
      if (target !== null && options.advance !== undefined) await options.advance(target);
      const answer = routeSafely(call);
      await engine.durable();
      return answer;
    },
  };
}

/** A request that a fault kept from Graph is journaled too, without effects. */
function faultedEntry(call: HttpCall): Entry {
  return {
    kind: "request",
    tenantId: claimedTenant(call) ?? "",
    method: call.method,
    path: call.target.replace(/^\/v1\.0/, ""),
    appId: null,
    userId: null,
    requestId: null,
    clientRequestId: call.headers["client-request-id"] ?? null,
  };
}

const RESET: HttpAnswer = { status: 503, headers: {}, bytes: new Uint8Array(), isReset: true };

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
