import { crashPoint } from "../crash-points.ts";
import { activityFailure } from "./activity-call.ts";
import type { TaskFailure } from "./effect.ts";
import { plainFailure } from "./effect.ts";
import type { FunctionCatalogue } from "./function-catalogue.ts";
import { httpFailure } from "./http-call.ts";
import type { OutgoingWork } from "./instance-rows.ts";
import { returnText } from "./typed-data.ts";
import type { WorkGate } from "./work-gate.ts";

export type InvokeResult =
  | {
      readonly ok: true;
      readonly returnValue: unknown;
      /** What the function was called with; the durable SDK leaves what it knows there. */
      readonly context?: unknown;
    }
  | {
      readonly ok: false;
      readonly error: unknown;
      readonly context?: unknown;
      /** The function took longer than it may; it may still be running. */
      readonly isTimeout?: boolean;
    };
export type Invoke = (
  functionName: string,
  trigger: { readonly data: unknown; readonly metadata?: Record<string, unknown> },
) => Promise<InvokeResult>;

export type ActivityAnswer =
  | { readonly result: string | null; readonly failure?: undefined }
  | { readonly failure: TaskFailure };

/** One activity to run for an execution. */
export interface ActivityOrder {
  readonly instanceId: string;
  readonly executionId: string;
  readonly work: OutgoingWork;
  /** The instance as it was in memory then; another life of it has not asked. */
  readonly owner: object;
}

export interface ActivityDispatcherOptions {
  readonly functions: FunctionCatalogue;
  readonly limit: number;
  readonly gate: WorkGate;
  readonly invoke: Invoke;
  readonly callHttp: (
    request: Extract<OutgoingWork, { kind: "http" }>["request"],
  ) => Promise<string>;
  readonly answer: (order: ActivityOrder, answer: ActivityAnswer) => void;
}

/** Activities that never wait would keep everything else waiting; after so many the event loop gets its turn. */
const STARTS_PER_LOOP = 16;

/** Runs activities, at most `limit` at a time, in the order in which turns handed them out. */
export class ActivityDispatcher {
  readonly #options: ActivityDispatcherOptions;
  #queue: ActivityOrder[] = [];
  #head = 0;
  #running = 0;
  #startsLeft = STARTS_PER_LOOP;
  #isPaused = false;
  #isStopped = false;

  constructor(options: ActivityDispatcherOptions) {
    this.#options = options;
  }

  add(order: ActivityOrder): void {
    if (this.#isStopped) {
      return;
    }
    this.#options.gate.enter();
    this.#queue.push(order);
    this.#pump();
  }

  /** Starts nothing more. What runs goes on; its answers are dropped and the work is done again by the next host. */
  stop(): void {
    this.#isStopped = true;
    for (; this.#head < this.#queue.length; this.#head++) {
      this.#options.gate.leave();
    }
    this.#queue = [];
    this.#head = 0;
  }

  #pump(): void {
    while (this.#running < this.#options.limit && this.#head < this.#queue.length) {
      if (this.#startsLeft === 0) {
        this.#pause();
        return;
      }
      this.#startsLeft -= 1;
      const order = this.#queue[this.#head++]!;
      this.#running += 1;
      void this.#run(order);
    }
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    this.#pause();
  }

  #pause(): void {
    if (!this.#isPaused) {
      this.#isPaused = true;
      setImmediate(() => {
        this.#isPaused = false;
        const wasUsed = this.#startsLeft < STARTS_PER_LOOP;
        this.#startsLeft = STARTS_PER_LOOP;
        if (wasUsed && this.#head < this.#queue.length) {
          this.#pump();
        }
      });
    }
  }

  async #run(order: ActivityOrder): Promise<void> {
    const answer = await this.#answer(order);
    this.#running -= 1;
    if (!this.#isStopped) {
      crashPoint("activity-done");
      this.#options.answer(order, answer);
    }
    this.#options.gate.leave();
    this.#pump();
  }

  async #answer({ work, instanceId }: ActivityOrder): Promise<ActivityAnswer> {
    if (work.kind !== "http" && work.failure !== undefined) {
      return { failure: work.failure };
    }
    const { functions, invoke, callHttp } = this.#options;
    try {
      if (work.kind === "http") {
        return { result: await callHttp(work.request) };
      }
      const name = functions.find("activity", work.name);
      if (name === null) {
        return { failure: plainFailure(functions.missing("activity", work.name)) };
      }
      crashPoint("activity-start");
      const { input } = work as { readonly input: string | null };
      const result = await invoke(name, {
        data: input === null ? undefined : { string: input },
        metadata: { instanceId, data: input },
      });
      return result.ok
        ? { result: returnText(result.returnValue) }
        : { failure: activityFailure(name, result.error) };
    } catch (error) {
      return {
        failure: work.kind === "http" ? httpFailure(error) : activityFailure(work.name, error),
      };
    }
  }
}
