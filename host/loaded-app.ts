import type { ClosingStack } from "./closing-stack.ts";
import { openDurable, type DurablePort } from "./durable-port.ts";
import type { Foundation } from "./foundation.ts";
import { unsupportedBindings } from "./functions/bindings.ts";
import { FunctionRunner } from "./functions/function-runner.ts";
import { HostError } from "./host-error.ts";
import { httpFunctions, type HttpFunction } from "./http/http-function.ts";
import { writeQueueOutput } from "./triggers/queue-output.ts";
import { StorageQueues } from "./triggers/storage-queues.ts";
import { createTriggers, type Triggers } from "./triggers/triggers.ts";
import { startWorker, type Worker } from "./worker/worker.ts";

export interface HostAddresses {
  /** For people and clients, without a trailing slash. */
  readonly url: string;
  /** For local processes, without a trailing slash. */
  readonly internalUrl: string;
}

/** The app and everything that calls its functions. */
export interface LoadedApp {
  readonly worker: Worker;
  readonly http: readonly HttpFunction[];
  readonly runner: FunctionRunner;
  readonly durable: DurablePort;
  readonly triggers: Triggers;
}

async function loadWorker({ options, logger }: Foundation): Promise<Worker> {
  const worker = await startWorker({
    appDirectory: options.app,
    log({ level, category, message, functionName }) {
      const base = functionName === null ? "Worker" : `Function.${functionName}`;
      logger.log(level, category === "user" ? `${base}.User` : base, message);
    },
  });
  for (const { metadata } of worker.functions.values()) {
    for (const problem of unsupportedBindings(metadata)) {
      logger.log("warning", "Host.Startup", problem);
    }
  }
  return worker;
}

function readRoutes(worker: Worker, { hostJson, logger }: Foundation): HttpFunction[] {
  try {
    const { served, problems } = httpFunctions(
      worker.functions.values(),
      hostJson.http.routePrefix,
    );
    for (const problem of problems) {
      logger.log("error", "Host.Startup", problem);
    }
    return served;
  } catch (error) {
    throw new HostError("app-load", error instanceof Error ? error.message : String(error), error);
  }
}

/** Loads the app and starts the durable engine. What it started is stopped by `closing`. */
export async function openApp(
  foundation: Foundation,
  addresses: HostAddresses,
  closing: ClosingStack,
): Promise<LoadedApp> {
  const worker = await loadWorker(foundation);
  closing.defer(() => worker.stop());
  const queues = new StorageQueues();
  // Activities of an earlier run may write before there are triggers.
  let triggers: Triggers | null = null;
  const runner: FunctionRunner = new FunctionRunner({
    worker,
    clock: foundation.clock,
    logger: foundation.logger,
    timeoutMs: foundation.hostJson.functionTimeoutMs,
    clientBinding: () => durable.clientBinding(),
    async writeOutput(binding, data) {
      const { messageEncoding } = foundation.hostJson.queues;
      triggers?.onMessages(await writeQueueOutput(binding, data, queues, messageEncoding));
    },
  });
  const durable = openDurable(foundation, worker, runner, addresses);
  await durable.start();
  closing.defer(() => durable.stop());
  const opened = createTriggers(foundation, worker, runner, queues);
  triggers = opened;
  await opened.start();
  closing.defer(() => opened.stop());
  return {
    worker,
    http: readRoutes(worker, foundation),
    runner,
    durable,
    triggers: opened,
  };
}
