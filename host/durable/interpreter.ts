import {
  ActionType,
  type Action,
  type CreateTimerAction,
  type LockEntitiesAction,
  type RepeatedAction,
} from "./action.ts";
import { findDivergence } from "./divergence.ts";
import type { Effect } from "./effect.ts";
import { ExecutionFault, NonDeterminismError } from "./execution-fault.ts";
import { ExternalEvents } from "./external-events.ts";
import type { CarriedEvent } from "./instance-record.ts";
import { eventTypeName, HistoryEventType, type HistoryEvent } from "./history-event.ts";
import {
  describeWork,
  isSameWork,
  isScheduling,
  workOfEffect,
  workOfEvent,
} from "./scheduled-work.ts";
import { taskOf } from "./task-of-action.ts";
import {
  AllNode,
  AnyNode,
  LockTask,
  UserTimerNode,
  type LeafTask,
  type TaskNode,
  type TaskScope,
} from "./task-node.ts";

/*
 * I1  One counter from 0 per execution; ids are taken in the SDK's order (see task-node.ts), never in another.
 * I2  An action is invoked when the task of the action before it has settled, in the turn in which the SDK first
 *     reported it or later. A stored turn knows how many actions were known at its end, so a replay after a restart
 *     invokes each in the same turn as the first time.
 * I3  What was scheduled once is scheduled by every replay, same id, same kind, same name; else the execution fails.
 * I4  While the yielded task has not settled, the orchestrator's code cannot go on, so it need not run.
 */

export interface InterpreterSettings {
  readonly orchestratorName: string;
  readonly instanceId: string;
  readonly executionId: string;
  readonly maximumShortTimerMs: number;
  readonly longTimerIntervalMs: number;
  readonly httpPollIntervalMs: number;
}

/** A turn as the history keeps it. */
export interface RecordedTurn {
  /** Unix milliseconds of its OrchestratorStarted. */
  readonly at: number;
  /** Actions known at its end. */
  readonly actionCount: number;
  readonly events: readonly HistoryEvent[];
}

interface OpenTimer {
  readonly node: UserTimerNode;
  /** Where the SDK reports its action: index in the list, then in the compounds. */
  readonly path: readonly number[];
}

export class ActionInterpreter implements TaskScope {
  readonly instanceId: string;
  readonly maximumShortTimerMs: number;
  readonly longTimerIntervalMs: number;
  readonly httpPollIntervalMs: number;
  now = 0;
  readonly #settings: InterpreterSettings;
  readonly #open = new Map<number | string, LeafTask>();
  readonly #work = new Set<LeafTask>();
  readonly #events = new ExternalEvents();
  #timers: OpenTimer[] = [];
  #effects: Effect[] = [];
  #remarks: string[] = [];
  #canceledTimers: number[] = [];
  #actions: readonly Action[] = [];
  /** The tasks behind the actions that were invoked; none where the code waits for nothing. */
  readonly #nodes: (TaskNode | null)[] = [];
  #invoked = 0;
  #nextSeq = 0;
  #current: TaskNode | null = null;
  #lock: LockEntitiesAction | null = null;
  /** False once the SDK went on although the last action's task was open: then only running the code tells. */
  #isPredictable = true;
  #hasContinuedAsNew = false;
  #isFinished = false;

  constructor(settings: InterpreterSettings) {
    this.#settings = settings;
    this.instanceId = settings.instanceId;
    this.maximumShortTimerMs = settings.maximumShortTimerMs;
    this.longTimerIntervalMs = settings.longTimerIntervalMs;
    this.httpPollIntervalMs = settings.httpPollIntervalMs;
  }

  /** Whether the orchestrator function has to run before more can be said (I4). */
  get needsCode(): boolean {
    return !this.#isFinished && !(this.#isPredictable && this.#current?.state === "running");
  }

  /** Whether activities, sub-orchestrations or timers are still open; the end of an execution waits for them. */
  get hasOpenWork(): boolean {
    return this.#work.size > 0;
  }

