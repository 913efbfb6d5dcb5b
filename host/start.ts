import { randomUUID } from "node:crypto";
import { offerClock, setPlatformVariables } from "./app-environment.ts";
import { ClosingStack } from "./closing-stack.ts";
import { openFoundation, type Foundation } from "./foundation.ts";
import { VirtualClock } from "../clock/virtual-clock.ts";
import { Grace } from "./grace.ts";
import { describeError } from "./functions/function-runner.ts";
import { resolveHostOptions, type HostOptions } from "./host-options.ts";
import type { HostStatus } from "./http/admin-routes.ts";
import { createSessions, type CallerRules } from "./http/caller.ts";
import { createInternalHandler } from "./http/internal-handler.ts";
import { startListener, type Listener } from "./http/listener.ts";
import { createPublicHandler } from "./http/public-handler.ts";
import { RequestThrottle } from "./http/request-throttle.ts";
import { openApp, type LoadedApp } from "./loaded-app.ts";
import { formatIdentities, formatStart } from "./start-output.ts";

export interface RunningHost {
  /** Address for people and clients, e.g. `http://127.0.0.1:7071`. */
  readonly url: string;
  /** Address for local processes. */
  readonly internalUrl: string;
  /**
   * Keeps time from jumping, stops taking work, lets open work end within `graceMs` (default 3,000 real milliseconds), and
   * closes everything.
   */
  stop(graceMs?: number): Promise<void>;
}

interface Progress {
  state: HostStatus["state"];
  app: LoadedApp | null;
}

/** How long open requests and invocations may take to end when the host stops, real milliseconds. */
const GRACE_MS = 3_000;
/** Time for answers that are being written when everything else has ended. */
const LAST_WORD_MS = 300;
const VERSION = "4.1037.0";

async function openListeners(
  foundation: Foundation,
  progress: Progress,
  closing: ClosingStack,
  grace: Grace,
): Promise<{ listener: Listener; internal: Listener }> {
  const { options, clock, logger, keys, settings } = foundation;
  const onError = (error: unknown): void =>
    logger.log("error", "Host.Http", `A request failed inside the host.\n${describeError(error)}`);
  const hostId = randomUUID();
  const internal = await startListener({
    address: "127.0.0.1",
    port: options.internalPort,
    portOption: "--internal-port",
    onError,
    handle: createInternalHandler({ clock, durable: () => progress.app?.durable.handle ?? null }),
  });
  closing.defer(() => internal.close(LAST_WORD_MS));
  let url = "";
  let callers: CallerRules | null = null;
  const listener = await startListener({
    address: options.address,
    port: options.port,
    portOption: "--port",
    onError,
    handle: createPublicHandler({
      clock,
      cors: settings.cors,
      throttle: new RequestThrottle(foundation.hostJson.http),
      admin: {
        keys,
        baseUrl: () => url,
        status: () => ({
          id: hostId,
          state: progress.state,
          version: VERSION,
          processUptime: Math.round(process.uptime() * 1000),
        }),
        functions: () => progress.app?.worker.functions.values() ?? [],
        httpFunctions: () => progress.app?.http ?? [],
        runManually: (name, input) => progress.app?.triggers.runManually(name, input) ?? false,
      },
      app: () =>
        progress.app === null || callers === null || progress.state !== "Running"
          ? null
          : {
              functions: progress.app.http,
              runner: progress.app.runner,
              keys,
              callers,
              customHeaders: foundation.hostJson.http.customHeaders,
              httpProxyUrl: progress.app.worker.httpProxyUrl,
              durable: progress.app.durable.handle,
            },
    }),
  });
  url = addressOf(options.address, listener.port);
  callers = {
    identities: foundation.identities,
    sessions: createSessions(listener.port),
    allowedOrigins: settings.cors.origins,
  };
  closing.defer(() => listener.close(Math.max(LAST_WORD_MS, grace.leftMs())));
  return { listener, internal };
}

const addressOf = (address: string, port: number): string => {
  const host = address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
};

async function stop(
  { clock }: Foundation,
  app: LoadedApp,
  progress: Progress,
  grace: Grace,
): Promise<void> {
  // First of all time stands: who waits for it must not be woken by a host that goes, and nobody may be overtaken.
  const token = clock.busy("host stops");
  progress.state = "Stopping";
  app.triggers.pause();
  try {
    await grace.within(clock.settled());
    await grace.within(app.runner.drained());
    await grace.within(app.triggers.drained());
  } finally {
    // A clock that others own must not wait for us once we are gone; ours is closed before anything else is.
    if (!(clock instanceof VirtualClock)) {
      token[Symbol.dispose]();
    }
  }
}

async function open(options: HostOptions, closing: ClosingStack): Promise<RunningHost> {
  const grace = new Grace();
  const foundation = await openFoundation(resolveHostOptions(options), closing);
  const { clock, logger } = foundation;
  const starting = clock.busy("host starts");
  const progress: Progress = { state: "Initializing", app: null };
  const { listener, internal } = await openListeners(foundation, progress, closing, grace);
  const addresses = {
    url: addressOf(foundation.options.address, listener.port),
    internalUrl: `http://127.0.0.1:${internal.port}`,
  };
  const offered = offerClock(clock);
  closing.defer(() => offered[Symbol.dispose]());
  setPlatformVariables(foundation.options.app, listener.port);

  const app = await openApp(foundation, addresses, closing);
  closing.defer(() => stop(foundation, app, progress, grace));
  progress.app = app;
  progress.state = "Running";
  logger.log("information", "Host.Startup", formatStart(foundation, app, addresses));
  if (foundation.newIdentities.length > 0) {
    const text = formatIdentities(foundation.newIdentities, foundation.settings.file);
    logger.log("information", "Host.Startup", text);
  }
  starting[Symbol.dispose]();
  return {
    ...addresses,
    stop(graceMs = GRACE_MS) {
      grace.begin(graceMs);
      return closing.close();
    },
  };
}

/**
 * Runs a built Functions app in this process. One host a process.
 * @throws HostError or HostStoreError with one sentence for people when it cannot start
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const closing = new ClosingStack();
  try {
    return await open(options, closing);
  } catch (error) {
    await closing.close().catch(() => undefined);
    throw error;
  }
}
