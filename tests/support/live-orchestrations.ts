import type { ActivityAnswer } from "../../src/durable/activity.ts";
import type { OrchestrationContext, Orchestrator, Task } from "../../src/durable/orchestration.ts";
import { setImmediate } from "node:timers/promises";

/** Runs an activity by its name, as the host would. */
export type RunActivity = (name: string, input: unknown) => Promise<ActivityAnswer<unknown>>;

/** One thing that an orchestration did, in order. */
export interface TraceEntry {
  readonly instanceId: string;
  readonly kind: "activity" | "child" | "timer" | "continueAsNew";
  readonly name: string;
  /** Unix milliseconds. */
  readonly at: number;
}

interface PendingTask {
  readonly promise: Promise<unknown>;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/**
 * Runs orchestrators with their children against real activities, in virtual time: whenever nothing is running, time
 * jumps to the next timer. It does not replay; the prefix property proves that apart.
 */
export class LiveOrchestrations {
  readonly trace: TraceEntry[] = [];
  /** Custom status by instance id, as last set. */
  readonly statuses = new Map<string, unknown>();
  readonly #orchestrators: ReadonlyMap<string, Orchestrator<unknown>>;
  readonly #runActivity: RunActivity;
  readonly #onAdvance: (instant: number) => void;
  readonly #timers: Timer[] = [];
  #now: number;
  #running = 0;

  constructor(options: {
    readonly orchestrators: Readonly<Record<string, Orchestrator<unknown>>>;
    readonly runActivity: RunActivity;
    /** Unix milliseconds. */
    readonly startsAt: number;
    readonly onAdvance?: (instant: number) => void;
  }) {
    this.#orchestrators = new Map(Object.entries(options.orchestrators));
    this.#runActivity = options.runActivity;
    this.#onAdvance = options.onAdvance ?? (() => undefined);
    this.#now = options.startsAt;
  }

  readonly clock = { now: (): number => this.#now };

  /** Calls back at an instant, as a person or another system would. */
  at(instant: number, callback: () => Promise<void>): void {
    this.#timers.push({
      at: instant,
      fire: () => {
        void this.#track(callback());
      },
    });
  }

  /** Runs orchestrations side by side to their ends. */
  async run(
    starts: readonly {
      readonly name: string;
      readonly instanceId: string;
      readonly input: unknown;
    }[],
  ): Promise<unknown[]> {
    const all = Promise.all(
      starts.map(({ name, instanceId, input }) => this.#execute(name, instanceId, input)),
    );
    let isSettled = false;
    void all.catch(() => undefined).finally(() => (isSettled = true));
    for (;;) {
      await setImmediate();
      if (isSettled) {
        return all;
      }
      if (this.#running > 0) {
        continue;
      }
      this.#timers.sort((left, right) => left.at - right.at);
      const timer = this.#timers.shift();
      if (timer === undefined) {
        throw new Error("Nothing is running and no timer is set: an orchestration waits for ever.");
      }
      if (timer.at > this.#now) {
        this.#now = timer.at;
        this.#onAdvance(timer.at);
      }
      timer.fire();
    }
  }

  async #track<Value>(work: Promise<Value>): Promise<Value> {
    this.#running += 1;
    try {
      return await work;
    } finally {
      this.#running -= 1;
    }
  }

  async #execute(name: string, instanceId: string, input: unknown): Promise<unknown> {
    const orchestrator = this.#orchestrators.get(name);
    if (orchestrator === undefined) {
      throw new Error(`There is no orchestrator ${name}.`);
    }
    let next: { readonly input: unknown } | null = { input: copy(input) };
    let output: unknown;
    while (next !== null) {
      const execution: { again: { readonly input: unknown } | null } = { again: null };
      const context = this.#context(instanceId, next.input, (given) => {
        this.#note(instanceId, "continueAsNew", name);
        execution.again = { input: copy(given) };
      });
      output = await drive(orchestrator(context));
      next = execution.again;
    }
    return copy(output);
  }

  #note(instanceId: string, kind: TraceEntry["kind"], name: string): void {
    this.trace.push({ instanceId, kind, name, at: this.#now });
  }

  #context(
    instanceId: string,
    input: unknown,
    continueAsNew: (input: unknown) => void,
  ): OrchestrationContext {
    const now = () => new Date(this.#now);
    const setStatus = (status: unknown) => this.statuses.set(instanceId, copy(status));
    const readStatus = () => this.statuses.get(instanceId);
    const df = {
      instanceId,
      getInput: () => input,
      get currentUtcDateTime() {
        return now();
      },
      get customStatus() {
        return readStatus();
      },
      setCustomStatus: setStatus,
      continueAsNew,
      callActivity: (name: string, given: unknown): PendingTask => {
        this.#note(instanceId, "activity", name);
        return pending(this.#track(this.#runActivity(name, copy(given)).then(copy)));
      },
      callSubOrchestrator: (name: string, given: unknown, id: string): PendingTask => {
        this.#note(instanceId, "child", id);
        return pending(this.#execute(name, id, given));
      },
      createTimer: (until: Date): PendingTask => {
        this.#note(instanceId, "timer", until.toISOString());
        return pending(
          new Promise<void>((resolve) => {
            this.#timers.push({ at: until.getTime(), fire: resolve });
          }),
        );
      },
      Task: {
        all: (tasks: readonly PendingTask[]): PendingTask =>
          pending(Promise.all(tasks.map(({ promise }) => promise))),
      },
    };
    return { df } as unknown as OrchestrationContext;
  }
}

/** A promise whose failure is handled by whoever awaits the task. */
function pending(promise: Promise<unknown>): PendingTask {
  promise.catch(() => undefined);
  return { promise };
}

async function drive(generator: Generator<Task, unknown, unknown>): Promise<unknown> {
  let step = generator.next();
  while (step.done !== true) {
    const task = step.value as unknown as PendingTask;
    try {
      step = generator.next(await task.promise);
    } catch (error) {
      step = generator.throw(error);
    }
  }
  return step.value;
}

/** What crosses the wire is JSON. */
const copy = <Value>(value: Value): Value =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
