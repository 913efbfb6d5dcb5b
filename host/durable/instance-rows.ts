import { put, remove, type HostStore, type StoreKey, type StoreOperation } from "../store/store.ts";
import type { Effect } from "./effect.ts";
import { HistoryEventType, type HistoryEvent } from "./history-event.ts";
import { isFinished, type InstanceRecord, type RuntimeStatus } from "./instance-record.ts";
import type { RecordedTurn } from "./interpreter.ts";
import type { Message } from "./message.ts";

/*
 * Rows of one instance:
 *   instances  [id]                          the record
 *   history    [id, execution, turn]         one row a turn: its events, and the work it handed out
 *   payloads   [id, "input" | "output"]      long texts of the record
 *              [id, execution, turn, n]      long texts of a turn, so that listing and replaying rows stay small
 *   inbox      [id, n]                       messages that no turn has consumed
 *   timers     [due, id, execution, seq]     timers that have not fired
 *   indexes    ["created", createdAt, id]  ["status", status or "Live", createdAt, id]
 */

/** Longest text that a record carries itself; it is rewritten with every turn. */
const RECORD_TEXT_LIMIT = 4 * 1024;
/** Longest text that a history row carries itself. */
const TURN_TEXT_LIMIT = 64 * 1024;
/** The status under which the index keeps everything that is not finished. */
const LIVE = "Live";

/** Work that only exists in memory while it runs and is handed out again after a crash. */
export type OutgoingWork = Extract<Effect, { kind: "activity" | "http" | "subOrchestration" }>;

export interface Turn extends RecordedTurn {
  readonly outgoing: readonly OutgoingWork[];
}

interface LongText {
  /** "e": in an event; "o": in outgoing work. */
  readonly in: "e" | "o";
  readonly index: number;
  readonly field: string;
}

interface TurnRow {
  readonly t: number;
  readonly n: number;
  readonly e: HistoryEvent[];
  readonly o?: OutgoingWork[];
  readonly p?: LongText[];
}

export const statusClass = (status: RuntimeStatus): string => (isFinished(status) ? status : LIVE);
export const createdIndexKey = (record: InstanceRecord): StoreKey => [
  "created",
  record.createdAt,
  record.instanceId,
];
export const statusIndexKey = (record: InstanceRecord): StoreKey => [
  "status",
  statusClass(record.status),
  record.createdAt,
  record.instanceId,
];

/** Operations that replace `previous` (null: a new instance) by `record` with all indexes. */
export function saveRecord(
  record: InstanceRecord,
  previous: InstanceRecord | null,
): StoreOperation[] {
  const operations: StoreOperation[] = [];
  const { instanceId } = record;
  const long: ("input" | "output")[] = [];
  for (const field of ["input", "output"] as const) {
    const text = record[field];
    const isLong = text !== null && text.length > RECORD_TEXT_LIMIT;
    if (isLong) {
      long.push(field);
    }
    if (isLong && previous?.[field] !== text) {
      operations.push(put("payloads", [instanceId, field], text));
    }
  }
  const row =
    long.length === 0
      ? record
      : { ...record, ...Object.fromEntries(long.map((field) => [field, null])), long };
  operations.push(put("instances", [instanceId], JSON.stringify(row)));
  if (previous === null) {
    operations.push(put("indexes", createdIndexKey(record), ""));
  }
  if (previous === null || statusClass(previous.status) !== statusClass(record.status)) {
    if (previous !== null) {
      operations.push(remove("indexes", statusIndexKey(previous)));
    }
    operations.push(put("indexes", statusIndexKey(record), ""));
  }
  return operations;
}

export function readRecord(store: HostStore, instanceId: string): InstanceRecord | null {
  const value = store.get("instances", [instanceId]);
  return value === undefined ? null : completeRecord(store, value);
}

/** Puts long texts back into a row of the table `instances`. */
export function completeRecord(store: HostStore, value: string): InstanceRecord {
  const { long, ...record } = JSON.parse(value) as InstanceRecord & {
    readonly long?: readonly ("input" | "output")[];
  };
  if (long === undefined) {
    return record;
  }
  const texts = long.map((field) => [
    field,
    store.get("payloads", [record.instanceId, field]) ?? null,
  ]);
  return { ...record, ...(Object.fromEntries(texts) as Partial<InstanceRecord>) };
}

