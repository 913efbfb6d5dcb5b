import { z } from "zod";

import type { Context } from "../core/context.ts";
import type { Engine } from "../core/engine.ts";
import { iso } from "../core/iso.ts";

/** The tenant that a scenario happens to. */
export const TenantId = z
  .guid()
  .transform((id) => id.toLowerCase())
  .describe("The tenant it happens to.");

/** Another choice of units, people and bytes. */
export const Seed = z
  .int()
  .nonnegative()
  .default(1)
  .describe("Another number makes another choice; the same number the same one.");

/** The instant of the scenario in every answer. */
export const At = z.iso.datetime().describe("The simulator's instant at which it happened.");

/** Something that happens in a tenant without a request to Graph. */
export interface Scenario {
  /** The last part of its address and the command's first argument. */
  readonly name: string;
  readonly summary: string;
  readonly input: z.ZodObject;
  readonly answer: z.ZodObject;
  /** Checks the body, lets it happen as one journaled transaction and says what changed. Throws `ZodError` and `ScenarioRefusal`. */
  run(engine: Engine, body: unknown): Record<string, unknown>;
}

/** The tenant is not in a state in which the scenario could happen. The message is for people. */
export class ScenarioRefusal extends Error {}

/**
 * Declares a scenario. `run` acts in the tenant of its input and must refuse before its first event: a scenario happens
 * wholly or not at all.
 */
export function defineScenario<
  I extends { readonly tenantId: string },
  A extends Record<string, unknown>,
>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly input: z.ZodObject & z.ZodType<I>;
  readonly answer: z.ZodObject & z.ZodType<A>;
  run(context: Context, input: I): A;
}): Scenario {
  const { name, input: schema } = definition;
  return {
    ...definition,
    run(engine, body) {
      const input = schema.parse(body) as I;
      if (engine.world.estate.tenant(input.tenantId) === null) {
        throw new z.ZodError([
          { code: "custom", path: ["tenantId"], message: "The estate has no such tenant.", input },
        ]);
      }
      const entry = {
        kind: "scenario",
        tenantId: input.tenantId,
        method: "SCENARIO",
        path: name,
        appId: null,
        userId: null,
        requestId: null,
        clientRequestId: null,
      } as const;
      return engine.execute(entry, (context) => ({
        status: 200,
        code: null,
        answer: definition.run(context, input),
      })).answer;
    },
  };
}

/** The current instant as scenarios report it. */
export function atOf(context: Context): { readonly at: string } {
  return { at: iso(context.now) };
}
