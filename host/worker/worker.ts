import { randomUUID } from "node:crypto";
import type { LogLevel } from "../logging/logger.ts";
import { loadApp } from "./app-loader.ts";
import { HostError } from "../host-error.ts";
import { installCoreModule } from "./core-module.ts";
import { DurableInvocations } from "./durable-invocation.ts";
import {
  createFunctionsCore,
  createRegistry,
  WORKER_VERSION,
  type AppRegistry,
  type CoreInvocationContext,
  type HookName,
  type LogCategory,
  type ProgrammingModel,
  type RegisteredFunction,
} from "./functions-core.ts";
import { listeningOnLoopback, withoutName } from "./loopback-only.ts";
import { withReadOnly, type PostInvocation, type PreInvocation } from "./hook-contexts.ts";
import {
  failureOf,
  outcomeOf,
  requestOf,
  type Invocation,
  type InvocationOutcome,
} from "./invocation.ts";

export interface WorkerLogEntry {
  readonly level: LogLevel;
  readonly category: LogCategory;
  readonly message: string;
  /** The function that logs, or null for the app or the worker itself. */
  readonly functionName: string | null;
}

export interface WorkerOptions {
  readonly appDirectory: string;
  readonly log: (entry: WorkerLogEntry) => void;
  /** Whether the library may open its listener for streamed HTTP; nobody calls an app that is only replayed. */
  readonly canListen?: boolean;
}

export interface Worker {
  /** All registered functions by name. */
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Where the library takes HTTP requests when the app turned streaming on, else null. */
  readonly httpProxyUrl: string | null;
  invoke(invocation: Invocation): Promise<InvocationOutcome>;
  /** Runs the app's `appTerminate` hooks. */
  stop(): Promise<void>;
}

interface LoggingContext extends CoreInvocationContext {
  /** The app's own context object, which `log` hooks see. */
  invocationContext: unknown;
}

class AppWorker implements Worker {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly #registry: AppRegistry;
  readonly #options: WorkerOptions;
  readonly #appHookData = {};
  readonly #appLevelHookData = {};
  readonly #durable = new Map<RegisteredFunction, DurableInvocations | null>();
  httpProxyUrl: string | null = null;

  constructor(options: WorkerOptions, registry: AppRegistry) {
    this.#options = options;
    this.#registry = registry;
    this.functions = registry.functions;
  }

  async start(): Promise<void> {
    const { appDirectory } = this.#options;
    await loadApp(appDirectory, (file) =>
      this.log("debug", "system", `Loading entry point file "${file}"`, null, undefined),
    );
    try {
      await this.#runHooks("appStart", this.#appContext({ functionAppDirectory: appDirectory }));
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new HostError("app-load", `An appStart hook of the app failed: ${reason}`, error);
    }
    const capabilities = this.#options.canListen === false ? undefined : await this.#capabilities();
    const proxyUrl = capabilities?.["HttpUri"];
    this.httpProxyUrl = proxyUrl === undefined ? null : withoutName(proxyUrl);
    this.#registry.isLocked = true;
  }

