import Table from "cli-table3";
import pc from "picocolors";
import {
  eventTypeName,
  HistoryEventType,
  type HistoryEvent,
} from "../host/durable/history-event.ts";
import type { RecordedHistory } from "../host/durable/recorded-history.ts";
import type { InstanceStatus } from "./management-client.ts";

/** Longest data shown in a row of a table. */
const BRIEF_LENGTH = 70;
/** Open tasks named one by one. */
const MOST_NAMED = 5;

const COLORS: Readonly<Record<string, (text: string) => string>> = {
  Completed: pc.green,
  Failed: pc.red,
  Terminated: pc.red,
  Canceled: pc.red,
  Suspended: pc.yellow,
};

const FINISHED: ReadonlySet<string> = new Set(["Completed", "Failed", "Terminated", "Canceled"]);

/** Whether an instance with that runtime status has ended. */
export const hasEnded = (runtimeStatus: string): boolean => FINISHED.has(runtimeStatus);

const colored = (status: string): string => COLORS[status]?.(status) ?? status;

const plainTable = (head: readonly string[]): InstanceType<typeof Table> =>
  new Table({
    head: head.map((title) => pc.bold(title)),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: Object.fromEntries(
      [
        ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
        ["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
      ]
        .flat()
        .map((name) => [name, ""]),
    ),
  });

const lines = (table: { toString(): string }): string =>
  table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");

/** One row an instance. */
export function instancesTable(instances: readonly InstanceStatus[]): string {
  const table = plainTable(["INSTANCE", "ORCHESTRATION", "STATUS", "CREATED", "UPDATED"]);
  for (const instance of instances) {
    table.push([
      instance.instanceId,
      instance.name,
      colored(instance.runtimeStatus),
      instance.createdTime,
      instance.lastUpdatedTime,
    ]);
  }
  return lines(table);
}

/** Everything about one instance, for people. */
export function instanceText(status: InstanceStatus, waits: readonly string[]): string {
  const rows: [string, string][] = [
    ["Instance", status.instanceId],
    ["Orchestration", status.name],
    ["Status", colored(status.runtimeStatus)],
    ["Created", status.createdTime],
    ["Updated", status.lastUpdatedTime],
    ...waits.map((wait, index): [string, string] => [index === 0 ? "Waits for" : "", wait]),
    ["Input", block(status.input)],
    ["Custom status", block(status.customStatus)],
    ["Output", block(status.output)],
  ];
  return rows
    .filter(([, text]) => text !== "")
    .map(([title, text]) => `${pc.bold(title.padEnd(15))}${text}`)
    .join("\n");
}

/** A value as indented JSON below its title. */
const block = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : JSON.stringify(value, null, 2).replaceAll("\n", `\n${" ".repeat(15)}`);

/** What an instance waits for: what its custom status says, else what its history leaves open. */
export function waitReasons(status: InstanceStatus, history: RecordedHistory | null): string[] {
  if (hasEnded(status.runtimeStatus)) {
    return [];
  }
  const events = history?.events ?? [];
  const suspension = events.findLast(
    ({ EventType }) => EventType === HistoryEventType.ExecutionSuspended,
  );
  const halted =
    status.runtimeStatus === "Suspended"
      ? [`being resumed${quoted(suspension === undefined ? null : dataOf(suspension))}`]
      : [];
  const told = toldReason(status.customStatus);
  if (told !== null) {
    return [...halted, told];
  }
  const open = history === null ? [] : openTasks(events);
  const named = open.slice(0, MOST_NAMED);
  const more = open.length - named.length;
  const nothingOpen =
    history !== null && events.length > 0 && status.runtimeStatus === "Running"
      ? ["an external event, or its next turn"]
      : [];
  return [
    ...halted,
    ...(open.length === 0 ? nothingOpen : named),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

const quoted = (text: string | null): string => (text === null || text === "" ? "" : ` (${text})`);

/** Our apps, and whoever follows them, keep `waiting: {reason, nextLookAt?, deadline?}` in the custom status. */
function toldReason(customStatus: unknown): string | null {
  const waiting = (customStatus as { waiting?: unknown } | null)?.waiting;
  if (typeof waiting === "string") {
    return waiting;
  }
  if (typeof waiting !== "object" || waiting === null) {
    return null;
  }
  const { reason, nextLookAt, deadline } = waiting as Readonly<Record<string, unknown>>;
  if (typeof reason !== "string") {
    return null;
  }
  const times = [
    ...(typeof nextLookAt === "string" ? [`looks again at ${nextLookAt}`] : []),
    ...(typeof deadline === "string" ? [`until ${deadline} at most`] : []),
  ];
  return times.length === 0 ? reason : `${reason} (${times.join(", ")})`;
}

function openTasks(events: readonly HistoryEvent[]): string[] {
  const open = new Map<number, string>();
  for (const event of events) {
    switch (event.EventType) {
      case HistoryEventType.TaskScheduled:
        open.set(event.EventId, `activity '${event.Name}', scheduled at ${event.Timestamp}`);
        break;
      case HistoryEventType.SubOrchestrationInstanceCreated:
        open.set(event.EventId, `sub-orchestration '${event.Name}', instance ${event.InstanceId}`);
        break;
      case HistoryEventType.TimerCreated:
        // The history does not tell when the code cancels one.
        open.set(event.EventId, `timer until ${event.FireAt}, unless it was cancelled`);
        break;
      default:
        if ("TaskScheduledId" in event) {
          open.delete(event.TaskScheduledId);
        } else if ("TimerId" in event) {
          open.delete(event.TimerId);
        }
    }
  }
  return [...open.values()];
}

/** The history with a row for each event but the marks of a turn's end; places are those that a replay names. */
export function historyTable(history: RecordedHistory): string {
  const table = plainTable(["EVENT", "TURN", "TIME", "WHAT", "ID", "OF", "DATA"]);
  const names = new Map<number, string>();
  let turn = 0;
  history.events.forEach((event, index) => {
    if (event.EventType === HistoryEventType.OrchestratorStarted) {
      turn += 1;
    }
    if (
      event.EventType === HistoryEventType.OrchestratorStarted ||
      event.EventType === HistoryEventType.OrchestratorCompleted
    ) {
      return;
    }
    const answered = answeredId(event);
    const id = answered ?? event.EventId;
    const name = nameOf(event) ?? (answered === null ? "" : (names.get(answered) ?? ""));
    if (event.EventId >= 0) {
      names.set(event.EventId, name);
    }
    table.push([
      String(index + 1),
      String(turn),
      `${event.Timestamp.slice(0, 23)}Z`,
      eventTypeName(event.EventType),
      id < 0 ? "" : String(id),
      name,
      brief(dataOf(event)),
    ]);
  });
  return lines(table);
}

const answeredId = (event: HistoryEvent): number | null =>
  "TaskScheduledId" in event ? event.TaskScheduledId : "TimerId" in event ? event.TimerId : null;

const nameOf = (event: HistoryEvent): string | null => ("Name" in event ? event.Name : null);

/** What an event carries, as text; null for nothing. */
function dataOf(event: HistoryEvent): string | null {
  switch (event.EventType) {
    case HistoryEventType.TaskFailed:
    case HistoryEventType.SubOrchestrationInstanceFailed:
    case HistoryEventType.ExecutionSuspended:
    case HistoryEventType.ExecutionResumed:
    case HistoryEventType.ExecutionRewound:
      return event.Reason;
    case HistoryEventType.TimerCreated:
    case HistoryEventType.TimerFired:
      return event.FireAt;
    case HistoryEventType.EventSent:
      return event.InstanceId;
    case HistoryEventType.ExecutionCompleted:
      return `${event.OrchestrationStatus === 1 ? "completed" : "failed"}: ${event.Result}`;
    default:
      return "Result" in event ? event.Result : "Input" in event ? event.Input : null;
  }
}

const brief = (text: string | null): string => {
  const line = (text ?? "").replaceAll(/\s+/gu, " ");
  return line.length > BRIEF_LENGTH ? `${line.slice(0, BRIEF_LENGTH)}…` : line;
};
