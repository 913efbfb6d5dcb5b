import { randomUUID } from "node:crypto";
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
  requestOf,
  type Invocation,
  type InvocationOutcome,
} from "./invocation.ts";
import type { RpcInvocationRequest } from "./rpc.ts";

/*
 * The library makes an invocation model for each invocation and keeps its state in weak maps. For orchestrators, entities
 * and short activities, which run by the thousand a second, that and its garbage cost more than the function. Their
 * bindings hold no stream, so the library reads an invocation's arguments before it lets anything else run, and one model
 * can serve all invocations of a function, one after the other.
 */

/** The library whose model was read to be so; any other gets a model for each invocation. */
const LIBRARY = "@azure/functions";
const SHAREABLE_TRIGGERS = new Set(["orchestrationtrigger", "activitytrigger", "entitytrigger"]);

type Log = (level: LogLevel, category: LogCategory, message: string) => void;

/** Invocations of one durable function through one invocation model. */
export class SharedInvocation {
  readonly #function: RegisteredFunction;
  readonly #core: { -readonly [K in keyof CoreInvocationContext]: CoreInvocationContext[K] };
  readonly #model: InvocationModel;

  private constructor(
    registered: RegisteredFunction,
    core: CoreInvocationContext,
    model: InvocationModel,
  ) {
    this.#function = registered;
    this.#core = core;
    this.#model = model;
  }

  /** Null for a function or a library for which invocations cannot share a model. */
  static of(
    registered: RegisteredFunction,
    library: ProgrammingModel,
    log: Log,
  ): SharedInvocation | null {
    if (library.name !== LIBRARY || !isShareable(registered.metadata)) {
      return null;
    }
    const core: CoreInvocationContext = {
      invocationId: "",
      request: NO_REQUEST,
      metadata: registered.metadata,
      // The model cannot tell which of its invocations logs, so it must not take a line for one of an ended invocation.
      state: "postInvocationHooks",
      log,
    };
    const model = library.getInvocationModel(core);
    return "then" in model ? null : new SharedInvocation(registered, core, model);
  }

  /** Runs the function once. Its failure is an outcome; this never rejects. */
  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { callback, metadata } = this.#function;
    let context: unknown;
    try {
      this.#core.invocationId = invocation.invocationId ?? randomUUID();
      this.#core.request = requestOf(invocation, this.#core.invocationId, metadata);
      const given = await this.#model.getArguments();
      context = given.context;
      const result = await callback(...given.inputs, context);
      return outcomeOf(await this.#model.getResponse(context, result), context);
    } catch (error) {
      return failureOf(error, context);
    }
  }
}

const NO_REQUEST: RpcInvocationRequest = {
  invocationId: "",
  functionId: "",
  inputData: [],
  triggerMetadata: {},
};

const isShareable = ({ bindings }: FunctionMetadata): boolean =>
  Object.values(bindings).some(({ type }) => SHAREABLE_TRIGGERS.has(type.toLowerCase()));
