import { remove } from "../store/store.ts";
import { countActions, type Action, type OrchestratorState } from "./action.ts";
import { plainFailure } from "./effect.ts";
import { releasesOf } from "./held-locks.ts";
import { HistoryEventType, type FailureDetails, type HistoryEvent } from "./history-event.ts";
import { readTurns, removeExecution, removeTimers, saveRecord } from "./instance-rows.ts";
import type { InstanceState, Outcome } from "./instance-state.ts";
import { ExecutionFault } from "./execution-fault.ts";
import { ActionInterpreter } from "./interpreter.ts";
import { eventOf, isForeign } from "./message.ts";
import { newExecutionId } from "./new-instance.ts";
import type { TurnBatch } from "./turn-batch.ts";
import { versionMismatch } from "./version-match.ts";
import { TurnDraft, type TurnResult, type TurnScope } from "./turn-draft.ts";

/** Custom status: JSON in UTF-16, as the extension counts. */
const LARGEST_CUSTOM_STATUS_BYTES = 16 * 1024;
const COMPLETED = 1;
const FAILED = 3;

/** One turn of one instance: consumes messages, runs the orchestrator where needed, and says what is to be committed. */
export class Turn {
  readonly #scope: TurnScope;
  readonly #state: InstanceState;
  readonly #batch: TurnBatch;
  readonly #draft: TurnDraft;

  constructor(scope: TurnScope, state: InstanceState, batch: TurnBatch) {
    this.#scope = scope;
    this.#state = state;
    this.#batch = batch;
    this.#draft = new TurnDraft(scope, state);
  }

