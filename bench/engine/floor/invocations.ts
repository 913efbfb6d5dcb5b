import Module, { createRequire } from "node:module";
import type * as DurableFunctions from "durable-functions";
import { report } from "./measure.ts";

/* The SDK as the host calls it: it gets the app's functions from the library and hands each what the protocol asks for. */

type Callback = (input: unknown, context: object) => Promise<unknown>;

const functions = new Map<string, Callback>();
class Disposable {
  dispose(): void {}
}
const core = {
  version: "3.13.0",
  hostVersion: "4.0.0",
  Disposable,
  log() {},
  setProgrammingModel() {},
  registerHook: () => new Disposable(),
  registerFunction(metadata: { name: string }, callback: Callback) {
    functions.set(metadata.name, callback);
    return new Disposable();
  },
};
const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
const load = loader._load;
loader._load = (request, ...rest) =>
  request === "@azure/functions-core" ? core : load.call(Module, request, ...rest);
const require = createRequire(import.meta.url);
const df = require("durable-functions") as typeof DurableFunctions;

df.app.activity("step", { handler: (input: number) => input + 1 });
df.app.orchestration("three", function* (context) {
  let value = 0;
  for (let step = 0; step < 3; step += 1) {
    value = (yield context.df.callActivity("step", value)) as number;
  }
  return value;
});

const AT = `${new Date().toISOString().slice(0, -1)}0000Z`;
const event = (type: number, isPlayed: boolean, more: object = {}): object => ({
  EventType: type,
  ...more,
  EventId: -1,
  Timestamp: AT,
  IsPlayed: isPlayed,
});

/** What a turn is given when so many steps are done. */
function payload(done: number): string {
  const started = {
    Name: "three",
    Version: null,
    Input: "3",
    OrchestrationInstance: { InstanceId: "0".repeat(32), ExecutionId: "0".repeat(32) },
    ParentInstance: null,
    ScheduledStartTime: null,
    Tags: null,
  };
  const history = [event(12, done > 0), event(0, done > 0, started)];
  for (let step = 0; step < done; step += 1) {
    const isPlayed = step < done - 1;
    history.push(event(12, isPlayed));
    history.push(event(5, isPlayed, { TaskScheduledId: step, Result: String(step + 1) }));
  }
  return JSON.stringify({
    history,
    input: 3,
    instanceId: "0".repeat(32),
    isReplaying: false,
    parentInstanceId: null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  });
}

const context = (functionName: string): object => ({
  functionName,
  invocationId: "",
  extraInputs: new Map(),
  extraOutputs: new Map(),
  options: { trigger: { type: "orchestrationTrigger", name: "context" } },
  log() {},
});
const payloads = [0, 1, 2, 3].map(payload);
const orchestrator = functions.get("three")!;
const activity = functions.get("step")!;
/** A turn; its answer travels as JSON. */
const turn = async (text: string): Promise<{ isDone: boolean; output: unknown }> =>
  JSON.parse(JSON.stringify(await orchestrator(JSON.parse(text), context("three")))) as {
    isDone: boolean;
    output: unknown;
  };
const last = await turn(payloads[3]!);
if (!last.isDone || last.output !== 3) {
  throw new Error(`The SDK did not end the workflow: ${JSON.stringify(last)}`);
}
await report(6_400, async () => {
  for (const [done, text] of payloads.entries()) {
    await turn(text);
    if (done < 3) {
      await activity(done, context("step"));
    }
  }
});