  #capabilities(): Promise<Record<string, string> | undefined> {
    return listeningOnLoopback(
      async () =>
        await this.#registry.programmingModel?.getCapabilities?.({
          RpcHttpBodyOnly: "true",
          RawHttpBodyBytes: "true",
          UseNullableValueDictionaryForHttp: "true",
          WorkerVersion: WORKER_VERSION,
        }),
    );
  }

  async stop(): Promise<void> {
    await this.#runHooks("appTerminate", this.#appContext({}));
  }

  invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { functionName } = invocation;
    const registered = this.functions.get(functionName);
    const programmingModel = this.#registry.programmingModel;
    if (registered === undefined || programmingModel === null) {
      const message = `Function code for '${functionName}' is not loaded and cannot be invoked.`;
      return Promise.resolve({ ok: false, error: new Error(message) });
    }
    const durable = this.#durable.get(registered) ?? null;
    return durable === null
      ? this.#invoke(invocation, registered, programmingModel).catch(failureOf)
      : durable.invoke(invocation);
  }

  async #invoke(
    invocation: Invocation,
    registered: RegisteredFunction,
    programmingModel: ProgrammingModel,
  ): Promise<InvocationOutcome> {
    const coreContext: LoggingContext = this.#coreContext(invocation, registered);
    const model = await programmingModel.getInvocationModel(coreContext);
    const { context, inputs } = await model.getArguments();
    coreContext.invocationContext = context;
    this.#lighten(registered, programmingModel, context);
    const { preInvocation, postInvocation } = this.#registry.hooks;
    const readOnly = {
      hookData: {},
      appHookData: this.#appHookData,
      invocationContext: context,
    };
    const pre: PreInvocation = { inputs, functionCallback: registered.callback };
    if (preInvocation.length > 0) {
      coreContext.state = "preInvocationHooks";
      await this.#runHooks("preInvocation", withReadOnly(pre, readOnly));
    }

    const post: PostInvocation = { inputs: pre.inputs, result: null, error: null };
    coreContext.state = "invocation";
    try {
      post.result = await model.invokeFunction(context, pre.inputs, pre.functionCallback);
    } catch (error) {
      post.error = error;
    }

    if (postInvocation.length > 0) {
      coreContext.state = "postInvocationHooks";
      await this.#runHooks("postInvocation", withReadOnly(post, readOnly));
    }
    coreContext.state = undefined;

    if (post.error !== null && post.error !== undefined) {
      return { ok: false, error: post.error, context };
    }
    return outcomeOf(await model.getResponse(context, post.result), context);
  }

  /** From its second invocation on a durable function gets lighter contexts, unless a hook wants to see each invocation. */
  #lighten(registered: RegisteredFunction, library: ProgrammingModel, context: unknown): void {
    const { preInvocation, postInvocation, log } = this.#registry.hooks;
    const isSeen = preInvocation.length + postInvocation.length + log.length > 0;
    if (!isSeen && !this.#durable.has(registered)) {
      const { name } = registered.metadata;
      const lighter = DurableInvocations.after(context, registered, library, (...entry) =>
        this.log(...entry, name, undefined),
      );
      this.#durable.set(registered, lighter);
    }
  }

  log(
    level: LogLevel,
    category: LogCategory,
    text: string,
    functionName: string | null,
    invocationContext: unknown,
  ): void {
    const hooks = this.#registry.hooks.log;
    if (hooks.length === 0) {
      this.#options.log({ level, category, message: text, functionName });
      return;
    }
    const context = withReadOnly(
      { level, message: text, category },
      { hookData: {}, appHookData: this.#appHookData, invocationContext },
    );
    for (const hook of hooks) {
      hook(context);
    }
    this.#options.log({ level: context.level, category, message: context.message, functionName });
  }

  #coreContext(invocation: Invocation, registered: RegisteredFunction): LoggingContext {
    const { functionName } = invocation;
    const invocationId = invocation.invocationId ?? randomUUID();
    const coreContext: LoggingContext = {
      invocationId,
      request: requestOf(invocation, invocationId, registered.metadata),
      metadata: registered.metadata,
      state: undefined,
      invocationContext: undefined,
      log: (level, category, text) =>
        this.log(level, category, text, functionName, coreContext.invocationContext),
    };
    return coreContext;
  }

  #appContext(values: Record<string, unknown>): object {
    return withReadOnly(
      { ...values },
      { hookData: this.#appLevelHookData, appHookData: this.#appHookData },
    );
  }

  async #runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of this.#registry.hooks[name]) {
      await hook(context);
    }
  }
}

/**
 * Loads a Functions v4 Node app into this process and runs its `appStart` hooks. One app a process: the library keeps the
 * module it was first given.
 * @throws HostError that names the file or hook which failed
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const registry = createRegistry();
  const worker = new AppWorker(options, registry);
  installCoreModule(
    createFunctionsCore(registry, (level, category, text) =>
      worker.log(level, category, text, null, undefined),
    ),
  );
  await worker.start();
  return worker;
}
