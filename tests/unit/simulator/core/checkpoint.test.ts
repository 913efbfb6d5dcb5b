import { deepStrictEqual } from "node:assert";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { SavedEngine } from "../../../../simulator/core/engine.ts";
import type { JournalRow } from "../../../../simulator/core/journal.ts";
import { createInProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { startSimulator, type RunningSimulator } from "../../../../simulator/start.ts";
import { backupSeed } from "../../../contract/simulator/backup/backup-world.ts";
import { tourBackup } from "../../../contract/simulator/backup/tour.ts";
import { sixTenantSeed } from "../../../contract/simulator/multitenant/six-tenants.ts";
import { tourContent } from "../../../contract/simulator/official-client/content-tour.ts";
import { tourDirectory } from "../../../contract/simulator/official-client/directory-tour.ts";
import { tourMultitenant } from "../../../contract/simulator/official-client/multitenant-tour.ts";
import { OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

const DAY_MS = 86_400_000;
const STARTS_AT = Date.parse("2026-03-02T06:00:00Z");

/** A checkpoint of a world, through the bytes in which it is kept. */
const saveOf = (simulator: ReturnType<typeof createInProcessSimulator>) =>
  deserialize(serialize(simulator.simulator.engine.save())) as SavedEngine;

/** Names of the classes of everything that is reachable from a value. */
function classesIn(value: unknown, seen = new Set<unknown>(), found = new Set<string>()) {
  if (typeof value !== "object" || value === null || seen.has(value)) return found;
  seen.add(value);
  found.add(value.constructor.name);
  const inside =
    value instanceof Map
      ? [...value.entries()].flat()
      : value instanceof Set
        ? [...value]
        : value instanceof Uint8Array
          ? []
          : Object.values(value);
  for (const each of inside) classesIn(each, seen, found);
  return found;
}

/** Everything that each area can do, so that something of every kind is kept. */
const TOURS = {
  directory: { seed: smallEstate, tour: tourDirectory },
  content: { seed: smallEstate, tour: tourContent },
  backup: { seed: backupSeed, tour: tourBackup },
  multitenant: { seed: sixTenantSeed, tour: tourMultitenant },
};

test.each(Object.entries(TOURS))(
  "a world made from a checkpoint is the same and goes on in the same way: %s",
  async (_, { seed, tour }) => {
    const original = createInProcessSimulator({ seed: seed() });
    await tour(original);
    const saved = saveOf(original);
    const plain = new Set(["Array", "Buffer", "Map", "Object", "Set"]);
    const classes = classesIn(original.simulator.engine.save());
    expect([...classes].filter((name) => !plain.has(name))).toEqual([]);

    const second = createInProcessSimulator({ seed: seed() });
    second.simulator.engine.load(saved, () => []);
    deepStrictEqual(saveOf(second), saveOf(original));
    const from = original.now();
    for (const days of [1, 30, 400]) {
      for (const each of [original, second]) each.advanceTo(from + days * DAY_MS);
      expect(second.simulator.engine.sequence).toBe(original.simulator.engine.sequence);
      deepStrictEqual(saveOf(second), saveOf(original));
    }
  },
);

let data: string;
const running: RunningSimulator[] = [];
let instant = STARTS_AT;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "simulator-checkpoint-"));
  instant = STARTS_AT;
});

afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
  rmSync(data, { recursive: true, force: true });
});

async function start(dataDir = data): Promise<string> {
  const simulator = await startSimulator({
    readSeed: smallEstate,
    dataDir,
    port: 0,
    clock: { now: () => instant },
    checkpointBytes: 20_000,
  });
  running.push(simulator);
  return `${simulator.url}/simulator`;
}

async function stop(): Promise<void> {
  await running.pop()?.stop();
}

async function drift(url: string): Promise<void> {
  const answer = await fetch(`${url}/scenarios/content-drift`, {
    method: "POST",
    body: JSON.stringify({
      tenantId: OWNER,
      units: 6,
      changesPerUnit: 3,
      startsAt: new Date(instant).toISOString(),
      endsAt: new Date(instant + 3_600_000).toISOString(),
    }),
  });
  expect(answer.status).toBe(200);
  instant += 7_200_000;
  // The first request after that time lets it all happen.
  expect((await fetch(`${url}/state`)).status).toBe(200);
}

async function journalOf(url: string, query = ""): Promise<JournalRow[]> {
  const answer = await fetch(`${url}/journal?limit=10000${query}`);
  return ((await answer.json()) as { value: JournalRow[] }).value;
}

/** Everything that can be told from outside. */
async function shown(url: string): Promise<unknown> {
  const state = await (await fetch(`${url}/state`)).json();
  const deleted = await journalOf(url, "&effectsOnly=true");
  return { state, deleted };
}

