import type {
  CallActivityAction,
  CallSubOrchestratorAction,
  EntityAction,
  LockEntitiesAction,
  RetryOptions,
} from "./action.ts";
import type { Effect, TaskFailure } from "./effect.ts";
import type { HistoryEvent } from "./history-event.ts";

/*
 * The tasks behind the actions, as the SDK builds them. What matters is when each takes a sequence id: at the yield for
 * everything in the yielded tree, depth first; later, at the event, for the timer and the next attempt of a retry, the
 * next leg of a long timer and the next poll of an HTTP call.
 */

/** What a task needs of the interpreter it lives in. */
export interface TaskScope {
  /** Unix milliseconds of the turn, what `currentUtcDateTime` shows. */
  readonly now: number;
  readonly maximumShortTimerMs: number;
  readonly longTimerIntervalMs: number;
  readonly httpPollIntervalMs: number;
  allocate(): number;
  /** Registers a task that a history event with this id completes; `isWork` tasks hold up the end of the execution. */
  open(key: number | string, task: LeafTask, isWork: boolean): void;
  waitForEvent(name: string, task: LeafTask): void;
  emit(effect: Effect): void;
  /** A guid that is the same in every replay. */
  messageId(seq: number): string;
  readonly instanceId: string;
}

export abstract class TaskNode {
  parent: CompoundNode | null = null;
  state: "running" | "completed" | "failed" = "running";
  #isTracked = false;

  /** Called when the orchestrator yields the task, by itself or in a compound; also when it had yielded it before. */
  yielded(scope: TaskScope): void {
    if (this.#isTracked) {
      this.trackAgain(scope);
    } else {
      this.#isTracked = true;
      this.track(scope);
    }
  }

  /** Takes ids and asks for the work. */
  abstract track(scope: TaskScope): void;

  /** What the SDK does with a task that has its ids already: mostly nothing. */
  protected trackAgain(_scope: TaskScope): void {}

  settle(isSuccess: boolean, scope: TaskScope, event: HistoryEvent | null): void {
    if (this.state === "running") {
      this.state = isSuccess ? "completed" : "failed";
      this.parent?.childSettled(this, scope, event);
    }
  }
}

/** A task that one history event completes. */
export abstract class LeafTask extends TaskNode {
  seq = -1;
}

export abstract class CompoundNode extends TaskNode {
  abstract childSettled(child: TaskNode, scope: TaskScope, event: HistoryEvent | null): void;

  protected adopt<T extends TaskNode>(child: T): T {
    child.parent = this;
    return child;
  }
}

/** A compound that the code made. A child may have been yielded before, and may have settled then. */
abstract class CodeCompoundNode extends CompoundNode {
  readonly children: readonly TaskNode[];

  constructor(children: readonly TaskNode[]) {
    super();
    this.children = children.map((child) => this.adopt(child));
  }

  track(scope: TaskScope): void {
    this.children.forEach((child) => child.yielded(scope));
  }

  protected override trackAgain(scope: TaskScope): void {
    this.track(scope);
  }
}

/** Completes with the first child that settles from now on; the SDK does not look at those that have. */
export class AnyNode extends CodeCompoundNode {
  childSettled(_child: TaskNode, scope: TaskScope, event: HistoryEvent | null): void {
    this.settle(true, scope, event);
  }
}

/** Completes with the last child, fails with the first that fails from now on. */
export class AllNode extends CodeCompoundNode {
  /** Children that have not completed; one that had failed before stays among them for ever. */
  #missing = new Set(this.children.filter(({ state }) => state !== "completed")).size;

  childSettled(child: TaskNode, scope: TaskScope, event: HistoryEvent | null): void {
    if (child.state === "failed") {
      this.settle(false, scope, event);
    } else if (--this.#missing === 0) {
      this.settle(true, scope, event);
    }
  }
}

