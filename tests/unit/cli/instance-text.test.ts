import { stripVTControlCharacters } from "node:util";
import { expect, test } from "@jest/globals";
import { historyTable, instanceText, waitReasons } from "../../../cli/instance-text.ts";
import type { InstanceStatus } from "../../../cli/management-client.ts";
import { replayText } from "../../../cli/replay-text.ts";
import { historyEvent, type HistoryEventBody } from "../../../host/durable/history-event.ts";
import { HISTORY_FORMAT, type RecordedHistory } from "../../../host/durable/recorded-history.ts";

const AT = Date.parse("2026-03-02T06:00:00Z");

const status = (more: Partial<InstanceStatus> = {}): InstanceStatus => ({
  instanceId: "order-1",
  name: "order",
  runtimeStatus: "Running",
  input: null,
  output: null,
  customStatus: null,
  createdTime: "2026-03-02T06:00:00Z",
  lastUpdatedTime: "2026-03-02T06:00:01Z",
  ...more,
});

const history = (...events: [HistoryEventBody, number?][]): RecordedHistory => ({
  format: HISTORY_FORMAT,
  name: "order",
  instanceId: "order-1",
  executionId: "e1",
  version: null,
  parentInstanceId: null,
  runtimeStatus: "Running",
  events: [
    historyEvent(AT, { EventType: 12 }),
    ...events.map(([body, id]) => historyEvent(AT, body, id)),
    historyEvent(AT, { EventType: 13 }),
  ],
});

const task = (name: string, id: number): [HistoryEventBody, number] => [
  { EventType: 4, Name: name, Version: null, Input: null },
  id,
];

test.each<[string, Partial<InstanceStatus>, RecordedHistory | null, string[]]>([
  ["nothing once it has ended", { runtimeStatus: "Completed" }, history(task("charge", 0)), []],
  [
    "what the custom status says, with its times",
    { customStatus: { waiting: { reason: "throttled", nextLookAt: "T1", deadline: "T2" } } },
    history(task("charge", 0)),
    ["throttled (looks again at T1, until T2 at most)"],
  ],
  ["a text in the custom status", { customStatus: { waiting: "for Godot" } }, null, ["for Godot"]],
  [
    "open work otherwise, without what is answered",
    { customStatus: { waiting: null } },
    history(task("charge", 0), task("ship", 1), [
      { EventType: 5, TaskScheduledId: 0, Result: null },
    ]),
    ["activity 'ship', scheduled at 2026-03-02T06:00:00.0000000Z"],
  ],
  [
    "a few of many",
    {},
    history(...Array.from({ length: 8 }, (_, index) => task(`a${index}`, index))),
    [
      ...Array.from({ length: 5 }, (_, index) => expect.stringContaining(`a${index}`)),
      "and 3 more",
    ] as string[],
  ],
  ["an event when nothing is open", {}, history(), ["an external event, or its next turn"]],
  [
    "being resumed",
    { runtimeStatus: "Suspended" },
    history([{ EventType: 19, Reason: "lunch" }]),
    ["being resumed (lunch)"],
  ],
  ["nothing that is not known", {}, null, []],
])("an instance waits for %s", (_what, more, recorded, waits) => {
  expect(waitReasons(status(more), recorded)).toEqual(waits);
});

test("the history names what an answer belongs to and keeps the places that a replay names", () => {
  const recorded = history(
    task("charge", 0),
    [{ EventType: 5, TaskScheduledId: 0, Result: `{"text":"${"x".repeat(100)}"}` }],
    [{ EventType: 15, Name: "approval", Input: '"yes"' }],
  );
  const lines = stripVTControlCharacters(historyTable(recorded)).split("\n");
  expect(lines.slice(1).map((line) => line.split(/ {2,}/u))).toEqual([
    ["2", "1", "2026-03-02T06:00:00.000Z", "TaskScheduled", "0", "charge"],
    [
      "3",
      "1",
      "2026-03-02T06:00:00.000Z",
      "TaskCompleted",
      "0",
      "charge",
      `{"text":"${"x".repeat(61)}…`,
    ],
    ["4", "1", "2026-03-02T06:00:00.000Z", "EventRaised", "approval", '"yes"'],
  ]);
});

test("what an instance does not have is left out", () => {
  const text = stripVTControlCharacters(
    instanceText(status({ runtimeStatus: "Completed", output: { done: 1 } }), []),
  );
  expect(text).not.toMatch(/Input|Custom status|Waits/u);
  expect(text).toMatch(/Output +\{\n +"done": 1\n +\}$/u);
});

test("a divergence is told with turn, event, history and code", () => {
  const text = replayText({
    file: "h.json",
    name: "order",
    instanceId: "order-1",
    turns: 3,
    events: 12,
    remarks: [],
    divergence: { turn: 2, at: "T", event: 7, recorded: "a timer", now: "completes" },
  });
  expect(stripVTControlCharacters(text).split("\n")).toEqual([
    "✘ h.json: order 'order-1' diverges in turn 2, event 7 (T):",
    "    history:  a timer",
    "    code now: completes",
  ]);
});
