import { answerOf } from "../../src/activities/answer.ts";
import type { Orchestrator } from "../../src/durable/orchestration.ts";
import {
  type Action,
  type Generation,
  type HistoryEvent,
  replay,
  type TurnResult,
} from "./orchestration-replay.ts";

/**
 * Runs orchestrators with the genuine SDK over histories that are made here: turns, sequence ids, timers, events and
 * children as the Durable extension has them, on a virtual clock and without a host.
 */
const EVENT = {
  executionStarted: 0,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  childCreated: 7,
  childCompleted: 8,
  childFailed: 9,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
  eventRaised: 15,
} as const;

const ACTION = {
  callActivity: 0,
  callSubOrchestrator: 2,
  continueAsNew: 4,
  createTimer: 5,
  waitForExternalEvent: 6,
  whenAny: 11,
  whenAll: 12,
} as const;

/** An activity of a test: gets the input as JSON, answers a value or throws as a real one does. */
export type TestActivity = (input: never, at: { readonly now: number }) => unknown;

export type TraceEntry = { readonly at: number; readonly instanceId: string } & (
  | { readonly kind: "activity"; readonly name: string; readonly input: unknown }
  | { readonly kind: "timer"; readonly fireAt: number }
  | { readonly kind: "child"; readonly name: string; readonly input: unknown }
  | { readonly kind: "status"; readonly status: unknown }
  | { readonly kind: "continueAsNew"; readonly input: unknown }
  | { readonly kind: "ended"; readonly output: unknown; readonly error: string | null }
);

export interface DriverOptions {
  readonly activities: Readonly<Record<string, TestActivity>>;
  /** Orchestrators that may be started as children, by stored name. */
  readonly orchestrations?: Readonly<Record<string, Orchestrator<unknown>>>;
  /** Called for an activity that has no entry. */
  readonly otherActivity?: (name: string, input: unknown) => unknown;
  /** Called for a child that has no entry; answers its output, or throws its failure. */
  readonly otherChild?: (name: string, input: unknown) => unknown;
  /** Called when an event is waited for; true raises it a second later. */
  readonly isRaised?: (eventName: string) => boolean;
  /** Unix milliseconds at which the clock stands at first. */
  readonly startAt?: number;
  readonly maximumTurns?: number;
  /** Called when the clock has moved. */
  readonly onAdvance?: (now: number) => void;
}

interface Instance {
  readonly name: string;
  readonly id: string;
  readonly parent: { readonly instance: Instance; readonly taskId: number } | null;
  generation: Generation;
  number: number;
  readonly cancelledTimers: Set<number>;
  readonly openTimers: Map<number, number>;
  status: string;
  isSuspended: boolean;
  /** Waits for events that were seen in this generation. */
  waits: number;
  end: { readonly output: unknown; readonly error: string | null; readonly at: number } | null;
}

interface Message {
  readonly due: number;
  readonly order: number;
  readonly instance: Instance;
  readonly generation: number | null;
  readonly event: Omit<HistoryEvent, "Timestamp" | "IsPlayed"> | null;
}

export interface Driver {
  readonly trace: TraceEntry[];
  readonly generations: Generation[];
  now(): number;
  start(name: string, orchestrator: Orchestrator<unknown>, input: unknown, id?: string): void;
  /** Raises an event at an instant (now, when none is given). */
  raiseEvent(instanceId: string, name: string, data: unknown, at?: number): void;
  /** Does something to the world at an instant. */
  at(instant: number, act: () => void | Promise<void>): void;
  /** Null for an instance that never was. */
  stateOf(instanceId: string): "Running" | "Suspended" | "Completed" | "Failed" | null;
  /** Messages of a suspended instance wait until it is resumed. */
  suspend(instanceId: string): void;
  resume(instanceId: string): void;
  /** Runs until nothing is left to do. */
  settle(): Promise<void>;
  endOf(instanceId: string): Instance["end"];
  customStatus(instanceId: string): unknown;
}

/** The orchestrations took more turns than the test allows. */
export class OutOfTurnsError extends Error {}

const DEFAULT_START = Date.parse("2026-03-02T06:00:00.000Z");

