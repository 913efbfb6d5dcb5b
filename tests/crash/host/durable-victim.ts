import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as DurableFunctions from "durable-functions";
import { createSystemClock } from "../../../clock/rate-clock.ts";
import type { Invoke } from "../../../host/durable/activity-dispatcher.ts";
import { createDurableEngine } from "../../../host/durable/engine.ts";
import { parseDurableTaskSettings } from "../../../host/durable/settings.ts";
import { openLmdbStore } from "../../../host/store/lmdb-store.ts";
import { installCoreModule } from "../../../host/worker/core-module.ts";

/*
 * A process that runs every kind of orchestration over a data directory until all have ended, or until it is killed; the
 * next one goes on where it stopped. What it was told is done it notes in files of its own, flushed before it goes on, so
 * that the test can compare what was acknowledged with what is there.
 *   durable-victim.ts <data directory> <files directory> [instances of each kind]
 */
const [, , directory = "", files = "", kinds = "1"] = process.argv;
const COUNT = Number(kinds);
const FAN = 12;

const effects = join(files, "effects");
const acknowledged = join(files, "acknowledged");
const mended = join(files, "mended");

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
installCoreModule({
  version: "3.10.1",
  hostVersion: "4.1037",
  Disposable: Object,
  registerFunction(metadata: Registered["metadata"], callback: Registered["callback"]) {
    registered.set(metadata.name, { metadata, callback });
    return {};
  },
  registerHook: () => ({}),
  setProgrammingModel(model: ProgrammingModel) {
    programmingModel = model;
  },
  getProgrammingModel: () => programmingModel,
  log: () => {},
});
const df = createRequire(import.meta.url)("durable-functions") as typeof DurableFunctions;

