import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createInstancesCommand } from "../../../cli/instances-command.ts";
import type { HistoryEvent } from "../../../host/durable/history-event.ts";
import type { RecordedHistory } from "../../../host/durable/recorded-history.ts";
import type { Replay } from "../../../host/replay/replay-history.ts";
import { FakeTerminal } from "../../support/fake-terminal.ts";
import {
  cleanUp,
  eventually,
  send,
  startForkedHost,
  temporaryFolder,
  type ForkedHost,
} from "./forked-host.ts";

const COMMAND = fileURLToPath(new URL("../../../dist/cli/continuity.js", import.meta.url));
const APP = fileURLToPath(new URL("./fixtures/durable-esm", import.meta.url));

let host: ForkedHost;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  host = await startForkedHost({
    app: "durable-esm",
    folder,
    settings: { Values: {} },
    env: { PAYMENT_IS_BROKEN: "true" },
  });
});

afterAll(cleanUp);

interface Ran {
  readonly text: string;
  readonly errors: string;
  readonly code: number;
  readonly questions: readonly string[];
}

/** Runs `continuity instances …` against the host. */
async function instances(
  words: readonly string[],
  more: { readonly input?: string; readonly answer?: string; readonly data?: string } = {},
): Promise<Ran> {
  const terminal = new FakeTerminal();
  terminal.input = more.input ?? null;
  if (more.answer !== undefined) {
    terminal.answer(more.answer);
  }
  const data = more.data ?? join(folder, "data");
  await createInstancesCommand(terminal).parseAsync(
    [...words, `--url=${host.url}`, `--data=${data}`],
    { from: "user" },
  );
  return {
    text: terminal.printed.join("\n"),
    errors: terminal.complaints.join("\n"),
    code: terminal.hasFailed ? 1 : 0,
    questions: terminal.questions,
  };
}

async function start(name: string, instanceId: string, input: unknown = null): Promise<void> {
  const { status } = await send(
    host.internalUrl,
    `/durabletask/orchestrators/${name}/${instanceId}`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
    },
  );
  expect(status).toBe(202);
}

async function statusOf(instanceId: string): Promise<{ runtimeStatus: string; output: unknown }> {
  const { text } = await instances(["show", instanceId, "--json"]);
  return JSON.parse(text) as { runtimeStatus: string; output: unknown };
}

const until = (instanceId: string, status: string): Promise<boolean> =>
  eventually(
    async () => (await statusOf(instanceId)).runtimeStatus === status,
    `${instanceId} is ${status}`,
  );

test("list follows the pages to the end, filters, and stops at --top", async () => {
  const ids = Array.from({ length: 105 }, (_, index) => `page-${String(index).padStart(3, "0")}`);
  await Promise.all(ids.map((id) => start("patient", id)));
  const listed = async (...words: string[]): Promise<string[]> => {
    const { text } = await instances(["list", "--json", "--prefix=page-", ...words]);
    return (JSON.parse(text) as { instanceId: string }[]).map(({ instanceId }) => instanceId);
  };
  expect(await listed()).toEqual(ids);
  expect(await listed("--top=103")).toEqual(ids.slice(0, 103));
  expect(await listed("--status=Completed,Failed")).toEqual([]);
  expect(await listed("--created-from=2100-01-01")).toEqual([]);
  expect(await listed("--created-to=2100-01-01")).toHaveLength(105);
  const { text } = await instances(["list", "--prefix=page-00", "--top=2"]);
  expect(text).toMatch(/^INSTANCE +ORCHESTRATION +STATUS +CREATED +UPDATED\npage-000 +patient /u);
  expect((await instances(["list", "--prefix=nothing"])).text).toBe("No instance matches.");
  const wrong = await instances(["list", "--status=Sleeping"]);
  expect(wrong).toMatchObject({ code: 1, errors: "There is no runtime status Sleeping." });
});

test("terminating many asks first, and only what lives is taken", async () => {
  const range = ["terminate", "--prefix=page-"];
  const unasked = await instances(range);
  expect(unasked.code).toBe(1);
  expect(unasked.errors).toMatch(/^This would terminate 105 instances; .*--yes/u);
  const declined = await instances(range, { answer: "n" });
  expect(declined).toMatchObject({ code: 1, errors: "Nothing was done." });
  expect(declined.questions).toEqual(["This will terminate 105 instances. Go on? [y/N] "]);
  const done = await instances([...range, "--json"], { answer: "y" });
  expect((JSON.parse(done.text) as { done: string[] }).done).toHaveLength(105);
  expect((await instances(range)).text).toBe("No instance matches.");
});