export function createDriver(options: DriverOptions): Driver {
  const trace: TraceEntry[] = [];
  const generations: Generation[] = [];
  const instances = new Map<string, Instance>();
  const acts: { readonly due: number; readonly act: () => void | Promise<void> }[] = [];
  let messages: Message[] = [];
  const held: Message[] = [];
  let now = options.startAt ?? DEFAULT_START;
  let order = 0;
  let turns = 0;

  const stamp = () => new Date(now).toISOString();
  const send = (instance: Instance, due: number, event: Message["event"], isBound = true) => {
    order += 1;
    const generation = isBound ? instance.number : null;
    messages.push({ due, order, instance, generation, event });
  };
  const append = (instance: Instance, event: Message["event"]) =>
    instance.generation.history.push({
      ...event,
      Timestamp: stamp(),
      IsPlayed: false,
    } as HistoryEvent);

  function begin(instance: Instance, input: unknown): void {
    instance.generation = { ...instance.generation, input, history: [], turns: [] };
    instance.cancelledTimers.clear();
    instance.openTimers.clear();
    instance.waits = 0;
    generations.push(instance.generation);
    send(instance, now, {
      EventType: EVENT.executionStarted,
      EventId: -1,
      Name: instance.name,
      Input: JSON.stringify(input),
    });
  }

  function start(
    name: string,
    orchestrator: Orchestrator<unknown>,
    input: unknown,
    id: string,
    parent: Instance["parent"],
  ): void {
    const known = instances.get(id);
    if (known !== undefined && known.end === null) {
      throw new Error(`There is a live instance ${id} already.`);
    }
    const generation = { orchestration: name, orchestrator, instanceId: id };
    const instance: Instance = {
      name,
      id,
      parent,
      generation: { ...generation, input, history: [], turns: [] },
      number: 0,
      cancelledTimers: new Set(),
      openTimers: new Map(),
      status: "",
      isSuspended: false,
      waits: 0,
      end: null,
    };
    instances.set(id, instance);
    begin(instance, JSON.parse(JSON.stringify(input ?? null)));
  }

  async function turn(instance: Instance, event: NonNullable<Message["event"]>): Promise<void> {
    turns += 1;
    if (turns > (options.maximumTurns ?? 20_000)) {
      throw new OutOfTurnsError(`${instance.id} does not come to an end.`);
    }
    const { history } = instance.generation;
    for (const past of history) {
      past.IsPlayed = true;
    }
    append(instance, { EventType: EVENT.orchestratorStarted, EventId: -1 });
    append(instance, event);
    const result = await replay(instance.generation);
    instance.generation.turns.push({ length: history.length, result });
    showStatus(instance, result.customStatus);
    const leaves = (result.actions[0] ?? []).flatMap(leavesOf);
    const isScheduled = new Set(history.map(({ EventId }) => EventId));
    let sequence = 0;
    raiseAwaited(instance, leaves);
    for (const leaf of leaves) {
      if (
        leaf.actionType === ACTION.waitForExternalEvent ||
        leaf.actionType === ACTION.continueAsNew
      ) {
        continue;
      }
      const id = sequence;
      sequence += 1;
      if (leaf.isCanceled === true) {
        instance.cancelledTimers.add(id);
        instance.openTimers.delete(id);
      }
      if (!isScheduled.has(id)) {
        await schedule(instance, leaf, id);
      }
    }
    append(instance, { EventType: EVENT.orchestratorCompleted, EventId: -1 });
    finishTurn(instance, result, leaves);
  }

  function raiseAwaited(instance: Instance, leaves: readonly Action[]): void {
    const waits = leaves.filter(({ actionType }) => actionType === ACTION.waitForExternalEvent);
    for (const { externalEventName: name = "" } of waits.slice(instance.waits)) {
      if (options.isRaised?.(name) === true) {
        const event = { EventType: EVENT.eventRaised, Name: name, Input: "null" };
        send(instance, now + 1_000, event);
      }
    }
    instance.waits = waits.length;
  }

  function showStatus(instance: Instance, status: unknown): void {
    const text = JSON.stringify(status ?? null);
    if (text !== instance.status) {
      instance.status = text;
      trace.push({ at: now, instanceId: instance.id, kind: "status", status });
    }
  }

  function finishTurn(instance: Instance, result: TurnResult, leaves: readonly Action[]): void {
    const again = leaves.find(({ actionType }) => actionType === ACTION.continueAsNew);
    if (!result.isDone && result.error === undefined) {
      return;
    }
    // As in the extension, an instance ends only when its open timers have fired.
    const at = Math.max(now, ...instance.openTimers.values());
    if (again !== undefined && result.error === undefined) {
      const input = JSON.parse(JSON.stringify(again.input ?? null)) as unknown;
      trace.push({ at: now, instanceId: instance.id, kind: "continueAsNew", input });
      instance.number += 1;
      begin(instance, input);
      return;
    }
    const output = result.output ?? null;
    const error = result.error ?? null;
    instance.end = { output, error, at };
    trace.push({ at, instanceId: instance.id, kind: "ended", output, error });
    if (instance.parent !== null) {
      const { instance: parent, taskId: TaskScheduledId } = instance.parent;
      send(
        parent,
        at,
        error === null
          ? { EventType: EVENT.childCompleted, TaskScheduledId, Result: JSON.stringify(output) }
          : { EventType: EVENT.childFailed, TaskScheduledId, Reason: error, Details: "" },
      );
    }
  }

  async function schedule(instance: Instance, action: Action, id: number): Promise<void> {
    const { id: instanceId } = instance;
    const name = action.functionName ?? "";
    switch (action.actionType) {
      case ACTION.callActivity: {
        append(instance, { EventType: EVENT.taskScheduled, EventId: id, Name: name });
        const input = JSON.parse(JSON.stringify(action.input ?? null)) as unknown;
        trace.push({ at: now, instanceId, kind: "activity", name, input });
        const answer = await callActivity(name, input);
        send(instance, now, {
          EventType: EVENT.taskCompleted,
          TaskScheduledId: id,
          Result: JSON.stringify(answer),
        });
        return;
      }
      case ACTION.createTimer: {
        const fireAt = Date.parse(action.fireAt ?? "");
        append(instance, { EventType: EVENT.timerCreated, EventId: id, FireAt: action.fireAt });
        trace.push({ at: now, instanceId, kind: "timer", fireAt });
        if (action.isCanceled !== true) {
          instance.openTimers.set(id, fireAt);
        }
        const due = Math.max(now, fireAt);
        send(instance, due, { EventType: EVENT.timerFired, TimerId: id, FireAt: action.fireAt });
        return;
      }
      case ACTION.callSubOrchestrator: {
        const child = action.instanceId ?? `${instanceId}:${id}`;
        append(instance, {
          EventType: EVENT.childCreated,
          EventId: id,
          Name: name,
          InstanceId: child,
        });
        trace.push({ at: now, instanceId, kind: "child", name, input: action.input });
        const orchestrator = options.orchestrations?.[name];
        if (orchestrator === undefined) {
          send(instance, now, childEnd(id, name, action.input));
          return;
        }
        start(name, orchestrator, action.input, child, { instance, taskId: id });
        return;
      }
      default:
        throw new Error(`The driver knows no action ${action.actionType}.`);
    }
  }

  function childEnd(TaskScheduledId: number, name: string, input: unknown): Message["event"] {
    if (options.otherChild === undefined) {
      throw new Error(`The test has no orchestration ${name}.`);
    }
    try {
      const output = options.otherChild(name, input) ?? null;
      return { EventType: EVENT.childCompleted, TaskScheduledId, Result: JSON.stringify(output) };
    } catch (error) {
      const Reason = error instanceof Error ? error.message : String(error);
      return { EventType: EVENT.childFailed, TaskScheduledId, Reason, Details: "" };
    }
  }

  function callActivity(name: string, input: unknown) {
    const activity = options.activities[name];
    if (activity !== undefined) {
      return answerOf((given: unknown) => activity(given as never, { now }), input);
    }
    if (options.otherActivity === undefined) {
      throw new Error(`The test has no activity ${name}.`);
    }
    return options.otherActivity(name, input);
  }

  function advance(due: number): void {
    if (due > now) {
      now = due;
      options.onAdvance?.(now);
    }
  }

  async function step(): Promise<boolean> {
    messages.sort((left, right) => left.due - right.due || left.order - right.order);
    acts.sort((left, right) => left.due - right.due);
    const [act] = acts;
    const [message] = messages;
    if (act !== undefined && (message === undefined || act.due <= message.due)) {
      acts.shift();
      advance(act.due);
      await act.act();
      return true;
    }
    if (message === undefined) {
      return false;
    }
    messages = messages.slice(1);
    const { instance, event, generation } = message;
    const isStale = generation !== null && generation !== instance.number;
    const isCancelled =
      event?.EventType === EVENT.timerFired &&
      instance.cancelledTimers.has(event["TimerId"] as number);
    if (instance.end !== null || event === null || isStale || isCancelled) {
      return true;
    }
    if (instance.isSuspended) {
      held.push(message);
      return true;
    }
    advance(message.due);
    if (event.EventType === EVENT.timerFired) {
      instance.openTimers.delete(event["TimerId"] as number);
    }
    await turn(instance, event);
    return true;
  }

  return {
    trace,
    generations,
    now: () => now,
    start: (name, orchestrator, input, id = "test") => start(name, orchestrator, input, id, null),
    raiseEvent(instanceId, name, data, at = now) {
      const instance = instances.get(instanceId);
      if (instance !== undefined) {
        const event = { EventType: EVENT.eventRaised, Name: name, Input: JSON.stringify(data) };
        send(instance, at, event, false);
      }
    },
    at: (due, act) => acts.push({ due, act }),
    stateOf(instanceId) {
      const instance = instances.get(instanceId);
      if (instance === undefined) {
        return null;
      }
      if (instance.end !== null) {
        return instance.end.error === null ? "Completed" : "Failed";
      }
      return instance.isSuspended ? "Suspended" : "Running";
    },
    suspend(instanceId) {
      const instance = instances.get(instanceId);
      if (instance !== undefined) {
        instance.isSuspended = true;
      }
    },
    resume(instanceId) {
      const instance = instances.get(instanceId);
      if (instance !== undefined) {
        instance.isSuspended = false;
        messages.push(...held.splice(0));
      }
    },
    async settle() {
      while (await step());
    },
    endOf: (instanceId) => instances.get(instanceId)?.end ?? null,
    customStatus(instanceId) {
      const text = instances.get(instanceId)?.status ?? "";
      return text === "" ? null : (JSON.parse(text) as unknown);
    },
  };
}

const leavesOf = (action: Action): readonly Action[] =>
  action.actionType === ACTION.whenAny || action.actionType === ACTION.whenAll
    ? (action.compoundActions ?? []).flatMap(leavesOf)
    : [action];
