import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { Task } from "durable-functions";
import { createMemoryStore } from "../../../host/store/memory-store.ts";
import { df, startDurableHost } from "../../support/durable-host.ts";

/*
 * Programs that yield tasks again within further compounds, which the SDK reports as if they were new (durable-functions-js
 * issue 574). Whatever the program and wherever the host is restarted, each activity runs once and gives its own result.
 */

type Step =
  | { readonly kind: "activity" | "retry" | "timer" | "child"; readonly turns: number }
  | { readonly kind: "any" | "all"; readonly of: readonly number[] }
  | { readonly kind: "alone"; readonly which: number };

const runs: number[] = [];

df.app.activity("label", {
  async handler(input: unknown) {
    const { label, turns } = input as { label: number; turns: number };
    runs.push(label);
    for (let turn = 0; turn < turns; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return label;
  },
});
df.app.orchestration("labelled", function* (context) {
  return yield context.df.callActivity("label", context.df.getInput());
});
df.app.orchestration("juggles", function* (context) {
  const { df: durable } = context;
  const pool: { task: Task; label: number; isTimer: boolean }[] = [];
  const trace: string[] = [];
  for (const [label, step] of durable.getInput<Step[]>().entries()) {
    switch (step.kind) {
      case "activity":
      case "child":
      case "retry":
      case "timer": {
        const input = { label, turns: step.turns };
        const task =
          step.kind === "activity"
            ? durable.callActivity("label", input)
            : step.kind === "child"
              ? durable.callSubOrchestrator("labelled", input)
              : step.kind === "retry"
                ? durable.callActivityWithRetry("label", new df.RetryOptions(1_000, 2), input)
                : durable.createTimer(
                    new Date(durable.currentUtcDateTime.getTime() + step.turns * 100 * 3_600_000),
                  );
        pool.push({ task, label, isTimer: step.kind === "timer" });
        break;
      }
      case "any":
      case "all": {
        const chosen = [
          ...new Set(step.of.map((index) => pool[index % (pool.length || 1)])),
        ].filter((entry) => entry !== undefined);
        const open = chosen.filter(({ task }) => !task.isCompleted);
        if (open.length === 0) {
          break;
        }
        if (step.kind === "any") {
          const winner: Task = yield durable.Task.any(open.map(({ task }) => task));
          const { label: won, isTimer } = open.find(({ task }) => task === winner)!;
          trace.push(
            isTimer || winner.result === won ? "right" : `any: ${won} has ${String(winner.result)}`,
          );
        } else {
          const results: unknown[] = yield durable.Task.all(chosen.map(({ task }) => task));
          chosen.forEach(({ label: expected, isTimer }, index) => {
            trace.push(
              isTimer || results[index] === expected
                ? "right"
                : `all: ${expected} has ${String(results[index])}`,
            );
          });
        }
        break;
      }
      case "alone": {
        const entry = pool[step.which % (pool.length || 1)];
        if (entry !== undefined) {
          const result: unknown = yield entry.task;
          trace.push(
            entry.isTimer || result === entry.label
              ? "right"
              : `alone: ${entry.label} has ${String(result)}`,
          );
        }
      }
    }
  }
  return trace;
});

const indices = fc.array(fc.nat(9), { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "activity" as const,
        "activity" as const,
        "retry" as const,
        "timer" as const,
        "child" as const,
      ),
      turns: fc.nat(4),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("any" as const), of: indices }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("all" as const), of: indices }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("alone" as const), which: fc.nat(9) }) },
);

test("tasks that are yielded again keep their results, whatever the program and wherever the host restarts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 14 }),
      fc.option(fc.nat(40)),
      async (steps, restartsAfter) => {
        runs.length = 0;
        const store = createMemoryStore();
        let host = await startDurableHost({ store });
        try {
          await host.start("juggles", "p", steps);
          if (restartsAfter !== null) {
            for (let loop = 0; loop < restartsAfter; loop += 1) {
              await new Promise((resolve) => setImmediate(resolve));
            }
            await host.stop();
            host = await startDurableHost({ store, clock: host.clock });
          }
          const { runtimeStatus, output } = await host.ended("p");
          expect(runtimeStatus).toBe("Completed");
          expect((output as string[]).filter((entry) => entry !== "right")).toEqual([]);
          if (restartsAfter === null) {
            expect(new Set(runs).size).toBe(runs.length);
          }
        } finally {
          await host[Symbol.asyncDispose]();
        }
      },
    ),
    { numRuns: 120 },
  );
});
