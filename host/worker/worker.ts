import { randomUUID } from "node:crypto";
import type { LogLevel } from "../logging/logger.ts";
import { loadApp } from "./app-loader.ts";
import { HostError } from "../host-error.ts";
import { installCoreModule } from "./core-module.ts";
import {
  createFunctionsCore,
  createRegistry,
  WORKER_VERSION,
  type AppRegistry,
  type CoreInvocationContext,
  type HookName,
  type LogCategory,
  type RegisteredFunction,
} from "./functions-core.ts";
import { listeningOnLoopback, withoutName } from "./loopback-only.ts";
import { withReadOnly, type PostInvocation, type PreInvocation } from "./hook-contexts.ts";
import type { RpcParameter, RpcRetryContext, RpcTypedData } from "./rpc.ts";

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

export interface Invocation {
  readonly functionName: string;
  readonly inputs: readonly RpcParameter[];
  readonly triggerMetadata?: Readonly<Record<string, RpcTypedData>>;
  readonly retryContext?: RpcRetryContext;
  readonly invocationId?: string;
}

/** `error` is what the function threw, untouched. */
export type InvocationOutcome =
  | {
      readonly ok: true;
      readonly returnValue: RpcTypedData | null | undefined;
      readonly outputs: readonly RpcParameter[];
      /** The library's invocation context, with whatever SDKs have put there. */
      readonly context?: unknown;
    }
  | { readonly ok: false; readonly error: unknown; readonly context?: unknown };

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

/** So many random hexadecimal digits. Identifiers come from a supply made in advance, unlike random bytes. */
const randomDigits = (count: number): string => randomUUID().replaceAll("-", "").slice(-count);

const traceContext = () => ({
  traceParent: `00-${randomDigits(32)}-${randomDigits(16)}-00`,
  traceState: "",
  attributes: {},
});

class AppWorker implements Worker {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly #registry: AppRegistry;
  readonly #options: WorkerOptions;
  readonly #appHookData = {};
  readonly #appLevelHookData = {};
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

  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    try {
      return await this.#invoke(invocation);
    } catch (error) {
      return { ok: false, error };
    }
  }

  async #invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { functionName } = invocation;
    const registered = this.functions.get(functionName);
    const programmingModel = this.#registry.programmingModel;
    if (registered === undefined || programmingModel === null) {
      throw new Error(`Function code for '${functionName}' is not loaded and cannot be invoked.`);
    }
    const coreContext: LoggingContext = this.#coreContext(invocation, registered);
    const model = await programmingModel.getInvocationModel(coreContext);
    const { context, inputs } = await model.getArguments();
    coreContext.invocationContext = context;
    const shared = {
      hookData: {},
      appHookData: this.#appHookData,
      invocationContext: context,
    };
    const { preInvocation, postInvocation } = this.#registry.hooks;

    const pre: PreInvocation = { inputs, functionCallback: registered.callback };
    if (preInvocation.length > 0) {
      coreContext.state = "preInvocationHooks";
      await this.#runHooks("preInvocation", withReadOnly(pre, shared));
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
      await this.#runHooks("postInvocation", withReadOnly(post, shared));
    }
    coreContext.state = undefined;

    if (post.error !== null && post.error !== undefined) {
      return { ok: false, error: post.error, context };
    }
    const response = await model.getResponse(context, post.result);
    const { returnValue, outputData } = response;
    return { ok: true, returnValue, outputs: outputData ?? [], context };
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
    const { functionName, retryContext } = invocation;
    const invocationId = invocation.invocationId ?? randomUUID();
    const coreContext: LoggingContext = {
      invocationId,
      request: {
        invocationId,
        functionId: registered.metadata.functionId ?? functionName,
        inputData: invocation.inputs,
        triggerMetadata: invocation.triggerMetadata ?? {},
        traceContext: traceContext(),
        ...(retryContext !== undefined && { retryContext }),
      },
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
