import { randomUUID } from "node:crypto";
import type { WorkClock } from "../../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { FunctionMetadata } from "../worker/functions-core.ts";
import type { RpcParameter, RpcRetryContext, RpcTypedData } from "../worker/rpc.ts";
import type { InvocationOutcome } from "../worker/invocation.ts";
import type { Worker } from "../worker/worker.ts";
import { InvocationTimeouts } from "./invocation-timeouts.ts";
import { extraInputsOf, outputsOf, triggerOf, typeOf, type NamedBinding } from "./bindings.ts";

export interface FunctionCall {
  readonly functionName: string;
  readonly trigger: RpcTypedData;
  readonly triggerMetadata?: Readonly<Record<string, RpcTypedData>>;
  readonly retryContext?: RpcRetryContext;
  readonly invocationId?: string;
}

export interface FunctionRun extends FunctionCall {
  /** Why it runs, for the log: "New queue message", "Timer fired". */
  readonly reason: string;
}

/** Writes what a function gave to an output binding. */
export type OutputWriter = (binding: NamedBinding, data: RpcTypedData) => Promise<void>;

export interface FunctionRunnerOptions {
  readonly worker: Worker;
  readonly clock: WorkClock;
  readonly logger: Logger;
  /** `functionTimeout`; null: none. */
  readonly timeoutMs: number | null;
  /** Content of a durable client input. */
  readonly clientBinding: () => string;
  readonly writeOutput: OutputWriter;
}

interface Plan {
  readonly trigger: string;
  readonly clients: readonly string[];
  readonly outputs: readonly NamedBinding[];
}

/** Runs functions with all their bindings: fills in inputs, watches the time, writes outputs, keeps the clock from jumping. */
export class FunctionRunner {
  readonly #options: FunctionRunnerOptions;
  readonly #plans = new Map<string, Plan>();
  readonly #open = new Set<Promise<InvocationOutcome>>();
  readonly #timeouts: InvocationTimeouts | null;

  constructor(options: FunctionRunnerOptions) {
    this.#options = options;
    const { clock, timeoutMs } = options;
    this.#timeouts = timeoutMs === null ? null : new InvocationTimeouts(clock, timeoutMs);
  }

  /** Runs a function once. Its failure is an outcome; this never rejects. */
  async run(run: FunctionRun): Promise<InvocationOutcome> {
    const token = this.#options.clock.busy(run.functionName);
    const outcome = this.#runLogged(run);
    this.#open.add(outcome);
    try {
      return await outcome;
    } finally {
      this.#open.delete(outcome);
      token[Symbol.dispose]();
    }
  }

  /**
   * Runs a function for the durable engine, which waits for it and logs it itself: thousands a second, so with as few
   * promises as can be. Its failure is an outcome; this never rejects.
   */
  call(call: FunctionCall): Promise<InvocationOutcome> {
    const token = this.#options.clock.busy(call.functionName);
    const plan = this.#planOf(call.functionName);
    return this.#invoke(plan, call).then((outcome) => {
      token[Symbol.dispose]();
      return plan.outputs.length === 0 ? outcome : this.#write(plan, outcome);
    });
  }

  /** Resolves when no run is under way any more. Calls are waited for by the durable engine. */
  async drained(): Promise<void> {
    while (this.#open.size > 0) {
      await Promise.allSettled(this.#open);
    }
  }

  async #runLogged(run: FunctionRun): Promise<InvocationOutcome> {
    const { clock, logger } = this.#options;
    const { reason } = run;
    const category = `Function.${run.functionName}`;
    const invocationId = run.invocationId ?? randomUUID();
    const startedAt = clock.now();
    logger.log("information", category, `Executing (Reason='${reason}', Id=${invocationId})`);
    const plan = this.#planOf(run.functionName);
    const outcome = await this.#write(plan, await this.#invoke(plan, { ...run, invocationId }));
    const duration = clock.now() - startedAt;
    if (outcome.ok) {
      logger.log(
        "information",
        category,
        `Executed (Succeeded, Id=${invocationId}, Duration=${duration}ms)`,
      );
    } else {
      logger.log(
        "error",
        category,
        `Executed (Failed, Id=${invocationId}, Duration=${duration}ms)\n${describeError(outcome.error)}`,
      );
    }
    return outcome;
  }

  #invoke(plan: Plan, call: FunctionCall): Promise<InvocationOutcome> {
    const { functionName, trigger, triggerMetadata, retryContext, invocationId } = call;
    const invoked = this.#options.worker.invoke({
      functionName,
      inputs: this.#inputs(plan, trigger),
      ...(triggerMetadata !== undefined && { triggerMetadata }),
      ...(retryContext !== undefined && { retryContext }),
      ...(invocationId !== undefined && { invocationId }),
    });
    return this.#timeouts?.limit(functionName, invoked) ?? invoked;
  }

  async #write(plan: Plan, outcome: InvocationOutcome): Promise<InvocationOutcome> {
    if (!outcome.ok) {
      return outcome;
    }
    try {
      await this.#writeOutputs(plan, outcome);
      return outcome;
    } catch (error) {
      return { ok: false, error };
    }
  }

  #planOf(functionName: string): Plan {
    let plan = this.#plans.get(functionName);
    if (plan === undefined) {
      const metadata = this.#options.worker.functions.get(functionName)?.metadata;
      plan = metadata === undefined ? NO_BINDINGS : planOf(metadata);
      this.#plans.set(functionName, plan);
    }
    return plan;
  }

  #inputs(plan: Plan, trigger: RpcTypedData): RpcParameter[] {
    const inputs: RpcParameter[] = [{ name: plan.trigger, data: trigger }];
    for (const name of plan.clients) {
      inputs.push({ name, data: { string: this.#options.clientBinding() } });
    }
    return inputs;
  }

  async #writeOutputs(
    plan: Plan,
    outcome: Extract<InvocationOutcome, { ok: true }>,
  ): Promise<void> {
    for (const output of plan.outputs) {
      const data =
        output.name === "$return"
          ? outcome.returnValue
          : outcome.outputs.find(({ name }) => name === output.name)?.data;
      if (data !== null && data !== undefined) {
        await this.#options.writeOutput(output, data);
      }
    }
  }
}

const NO_BINDINGS: Plan = { trigger: "", clients: [], outputs: [] };

const planOf = (metadata: FunctionMetadata): Plan => ({
  trigger: triggerOf(metadata)?.name ?? "",
  clients: extraInputsOf(metadata)
    .filter(
      ({ info }) => typeOf(info) === "durableclient" || typeOf(info) === "orchestrationclient",
    )
    .map(({ name }) => name),
  outputs: outputsOf(metadata).filter(({ info }) => typeOf(info) !== "http"),
});

/** What was thrown, for the log. */
export const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
