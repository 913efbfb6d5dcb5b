import * as df from "durable-functions";
import type { ActivityAnswer, ActivityReference, Implementations } from "./activity.ts";
import type { Orchestrator } from "./orchestration.ts";
import type { OrchestrationReference } from "./orchestration-reference.ts";

/** Runs an implementation and turns every way it can end into data. */
export type RunActivity = <Input, Output>(
  implementation: (input: Input) => Promise<Output> | Output,
  input: Input,
) => Promise<ActivityAnswer<Output>>;

/** Registers every activity of a group; a missing or mistyped implementation does not compile. */
export function registerActivities<
  References extends Record<string, ActivityReference<never, unknown>>,
>(references: References, implementations: Implementations<References>, run: RunActivity): void {
  for (const [key, reference] of Object.entries(references)) {
    const implementation = implementations[key as keyof References] as (input: unknown) => unknown;
    df.app.activity(reference.name, { handler: (input: unknown) => run(implementation, input) });
  }
}

/** Registers an orchestrator under its stored name. */
export function registerOrchestration<Input, Output>(
  reference: OrchestrationReference<Input, Output>,
  orchestrator: Orchestrator<Output>,
): void {
  df.app.orchestration(reference.name, orchestrator);
}
