import { randomUUID } from "node:crypto";
import type { WorkClock } from "../../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { FunctionMetadata } from "../worker/functions-core.ts";
import type { RpcParameter, RpcRetryContext, RpcTypedData } from "../worker/rpc.ts";
import type { InvocationOutcome, Worker } from "../worker/worker.ts";
import { InvocationTimeouts } from "./invocation-timeouts.ts";
import { extraInputsOf, outputsOf, triggerOf, typeOf, type NamedBinding } from "./bindings.ts";

export interface FunctionRun {
  readonly functionName: string;
  readonly trigger: RpcTypedData;
  readonly triggerMetadata?: Readonly<Record<string, RpcTypedData>>;
  readonly retryContext?: RpcRetryContext;
  readonly invocationId?: string;
  /** Why it runs, for the log: "New queue message", "Timer fired". Null for calls of the durable engine, which logs itself. */
  readonly reason: string | null;
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
    try {
      // The durable engine waits for its own invocations; only the others are waited for here.
      return await (run.reason === null ? this.#run(run) : this.#runOpen(run, run.reason));
    } finally {
      token[Symbol.dispose]();
    }
  }

  /** Resolves when no invocation with a reason runs any more. */
  async drained(): Promise<void> {
    while (this.#open.size > 0) {
      await Promise.allSettled(this.#open);
    }
  }

  async #runOpen(run: FunctionRun, reason: string): Promise<InvocationOutcome> {
    const outcome = this.#runLogged(run, reason);
    this.#open.add(outcome);
    try {
      return await outcome;
    } finally {
      this.#open.delete(outcome);
    }
  }

  async #runLogged(run: FunctionRun, reason: string): Promise<InvocationOutcome> {
    const { clock, logger } = this.#options;
    const category = `Function.${run.functionName}`;
    const invocationId = run.invocationId ?? randomUUID();
    const startedAt = clock.now();
    logger.log("information", category, `Executing (Reason='${reason}', Id=${invocationId})`);
    const outcome = await this.#run({ ...run, invocationId });
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

  async #run(run: FunctionRun): Promise<InvocationOutcome> {
    const { worker } = this.#options;
    const plan = this.#planOf(run.functionName);
    const { reason: _reason, trigger, ...invocation } = run;
    const invoked = worker.invoke({ ...invocation, inputs: this.#inputs(plan, trigger) });
    const outcome =
      this.#timeouts === null
        ? await invoked
        : await this.#timeouts.limit(run.functionName, invoked);
    if (!outcome.ok || plan.outputs.length === 0) {
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
