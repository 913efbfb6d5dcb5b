import type { LogLevel } from "../logging/logger.ts";
import type { RpcInvocationRequest, RpcInvocationResponse } from "./rpc.ts";

export interface BindingInfo {
  readonly type: string;
  readonly direction?: "in" | "out" | "inout";
  readonly name?: string;
  readonly [option: string]: unknown;
}

export interface RetryOptions {
  readonly retryStrategy: "fixedDelay" | "exponentialBackoff";
  readonly maxRetryCount: number;
  readonly delayInterval?: { readonly seconds: number };
  readonly minimumInterval?: { readonly seconds: number };
  readonly maximumInterval?: { readonly seconds: number };
}

export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, BindingInfo>>;
  readonly retryOptions?: RetryOptions;
}

export type FunctionCallback = (...args: unknown[]) => unknown;
export type LogCategory = "user" | "system" | "customMetric";

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly request: RpcInvocationRequest;
  readonly metadata: FunctionMetadata;
  state: "preInvocationHooks" | "invocation" | "postInvocationHooks" | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<RpcInvocationResponse>;
}

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(defaults: Record<string, string>): Promise<Record<string, string>>;
}

export const HOOK_NAMES = [
  "preInvocation",
  "postInvocation",
  "appStart",
  "appTerminate",
  "log",
] as const;
export type HookName = (typeof HOOK_NAMES)[number];
// Each hook has its own context; the library wraps it in a class of its own.
export type HookCallback = (context: object) => unknown;

/** What the app registered while it was loaded. */
export interface AppRegistry {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: Record<HookName, HookCallback[]>;
  programmingModel: ProgrammingModel | null;
  isLocked: boolean;
}

/** Version of the Node worker whose behaviour this module has. */
export const WORKER_VERSION = "3.13.0";
const HOST_VERSION = "4.1037.0";

export const createRegistry = (): AppRegistry => ({
  functions: new Map(),
  hooks: { preInvocation: [], postInvocation: [], appStart: [], appTerminate: [], log: [] },
  programmingModel: null,
  isLocked: false,
});

class CoreDisposable {
  #onDispose: (() => unknown) | undefined;

  static from(...disposables: { dispose(): unknown }[]): CoreDisposable {
    return new CoreDisposable(() => {
      for (const disposable of disposables) {
        disposable.dispose();
      }
    });
  }

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  dispose(): unknown {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    return onDispose?.();
  }
}

/** Marks an error as the worker's own; the library asks for this property. */
const systemError = <E extends Error>(error: E): E =>
  Object.assign(error, { isAzureFunctionsSystemError: true });

const isHookName = (name: string): name is HookName =>
  (HOOK_NAMES as readonly string[]).includes(name);

/** The module that `require("@azure/functions-core")` gives to the app: everything the app says goes into the registry. */
export function createFunctionsCore(
  registry: AppRegistry,
  log: (level: LogLevel, category: LogCategory, message: string) => void,
): object {
  return {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable: CoreDisposable,
    log,
    setProgrammingModel(model: ProgrammingModel) {
      registry.programmingModel = model;
    },
    getProgrammingModel: () => registry.programmingModel,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
      if (registry.isLocked) {
        throw systemError(new Error("A function can only be registered during app startup."));
      }
      const id = metadata.functionId ?? metadata.name;
      if (registry.functions.has(id)) {
        throw systemError(new Error(`A function with id "${id}" has already been registered.`));
      }
      registry.functions.set(id, { metadata: { ...metadata, functionId: id }, callback });
      return new CoreDisposable(() => {
        if (registry.isLocked) {
          throw systemError(new Error("A function can only be disposed during app startup."));
        }
        registry.functions.delete(id);
      });
    },
    registerHook(name: string, callback: HookCallback) {
      if (!isHookName(name)) {
        throw systemError(new RangeError(`Unrecognized hook "${name}"`));
      }
      const hooks = registry.hooks[name];
      hooks.push(callback);
      return new CoreDisposable(() => {
        const index = hooks.indexOf(callback);
        if (index >= 0) {
          hooks.splice(index, 1);
        }
      });
    },
  };
}
