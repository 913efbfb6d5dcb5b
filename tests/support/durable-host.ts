import { createRequire } from "node:module";
import { jest } from "@jest/globals";
import type * as DurableFunctions from "durable-functions";
import { VirtualClock } from "../../clock/virtual-clock.ts";
import type { Invoke, InvokeResult } from "../../host/durable/activity-dispatcher.ts";
import { createDurableEngine, type DurableEngine } from "../../host/durable/engine.ts";
import type { DurableFunction } from "../../host/durable/function-catalogue.ts";
import { parseDurableTaskSettings } from "../../host/durable/settings.ts";
import { createMemoryStore } from "../../host/store/memory-store.ts";
import type { HostStore } from "../../host/store/store.ts";

/** The durable engine with the genuine SDK under a core module of a few lines; no host, no HTTP server, virtual time. */

interface Registered {
  readonly metadata: { readonly name: string; readonly bindings: Record<string, { type: string }> };
  readonly callback: (...inputs: unknown[]) => unknown;
}

interface ProgrammingModel {
  getInvocationModel(context: unknown): {
    getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
    invokeFunction(context: unknown, inputs: unknown[], callback: unknown): Promise<unknown>;
    getResponse(context: unknown, result: unknown): Promise<{ readonly returnValue?: unknown }>;
  };
}

const registered = new Map<string, Registered>();
let programmingModel: ProgrammingModel | null = null;

jest.mock(
  "@azure/functions-core",
  () => ({
    version: "3.10.1",
    hostVersion: "4.1037",
    Disposable: class {
      dispose(): void {}
    },
    registerFunction(metadata: Registered["metadata"], callback: Registered["callback"]) {
      registered.set(metadata.name, { metadata, callback });
      return { dispose: () => {} };
    },
    registerHook(name: string) {
      if (name === "log") {
        throw Object.assign(new RangeError(name), { isAzureFunctionsSystemError: true });
      }
      return { dispose: () => {} };
    },
    setProgrammingModel(model: ProgrammingModel) {
      programmingModel = model;
    },
    getProgrammingModel: () => programmingModel,
    log: () => {},
  }),
  { virtual: true },
);

/** The genuine SDK. Functions of all tests of a file share its registry, so their names must differ. */
export const df = createRequire(import.meta.url)("durable-functions") as typeof DurableFunctions;

export const STARTS_AT = Date.parse("2026-03-02T06:00:00Z");

const KINDS: Readonly<Record<string, DurableFunction["kind"]>> = {
  orchestrationTrigger: "orchestration",
  activityTrigger: "activity",
  entityTrigger: "entity",
};

const triggerOf = ({ metadata }: Registered): [string, { type: string }] =>
  Object.entries(metadata.bindings).find(([, { type }]) => /trigger$/iu.test(type))!;

/** Runs a registered function the way the worker does. */
export const invoke: Invoke = async (functionName, { data }) => {
  const found = registered.get(functionName)!;
  const model = programmingModel!.getInvocationModel({
    invocationId: "1",
    request: {
      invocationId: "1",
      functionId: functionName,
      inputData: [{ name: triggerOf(found)[0], data }],
      triggerMetadata: {},
    },
    metadata: found.metadata,
    log: () => {},
  });
  const { context, inputs } = await model.getArguments();
  try {
    const result = await model
      .invokeFunction(context, inputs, found.callback)
      .finally(() => rememberCount(context));
    const { returnValue } = await model.getResponse(context, result);
    return { ok: true, returnValue, context };
  } catch (error) {
    return { ok: false, error, context };
  }
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // Bodies are whatever the test expects them to be.
  readonly body: never;
}

export interface Status {
  readonly runtimeStatus: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly customStatus: unknown;
  readonly historyEvents?: readonly Record<string, unknown>[];
}

export interface DurableHostOptions {
  readonly store?: HostStore;
  readonly settings?: Record<string, unknown>;
  readonly clock?: VirtualClock;
  /** Answers an invocation in the function's place, or null to let it run. */
  readonly intercept?: (functionName: string) => InvokeResult | null;
  /** What an invocation of a function waits for first. */
  readonly before?: (functionName: string) => Promise<void> | null;
  /** Functions that a newer or older deployment does not have. */
  readonly without?: readonly string[];
}

