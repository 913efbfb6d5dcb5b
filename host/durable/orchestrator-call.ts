import type { Action, OrchestratorState } from "./action.ts";
import type { InvokeResult } from "./activity-dispatcher.ts";
import type { ReplayedEvent } from "./replayed-events.ts";
import type { InstanceRecord } from "./instance-record.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { markRepeated, sdkStateOf } from "./sdk-state.ts";
import { returnText } from "./typed-data.ts";

/** Highest replay schema of the protocol: V4, which knows entity locks. */
const UPPER_SCHEMA_VERSION_NEW = 3;
/** The SDK reports nothing of what was thrown when it is no Error. */
const THREW_NO_ERROR =
  "The orchestrator function threw something that is no Error, or an Error without a message.";
const OUT_OF_PROC_DATA = "\n\n$OutOfProcData$:";

const two = (value: number): string => String(value).padStart(2, "0");

/** .NET's constant form of a duration: d.hh:mm:ss. */
function timeSpan(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 86_400)}.${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const protocols = new WeakMap<DurableTaskSettings, object>();

/** The part of the payload that is the same for every turn. */
function protocolOf(settings: DurableTaskSettings): object {
  let protocol = protocols.get(settings);
  if (protocol === undefined) {
    protocol = {
      upperSchemaVersion: 1,
      upperSchemaVersionNew: UPPER_SCHEMA_VERSION_NEW,
      longRunningTimerIntervalDuration: timeSpan(settings.longTimerIntervalMs),
      maximumShortTimerDuration: timeSpan(settings.maximumShortTimerMs),
      // The protocol spells it like this.
      defaultHttpAsyncRequestSleepTimeMillseconds: settings.httpPollIntervalMs,
    };
    protocols.set(settings, protocol);
  }
  return protocol;
}

/** What an orchestration trigger carries: `value` for an app in this process, `string` for whoever wants it as JSON. */
export class OrchestratorTrigger {
  readonly value: object;

  constructor(
    { instanceId, input, parent }: InstanceRecord,
    history: readonly ReplayedEvent[],
    settings: DurableTaskSettings,
  ) {
    this.value = {
      history,
      input: input === null ? null : (JSON.parse(input) as unknown),
      instanceId,
      isReplaying: false,
      parentInstanceId: parent?.instanceId ?? null,
      ...protocolOf(settings),
    };
  }

  get string(): string {
    return JSON.stringify(this.value);
  }
}

/** What the orchestrator function left, from its return value or from the error in which the SDK wraps a failure. */
export function parseOrchestratorResult(result: InvokeResult): OrchestratorState {
  const state = parseReport(result);
  const sdk = sdkStateOf(result.context);
  return sdk === null
    ? state
    : { ...state, actions: markRepeated(state.actions, sdk), nextId: sdk.nextId };
}

function parseReport(result: InvokeResult): OrchestratorState {
  if (result.ok) {
    const text = returnText(result.returnValue);
    return normalize(text === null ? null : (JSON.parse(text) as unknown));
  }
  const message = messageOf(result.error);
  const at = message.indexOf(OUT_OF_PROC_DATA);
  if (at >= 0) {
    const state = normalize(JSON.parse(message.slice(at + OUT_OF_PROC_DATA.length)) as unknown);
    return { ...state, isDone: false, error: state.error ?? THREW_NO_ERROR };
  }
  return { isDone: false, actions: [], error: message };
}

export function messageOf(error: unknown): string {
  if (error instanceof Error) {
    return error.message;
  }
  if (typeof error === "object" && error !== null && "message" in error) {
    return String(error.message);
  }
  return typeof error === "string" ? error : (JSON.stringify(error) ?? String(error));
}

interface WireState {
  readonly isDone?: boolean;
  readonly actions?: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
  readonly failureDetails?: unknown;
}

function normalize(value: unknown): OrchestratorState {
  if (typeof value !== "object" || value === null || !("actions" in value)) {
    return {
      isDone: false,
      actions: [],
      error: `The orchestrator function returned ${JSON.stringify(value)}, which is no orchestrator state: it must be registered with the durable-functions SDK.`,
    };
  }
  const state = value as WireState;
  return { ...state, isDone: state.isDone === true, actions: (state.actions ?? []).flat() };
}
