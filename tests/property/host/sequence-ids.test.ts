import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { OrchestrationContext, Task } from "durable-functions";
import { createMemoryStore } from "../../../host/store/memory-store.ts";
import { HistoryEventType } from "../../../host/durable/history-event.ts";
import { readTurns } from "../../../host/durable/instance-rows.ts";
import { df, sdkCounts, startDurableHost, type DurableHost } from "../../support/durable-host.ts";

/** A program that an orchestrator carries out step by step. */
type Step =
  | { readonly kind: "activity"; readonly fails: boolean }
  | { readonly kind: "retry"; readonly failures: number; readonly attempts: number }
  | { readonly kind: "timer"; readonly hours: number }
  | { readonly kind: "child" }
  | { readonly kind: "event" }
  | { readonly kind: "signal" }
  | { readonly kind: "all" | "any"; readonly of: readonly Step[] };

const HOUR_MS = 3_600_000;
const tries = new Map<string, number>();

df.app.activity("act", {
  handler: (input: unknown) => {
    if (input === "fail") {
      throw new Error("told to");
    }
    return "ok";
  },
});
df.app.activity("tryAgain", {
  handler: (input: unknown) => {
    const { key, failures } = input as { key: string; failures: number };
    const count = (tries.get(key) ?? 0) + 1;
    tries.set(key, count);
    if (count <= failures) {
      throw new Error(`attempt ${count}`);
    }
    return count;
  },
});
df.app.entity("sink", (context) => context.df.return(null));
df.app.orchestration("child", function* (context) {
  return yield context.df.callActivity("act", "ok");
});

function taskOf(context: OrchestrationContext, step: Step, path: string): Task {
  const { df: durable } = context;
  switch (step.kind) {
    case "activity":
      return durable.callActivity("act", step.fails ? "fail" : "ok");
    case "retry":
      return durable.callActivityWithRetry("tryAgain", new df.RetryOptions(60_000, step.attempts), {
        key: `${durable.instanceId}${path}`,
        failures: step.failures,
      });
    case "timer":
      return durable.createTimer(
        new Date(durable.currentUtcDateTime.getTime() + step.hours * HOUR_MS),
      );
    case "child":
      return durable.callSubOrchestrator("child");
    case "event":
      return durable.waitForExternalEvent("e");
    case "signal":
      // Fire and forget cannot be part of a compound; an activity takes its place there.
      return durable.callActivity("act", "ok");
    case "all":
    case "any": {
      const tasks = step.of.map((part, index) => taskOf(context, part, `${path}.${index}`));
      return step.kind === "all" ? durable.Task.all(tasks) : durable.Task.any(tasks);
    }
  }
}

df.app.orchestration("program", function* (context) {
  const trace: string[] = [];
  for (const [index, step] of context.df.getInput<Step[]>().entries()) {
    if (step.kind === "signal") {
      context.df.signalEntity(new df.EntityId("sink", "s"), "x", { index });
      continue;
    }
    try {
      yield taskOf(context, step, `.${index}`);
      trace.push(`${index} ok`);
    } catch {
      trace.push(`${index} failed`);
    }
  }
  return trace;
});

const simple: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("activity" as const), fails: fc.boolean() }),
  fc.record({
    kind: fc.constant("retry" as const),
    failures: fc.nat(3),
    attempts: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant("timer" as const), hours: fc.constantFrom(-1, 1, 100, 200, 500) }),
  fc.constant({ kind: "child" as const }),
  fc.constant({ kind: "event" as const }),
);
const nested: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("all" as const, "any" as const),
  of: fc.array(simple, { minLength: 1, maxLength: 4 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: simple },
  { weight: 1, arbitrary: fc.constant({ kind: "signal" as const }) },
  { weight: 3, arbitrary: nested },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("all" as const, "any" as const),
      of: fc.array(fc.oneof(simple, nested), { minLength: 1, maxLength: 3 }),
    }),
  },
);
const program = fc.array(step, { maxLength: 6 });

const eventsIn = (steps: readonly Step[]): number =>
  steps.reduce(
    (count, part) => count + (part.kind === "event" ? 1 : "of" in part ? eventsIn(part.of) : 0),
    0,
  );

/** Ids in the history that belong to work, and those the SDK says it took. */
function expectSameIds(host: DurableHost, instanceId: string): void {
  const record = JSON.parse(host.store.get("instances", [instanceId])!) as never;
  const events = readTurns(host.store, record).flatMap((turn) => turn.events);
  const ids = events.filter(({ EventId }) => EventId >= 0).map(({ EventId }) => EventId);
  const { next, open } = sdkCounts.get(instanceId)!;
  expect(ids.toSorted((a, b) => a - b)).toEqual(ids.map((_, index) => index));
  // What completes after the code has ended (a loser's retry) takes ids that the SDK no longer counts.
  expect(ids.length).toBeGreaterThanOrEqual(next);
  for (const id of open) {
    expect(ids).toContain(id);
  }
  const sent = events.filter(({ EventType }) => EventType === HistoryEventType.EventSent);
  expect(sent.every(({ EventId }) => EventId < next)).toBe(true);
}

async function runProgram(steps: readonly Step[], restartsAfter: number | null): Promise<unknown> {
  tries.clear();
  const store = createMemoryStore();
  let host = await startDurableHost({ store });
  try {
    await host.start("program", "p", steps);
    for (let n = eventsIn(steps); n > 0; n -= 1) {
      await host.raise("p", "e", n);
    }
    if (restartsAfter !== null) {
      for (let loops = 0; loops < restartsAfter; loops += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const { clock } = host;
      await host.stop();
      host = await startDurableHost({ store, clock });
    }
    const { runtimeStatus, output } = await host.ended("p");
    expect(runtimeStatus).toBe("Completed");
    expectSameIds(host, "p");
    return output;
  } finally {
    await host[Symbol.asyncDispose]();
  }
}

test("every program takes exactly the ids that the SDK counts, and ends", async () => {
  await fc.assert(
    fc.asyncProperty(program, async (steps) => {
      await runProgram(steps, null);
    }),
    { numRuns: 150 },
  );
}, 120_000);

test("a host that goes in the middle of a program changes nothing of what comes out", async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.nat(40), async (steps, restartsAfter) => {
      await runProgram(steps, restartsAfter);
    }),
    { numRuns: 150 },
  );
}, 120_000);
