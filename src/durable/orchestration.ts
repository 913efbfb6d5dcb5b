import type { OrchestrationContext, Task } from "durable-functions";
import type { OrchestrationReference } from "./orchestration-reference.ts";

export type { OrchestrationContext, Task };

/** What an orchestrator function is: a generator that yields durable tasks only through `yield*` helpers. */
export type Orchestrator<Output> = (
  context: OrchestrationContext,
) => Generator<Task, Output, unknown>;

/** The orchestration's time: the same at the same place in every replay. */
export const currentTime = (context: OrchestrationContext): Date => context.df.currentUtcDateTime;

/** Starts again with a fresh history; call it as the last thing before `return`. */
export function continueAsNew(context: OrchestrationContext, input: unknown): void {
  context.df.continueAsNew(input);
}

/** Starts a child and waits for its output. The instance ID says what it guards; a child of that ID is never doubled. */
export function* callSubOrchestration<Input, Output>(
  context: OrchestrationContext,
  reference: OrchestrationReference<Input, Output>,
  input: Input,
  instanceId: string,
): Generator<Task, Output, unknown> {
  return (yield context.df.callSubOrchestrator(reference.name, input, instanceId)) as Output;
}

/** What became of one child of a fan-out. */
export type ChildOutcome<Output> =
  | { readonly kind: "completed"; readonly output: Output }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Runs children side by side, at most `limit` at a time, and answers in the order of `children`. Children are expected
 * to answer failures as outputs; a child that fails as an orchestration is reported as `failed` and hides no sibling.
 */
export function* fanOutSubOrchestrations<Input, Output>(
  context: OrchestrationContext,
  reference: OrchestrationReference<Input, Output>,
  children: readonly { readonly input: Input; readonly instanceId: string }[],
  limit: number,
): Generator<Task, ChildOutcome<Output>[], unknown> {
  const outcomes: ChildOutcome<Output>[] = [];
  for (let start = 0; start < children.length; start += limit) {
    const tasks = children
      .slice(start, start + limit)
      .map(({ input, instanceId }) =>
        context.df.callSubOrchestrator(reference.name, input, instanceId),
      );
    try {
      yield context.df.Task.all(tasks);
    } catch {
      // Task.all fails with its first failing child while siblings still run: each is awaited by itself below.
    }
    for (const task of tasks) {
      outcomes.push(yield* settle<Output>(task));
    }
  }
  return outcomes;
}

function* settle<Output>(task: Task): Generator<Task, ChildOutcome<Output>, unknown> {
  try {
    // A task that was scheduled inside Task.all may be awaited alone; only a second compound would schedule it again.
    return { kind: "completed", output: (yield task) as Output };
  } catch (error) {
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}