/** Operations that append one turn; `eventsText` is its events as JSON without brackets, without the execution's input. */
export function saveTurn(
  record: InstanceRecord,
  number: number,
  turn: Turn,
  eventsText: string,
): StoreOperation[] {
  const key: StoreKey = [record.instanceId, record.execution, number];
  const { at: t, actionCount: n, outgoing: o } = turn;
  const work = o.length === 0 ? "" : `,"o":${JSON.stringify(o)}`;
  const text = `{"t":${t},"n":${n},"e":[${eventsText}]${work}}`;
  if (text.length <= TURN_TEXT_LIMIT) {
    return [put("history", key, text)];
  }
  const events = turn.events.map((event) =>
    event.EventType === HistoryEventType.ExecutionStarted ? { ...event, Input: null } : event,
  );
  const long: LongText[] = [];
  const operations: StoreOperation[] = [];
  const shorten = <T extends object>(item: T, place: "e" | "o", index: number): T => {
    let shortened = item;
    for (const [field, value] of Object.entries(item)) {
      if (typeof value === "string" && value.length > TURN_TEXT_LIMIT) {
        operations.push(put("payloads", [...key, long.length], value));
        long.push({ in: place, index, field });
        shortened = { ...shortened, [field]: null };
      }
    }
    return shortened;
  };
  const shortRow: TurnRow = {
    t,
    n,
    e: events.map((event, index) => shorten(event, "e", index)),
    o: o.map((work, index) => shorten(work, "o", index)),
    p: long,
  };
  return [...operations, put("history", key, JSON.stringify(shortRow))];
}

/** The history of the current execution, oldest turn first. */
export function readTurns(store: HostStore, record: InstanceRecord): Turn[] {
  const { instanceId, execution } = record;
  return store.range("history", { prefix: [instanceId, execution] }).map(({ key, value }) => {
    const row = JSON.parse(value) as TurnRow;
    const places = { e: row.e, o: row.o ?? [] };
    row.p?.forEach(({ in: place, index, field }, n) => {
      const text = store.get("payloads", [...key, n]) ?? null;
      Object.assign(places[place][index]!, { [field]: text });
    });
    const events = row.e.map((event) =>
      event.EventType === HistoryEventType.ExecutionStarted
        ? { ...event, Input: record.input }
        : event,
    );
    return { at: row.t, actionCount: row.n, events, outgoing: places.o };
  });
}

/** Handed-out work that no event of the history answers. */
export function openWork(turns: readonly Turn[]): OutgoingWork[] {
  const open = new Map<number, OutgoingWork>();
  for (const turn of turns) {
    for (const event of turn.events) {
      if ("TaskScheduledId" in event) {
        open.delete(event.TaskScheduledId);
      }
    }
    for (const work of turn.outgoing) {
      open.set(work.seq, work);
    }
  }
  return [...open.values()];
}

/** Ids and instants of timers that were created and have not fired. */
export function openTimers(turns: readonly Turn[]): Map<number, number> {
  const open = new Map<number, number>();
  for (const event of turns.flatMap((turn) => turn.events)) {
    if (event.EventType === HistoryEventType.TimerCreated) {
      open.set(event.EventId, Date.parse(event.FireAt));
    } else if (event.EventType === HistoryEventType.TimerFired) {
      open.delete(event.TimerId);
    }
  }
  return open;
}

export function timerKey(record: InstanceRecord, seq: number, due: number): StoreKey {
  return [due, record.instanceId, record.execution, seq];
}

/** Operations that drop the history of the record's current execution, with its timers. */
export function removeExecution(store: HostStore, record: InstanceRecord): StoreOperation[] {
  const { instanceId, execution, turns } = record;
  const operations: StoreOperation[] = [];
  for (let turn = 0; turn < turns; turn++) {
    operations.push(remove("history", [instanceId, execution, turn]));
  }
  for (const { key } of store.range("payloads", { prefix: [instanceId, execution] })) {
    operations.push(remove("payloads", key));
  }
  return operations;
}

/** Operations that drop the timers which the record's history leaves open. */
export function removeTimers(turns: readonly Turn[], record: InstanceRecord): StoreOperation[] {
  return [...openTimers(turns)].map(([seq, due]) => remove("timers", timerKey(record, seq, due)));
}

/** Operations that drop everything an instance has. */
export function removeInstance(store: HostStore, record: InstanceRecord): StoreOperation[] {
  const { instanceId } = record;
  const rest = (["inbox", "payloads"] as const).flatMap((table) =>
    store
      .range(table, { prefix: [instanceId] })
      .map(({ key }): StoreOperation => remove(table, key)),
  );
  return [
    ...(isFinished(record.status) ? [] : removeTimers(readTurns(store, record), record)),
    ...removeExecution(store, record),
    ...rest,
    remove("instances", [instanceId]),
    remove("indexes", createdIndexKey(record)),
    remove("indexes", statusIndexKey(record)),
  ];
}

export function saveMessage(instanceId: string, n: number, message: Message): StoreOperation {
  return put("inbox", [instanceId, n], JSON.stringify(message));
}