test("purging a range deletes the finished instances that were agreed to", async () => {
  await start("patient", "page-lives");
  const purge = ["purge", "--prefix=page-"];
  expect((await instances(purge)).errors).toMatch(/^This would delete 105 instances/u);
  expect((await instances([...purge, "--yes"])).text).toBe("Purged 105 instances.");
  const { text } = await instances(["list", "--prefix=page-"]);
  expect(text.split("\n")).toHaveLength(2);
  const live = await instances(["purge", "page-lives"], { answer: "yes" });
  expect(live.questions[0]).toBe(
    "This will delete 1 instance, of which 1 still run. Go on? [y/N] ",
  );
  expect(live.text).toBe("Purged 'page-lives'.");
  expect((await instances(["show", "page-lives"])).errors).toBe(
    "There is no instance 'page-lives'.",
  );
  expect((await instances(["purge"])).errors).toMatch(/^Say which: /u);
  expect((await instances(["purge", "x", "--prefix=x"])).errors).toMatch(/not both\.$/u);
});

test("show says what an instance waits for, and raise wakes it with JSON", async () => {
  await start("order", "waits", { id: "o1", amount: 500 });
  await eventually(
    async () => (await instances(["show", "waits"])).text.includes("a person must approve it"),
    "the wait",
  );
  expect((await instances(["show", "waits"])).text).toMatch(
    /Status +Running[\s\S]+Waits for +a person must approve it \(until 2026-03-02T07:00:00Z at most\)[\s\S]+"amount": 500/u,
  );
  const wrong = await instances(["raise", "waits", "approval", "yes"]);
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.errors).toMatch(/^The data of the event is no JSON: yes /u);
  const raised = await instances(["raise", "waits", "approval"], { input: '"yes"\n' });
  expect(raised.text).toBe("Raised 'approval' for 'waits'.");
  await until("waits", "Completed");
  expect((await statusOf("waits")).output).toBe("shipped o1");
  const late = await instances(["raise", "waits", "approval", "1"]);
  expect(late.errors).toBe(
    "The instance 'waits' has ended already; only one that runs takes events.",
  );
  expect((await instances(["raise", "nobody", "x", "1"])).errors).toBe(
    "There is no instance 'nobody'.",
  );
});

test("suspend and resume say why and refuse what is so already", async () => {
  await start("patient", "halts");
  await until("halts", "Running");
  await instances(["suspend", "halts", "--reason=lunch"]);
  expect((await instances(["show", "halts"])).text).toMatch(/Waits for +being resumed \(lunch\)/u);
  const again = await instances(["suspend", "halts"]);
  expect(again.code).toBe(1);
  expect(again.errors).toBe("'halts': Cannot suspend an orchestration that is suspended.");
  const resumed = await instances(["resume", "--status=Suspended"]);
  expect(resumed.text).toBe("Resumed 'halts'.");
  await instances(["raise", "halts", "go", '{"on":1}']);
  await until("halts", "Completed");
  const ended = await instances(["terminate", "halts", "nobody"], { answer: "y" });
  expect(ended.code).toBe(1);
  expect(ended.errors.split("\n")).toEqual([
    "The instance 'halts' has ended already and cannot be terminated.",
    "There is no instance 'nobody'.",
  ]);
});

test("rewind takes a failed instance back, and no other", async () => {
  await start("fragile", "falls");
  await until("falls", "Failed");
  expect((await instances(["rewind", "falls", "--reason=mended"])).text).toBe("Rewound 'falls'.");
  await until("falls", "Completed");
  expect((await statusOf("falls")).output).toBe("mended");
  expect((await instances(["rewind", "falls"])).errors).toMatch(
    /^The instance 'falls' has not failed/u,
  );
});

test("a wrong key, no key and no host are said in one sentence", async () => {
  const noKey = await instances(["list"], { data: join(folder, "nothing") });
  expect(noKey).toMatchObject({ code: 1 });
  expect(noKey.errors).toMatch(/^The host at \S+ wants a key; give --key/u);
  expect((await instances(["list", "--key=wrong"])).errors).toMatch(/ refuses the key; /u);
  const nobody = await instances(["list"]).then(async () => {
    const terminal = new FakeTerminal();
    await createInstancesCommand(terminal).parseAsync(["list", "--url=http://127.0.0.1:1"], {
      from: "user",
    });
    return terminal.complaints.join("\n");
  });
  expect(nobody).toMatch(/^No host answers at http:\/\/127\.0\.0\.1:1; start one/u);
});