/** The text that an activity's trigger carries: texts come JSON-encoded from the SDK, booleans as .NET writes them. */
export function activityInput(input: unknown): string | null {
  switch (typeof input) {
    case "string":
      return input;
    case "boolean":
      return input ? "True" : "False";
    default:
      return input === undefined || input === null ? null : JSON.stringify(input);
  }
}

export class ActivityTask extends LeafTask {
  readonly #action: CallActivityAction;
  readonly #failure: TaskFailure | null;

  constructor(action: CallActivityAction, failure: TaskFailure | null = null) {
    super();
    this.#action = action;
    this.#failure = failure;
  }

  track(scope: TaskScope): void {
    this.seq = scope.allocate();
    scope.open(this.seq, this, true);
    scope.emit({
      kind: "activity",
      seq: this.seq,
      name: this.#action.functionName,
      input: activityInput(this.#action.input),
      ...(this.#failure === null ? {} : { failure: this.#failure }),
    });
  }
}

export class SubOrchestrationTask extends LeafTask {
  readonly #action: CallSubOrchestratorAction;
  readonly #failure: TaskFailure | null;

  constructor(action: CallSubOrchestratorAction, failure: TaskFailure | null = null) {
    super();
    this.#action = action;
    this.#failure = failure;
  }

  track(scope: TaskScope): void {
    const { functionName, version, instanceId, input } = this.#action;
    this.seq = scope.allocate();
    scope.open(this.seq, this, true);
    scope.emit({
      kind: "subOrchestration",
      seq: this.seq,
      name: functionName,
      version: version ?? null,
      instanceId: instanceId === undefined || instanceId === "" ? null : instanceId,
      input: input === undefined ? null : JSON.stringify(input),
      ...(this.#failure === null ? {} : { failure: this.#failure }),
    });
  }
}

export class TimerTask extends LeafTask {
  readonly #fireAt: number;

  constructor(fireAt: number) {
    super();
    this.#fireAt = fireAt;
  }

  track(scope: TaskScope): void {
    this.seq = scope.allocate();
    scope.open(this.seq, this, true);
    scope.emit({ kind: "timer", seq: this.seq, fireAt: this.#fireAt });
  }
}

/** A timer that the orchestrator created: one leg, or legs of the long interval until the rest is short enough. */
export class UserTimerNode extends CompoundNode {
  readonly #fireAt: number;
  #leg: TimerTask | null = null;

  constructor(fireAt: number) {
    super();
    this.#fireAt = fireAt;
  }

  /** The leg that has not fired yet. */
  get openLeg(): TimerTask | null {
    return this.#leg?.state === "running" ? this.#leg : null;
  }

  track(scope: TaskScope): void {
    this.#nextLeg(scope, this.#fireAt - scope.now > scope.maximumShortTimerMs);
  }

  childSettled(_child: TaskNode, scope: TaskScope, event: HistoryEvent | null): void {
    const rest = this.#fireAt - scope.now;
    if (rest > 0) {
      this.#nextLeg(scope, rest > scope.maximumShortTimerMs);
    } else {
      this.settle(true, scope, event);
    }
  }

  #nextLeg(scope: TaskScope, isLong: boolean): void {
    const fireAt = isLong ? scope.now + scope.longTimerIntervalMs : this.#fireAt;
    this.#leg = this.adopt(new TimerTask(fireAt));
    this.#leg.track(scope);
  }
}

export class EventTask extends LeafTask {
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  /** The SDK lets it wait once more, whether or not it has its event. */
  protected override trackAgain(scope: TaskScope): void {
    this.track(scope);
  }

  track(scope: TaskScope): void {
    scope.waitForEvent(this.#name, this);
  }
}

export class EntityCallTask extends LeafTask {
  readonly #action: EntityAction;

  constructor(action: EntityAction) {
    super();
    this.#action = action;
  }

  track(scope: TaskScope): void {
    this.seq = scope.allocate();
    const id = scope.messageId(this.seq);
    scope.open(id, this, false);
    const { instanceId, operation, input } = this.#action;
    scope.emit({
      kind: "send",
      seq: this.seq,
      target: instanceId,
      eventName: "op",
      message: {
        id,
        parent: scope.instanceId,
        op: operation,
        signal: false,
        ...(input === undefined ? {} : { input: JSON.stringify(input) }),
      },
    });
  }
}

export class LockTask extends LeafTask {
  readonly #action: LockEntitiesAction;

  constructor(action: LockEntitiesAction) {
    super();
    this.#action = action;
  }

  track(scope: TaskScope): void {
    const { lockSet, lockRequestId } = this.#action;
    this.seq = scope.allocate();
    scope.open(lockRequestId, this, false);
    scope.emit({
      kind: "send",
      seq: this.seq,
      target: `@${lockSet[0]!.name.toLowerCase()}@${lockSet[0]!.key}`,
      eventName: "op",
      message: { id: lockRequestId, parent: scope.instanceId, lockset: lockSet, pos: 0 },
    });
  }
}

/** Longest pause between two attempts when the options name none. */
const LONGEST_RETRY_INTERVAL_MS = 6 * 24 * 3_600_000;

/**
 * Attempt, timer, attempt, timer, …: the SDK counts on a timer after every failure, after the last one too. When no
 * further attempt makes sense (the time for retries is over, the error is not retriable) the remaining attempts are
 * answered with the same failure at once, because that is the only way to make the SDK fail the task.
 */
export class RetryNode extends CompoundNode {
  readonly #options: RetryOptions;
  readonly #attempt: (failure: TaskFailure | null) => LeafTask;
  #attempts = 1;
  #firstAttemptAt = 0;
  #giveUp: TaskFailure | null = null;
  #isWaiting = false;

  constructor(options: RetryOptions, attempt: (failure: TaskFailure | null) => LeafTask) {
    super();
    this.#options = options;
    this.#attempt = attempt;
  }

  track(scope: TaskScope): void {
    this.#firstAttemptAt = scope.now;
    this.adopt(this.#attempt(null)).track(scope);
  }

  childSettled(child: TaskNode, scope: TaskScope, event: HistoryEvent | null): void {
    if (this.#isWaiting) {
      this.#isWaiting = false;
      if (this.#attempts > this.#options.maxNumberOfAttempts) {
        this.settle(false, scope, event);
      } else {
        this.adopt(this.#attempt(this.#giveUp)).track(scope);
      }
    } else if (child.state === "completed") {
      this.settle(true, scope, event);
    } else {
      this.#giveUp ??= this.#reasonToStop(scope, event);
      const isLast = this.#attempts >= this.#options.maxNumberOfAttempts || this.#giveUp !== null;
      const fireAt = isLast ? scope.now : scope.now + this.#delay();
      this.#attempts += 1;
      this.#isWaiting = true;
      this.adopt(new TimerTask(fireAt)).track(scope);
    }
  }

  #delay(): number {
    const {
      firstRetryIntervalInMilliseconds: first,
      backoffCoefficient: coefficient = 1,
      maxRetryIntervalInMilliseconds: longest = LONGEST_RETRY_INTERVAL_MS,
    } = this.#options;
    return Math.ceil(Math.min(first * coefficient ** (this.#attempts - 1), longest));
  }

  #reasonToStop(scope: TaskScope, event: HistoryEvent | null): TaskFailure | null {
    if (event === null || !("Reason" in event) || !("Details" in event)) {
      return null;
    }
    const timeout = this.#options.retryTimeoutInMilliseconds;
    const isOver = timeout !== undefined && scope.now >= this.#firstAttemptAt + timeout;
    const { Reason: reason, Details: details, FailureDetails: failureDetails } = event;
    return isOver || failureDetails?.IsNonRetriable === true || isPermanent(reason)
      ? { reason, details, failureDetails }
      : null;
  }
}

/** How failures of functions that do not exist begin; no retry helps there. */
export const NO_SUCH_FUNCTION = "There is no ";

function isPermanent(reason: string): boolean {
  return reason.startsWith(NO_SUCH_FUNCTION);
}