df.app.activity("effect", {
  handler: async (input: unknown) => {
    appendFileSync(effects, `${String(input)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    return input;
  },
});
df.app.activity("breaks", {
  handler: () => {
    if (!existsSync(mended)) {
      throw new Error("broken");
    }
    return "mended";
  },
});
df.app.entity<number>("sum", (context) => {
  const sum = context.df.getState(() => 0)! + (context.df.getInput<number>() ?? 0);
  context.df.setState(sum);
  context.df.return(sum);
});
df.app.orchestration("chain", function* (context) {
  const id = context.df.instanceId;
  const results: unknown[] = [];
  for (const step of ["a", "b", "c"]) {
    results.push(yield context.df.callActivity("effect", `${id} ${step}`));
  }
  return results.length;
});
df.app.orchestration("fan", function* (context) {
  const tasks = Array.from({ length: FAN }, (_, n) =>
    context.df.callActivity("effect", `${context.df.instanceId} ${n}`),
  );
  const results: unknown[] = yield context.df.Task.all(tasks);
  return results.length;
});
df.app.orchestration("parent", function* (context) {
  const id = context.df.instanceId;
  const results: number[] = yield context.df.Task.all([
    context.df.callSubOrchestrator("chain", null, `${id}-kid`),
    context.df.callSubOrchestrator("chain", null),
  ]);
  return results[0]! + results[1]!;
});
df.app.orchestration("sleeper", function* (context) {
  for (let n = 0; n < 3; n += 1) {
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5));
    yield context.df.callActivity("effect", `${context.df.instanceId} ${n}`);
  }
  return 3;
});
df.app.orchestration("eternal", function* (context) {
  const n = context.df.getInput<number>();
  yield context.df.waitForExternalEvent(`item-${n}`);
  yield context.df.callActivity("effect", `${context.df.instanceId} ${n}`);
  if (n < 4) {
    context.df.continueAsNew(n + 1);
    return;
  }
  return n + 1;
});
df.app.orchestration("summer", function* (context) {
  const id = new df.EntityId("sum", context.df.instanceId);
  for (let n = 0; n < 3; n += 1) {
    context.df.signalEntity(id, "add", 1);
    yield context.df.callEntity(id, "add", 1);
  }
  const lock: { release(): void } = yield context.df.lock(id);
  const sum: number = yield context.df.callEntity(id, "add", 1);
  lock.release();
  return sum;
});
df.app.orchestration("failing", function* (context) {
  return yield context.df.callActivity("breaks");
});

const TRIGGER = /trigger$/iu;
const invoke: Invoke = async (functionName, { data }) => {
  const { metadata, callback } = registered.get(functionName)!;
  const name = Object.entries(metadata.bindings).find(([, { type }]) => TRIGGER.test(type))![0];
  const model = programmingModel!.getInvocationModel({
    invocationId: "1",
    request: { inputData: [{ name, data }], triggerMetadata: {} },
    metadata,
    log: () => {},
  });
  try {
    const { context, inputs } = await model.getArguments();
    const result = await model.invokeFunction(context, inputs, callback);
    return { ok: true, returnValue: (await model.getResponse(context, result)).returnValue };
  } catch (error) {
    return { ok: false, error };
  }
};

const store = openLmdbStore({ directory });
const engine = createDurableEngine({
  store,
  clock: createSystemClock(),
  invoke,
  settings: parseDurableTaskSettings({}),
  functions: [...registered.values()].map(({ metadata }) => {
    const { type } = Object.values(metadata.bindings).find((binding) =>
      TRIGGER.test(binding.type),
    )!;
    const kind = type.replace(TRIGGER, "") as "orchestration" | "activity" | "entity";
    return { name: metadata.name, kind };
  }),
  address: () => ({ publicUrl: "http://x", rpcUrl: "http://x/", hubName: "H", systemKey: "k" }),
  log: (level, message) => {
    if (level === "error" || level === "critical") {
      process.stderr.write(`${message}\n`);
    }
  },
  fatal: (error) => {
    throw error;
  },
});
await engine.start();

async function call(method: string, path: string, body?: unknown) {
  const url = new URL(path, "http://x/");
  const answer = await engine.handle({
    method,
    path: url.pathname.slice(1),
    query: url.searchParams,
    headers: { "content-type": "application/json" },
    body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
    origin: "http://x",
  });
  const text = answer.body;
  return { status: answer.status, body: text === undefined ? null : (JSON.parse(text) as Body) };
}
interface Body {
  readonly runtimeStatus: string;
  readonly output: unknown;
}

const done = new Set(
  existsSync(acknowledged) ? readFileSync(acknowledged, "utf8").split("\n") : [],
);

/** Does what has not been acknowledged yet and notes the acknowledgement. */
async function once(what: string, act: () => Promise<{ status: number }>): Promise<void> {
  if (!done.has(what)) {
    const { status } = await act();
    // 409: it was stored before the crash, only the answer was lost.
    if (status !== 202 && status !== 200 && status !== 409 && status !== 410) {
      throw new Error(`${what} was answered with ${status}.`);
    }
    appendFileSync(acknowledged, `${what}\n`);
  }
}

async function ended(id: string): Promise<Body> {
  for (;;) {
    const { status, body } = await call("GET", `instances/${id}`);
    if (status === 404) {
      throw new Error(`LOST: ${id} was acknowledged and is not there.`);
    }
    if (status === 200) {
      return body!;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function mend(id: string): Promise<void> {
  await ended(id);
  writeFileSync(mended, "");
  await once(`rewind ${id}`, async () => {
    const answer = await call("POST", `instances/${id}/rewind?reason=mended`);
    // 412: the rewind was stored before the crash.
    return answer.status === 412 ? { status: 202 } : answer;
  });
}

const results: Record<string, unknown> = {};
async function story(kind: string, n: number): Promise<void> {
  const id = `${kind}-${n}`;
  await once(`start ${id}`, () => call("POST", `orchestrators/${kind}/${id}`, 0));
  if (kind === "eternal") {
    for (let item = 0; item < 5; item += 1) {
      await once(`raise ${id} ${item}`, () =>
        call("POST", `instances/${id}/raiseEvent/item-${item}`, item),
      );
    }
  }
  if (kind === "failing") {
    await mend(id);
  }
  const { runtimeStatus, output } = await ended(id);
  results[id] = runtimeStatus === "Completed" ? output : { runtimeStatus, output };
}

const KINDS = ["chain", "fan", "parent", "sleeper", "eternal", "summer", "failing"];
await Promise.all(KINDS.flatMap((kind) => Array.from({ length: COUNT }, (_, n) => story(kind, n))));
await once("signal", () => call("POST", "entities/sum/signalled?op=add", 1));
await once("start purged", () => call("POST", "orchestrators/chain/purged", 0));
await once("purge", async () => {
  if ((await call("GET", "instances/purged")).status !== 404) {
    await ended("purged");
  }
  const answer = await call("DELETE", "instances/purged");
  return answer.status === 404 ? { status: 200 } : answer;
});
while ((await call("GET", "entities/sum/signalled")).status === 404) {
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await engine.stop();
const left = ["inbox", "timers"].map((table) => store.range(table as "inbox", {}).length);
const rows = store.range("history", { prefix: ["purged"] }).length;
await store.close();
writeFileSync(join(files, "report.json"), JSON.stringify({ results, left, rows }));