type Edit = (events: HistoryEvent[]) => HistoryEvent[];

const edited = (history: RecordedHistory, edit: Edit): RecordedHistory => ({
  ...history,
  events: edit(structuredClone(history.events) as HistoryEvent[]),
});

/** Replaces fields of the event at that place, counted from 1 as people are shown it. */
const set =
  (place: number, fields: object): Edit =>
  (events) =>
    events.map((event, index) => (index === place - 1 ? { ...event, ...fields } : event));

test("a recorded history replays cleanly, and edited ones are told apart at turn and event", async () => {
  await start("order", "recorded", { id: "o2", amount: 500 });
  await eventually(
    async () => (await instances(["history", "recorded"])).text.includes("TimerCreated"),
    "the timer",
  );
  await instances(["suspend", "recorded"]);
  await instances(["resume", "recorded"]);
  await instances(["raise", "recorded", "approval", '"yes"']);
  await until("recorded", "Completed");
  const histories = join(folder, "histories");
  await mkdir(histories);
  const file = join(histories, "clean.json");
  const { errors } = await instances(["history", "recorded", `--output=${file}`]);
  expect(errors).toMatch(/^Wrote 22 events of 'recorded' to /u);
  const history = JSON.parse(await readFile(file, "utf8")) as RecordedHistory;
  expect(JSON.parse((await instances(["history", "recorded", "--json"])).text)).toEqual(history);

  const save = (name: string, edit: Edit): Promise<void> =>
    writeFile(join(histories, name), JSON.stringify(edited(history, edit)));
  await save("another-activity.json", set(3, { Name: "refund" }));
  await save("another-id.json", set(17, { EventId: 7 }));
  await save("another-result.json", set(6, { Result: '{"paid":5}' }));
  await save("no-ship.json", (events) => events.filter((_, index) => index !== 16));
  await save("still-waits.json", (events) => events.filter((_, index) => index !== 20));
  await save("unknown.json", set(2, { Name: "orders" }));
  await save("cut-short.json", (events) => events.slice(0, 8));
  await writeFile(join(histories, "nonsense.json"), "[]");

  const ran = await promisify(execFile)(
    process.execPath,
    [COMMAND, "replay", histories, `--app=${APP}`, "--json"],
    { env: { PATH: process.env["PATH"] } },
  ).catch((error: unknown) => error as { code: number; stdout: string });
  expect(ran).toMatchObject({ code: 1 });
  const results = JSON.parse(ran.stdout) as (Replay & { file: string; problem?: string })[];
  const found = Object.fromEntries(
    results.map(({ file: path, divergence, problem }) => [
      path.slice(histories.length + 1, -".json".length),
      problem ?? divergence,
    ]),
  );
  expect(found).toEqual({
    clean: null,
    "cut-short": null,
    "another-activity": expect.objectContaining({
      turn: 1,
      event: 3,
      recorded: "an activity 'refund' with id 0 is scheduled (TaskScheduled)",
      now: "schedules an activity 'charge' with id 0",
    }),
    "another-id": expect.objectContaining({ turn: 5, event: 17 }),
    "another-result": expect.objectContaining({
      turn: 2,
      event: 7,
      recorded: "a timer with id 1 is scheduled (TimerCreated)",
      now: "schedules an activity 'ship' with id 1",
    }),
    "no-ship": expect.objectContaining({
      turn: 5,
      event: null,
      recorded: "nothing more is scheduled in this turn",
      now: "schedules an activity 'ship' with id 2",
    }),
    "still-waits": expect.objectContaining({
      turn: 6,
      event: null,
      recorded: "the orchestration goes on",
      now: 'completes with the output "shipped o2"',
    }),
    unknown: expect.objectContaining({
      turn: 1,
      event: 2,
      now: expect.stringMatching(/'orders' in this app; registered: .*order/u),
    }),
    nonsense: expect.stringMatching(/has no events: the orchestration had not begun\.$/u),
  });
});

test("replay says for people that a history fits, and ends with 0", async () => {
  const file = join(folder, "histories", "clean.json");
  const { stdout } = await promisify(execFile)(process.execPath, [
    COMMAND,
    "replay",
    file,
    `--app=${APP}`,
  ]);
  expect(stripVTControlCharacters(stdout)).toBe(
    `✔ ${file}: order 'recorded' replays cleanly (6 turns, 22 events).\n`,
  );
});
