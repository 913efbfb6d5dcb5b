import { expect, test } from "@jest/globals";
import { InvocationContext } from "@azure/functions";
import { DurableInvocations } from "../../../../host/worker/durable-invocation.ts";
import type {
  FunctionCallback,
  ProgrammingModel,
  RegisteredFunction,
} from "../../../../host/worker/functions-core.ts";

const OPTIONS = {
  trigger: { name: "input", type: "activityTrigger" },
  extraInputs: [],
  extraOutputs: [],
};

const activity = (callback: FunctionCallback, type = "activityTrigger"): RegisteredFunction => ({
  metadata: { name: "count", bindings: { input: { type, direction: "in" } } },
  callback,
});

/** The library, as far as it is asked for: it turns results into JSON. */
const library = (name = "@azure/functions"): ProgrammingModel => ({
  name,
  version: "4.0.0",
  getInvocationModel: () => ({
    getArguments: () => Promise.reject(new Error("asked for nobody's arguments")),
    invokeFunction: () => Promise.reject(new Error("asked to call a function")),
    getResponse: (_context, result) =>
      Promise.resolve({ invocationId: "", returnValue: { json: JSON.stringify(result) } }),
  }),
});

const contextOfLibrary = (): InvocationContext =>
  new InvocationContext({ functionName: "count", invocationId: "first", options: OPTIONS });

const invocation = {
  functionName: "count",
  inputs: [
    { name: "input", data: { string: '{"from":3}' } },
    { name: "client", data: { string: '{"taskHubName":"hub"}' } },
  ],
  triggerMetadata: { instanceId: { json: '"one"' } },
};

test("A context has the prototype, the properties and the methods of the library's own", async () => {
  const seen: InvocationContext[] = [];
  const log: unknown[][] = [];
  const invocations = DurableInvocations.after(
    contextOfLibrary(),
    activity((input, given) => {
      const context = given as InvocationContext;
      seen.push(context);
      context.log("counted %d", 3);
      context.warn("slow");
      context.extraOutputs.set("queue", ["message"]);
      return input;
    }),
    library(),
    (...entry) => log.push(entry),
  );
  expect(await invocations!.invoke(invocation)).toMatchObject({
    ok: true,
    returnValue: { json: '{"from":3}' },
    outputs: [],
  });
  const [context] = seen;
  expect(context).toBeInstanceOf(InvocationContext);
  expect(Object.keys(context!).sort()).toEqual(Object.keys(contextOfLibrary()).sort());
  expect(context).toMatchObject({
    functionName: "count",
    options: OPTIONS,
    triggerMetadata: { instanceId: "one" },
    traceContext: { traceParent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/) },
  });
  expect(context!.extraInputs.get("client")).toEqual({ taskHubName: "hub" });
  expect(context!.extraOutputs.get({ name: "queue", type: "queue" })).toEqual(["message"]);
  expect(log).toEqual([
    ["information", "user", "counted 3"],
    ["warning", "user", "slow"],
  ]);
});

test("Every invocation has an id, a trace and values of its own", async () => {
  const seen: InvocationContext[] = [];
  const invocations = DurableInvocations.after(
    contextOfLibrary(),
    activity((_input, context) => {
      seen.push(context as InvocationContext);
      (context as InvocationContext).extraOutputs.set("queue", seen.length);
    }),
    library(),
    () => {},
  );
  await Promise.all([invocations!.invoke(invocation), invocations!.invoke(invocation)]);
  const [first, second] = seen;
  expect(first!.invocationId).not.toBe(second!.invocationId);
  expect(first!.traceContext!.traceParent).not.toBe(second!.traceContext!.traceParent);
  expect(first!.extraOutputs.get("queue")).toBe(1);
});

test("What the function throws is the outcome, with the context; a thrown null is no error", async () => {
  const thrown = [new Error("no"), null];
  const invocations = DurableInvocations.after(
    contextOfLibrary(),
    activity(() => {
      throw thrown.shift();
    }),
    library(),
    () => {},
  );
  const failed = await invocations!.invoke(invocation);
  expect(failed).toMatchObject({ ok: false, error: new Error("no") });
  expect(failed.context).toBeInstanceOf(InvocationContext);
  expect(await invocations!.invoke(invocation)).toMatchObject({ ok: true, returnValue: undefined });
});

test.each([
  ["a function with another trigger", contextOfLibrary(), "queueTrigger", library()],
  ["another library", contextOfLibrary(), "activityTrigger", library("somebody/functions")],
  [
    "a library whose contexts have something more",
    Object.assign(contextOfLibrary(), { more: 1 }),
    "activityTrigger",
    library(),
  ],
  ["no context", undefined, "activityTrigger", library()],
])("%s keeps the library's way", (_name, context, trigger, model) => {
  const registered = activity(() => 1, trigger);
  expect(DurableInvocations.after(context, registered, model, () => {})).toBeNull();
});
