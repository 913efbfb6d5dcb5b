import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Barrier } from "./barrier.ts";
import {
  killAll,
  PatientClient,
  preparePlace,
  startMortalHost,
  type MortalHost,
  type Place,
} from "./mortal-host.ts";
import { STORIES, type Ended } from "./stories.ts";
import { Effects, judgeEnd, judgeStored } from "./verdict.ts";

/** Kills over the time that a first start takes. */
const MOMENTS = 15;
const APP = fileURLToPath(new URL("load-app", import.meta.url));

let root: string;
let barrier: Barrier;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "continuity-crash-"));
  barrier = await Barrier.open();
});
afterEach(async () => {
  await killAll();
  await barrier[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const newPlace = (name: string): Place => preparePlace(join(root, name));

const start = (
  { folder, files }: Place,
  life: string,
  env: Record<string, string> = {},
): MortalHost =>
  startMortalHost({ app: APP, folder }, { LOAD_FILES: files, LOAD_LIFE: life, ...env });

/** A fan-out whose host dies while its activities run; resolves with its end, whoever brings that about. */
async function dieInFanOut(place: Place): Promise<{ client: PatientClient; end: Promise<Ended> }> {
  const client = new PatientClient();
  const first = start(place, "1", { HOST_CRASH_AT: "activity-done#3" });
  client.follow((await first.ready)!.internalUrl);
  const scene = { id: "fanOut-1", client, files: place.files, timerMs: 5, pauseMs: 0 };
  const end = STORIES["fanOut"]!.play(scene);
  expect(await first.death).toMatchObject({ point: "activity-done" });
  client.leave();
  return { client, end };
}

async function judge(
  { files }: Place,
  { client, end }: { client: PatientClient; end: Promise<Ended> },
): Promise<void> {
  judgeEnd("fanOut-1", await end, new Effects(files));
  await judgeStored("fanOut-1", await end, client);
}

test("two hosts that are released at once each recover what is theirs", async () => {
  const places = [newPlace("left"), newPlace("right")];
  const deaths = await Promise.all(places.map(dieInFanOut));
  const names = ["left", "right"];
  const hosts = places.map((place, index) => start(place, "2", barrier.env(names[index]!)));
  let readyCount = 0;
  hosts.forEach((host) => void host.ready.then(() => (readyCount += 1)));
  await barrier.arrived(...names);
  expect(readyCount).toBe(0);

  names.forEach((name) => barrier.release(name));

  for (const [index, host] of hosts.entries()) {
    deaths[index]!.client.follow((await host.ready)!.internalUrl);
    await judge(places[index]!, deaths[index]!);
  }
});

test.each([1, 2, 3])(
  "of two starts on one data directory that are released at once one runs and the other refuses (round %i)",
  async () => {
    const place = newPlace("shared");
    const death = await dieInFanOut(place);
    const hosts = ["2", "3"].map((life) => start(place, life, barrier.env(life)));
    await barrier.arrived("2", "3");

    ["2", "3"].forEach((life) => barrier.release(life));

    const outcomes = await Promise.all(hosts.map((host) => host.ready));
    const winner = outcomes.findIndex((addresses) => addresses !== null);
    expect(outcomes.filter((addresses) => addresses !== null)).toHaveLength(1);
    const { code, stderr } = await hosts[1 - winner]!.death;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The data directory .* is in use by process \d+: [^\n]*\.\n$/u);
    death.client.follow(outcomes[winner]!.internalUrl);
    await judge(place, death);
  },
);

test.each([1, 2, 3])("nor do two first starts on a new directory share it (round %i)", async () => {
  const place = newPlace("new");
  const hosts = ["1", "2"].map((life) => start(place, life, barrier.env(life)));
  await barrier.arrived("1", "2");

  ["1", "2"].forEach((life) => barrier.release(life));

  const outcomes = await Promise.all(hosts.map((host) => host.ready));
  expect(outcomes.filter((addresses) => addresses !== null)).toHaveLength(1);
  const loser = hosts[outcomes.indexOf(null)]!;
  const { code, stderr } = await loser.death;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The data directory .* is in use by process \d+: [^\n]*\.\n$/u);
});

test("a barrier that refuses is said in one sentence", async () => {
  const host = start(newPlace("refused"), "1", barrier.env("refused"));
  await barrier.arrived("refused");

  barrier.release("refused", 503);

  expect(await host.death).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The recovery barrier http[^\n]* it answered 503\.\n$/u),
  });
});

/** A host of a directory of its own, from the moment when it opens that. */
async function startUp(round: number, life: string): Promise<{ host: MortalHost; at: number }> {
  const name = `${round}-${life}`;
  const host = start(newPlace(`first-${round}`), life, barrier.env(name));
  await barrier.arrived(name);
  barrier.release(name);
  return { host, at: performance.now() };
}

test("a host that is killed at any moment of its first start leaves a directory that the next start takes", async () => {
  // How long it takes on this machine tells where the moments are.
  const { host: measured, at } = await startUp(0, "1");
  await measured.ready;
  const stepMs = (performance.now() - at) / MOMENTS;
  measured.kill();

  for (let round = 1; round <= MOMENTS; round += 1) {
    const { host: first } = await startUp(round, "1");
    await Promise.race([delay(round * stepMs), first.ready]);
    first.kill();
    await first.death;
    const { host: second } = await startUp(round, "2");
    const refusal = (await second.ready) === null ? (await second.death).stderr : null;
    expect(refusal).toBeNull();
    second.kill();
    await second.death;
  }
}, 120_000);