export interface DurableHost extends AsyncDisposable {
  readonly engine: DurableEngine;
  readonly store: HostStore;
  readonly clock: VirtualClock;
  readonly logged: string[];
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Starts an instance and resolves with its status when it has ended. */
  run(name: string, input?: unknown): Promise<Status>;
  start(name: string, instanceId: string, input?: unknown): Promise<void>;
  raise(instanceId: string, name: string, data: unknown): Promise<number>;
  status(instanceId: string, query?: string): Promise<Status>;
  /** Resolves with the status once it satisfies the condition. */
  until(instanceId: string, condition: (status: Status) => boolean): Promise<Status>;
  ended(instanceId: string): Promise<Status>;
  /** Resolves when nothing is under way. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** What the SDK counted in its latest run of an instance: the next sequence id, and the ids it waits for. */
export interface SdkCount {
  readonly next: number;
  readonly open: readonly number[];
}

interface SdkExecutor {
  readonly sequenceNumber: number;
  readonly openTasks: Readonly<Record<string, unknown>>;
}

/** By instance ID; replaced by every run of the orchestrator function. */
export const sdkCounts = new Map<string, SdkCount>();

function rememberCount(context: unknown): void {
  const { df } = context as {
    df?: { instanceId?: string; taskOrchestratorExecutor?: SdkExecutor };
  };
  const executor = df?.taskOrchestratorExecutor;
  if (df?.instanceId !== undefined && executor !== undefined) {
    sdkCounts.set(df.instanceId, {
      next: executor.sequenceNumber,
      open: Object.keys(executor.openTasks).map(Number).filter(Number.isInteger),
    });
  }
}

/** A condition that takes longer than this will not come true. */
const PATIENCE_MS = 20_000;

const nextLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function startDurableHost(options: DurableHostOptions = {}): Promise<DurableHost> {
  const { store = createMemoryStore(), without = [], settings = {} } = options;
  const { intercept = () => null, before = () => null } = options;
  const clock = options.clock ?? new VirtualClock({ startsAt: STARTS_AT });
  const logged: string[] = [];
  const engine = createDurableEngine({
    store,
    clock,
    async invoke(name, trigger) {
      await before(name);
      return intercept(name) ?? (await invoke(name, trigger));
    },
    settings: parseDurableTaskSettings(settings),
    functions: [...registered.values()]
      .filter(({ metadata }) => !without.includes(metadata.name))
      .map((found) => ({ name: found.metadata.name, kind: KINDS[triggerOf(found)[1].type]! })),
    address: () => ({
      publicUrl: "http://localhost:7071/runtime/webhooks/durabletask",
      rpcUrl: "http://127.0.0.1:17071/durabletask/",
      hubName: "TestHub",
      systemKey: "key",
    }),
    log: (level, message) => logged.push(`${level}: ${message}`),
    fatal: (error) => logged.push(`fatal: ${String(error)}`),
  });
  await engine.start();
  let instances = 0;

  const host: DurableHost = {
    engine,
    store,
    clock,
    logged,
    async call(method, path, body, headers = {}) {
      const url = new URL(path, "http://localhost:7071/");
      const answer = await engine.handle({
        method,
        path: url.pathname.slice(1),
        query: url.searchParams,
        headers: { "content-type": "application/json", ...headers },
        body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
        origin: url.origin,
      });
      return {
        status: answer.status,
        headers: answer.headers,
        body: (answer.body === undefined ? undefined : JSON.parse(answer.body)) as never,
      };
    },
    async start(name, instanceId, input) {
      const { status } = await host.call("POST", `orchestrators/${name}/${instanceId}`, input);
      if (status !== 202) {
        throw new Error(`The start was answered with ${status}.`);
      }
    },
    async run(name, input) {
      const instanceId = `run-${++instances}`;
      await host.start(name, instanceId, input);
      return host.ended(instanceId);
    },
    raise: async (instanceId, name, data) =>
      (await host.call("POST", `instances/${instanceId}/raiseEvent/${name}`, data)).status,
    status: async (instanceId, query = "") =>
      (await host.call("GET", `instances/${instanceId}${query}`)).body,
    async until(instanceId, condition) {
      const patience = AbortSignal.timeout(PATIENCE_MS);
      for (;;) {
        const status = await host.status(instanceId);
        if (condition(status)) {
          return status;
        }
        if (patience.aborted) {
          throw new Error(`${instanceId} has not come so far: ${JSON.stringify(status)}`);
        }
        await nextLoop();
      }
    },
    ended: (instanceId) =>
      host.until(instanceId, ({ runtimeStatus }) =>
        ["Completed", "Failed", "Terminated"].includes(runtimeStatus),
      ),
    async quiet() {
      for (let loops = 0; loops < 20; loops += 1) {
        await nextLoop();
        if (clock.view().busy.length > 0) {
          loops = 0;
        }
      }
    },
    stop: () => engine.stop(),
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await clock.close();
    },
  };
  return host;
}
