import { createRequire } from "node:module";
import type { OrchestrationContext, Orchestrator } from "../../src/durable/orchestration.ts";

const require = createRequire(import.meta.url);
const sdk = require("durable-functions/lib/src/orchestrations/Orchestrator.js") as {
  readonly Orchestrator: new (orchestrator: (context: OrchestrationContext) => unknown) => {
    listen(): (trigger: unknown, context: Record<string, unknown>) => Promise<TurnResult>;
  };
};

export interface HistoryEvent {
  readonly EventType: number;
  readonly Timestamp: string;
  IsPlayed: boolean;
  readonly [field: string]: unknown;
}

export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly instanceId?: string;
  readonly fireAt?: string;
  readonly isCanceled?: boolean;
  readonly compoundActions?: readonly Action[];
  readonly externalEventName?: string;
}

export interface TurnResult {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
}

/** Everything that one generation of an instance saw and asked for: enough to replay any prefix of it. */
export interface Generation {
  readonly orchestration: string;
  readonly orchestrator: Orchestrator<unknown>;
  readonly instanceId: string;
  readonly input: unknown;
  readonly history: HistoryEvent[];
  /** Length of the history at each turn, and what was asked for then. */
  readonly turns: { readonly length: number; readonly result: TurnResult }[];
}

const DAY_AS_TIMESPAN = "10000.00:00:00";

/** Asks the SDK what an orchestrator wants after a history. */
export async function replay(
  generation: Omit<Generation, "turns">,
  length = generation.history.length,
): Promise<TurnResult> {
  const handle = new sdk.Orchestrator(generation.orchestrator).listen();
  const trigger = {
    history: structuredClone(generation.history.slice(0, length)),
    input: structuredClone(generation.input),
    instanceId: generation.instanceId,
    isReplaying: false,
    parentInstanceId: null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: DAY_AS_TIMESPAN,
    maximumShortTimerDuration: DAY_AS_TIMESPAN,
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  try {
    return JSON.parse(JSON.stringify(await handle(trigger, {}))) as TurnResult;
  } catch (error) {
    const marker = "$OutOfProcData$:";
    const text = error instanceof Error ? error.message : String(error);
    if (!text.includes(marker)) {
      throw error;
    }
    return JSON.parse(text.slice(text.indexOf(marker) + marker.length)) as TurnResult;
  }
}
