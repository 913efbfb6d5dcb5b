import { HistoryEventType, eventTypeName, type HistoryEvent } from "./history-event.ts";
import { isFinished, type InstanceRecord } from "./instance-record.ts";

/** Seconds, as the extension gives times of instances. */
const statusTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const parse = (text: string | null): unknown => {
  if (text === null) {
    return null;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** The body of a status query for one instance. `input` and `output` are always there: the SDK insists. */
export function statusPayload(
  record: InstanceRecord,
  show: { readonly input: boolean },
): Record<string, unknown> {
  return {
    name: record.name,
    instanceId: record.instanceId,
    runtimeStatus: record.status,
    input: show.input ? parse(record.input) : null,
    customStatus: parse(record.customStatus),
    output: isFinished(record.status) ? parse(record.output) : null,
    createdTime: statusTime(record.createdAt),
    lastUpdatedTime: statusTime(record.updatedAt),
  };
}

type HistoryRow = Record<string, unknown>;

/**
 * History as people read it: scheduling rows folded into their completions, bookkeeping left out, as the extension's
 * status query does. With `showOutput` results are included.
 */
export function historyRows(
  events: readonly HistoryEvent[],
  { showOutput }: { readonly showOutput: boolean },
): HistoryRow[] {
  const scheduled = new Map<number, HistoryEvent>();
  for (const event of events) {
    if (event.EventId >= 0) {
      scheduled.set(event.EventId, event);
    }
  }
  const answered = new Set(events.flatMap(answeredId));
  return events
    .filter((event) => isShown(event, answered))
    .map((event) => {
      const row: HistoryRow = { ...event, EventType: eventTypeName(event.EventType) };
      const origin = originOf(event, scheduled);
      if (origin !== undefined) {
        row["ScheduledTime"] = origin.Timestamp;
        if ("Name" in origin) {
          row["FunctionName"] = origin.Name;
        }
        if ("Input" in origin && origin.Input !== null) {
          row["Input"] = parse(origin.Input);
        }
      }
      if (event.EventType === HistoryEventType.ExecutionStarted) {
        row["FunctionName"] = event.Name;
        delete row["Name"];
        row["Input"] = parse(event.Input);
      }
      if (event.EventType === HistoryEventType.EventRaised) {
        row["Input"] = parse(event.Input);
      }
      if (event.EventType === HistoryEventType.ExecutionCompleted) {
        row["OrchestrationStatus"] = event.OrchestrationStatus === 1 ? "Completed" : "Failed";
      }
      if ("Result" in row) {
        if (showOutput) {
          row["Result"] = parse(row["Result"] as string | null);
        } else {
          delete row["Result"];
        }
      }
      for (const internal of ["EventId", "IsPlayed", "Version", "TaskScheduledId", "TimerId"]) {
        delete row[internal];
      }
      return row;
    });
}

/** Bookkeeping, and what a completion already tells, is left out; what still waits for its completion is shown. */
function isShown(event: HistoryEvent, answered: ReadonlySet<number>): boolean {
  switch (event.EventType) {
    case HistoryEventType.OrchestratorStarted:
    case HistoryEventType.OrchestratorCompleted:
      return false;
    case HistoryEventType.TaskScheduled:
    case HistoryEventType.SubOrchestrationInstanceCreated:
    case HistoryEventType.TimerCreated:
      return !answered.has(event.EventId);
    default:
      return true;
  }
}

const answeredId = (event: HistoryEvent): number[] =>
  "TaskScheduledId" in event ? [event.TaskScheduledId] : "TimerId" in event ? [event.TimerId] : [];

function originOf(
  event: HistoryEvent,
  scheduled: ReadonlyMap<number, HistoryEvent>,
): HistoryEvent | undefined {
  if ("TaskScheduledId" in event) {
    return scheduled.get(event.TaskScheduledId);
  }
  return "TimerId" in event ? scheduled.get(event.TimerId) : undefined;
}
