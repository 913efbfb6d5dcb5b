import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HistoryEventType } from "../../../host/durable/history-event.ts";
import type { PatientClient } from "./mortal-host.ts";
import { BrokenPromise, kindOf, sharedNotes, STORIES, type Ended, type Stage } from "./stories.ts";

/** One run of an activity, as it noted itself. */
interface Run {
  readonly life: string;
  readonly stage: number;
  readonly token: string;
}

/** What all activities did, by label and step, in the order in which they did it. */
export class Effects {
  readonly #byLabel = new Map<string, { step: string; run: Run }[]>();
  /** Runs beyond the first of a step. */
  repeated = 0;

  constructor(files: string) {
    const file = join(files, "effects");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    for (const line of text.split("\n").slice(0, -1)) {
      const [life = "", label = "", step = "", token = ""] = line.split(" ");
      const runs = this.#byLabel.get(label) ?? [];
      this.#byLabel.set(label, runs);
      this.repeated += runs.some((other) => other.step === step) ? 1 : 0;
      runs.push({ step, run: { life, stage: Number(step.split(".")[0]), token } });
    }
  }

  /** Each activity ran, and again only where the host died between its begin and the storing of its result. */
  expectRuns({ label, sizes }: Stage): void {
    const runs = this.#byLabel.get(label) ?? [];
    const steps = sizes.flatMap((size, stage) =>
      Array.from({ length: size }, (_, index) => `${stage}.${index}`),
    );
    expectEqual(
      `the activities of ${label}`,
      [...new Set(runs.map(({ step }) => step))].sort(),
      steps,
    );
    let reached = 0;
    const seen = new Set<string>();
    for (const { step, run } of runs) {
      if (run.stage < reached) {
        throw new BrokenPromise(
          `${label}: ${step} ran again after its result was stored, because stage ${reached} had begun.`,
        );
      }
      reached = run.stage;
      if (seen.has(`${run.life} ${step}`)) {
        throw new BrokenPromise(`${label}: ${step} ran twice in life ${run.life} of the host.`);
      }
      seen.add(`${run.life} ${step}`);
    }
  }

  /** Which activity returned the token, e.g. `chain-1 2.0`. */
  stepOf(token: unknown): string | null {
    for (const [label, runs] of this.#byLabel) {
      const found = runs.find(({ run }) => run.token === token);
      if (found !== undefined) {
        return `${label} ${found.step}`;
      }
    }
    return null;
  }
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) {
    throw new BrokenPromise(`Of ${what} came ${left}; expected was ${right}.`);
  }
}

/** The end of an instance is the right one, made of results that its own activities gave, each once. */
export function judgeEnd(id: string, end: Ended, effects: Effects): void {
  const story = STORIES[kindOf(id)]!;
  const status = story.runtimeStatus ?? "Completed";
  expectEqual(`the status of ${id}`, end.runtimeStatus, status);
  if (status !== "Completed") {
    return;
  }
  const { tokens, value } = end.output as { tokens: unknown[]; value: unknown };
  expectEqual(`the value of ${id}`, value, story.value(id));
  const stages = story.stages(id);
  const steps = stages.flatMap(({ label, sizes }) =>
    sizes.flatMap((size, stage) =>
      Array.from({ length: size }, (_, index) => `${label} ${stage}.${index}`),
    ),
  );
  expectEqual(
    `the results in the output of ${id}`,
    tokens.map((token) => effects.stepOf(token)),
    steps,
  );
  stages.forEach((stage) => effects.expectRuns(stage));
}

interface RecordedEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
}

const BEGINS: readonly number[] = [
  HistoryEventType.TaskScheduled,
  HistoryEventType.SubOrchestrationInstanceCreated,
];
const ENDS: readonly number[] = [
  HistoryEventType.TaskCompleted,
  HistoryEventType.TaskFailed,
  HistoryEventType.SubOrchestrationInstanceCompleted,
  HistoryEventType.SubOrchestrationInstanceFailed,
];

const sorted = (ids: (number | undefined)[]): number[] =>
  ids.map(Number).sort((left, right) => left - right);

/** The history has one beginning and one end, and one result for each thing that was asked for. */
function judgeHistory(id: string, isTerminated: boolean, events: readonly RecordedEvent[]): void {
  const count = (type: number): number =>
    events.filter(({ EventType }) => EventType === type).length;
  expectEqual(`the beginnings of ${id}`, count(HistoryEventType.ExecutionStarted), 1);
  const end = isTerminated ? "ExecutionTerminated" : "ExecutionCompleted";
  expectEqual(`the ends of ${id}`, count(HistoryEventType[end]), 1);
  const asked = events.filter(({ EventType }) => BEGINS.includes(EventType));
  const answered = events.filter(({ EventType }) => ENDS.includes(EventType));
  const results = sorted(answered.map(({ TaskScheduledId }) => TaskScheduledId));
  expectEqual(
    `the results in the history of ${id}`,
    results,
    // Nobody waits any more for what had not ended when the instance was terminated.
    isTerminated ? [...new Set(results)] : sorted(asked.map(({ EventId }) => EventId)),
  );
  const fired = events.filter(({ EventType }) => EventType === HistoryEventType.TimerFired);
  const timers = sorted(fired.map(({ TimerId }) => TimerId));
  expectEqual(`the timers that fired in ${id}`, timers, [...new Set(timers)]);
}

/** Asks the host itself: what it once said of an instance it says for ever. */
export async function judgeStored(id: string, end: Ended, client: PatientClient): Promise<void> {
  const { status, body } = await client.call("GET", `/durabletask/instances/${id}`);
  if (STORIES[kindOf(id)]!.isPurged === true) {
    expectEqual(`the purged ${id}`, status, 404);
    return;
  }
  const { runtimeStatus, output } = body as Ended;
  expectEqual(
    `the end of ${id}`,
    [status, runtimeStatus, output],
    [200, end.runtimeStatus, end.output],
  );
  const recorded = await client.call("GET", `/durabletask/instances/${id}/history`);
  const { events } = recorded.body as { events: RecordedEvent[] };
  judgeHistory(id, runtimeStatus === "Terminated", events);
}

/** Every note was taken once, however often its entity or its sender died. */
export async function judgeEntities(ids: readonly string[], client: PatientClient): Promise<void> {
  const asked = ids.filter((id) => kindOf(id) === "entities");
  for (const key of new Set(asked.map(sharedNotes))) {
    const { body } = await client.call("GET", `/durabletask/entities/notes/${key}`);
    const senders = asked.filter((id) => sharedNotes(id) === key);
    const notes: Record<string, number> = body;
    expectEqual(`the senders in ${key}`, Object.keys(notes).sort(), senders.sort());
    expectEqual(
      `the notes in ${key}`,
      Object.values(notes).filter((count) => count !== 1),
      [],
    );
  }
}