/** Leaves several checkpoints behind and something in the log after the last; gives what is shown then. */
async function makeHistory(): Promise<unknown> {
  const url = await start();
  for (let round = 0; round < 5; round += 1) await drift(url);
  const before = await shown(url);
  await stop();
  expect(existsSync(join(data, "checkpoint.bin"))).toBe(true);
  return before;
}

/** Where the log stood when the checkpoint was made. */
function placeOf(directory: string): number {
  const file = readFileSync(join(directory, "checkpoint.bin"));
  const header = JSON.parse(file.toString("utf8", 0, file.indexOf(0x0a))) as {
    log: { offset: number };
  };
  return header.log.offset;
}

/** Makes the beginning of the log unreadable: only who does not read it can start. */
function spoilBeginning(directory: string): void {
  const path = join(directory, "transactions.log");
  const log = readFileSync(path);
  log.write("broken", 10);
  writeFileSync(path, log);
}

test("a start reads only the log behind the checkpoint, and everything is there", async () => {
  const before = await makeHistory();
  const log = readFileSync(join(data, "transactions.log"));
  expect(placeOf(data)).toBeGreaterThan(log.length / 3);
  expect(await shown(await start())).toEqual(before);
  await stop();

  spoilBeginning(data);
  const url = await start();
  const state = await fetch(`${url}/state`);
  expect(await state.json()).toEqual((before as { state: unknown }).state);
  await stop();

  rmSync(join(data, "checkpoint.bin"));
  await expect(start()).rejects.toThrow(/damaged at byte/);
});

function flipped(bytes: Buffer, place: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[place] = (copy[place] ?? 0) ^ 1;
  return copy;
}

test("a checkpoint that is torn, of other code or of another log is not used", async () => {
  const before = await makeHistory();
  const whole = readFileSync(join(data, "checkpoint.bin"));
  const text = whole.toString("latin1");
  const spoiled = {
    empty: whole.subarray(0, 0),
    "cut in its header": whole.subarray(0, 40),
    "cut in its body": whole.subarray(0, whole.length - 1),
    "one bit wrong": flipped(whole, whole.length - 9),
    "of other code": Buffer.from(text.replace(/"code":"./, '"code":"x'), "latin1"),
    "of another log": Buffer.from(text.replace(/"crc":"./, '"crc":"x'), "latin1"),
    "of no log": Buffer.from(text.replace(/"offset":(\d+)/, '"offset":9$1'), "latin1"),
  };
  for (const [name, bytes] of Object.entries(spoiled)) {
    writeFileSync(join(data, "checkpoint.bin"), bytes);
    writeFileSync(join(data, "checkpoint.bin.part"), "left by a crash");
    expect({ name, shown: await shown(await start()) }).toEqual({ name, shown: before });
    await stop();
  }
});

test("a log that lost its end together with the checkpoint's place is read from its beginning", async () => {
  await makeHistory();
  const place = placeOf(data);
  truncateSync(join(data, "transactions.log"), place - 10);
  const rows = await journalOf(await start());
  expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.length).toBeGreaterThan(50);
});

test("copies of the directory at any moment start with what was acknowledged, whichever file was copied first", async () => {
  const url = await start();
  const files = ["simulator.json", "checkpoint.bin", "transactions.log", "content.dat"];
  for (let round = 0; round < 6; round += 1) {
    await drift(url);
    const acknowledged = await journalOf(url, "&effectsOnly=true");
    // The checkpoint of this round is perhaps being written right now.
    const copy = join(data, `copy-${round}`);
    for (const file of round % 2 === 0 ? files : [...files].reverse()) {
      const from = join(data, file);
      if (existsSync(from)) cpSync(from, join(copy, file));
    }
    const second = await start(copy);
    expect((await journalOf(second, "&effectsOnly=true")).slice(0, acknowledged.length)).toEqual(
      acknowledged,
    );
    await stop();
  }
});

test("the journal gives old rows from the log and new ones from memory, and pages join", async () => {
  await makeHistory();
  const url = await start();
  await drift(url);
  const all = await journalOf(url);
  expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
  const pages: JournalRow[] = [];
  for (;;) {
    const answer = await fetch(`${url}/journal?limit=37&after=${pages.at(-1)?.sequence ?? 0}`);
    const { value } = (await answer.json()) as { value: JournalRow[] };
    if (value.length === 0) break;
    pages.push(...value);
  }
  expect(pages).toEqual(all);
  const newest = await fetch(`${url}/journal?limit=5&newest=true`);
  expect(((await newest.json()) as { value: JournalRow[] }).value).toEqual(all.slice(-5));
});
