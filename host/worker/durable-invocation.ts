import { format } from "node:util";
import type { LogLevel } from "../logging/logger.ts";
import type {
  CoreInvocationContext,
  FunctionMetadata,
  InvocationModel,
  LogCategory,
  ProgrammingModel,
  RegisteredFunction,
} from "./functions-core.ts";
import {
  failureOf,
  outcomeOf,
  traceContext,
  type Invocation,
  type InvocationOutcome,
} from "./invocation.ts";
import { uniqueGuid } from "../unique-id.ts";
import type { RpcTypedData } from "./rpc.ts";

/*
 * The library keeps what belongs to an invocation in weak maps, nine entries each time. Orchestrators, entities and short
 * activities run by the thousand a second, and the garbage collector carries everything that such entries hold through many
 * collections before it lets go: more work than all else together. So these functions, whose bindings hold no stream, get a
 * context with the library's prototype and properties that is a plain object, made after the one that the library made for
 * the function's first invocation. A library whose contexts look different makes all of them itself.
 */

const LIBRARY = "@azure/functions";
const TRIGGERS = new Set(["orchestrationtrigger", "activitytrigger", "entitytrigger"]);
const PROPERTIES = [
  "extraInputs",
  "extraOutputs",
  "functionName",
  "invocationId",
  "options",
  "retryContext",
  "traceContext",
  "triggerMetadata",
];
/** The context's methods that log, and the level at which each does. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: "trace",
  debug: "debug",
  log: "information",
  info: "information",
  warn: "warning",
  error: "error",
};

type Log = (level: LogLevel, category: LogCategory, message: string) => void;

/** Inputs or outputs beside the trigger, by the name of the binding. */
class ExtraValues {
  #values: Map<string, unknown> | null = null;

  get(binding: string | { readonly name: string }): unknown {
    return this.#values?.get(typeof binding === "string" ? binding : binding.name);
  }

  set(binding: string | { readonly name: string }, value: unknown): void {
    this.#values ??= new Map();
    this.#values.set(typeof binding === "string" ? binding : binding.name, value);
  }
}

/** Invocations of one function by the durable engine. */
export class DurableInvocations {
  readonly #function: RegisteredFunction;
  /** Turns results into what the host gets; knows nothing of a single invocation. */
  readonly #model: InvocationModel;
  readonly #prototype: object;
  readonly #options: unknown;

  private constructor(
    registered: RegisteredFunction,
    model: InvocationModel,
    prototype: object,
    options: unknown,
  ) {
    this.#function = registered;
    this.#model = model;
    this.#prototype = prototype;
    this.#options = options;
  }

  /** `context` is one that the library made for the function; null if others cannot be made after it. */
  static after(
    context: unknown,
    registered: RegisteredFunction,
    library: ProgrammingModel,
    log: Log,
  ): DurableInvocations | null {
    const isFit = library.name === LIBRARY && isDurable(registered.metadata) && isKnown(context);
    const model = isFit ? library.getInvocationModel(coreContext(registered, log)) : null;
    if (!isFit || model === null || "then" in model) {
      return null;
    }
    const methods: PropertyDescriptorMap = {};
    for (const [method, level] of Object.entries(LEVELS)) {
      const value = (...texts: unknown[]): void => log(level, "user", format(...texts));
      methods[method] = { value, writable: true, configurable: true };
    }
    const prototype = Object.create(Object.getPrototypeOf(context) as object, methods) as object;
    return new DurableInvocations(registered, model, prototype, context.options);
  }

  /** Runs the function once. Its failure is an outcome; this never rejects. */
  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { callback } = this.#function;
    const context = this.#contextOf(invocation);
    try {
      const result = await callback(valueOf(invocation.inputs[0]?.data), context);
      return outcomeOf(await this.#model.getResponse(context, result), context);
    } catch (error) {
      return failureOf(error, context);
    }
  }

  #contextOf({ functionName, inputs, triggerMetadata, ...invocation }: Invocation): object {
    const extraInputs = new ExtraValues();
    for (let index = 1; index < inputs.length; index += 1) {
      extraInputs.set(inputs[index]!.name, valueOf(inputs[index]!.data));
    }
    const metadata: Record<string, unknown> = {};
    for (const name in triggerMetadata) {
      metadata[name] = valueOf(triggerMetadata[name]);
    }
    const context = Object.create(this.#prototype) as Record<string, unknown>;
    context["invocationId"] = invocation.invocationId ?? uniqueGuid();
    context["functionName"] = functionName;
    context["extraInputs"] = extraInputs;
    context["extraOutputs"] = new ExtraValues();
    context["retryContext"] = undefined;
    context["traceContext"] = traceContext();
    context["triggerMetadata"] = metadata;
    context["options"] = this.#options;
    return context;
  }
}

const isDurable = ({ bindings }: FunctionMetadata): boolean =>
  Object.values(bindings).some(({ type }) => TRIGGERS.has(type.toLowerCase()));

const isKnown = (context: unknown): context is { readonly options: unknown } =>
  typeof context === "object" &&
  context !== null &&
  Object.keys(context)
    .filter((name) => name !== "df")
    .sort()
    .join() === PROPERTIES.join();

/** What the engine sends: JSON as text, or a text. */
function valueOf(data: RpcTypedData | undefined): unknown {
  if (data?.value !== undefined) {
    return data.value;
  }
  if (data?.json !== undefined) {
    return JSON.parse(data.json);
  }
  const text = data?.string;
  if (text === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const coreContext = ({ metadata }: RegisteredFunction, log: Log): CoreInvocationContext => ({
  invocationId: "",
  request: { invocationId: "", functionId: "", inputData: [], triggerMetadata: {} },
  metadata,
  state: undefined,
  log,
});
