import type { IncomingMessage, ServerResponse } from "node:http";
import type { WorkClock } from "../../clock/clock.ts";
import { handleAdminRequest, type AdminRoutesOptions } from "./admin-routes.ts";
import { handleAuthRequest } from "./auth-routes.ts";
import { applyCors, type CorsRules } from "./cors.ts";
import { handleDurableRequest, type HandleDurable } from "./durable-routes.ts";
import { handleFunctionRequest, type FunctionRequestsOptions } from "./function-requests.ts";
import { keyOfRequest, opensExtension } from "./host-keys.ts";
import { DURABLE_TASK_KEY } from "./key-ring.ts";
import { sendHomePage } from "./home-page.ts";
import { sendEmpty, type RequestHandler } from "./listener.ts";
import type { RequestThrottle } from "./request-throttle.ts";

export interface PublicHandlerOptions {
  readonly clock: WorkClock;
  readonly cors: CorsRules;
  readonly throttle: RequestThrottle;
  readonly admin: AdminRoutesOptions;
  /** Null until the app is loaded and the durable engine runs. */
  readonly app: () => (FunctionRequestsOptions & { readonly durable: HandleDurable }) | null;
}

const DURABLE_ROOT = "/runtime/webhooks/durabletask/";

async function handleAppRequest(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  options: PublicHandlerOptions,
): Promise<void> {
  const app = options.app();
  if (app === null) {
    response.writeHead(503, { "retry-after": "1" }).end();
    return;
  }
  if (path.toLowerCase().startsWith(DURABLE_ROOT)) {
    const query = new URL(request.url ?? "/", "http://localhost").searchParams;
    if (opensExtension(app.keys, DURABLE_TASK_KEY, keyOfRequest(request.headers, query))) {
      await handleDurableRequest(request, response, DURABLE_ROOT, app.durable);
    } else {
      sendEmpty(response, 401);
    }
    return;
  }
  if (
    path.startsWith("/.auth/") &&
    (await handleAuthRequest(request, response, path, app.callers))
  ) {
    return;
  }
  if (await handleFunctionRequest(request, response, app)) {
    return;
  }
  if (path === "/") {
    sendHomePage(request, response);
  } else {
    sendEmpty(response, 404);
  }
}

const closed = (response: ServerResponse): Promise<void> =>
  response.closed || response.writableFinished
    ? Promise.resolve()
    : new Promise((resolve) => response.once("close", resolve));

/** Everything that the listener for people and clients answers. */
export function createPublicHandler(options: PublicHandlerOptions): RequestHandler {
  return async (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (applyCors(request, response, options.cors)) {
      return;
    }
    if (/^\/admin(\/|$)/i.test(path)) {
      // Its answers are no work of the app; what it starts must not start in the middle of a jump either.
      await options.clock.settled();
      await handleAdminRequest(request, response, path, options.admin);
      return;
    }
    // A request never starts in the middle of a jump, and none begins while it is open.
    await options.clock.settled();
    const token = options.clock.busy(`${request.method} ${path}`);
    const place = await options.throttle.enter();
    try {
      if (place === null) {
        sendEmpty(response, 429);
      } else {
        await handleAppRequest(request, response, path, options);
      }
      await closed(response);
    } finally {
      place?.[Symbol.dispose]();
      token[Symbol.dispose]();
    }
  };
}
