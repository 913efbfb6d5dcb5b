import { Engine } from "../core/engine.ts";
import type { Area } from "../core/area.ts";
import type { TransactionLog } from "../core/transaction-log.ts";
import type { BlobStore } from "../content/blob-store.ts";
import { answerUpload, isUploadPath } from "../content/upload-endpoint.ts";
import { applyFaultFile, type FaultFile } from "../faults/fault-file.ts";
import { FaultGate } from "../faults/fault-gate.ts";
import type { Estate } from "../seed/estate.ts";
import { Throttle, type ThrottlingMode } from "../throttling/throttle.ts";
import { answerControl, isControlPath } from "../control/control.ts";
import type { SnapshotStore } from "../control/snapshot-store.ts";
import { answerBatch } from "./batch.ts";
import { Faults } from "./faults.ts";
import { GraphService } from "./graph-service.ts";
import { jsonAnswer, type HttpAnswer, type HttpCall } from "./message.ts";
import { answerTokenRequest } from "./token-endpoint.ts";

/** The simulator without a socket: one function from an HTTP request to an answer that is safe to send. */
export interface Simulator {
  readonly engine: Engine;
  answer(call: HttpCall): Promise<HttpAnswer>;
  /** Adds the faults of a file; to be called once the world is what the log says. */
  applyFaults(file: FaultFile): void;
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
  /** Where copies of the data are made; left out when everything is in memory. */
  readonly snapshots?: SnapshotStore;
  /** Default: "none". */
  readonly throttling?: ThrottlingMode;
  /** Whether reads that only `/beta` has are answered; default: what the seed says. */
  readonly hasBeta?: boolean;
}): Simulator {
  const { areas, key } = options;
  const engine = new Engine(options);
  const routes = areas.flatMap((area) => area.routes);
  const hasBeta = options.hasBeta ?? options.estate.hasBeta;
  const betaRoutes = hasBeta ? areas.flatMap((area) => area.betaRoutes ?? []) : null;
  const throttle = new Throttle(options.throttling ?? "none");
  const graph = new GraphService({ engine, routes, betaRoutes, key, throttle });
  const faults = new Faults();
  const gate = new FaultGate(engine, faults);
  const permitted = [...routes, ...(betaRoutes ?? [])].map((route) => route.permissions);
  const permissions = {
    roles: unique(permitted.flatMap(({ application }) => application ?? [])),
    scopes: unique(permitted.flatMap(({ delegated }) => delegated ?? [])),
  };

  const throughFaults =
    (place: "request" | "batchItem") =>
    (call: HttpCall): HttpAnswer =>
      gate.pass(call, place, (passed, alteration) => graph.handle(passed, alteration));

  const route = (call: HttpCall, path: string): HttpAnswer => {
    if (path === "/v1.0/$batch" && call.method === "POST") {
      return gate.passBatch(call, (passed) =>
        answerBatch(passed, graph.idHeadersOf(passed), throughFaults("batchItem")),
      );
    }
    if (path.startsWith("/v1.0/") || path.startsWith("/beta/"))
      return throughFaults("request")(call);
    const tenant = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path)?.[1];
    if (tenant !== undefined && call.method === "POST") {
      return answerTokenRequest(call, decodeURIComponent(tenant), {
        estate: options.estate,
        key,
        now: engine.now(),
        permissions,
      });
    }
    return jsonAnswer(404, { error: { code: "NotFound", message: `Nothing answers at ${path}.` } });
  };

  const control = {
    engine,
    faults,
    throttle,
    advance: options.advance ?? null,
    snapshots: options.snapshots ?? null,
  };
  const routeAny = async (call: HttpCall): Promise<HttpAnswer> => {
    const mark = call.target.indexOf("?");
    const path = mark === -1 ? call.target : call.target.slice(0, mark);
    if (isUploadPath(path)) return answerUpload(call, engine);
    return isControlPath(path) ? answerControl(call, control) : route(call, path);
  };

  return {
    engine,
    applyFaults: (file) => {
      applyFaultFile(file, engine, faults);
    },
    async answer(call) {
      const answer = await routeAny(call).catch(failureAnswer);
      await engine.durable();
      return answer;
    },
  };
}

/** An address that cannot be parsed ends here, and so does a defect; neither may end the simulator. */
function failureAnswer(error: unknown): HttpAnswer {
  const isAddress = error instanceof TypeError || error instanceof URIError;
  if (!isAddress) process.stderr.write(`${String((error as Error).stack)}\n`);
  const message = isAddress ? "The address is not valid." : "The simulator failed.";
  return jsonAnswer(isAddress ? 400 : 500, { error: { code: "BadRequest", message } });
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