  get actionCount(): number {
    return this.#actions.length;
  }

  /** External events that nobody took, oldest first: what continue-as-new carries over. */
  get unconsumedEvents(): CarriedEvent[] {
    return this.#events.left;
  }

  startTurn(now: number): void {
    this.now = now;
  }

  /** Says that the orchestrator function has returned, thrown or continued as new. */
  finish(): void {
    this.#isFinished = true;
  }

  /** Lets one event complete what waits for it. */
  feed(event: HistoryEvent): void {
    switch (event.EventType) {
      case HistoryEventType.TaskCompleted:
      case HistoryEventType.SubOrchestrationInstanceCompleted:
        this.#complete(event.TaskScheduledId, true, event);
        break;
      case HistoryEventType.TaskFailed:
      case HistoryEventType.SubOrchestrationInstanceFailed:
        this.#complete(event.TaskScheduledId, false, event);
        break;
      case HistoryEventType.TimerFired:
        this.#complete(event.TimerId, true, event);
        break;
      case HistoryEventType.EventRaised:
        this.#raise(event.Name, event);
        break;
      default:
    }
  }

  /** Takes the list the SDK reported; what it had reported before must still be there (I3). */
  learn(actions: readonly Action[]): void {
    const what = findDivergence(this.#actions, actions, this.#nodes);
    if (what !== null) {
      throw this.#divergence(what);
    }
    this.#actions = actions;
  }

  /** Invokes the next actions as far as the yielded tasks have settled. */
  advance(limit = this.#actions.length): void {
    while (this.#invoked < limit && this.#current?.state !== "running") {
      this.#invokeNext();
    }
  }

  /** Ends a turn in which the code ran: whatever the SDK has reported has been asked for by now. */
  settleTurn(limit = this.#actions.length): void {
    this.advance(limit);
    while (this.#invoked < limit) {
      // The SDK went on although our picture of the yielded task says that it cannot: a task was yielded twice.
      this.#isPredictable = false;
      this.#invokeNext();
    }
  }

  /**
   * Finds out, after the code ran and did not end, whether its SDK and this interpreter agree (`sdkNextId`: null when the
   * SDK's count is not known) and whether anything can still happen that the code would be told of.
   */
  checkAgainst(sdkNextId: number | null): void {
    const who = `Orchestrator '${this.#settings.orchestratorName}' (instance '${this.instanceId}')`;
    if (sdkNextId !== null && sdkNextId !== this.#nextSeq) {
      throw new ExecutionFault(
        `${who} has come to a place where durable-functions counts ${sdkNextId} operations and this host ${this.#nextSeq}; results would reach the wrong tasks. Yield each task once, or wait for it by itself.`,
      );
    }
    if (this.#open.size === 0 && !this.#events.isAwaited) {
      throw new ExecutionFault(
        `${who} waits for nothing that could still happen: what it yields has ended or was cancelled before, and durable-functions looks at no task a second time. Leave out what has ended, and do not wait for what is cancelled.`,
      );
    }
  }

  /** Finds timers that the code has cancelled since; they no longer hold anything up. */
  collectCancellations(): void {
    this.#timers = this.#timers.filter(({ node, path }) => {
      const leg = node.openLeg;
      if (leg === null) {
        return false;
      }
      if (this.#actionAt(path)?.isCanceled !== true) {
        return true;
      }
      this.#open.delete(leg.seq);
      this.#work.delete(leg);
      this.#canceledTimers.push(leg.seq);
      return false;
    });
  }

  /** What people should be told about the events since the last call. */
  takeRemarks(): string[] {
    return this.#remarks.splice(0);
  }

  /** The new work since the last call. */
  takeEffects(): { readonly effects: Effect[]; readonly canceledTimers: number[] } {
    const taken = { effects: this.#effects, canceledTimers: this.#canceledTimers };
    this.#effects = [];
    this.#canceledTimers = [];
    return taken;
  }

  /** Brings a new interpreter to where the recorded turns ended and compares each step with the record (I2, I3). */
  replay(turns: readonly RecordedTurn[], actions: readonly Action[]): void {
    this.#actions = actions;
    for (const turn of turns) {
      // Fewer than then are found out by what they do not schedule, or below.
      const limit = Math.min(turn.actionCount, actions.length);
      this.startTurn(turn.at);
      for (const event of turn.events) {
        this.feed(event);
        this.advance(limit);
      }
      this.settleTurn(limit);
      this.#compare(turn.events);
    }
    const last = turns.at(-1)?.actionCount ?? 0;
    if (actions.length < last) {
      throw this.#divergence(
        `had asked for ${last} operations by this point of its history and now asks for ${actions.length}`,
      );
    }
    this.#remarks = [];
    // What the latest run of the code cancelled is news; the rows of earlier cancellations are gone already.
    this.collectCancellations();
  }

  allocate(): number {
    return this.#nextSeq++;
  }

  open(key: number | string, task: LeafTask, isWork: boolean): void {
    this.#open.set(key, task);
    if (isWork) {
      this.#work.add(task);
    }
  }

  waitForEvent(name: string, task: LeafTask): void {
    this.#remarks.push(...this.#events.remarksOnWait(name));
    const early = this.#events.wait(name, task);
    if (early !== null) {
      this.#raise(name, early);
    }
  }

  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  messageId(seq: number): string {
    const hex = `${this.#settings.executionId.replaceAll("-", "").slice(0, 24)}${seq.toString(16).padStart(8, "0")}`;
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  #complete(key: number | string, isSuccess: boolean, event: HistoryEvent): void {
    const task = this.#open.get(key);
    if (task !== undefined) {
      this.#open.delete(key);
      this.#work.delete(task);
      task.settle(isSuccess, this, event);
    }
  }

  #raise(name: string, event: HistoryEvent): void {
    if (this.#open.has(name)) {
      this.#complete(name, !isEntityFailure(event), event);
      return;
    }
    const task = this.#hasContinuedAsNew ? null : this.#events.take(name);
    if (task === null) {
      this.#remarks.push(...this.#events.remarksOnEvent(name));
      this.#events.keep(name, event);
    } else {
      if (task.state !== "running") {
        this.#remarks.push(
          `event '${name}' was lost: durable-functions gave it to a task that had its event before and was yielded again. Make a new task for each event.`,
        );
      }
      task.settle(true, this, event);
    }
  }

  #invokeNext(): void {
    const index = this.#invoked++;
    const action = this.#actions[index]!;
    const node = this.#invoke(action, [index]);
    this.#nodes[index] = node;
    if (node !== null) {
      this.#current = node;
      node.yielded(this);
    }
  }

  /** The task that the orchestrator then waits for; null for what it does not wait for. */
  #invoke(action: Action, path: readonly number[]): TaskNode | null {
    switch (action.actionType) {
      case ActionType.ContinueAsNew:
        this.#hasContinuedAsNew = true;
        return null;
      case ActionType.SignalEntity:
      case ActionType.ScheduledSignalEntity:
        this.#signal(action.instanceId, action.operation, action.input, action.fireAt);
        return null;
      case ActionType.ReleaseEntities:
        this.#release();
        return null;
      default:
        return this.#build(action, path);
    }
  }

  #build(action: Action, path: readonly number[]): TaskNode {
    switch (action.actionType) {
      case ActionType.CreateTimer: {
        const node = new UserTimerNode(Date.parse(action.fireAt));
        this.#timers.push({ node, path });
        return node;
      }
      case ActionType.WhenAny:
      case ActionType.WhenAll: {
        const children: TaskNode[] = [];
        action.compoundActions.forEach((child, index) => {
          children.push(
            child.actionType === ActionType.Repeated
              ? this.#repeated(child, path, children)
              : this.#build(child, [...path, index]),
          );
        });
        return action.actionType === ActionType.WhenAny
          ? new AnyNode(children)
          : new AllNode(children);
      }
      case ActionType.LockEntities:
        this.#lock = action;
        return new LockTask(action);
      default:
        return taskOf(action);
    }
  }

  /** The task that stood elsewhere before: in an earlier action, or in the compound that is being built. */
  #repeated(
    { of }: RepeatedAction,
    compound: readonly number[],
    siblings: readonly TaskNode[],
  ): TaskNode {
    if (
      of.length === compound.length + 1 &&
      compound.every((index, level) => index === of[level])
    ) {
      return siblings[of.at(-1)!]!;
    }
    let node = of[0] === compound[0] ? null : this.#nodes[of[0]!];
    for (const index of of.slice(1)) {
      node =
        node !== null && node !== undefined && "children" in node ? childOf(node, index) : null;
    }
    if (node === null || node === undefined) {
      const { orchestratorName } = this.#settings;
      throw new ExecutionFault(
        `Orchestrator '${orchestratorName}' (instance '${this.instanceId}') yields one task in two places of the same Task.all or Task.any; durable-functions would look at one of them only.`,
      );
    }
    return node;
  }

  #signal(target: string, operation: string, input: unknown, fireAt: string | undefined): void {
    const seq = this.allocate();
    this.emit({
      kind: "send",
      seq,
      target,
      eventName: "op",
      message: {
        id: this.messageId(seq),
        op: operation,
        signal: true,
        ...(input === undefined ? {} : { input: JSON.stringify(input) }),
      },
      ...(fireAt === undefined ? {} : { notBefore: Date.parse(fireAt) }),
    });
  }

  #release(): void {
    const lock = this.#lock;
    this.#lock = null;
    for (const { name, key } of lock?.lockSet ?? []) {
      this.emit({
        kind: "send",
        seq: this.allocate(),
        target: `@${name.toLowerCase()}@${key}`,
        eventName: "release",
        message: { id: lock!.lockRequestId, parent: this.instanceId },
      });
    }
  }

  /** Gives back the locks that the execution still holds when it ends. */
  releaseLocks(): void {
    this.#release();
  }

  #actionAt(path: readonly number[]): CreateTimerAction | null {
    let action: Action | undefined = this.#actions[path[0]!];
    for (const index of path.slice(1)) {
      action =
        action !== undefined && "compoundActions" in action
          ? action.compoundActions[index]
          : undefined;
    }
    return action?.actionType === ActionType.CreateTimer ? action : null;
  }

  /** Compares what a turn of the record scheduled with what its replay asked for. */
  #compare(events: readonly HistoryEvent[]): void {
    const { effects } = this.takeEffects();
    const recorded = events.filter(isScheduling);
    for (let index = 0; index < Math.max(effects.length, recorded.length); index++) {
      const effect = effects[index];
      const event = recorded[index];
      const now = effect === undefined ? null : workOfEffect(effect);
      const then = event === undefined ? null : workOfEvent(event);
      if (
        now === null ||
        then === null ||
        effect!.seq !== event!.EventId ||
        !isSameWork(now, then)
      ) {
        throw this.#divergence(
          `had scheduled ${then === null ? "nothing more" : `${describeWork(then)} with id ${event!.EventId} (${eventTypeName(event!.EventType)})`} and now schedules ${now === null ? "nothing there" : `${describeWork(now)} with id ${effect!.seq}`}`,
        );
      }
    }
  }

  #divergence(what: string): NonDeterminismError {
    return new NonDeterminismError(this.#settings.orchestratorName, this.instanceId, what);
  }
}

const childOf = (node: TaskNode & { readonly children: unknown }, index: number): TaskNode | null =>
  (node.children as readonly TaskNode[])[index] ?? null;

function isEntityFailure(event: HistoryEvent): boolean {
  if (event.EventType !== HistoryEventType.EventRaised || event.Input === null) {
    return false;
  }
  const response: unknown = JSON.parse(event.Input);
  return typeof response === "object" && response !== null && "exceptionType" in response;
}