  async compute(): Promise<TurnResult> {
    for (const { row } of this.#batch.consumed) {
      if (row !== null) {
        this.#draft.operations.push(remove(row.table, row.key));
      }
    }
    switch (this.#batch.kind) {
      case "discard":
        return this.#draft.result(this.#draft.previous);
      case "terminate":
        this.#terminate();
        break;
      case "suspend":
        this.#draft.begin();
        this.#draft.append({
          EventType: HistoryEventType.ExecutionSuspended,
          Reason: this.#batch.reason,
        });
        this.#draft.change({ status: "Suspended" });
        this.#draft.endTurn(this.#state.interpreter?.actionCount ?? null);
        break;
      case "resume":
      case "run":
        await this.#run();
    }
    this.#draft.operations.push(...saveRecord(this.#draft.record, this.#draft.previous));
    return this.#draft.result(this.#draft.record);
  }

  async #run(): Promise<void> {
    this.#draft.begin();
    if (this.#batch.kind === "resume") {
      this.#draft.append({
        EventType: HistoryEventType.ExecutionResumed,
        Reason: this.#batch.reason,
      });
    }
    this.#draft.change({ status: "Running" });
    this.#draft.takeCarried();
    for (const { message } of this.#batch.messages) {
      const event = isForeign(message, this.#draft.record.executionId)
        ? null
        : eventOf(message, this.#draft.now);
      if (event !== null) {
        this.#draft.add(event);
      }
    }
    this.#draft.answered(this.#draft.events.filter(isActivityAnswer).length);
    try {
      const interpreter = await this.#interpret(this.#draft.events.slice());
      this.#conclude(interpreter);
    } catch (error) {
      if (!(error instanceof ExecutionFault)) {
        throw error;
      }
      // Nothing of this turn's new work may happen: the code is not the one that scheduled the rest.
      const failureDetails = typeof error.cause === "string" ? faultDetails(error) : undefined;
      this.#state.outcome = { kind: "failed", error: error.message, failureDetails };
      const { previous } = this.#draft;
      const turns = readTurns(this.#scope.store, previous);
      this.#draft.operations.push(...removeTimers(turns, previous));
      this.#draft.sends.push(...releasesOf(turns));
      this.#finalize(this.#state.outcome, null);
    }
  }

  /** Feeds the events to the interpreter, running the code when (and only when) it can go on. */
  async #interpret(events: readonly HistoryEvent[]): Promise<ActionInterpreter> {
    const state = this.#state;
    let interpreter = state.interpreter;
    let fed = 0;
    if (interpreter !== null) {
      interpreter.startTurn(this.#draft.now);
      do {
        interpreter.feed(events[fed]!);
        fed += 1;
      } while (fed < events.length && !interpreter.needsCode);
      if (!interpreter.needsCode) {
        return interpreter;
      }
    }
    const mismatch = versionMismatch(this.#draft.record.version, this.#scope.settings);
    if (mismatch !== null) {
      throw new ExecutionFault(mismatch, { cause: "VersionMismatch" });
    }
    const { past, turns } = state.readPast(this.#scope.store);
    const history = [...past, ...this.#draft.received()];
    const result = await this.#scope.run(this.#draft.record, history);
    const actions = this.#checkActions(result);
    if (interpreter === null) {
      interpreter = this.#newInterpreter();
      interpreter.replay(turns ?? [], actions);
      interpreter.startTurn(this.#draft.now);
    } else {
      interpreter.learn(actions);
    }
    interpreter.advance();
    for (const event of events.slice(fed)) {
      interpreter.feed(event);
      interpreter.advance();
    }
    interpreter.settleTurn();
    interpreter.collectCancellations();
    state.interpreter = interpreter;
    this.#takeOutcome(result, actions, interpreter);
    if (state.outcome === null) {
      interpreter.checkAgainst(result.nextId ?? null);
    }
    return interpreter;
  }

  #newInterpreter(): ActionInterpreter {
    const { name, instanceId, executionId } = this.#draft.record;
    const { maximumShortTimerMs, longTimerIntervalMs, httpPollIntervalMs } = this.#scope.settings;
    return new ActionInterpreter({
      orchestratorName: name,
      instanceId,
      executionId,
      maximumShortTimerMs,
      longTimerIntervalMs,
      httpPollIntervalMs,
    });
  }

  #checkActions({ actions }: OrchestratorState): readonly Action[] {
    const limit = this.#scope.settings.maxOrchestrationActions;
    const count = countActions(actions);
    if (count > limit) {
      const { name, instanceId } = this.#draft.record;
      throw new ExecutionFault(
        `Maximum amount of orchestration actions (${limit}) has been reached. This value can be configured in host.json file as MaxOrchestrationActions. Orchestrator '${name}' (instance '${instanceId}') asked for ${count}; maxOrchestrationActions allows ${limit}.`,
      );
    }
    return actions;
  }

  #takeOutcome(
    result: OrchestratorState,
    actions: readonly Action[],
    interpreter: ActionInterpreter,
  ): void {
    // The SDK leaves an empty status out, so a status cannot be cleared, only replaced.
    if (result.customStatus !== undefined) {
      const text = JSON.stringify(result.customStatus);
      if (text.length * 2 > LARGEST_CUSTOM_STATUS_BYTES) {
        interpreter.finish();
        this.#state.outcome = {
          kind: "failed",
          error: `The custom status of orchestrator '${this.#draft.record.name}' takes ${text.length * 2} bytes as UTF-16 JSON; the limit is 16 KB.`,
          failureDetails: undefined,
        };
        return;
      }
      this.#draft.change({ customStatus: text });
    }
    const last = actions.at(-1);
    if (result.error !== undefined) {
      this.#state.outcome = {
        kind: "failed",
        error: result.error,
        failureDetails: result.failureDetails,
      };
    } else if (last?.actionType === 4) {
      this.#state.outcome = { kind: "continuedAsNew", input: newInput(last.input) };
    } else if (result.isDone) {
      const output = result.output === undefined ? null : JSON.stringify(result.output);
      this.#state.outcome = { kind: "completed", output };
    }
    if (this.#state.outcome !== null) {
      interpreter.finish();
    }
  }

  #conclude(interpreter: ActionInterpreter): void {
    for (const remark of interpreter.takeRemarks()) {
      const { instanceId, name } = this.#draft.record;
      this.#scope.warn(`${instanceId}: orchestrator '${name}': ${remark}`);
    }
    const { effects, canceledTimers } = interpreter.takeEffects();
    const canceled = new Set(canceledTimers);
    for (const effect of effects) {
      this.#draft.schedule(effect, canceled);
    }
    if (canceled.size > 0) {
      // They were created by an earlier turn; their rows are found by the instant in the history.
      this.#draft.removeTimers(canceled);
    }
    const outcome = this.#state.outcome;
    if (outcome !== null && !interpreter.hasOpenWork) {
      this.#finalize(outcome, interpreter);
    } else {
      this.#draft.endTurn(interpreter.actionCount);
    }
  }

  #finalize(outcome: Outcome, interpreter: ActionInterpreter | null): void {
    if (outcome.kind === "continuedAsNew") {
      this.#continueAsNew(outcome.input, interpreter!);
      return;
    }
    interpreter?.releaseLocks();
    for (const effect of interpreter?.takeEffects().effects ?? []) {
      this.#draft.schedule(effect, new Set());
    }
    const isCompleted = outcome.kind === "completed";
    const output = isCompleted ? outcome.output : JSON.stringify(outcome.error);
    const failure = isCompleted ? null : plainFailure(outcome.error, outcome.failureDetails);
    this.#draft.append({
      EventType: HistoryEventType.ExecutionCompleted,
      OrchestrationStatus: isCompleted ? COMPLETED : FAILED,
      Result: output,
      FailureDetails: failure?.failureDetails ?? null,
    });
    this.#draft.change({ status: isCompleted ? "Completed" : "Failed", output });
    this.#draft.endTurn(interpreter?.actionCount ?? null);
    this.#draft.tellParent(failure === null ? { result: output } : { failure });
    this.#draft.discard(this.#batch.rest);
  }

  #terminate(): void {
    const { store } = this.#scope;
    const { previous } = this.#draft;
    const turns = previous.turns === 0 ? [] : readTurns(store, previous);
    this.#draft.operations.push(...removeTimers(turns, previous));
    this.#draft.sends.push(...releasesOf(turns));
    this.#draft.begin();
    this.#draft.append({
      EventType: HistoryEventType.ExecutionTerminated,
      Input: JSON.stringify(this.#batch.reason),
    });
    this.#draft.change({ status: "Terminated", output: JSON.stringify(this.#batch.reason) });
    this.#draft.endTurn(this.#state.interpreter?.actionCount ?? null);
    this.#draft.change({ openActivities: 0 });
    this.#draft.tellParent({ failure: plainFailure(this.#batch.reason) });
  }

  #continueAsNew(input: string | null, interpreter: ActionInterpreter): void {
    const { store } = this.#scope;
    // The next execution does not know of this one's locks.
    interpreter.releaseLocks();
    for (const effect of interpreter.takeEffects().effects) {
      this.#draft.schedule(effect, new Set());
    }
    this.#draft.operations.push(...removeExecution(store, this.#draft.previous));
    const carried = interpreter.unconsumedEvents;
    this.#draft.change({
      executionId: newExecutionId(),
      execution: this.#draft.record.execution + 1,
      input,
      turns: 0,
      openActivities: 0,
      ...(carried.length === 0 ? {} : { carried }),
    });
  }
}

const faultDetails = (fault: ExecutionFault): FailureDetails => ({
  ErrorType: String(fault.cause),
  ErrorMessage: fault.message,
  StackTrace: null,
  IsNonRetriable: true,
  Properties: null,
  InnerFailure: null,
});

const isActivityAnswer = (event: HistoryEvent): boolean =>
  event.EventType === HistoryEventType.TaskCompleted ||
  event.EventType === HistoryEventType.TaskFailed;

function newInput(input: unknown): string | null {
  if (input === undefined) {
    return null;
  }
  // The SDK hands texts over JSON-encoded already.
  return typeof input === "string" ? input : JSON.stringify(input);
}
