import type { WorkClock } from "../../clock/clock.ts";
import { handleClockRequest } from "../../clock/clock-control.ts";
import { VirtualClock } from "../../clock/virtual-clock.ts";
import { handleDurableRequest, type HandleDurable } from "./durable-routes.ts";
import { sendProblem, type RequestHandler } from "./listener.ts";

export interface InternalHandlerOptions {
  readonly clock: WorkClock;
  /** Null until the durable engine runs. */
  readonly durable: () => HandleDurable | null;
}

const DURABLE_ROOT = "/durabletask/";

/**
 * What the loopback listener answers to our own processes: the durable task API without keys, and the clock. No page in a
 * browser has any business here, so whatever carries a page's origin is refused.
 */
export function createInternalHandler(options: InternalHandlerOptions): RequestHandler {
  return async (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const site = request.headers["sec-fetch-site"];
    if (request.headers.origin !== undefined || (site !== undefined && site !== "none")) {
      sendProblem(response, 403, "This address is for local processes, not for web pages.");
      return;
    }
    if (path === "/clock" || path.startsWith("/clock/")) {
      if (options.clock instanceof VirtualClock) {
        await handleClockRequest(options.clock, request, response);
      } else {
        sendProblem(response, 404, "This host does not own a virtual clock.");
      }
      return;
    }
    const durable = options.durable();
    if (!path.startsWith(DURABLE_ROOT) || durable === null) {
      response.writeHead(path.startsWith(DURABLE_ROOT) ? 503 : 404).end();
      return;
    }
    await options.clock.settled();
    const token = options.clock.busy(`${request.method} ${path}`);
    try {
      await handleDurableRequest(request, response, DURABLE_ROOT, durable);
    } finally {
      token[Symbol.dispose]();
    }
  };
}
