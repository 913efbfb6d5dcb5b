import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import * as fc from "fast-check";
import { z } from "zod";
import type { OrchestrationContext, Orchestrator, Task } from "../../src/durable/orchestration.ts";
import { callActivity } from "../../src/durable/call.ts";
import { ORCHESTRATIONS } from "../../src/orchestrators/registry.ts";
import { arbitraryOf } from "../support/arbitrary-from-schema.ts";
import { createDriver, OutOfTurnsError } from "../support/orchestration-driver.ts";
import { type Generation, replay } from "../support/orchestration-replay.ts";
import { answerArbitrary, outputArbitrary } from "./activity-answers.ts";

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 25);
const DAY_MS = 24 * 60 * 60 * 1000;
const TURNS = 60;

let moment = Date.parse("2030-01-01T00:00:00Z");

/** Only the system's date is faked: it moves before every replay, so that whoever reads it is caught. */
beforeEach(() => {
  jest.useFakeTimers({
    now: moment,
    doNotFake: [
      "hrtime",
      "nextTick",
      "performance",
      "queueMicrotask",
      "setImmediate",
      "clearImmediate",
      "setInterval",
      "clearInterval",
      "setTimeout",
      "clearTimeout",
    ],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

/** For every cut point, replaying the history up to it asks for the same operations again. */
async function expectPrefixProperty(generations: readonly Generation[]): Promise<void> {
  for (const generation of generations) {
    let before: unknown[] = [];
    for (const { length, result } of generation.turns) {
      moment += DAY_MS;
      jest.setSystemTime(moment);
      expect(await replay(generation, length)).toEqual(result);
      // What was asked for once stays asked for; only a timer may turn out cancelled later.
      const asked = (result.actions[0] ?? []).map(
        (action) =>
          JSON.parse(JSON.stringify(action), (key, value: unknown) =>
            key === "isCanceled" ? undefined : value,
          ) as unknown,
      );
      expect(asked.slice(0, before.length)).toEqual(before);
      before = asked;
    }
  }
}

async function runOnce(
  name: string,
  orchestrator: Orchestrator<unknown>,
  input: unknown,
  draw: fc.GeneratorValue,
): Promise<readonly Generation[]> {
  const draws = new Map<string, fc.Arbitrary<unknown>>();
  // One arbitrary object a name: fast-check recognizes an arbitrary by its identity when it replays a case.
  const once = (key: string, create: () => fc.Arbitrary<unknown>) => {
    const known = draws.get(key) ?? create();
    draws.set(key, known);
    return draw(() => known);
  };
  const driver = createDriver({
    activities: {},
    otherActivity: (activity) => once(`activity ${activity}`, () => answerArbitrary(activity)),
    otherChild: (child) => {
      const output = once(`child ${child}`, () => fc.option(outputArbitrary(child), { freq: 8 }));
      if (output === null) {
        throw new Error("The child failed.");
      }
      return output;
    },
    isRaised: () => draw(fc.boolean),
    maximumTurns: TURNS,
  });
  driver.start(name, orchestrator, input);
  try {
    await driver.settle();
  } catch (error) {
    if (!(error instanceof OutOfTurnsError)) {
      throw error;
    }
  }
  return driver.generations;
}

const prove = (
  name: string,
  orchestrator: Orchestrator<unknown>,
  input: fc.Arbitrary<unknown>,
  options: { readonly endOnFailure?: boolean } = {},
) =>
  fc.assert(
    fc.asyncProperty(input, fc.gen(), async (given, draw) => {
      await expectPrefixProperty(await runOnce(name, orchestrator, given, draw));
    }),
    { numRuns: RUNS, ...options },
  );

test.each(ORCHESTRATIONS)(
  "$name asks for the same after every prefix of its history",
  async ({ name, orchestrator, input }) => {
    await prove(name, orchestrator, arbitraryOf(input));
  },
);

const reference = { name: "note" };

function* readsDateNow(context: OrchestrationContext): Generator<Task, null, unknown> {
  yield* callActivity(context, reference, { at: Date.now() });
  return null;
}

function* readsNewDate(context: OrchestrationContext): Generator<Task, null, unknown> {
  yield* callActivity(context, reference, null);
  if (new Date().getTime() % 2 === 0) {
    yield* callActivity(context, reference, { at: new Date().toISOString() });
  }
  return null;
}

function* readsRandom(context: OrchestrationContext): Generator<Task, null, unknown> {
  yield* callActivity(context, reference, { random: Math.random() });
  return null;
}

test.each([readsDateNow, readsNewDate, readsRandom])(
  "the property fails for an orchestrator that %p",
  async (orchestrator) => {
    // Every smaller case fails too, so that there is nothing to learn from shrinking.
    const proof = prove(orchestrator.name, orchestrator, fc.constant(null), { endOnFailure: true });
    await expect(proof).rejects.toThrow("Property failed");
  },
);

test("every orchestrator is registered from the one list", () => {
  const root = new URL("../../src/", import.meta.url);
  const registrations = readdirSync(new URL("functions/", root), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".ts"))
    .filter((file) =>
      /registerOrchestration\(|app\.orchestration\(/u.test(
        readFileSync(new URL(`functions/${file.replaceAll("\\", "/")}`, root), "utf8"),
      ),
    );
  expect(registrations.map((file) => file.replaceAll("\\", "/"))).toEqual([
    "registrations/orchestrations.ts",
  ]);
});

test("every input is one that its orchestration parses", () => {
  for (const { input } of ORCHESTRATIONS) {
    expect(input).toBeInstanceOf(z.ZodType);
    expect(fc.sample(arbitraryOf(input), 5)).toHaveLength(5);
  }
});
