import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";
import { put } from "../../../../host/store/store.ts";
import { df, startDurableHost } from "../../../support/durable-host.ts";

/** More instances than recovery takes up in one turn of the event loop. */
const MANY = 260;

let answersAtOnce = false;
const runs: string[] = [];

df.app.activity("slowAtFirst", {
  handler: (input: unknown) => {
    runs.push(String(input));
    return answersAtOnce ? "done" : new Promise(() => {});
  },
});
df.app.orchestration("signalsAndEnds", function* (context) {
  yield context.df.waitForExternalEvent("go");
  context.df.signalEntity(new df.EntityId("collected", "all"), "add", context.df.instanceId);
  return context.df.instanceId;
});
df.app.orchestration("waitsForBoth", function* (context) {
  const number = context.df.instanceId.slice(2);
  return yield context.df.Task.all([
    context.df.callSubOrchestrator("signalsAndEnds", null, `a-${number}`),
    context.df.callActivity("slowAtFirst", number),
  ]);
});
df.app.entity<string[]>("collected", (context) => {
  context.df.setState([...(context.df.getState(() => []) ?? []), context.df.getInput<string>()!]);
});

test("nothing runs until all is taken up: no turn is taken twice, no message lost or counted twice", async () => {
  const store = createMemoryStore();
  const first = await startDurableHost({ store });
  await first.clock.takeHold("one instant");
  answersAtOnce = false;
  for (let n = 0; n < MANY; n += 1) {
    await first.start("waitsForBoth", `z-${n}`);
  }
  await first.until(`a-${MANY - 1}`, (status) => status?.runtimeStatus === "Running");
  await first.engine.stop();
  // An event for each child came in, and a signal, just before that host was gone.
  const event = JSON.stringify({ kind: "eventRaised", name: "go", input: "1" });
  const signal = JSON.stringify({
    eventName: "op",
    message: { id: "s", op: "add", signal: true, input: '"before"' },
  });
  await store.commit([
    put("inbox", ["@collected@all", 1], signal),
    ...Array.from({ length: MANY }, (_, n) => put("inbox", [`a-${n}`, 2 ** 31 + n], event)),
  ]);

  answersAtOnce = true;
  runs.length = 0;
  // With a clock of its own: the first one's is held by what never ends there.
  await using second = await startDurableHost({ store });
  for (let n = 0; n < MANY; n += 1) {
    expect((await second.ended(`z-${n}`)).output).toEqual([`a-${n}`, "done"]);
  }
  await second.quiet();

  expect(second.logged.filter((line) => line.startsWith("error"))).toEqual([]);
  expect(runs).toHaveLength(MANY);
  expect(store.range("inbox", {})).toEqual([]);
  const collected = (await second.call("GET", "entities/collected/all")).body as string[];
  expect(collected[0]).toBe("before");
  expect(collected.toSorted()).toEqual(
    ["before", ...Array.from({ length: MANY }, (_, n) => `a-${n}`)].toSorted(),
  );
});
