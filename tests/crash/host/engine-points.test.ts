import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "@jest/globals";
import {
  killAll,
  PatientClient,
  preparePlace,
  startMortalHost,
  type MortalHost,
  type Place,
} from "./mortal-host.ts";
import { pointsNamedIn } from "./named-points.ts";
import { KINDS, STORIES, type Ended } from "./stories.ts";
import { Effects, judgeEnd, judgeEntities, judgeStored } from "./verdict.ts";

/*
 * For each kind of orchestration the host dies at the first pass of a crash point, then at the second, and so on until there
 * is no further pass; after each death a new host goes on with what is there. The order of passes is not quite the same in
 * every run, so a point that was not among them is then tried by its name.
 */

const APP = fileURLToPath(new URL("load-app", import.meta.url));
const HOUR_MS = 3_600_000;
/** Deaths that are tried at the same time: starting a host is what takes the time, and it takes one processor. */
const LANES = 2;

/** An instance that has not ended so long after its host died never will. */
const RECOVERY_MS = 60_000;

const folders: string[] = [];

afterEach(async () => {
  await killAll();
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
});

function newPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "continuity-crash-"));
  folders.push(folder);
  return preparePlace(folder);
}

/** Timers are hours of virtual time, so that its stored instants are among the passes. */
const timesOf = (kind: string): { clock: string; timerMs: number } =>
  kind === "timers"
    ? { clock: "virtual@2026-03-02T06:00:00Z", timerMs: HOUR_MS }
    : { clock: "system", timerMs: 5 };

/**
 * A row of hosts on one data directory. Each recovers the instance over which the one before it died, and then dies itself
 * over an instance of its own.
 */
class Lane {
  readonly #kind: string;
  readonly #client = new PatientClient();
  readonly #place = newPlace();
  readonly #clock: string;
  readonly #timerMs: number;
  readonly #ends = new Map<string, Ended>();
  #host: MortalHost | null = null;
  #lives = 0;
  #plays = 0;

  constructor(kind: string) {
    this.#kind = kind;
    ({ clock: this.#clock, timerMs: this.#timerMs } = timesOf(kind));
  }

  /** Plays one instance over which the host dies there; the name of the point, or null if it lived to the end. */
  async dieAt(where: string): Promise<string | null> {
    const { files } = this.#place;
    const id = `${this.#kind}-${(this.#plays += 1)}`;
    const first = this.#host ?? (await this.#live());
    await first.dieAt(where);
    const scene = { id, client: this.#client, files, timerMs: this.#timerMs, pauseMs: 0 };
    const played = STORIES[this.#kind]!.play(scene).then((end) => {
      this.#ends.set(id, end);
    });
    const death = await Promise.race([first.death, played.then(() => first.dieAt(""))]);
    if (death === undefined) {
      return null;
    }
    this.#client.leave();
    expect(death).toMatchObject({ signal: "SIGKILL", point: expect.any(String) });
    const second = await this.#live();
    const unexpected = second.death.then(({ stderr }) => {
      throw new Error(`A host ended that was to recover: ${stderr}`);
    });
    const isLate = await Promise.race([
      played,
      unexpected,
      delay(RECOVERY_MS, true, { ref: false }),
    ]);
    unexpected.catch(() => undefined);
    if (isLate === true) {
      throw new Error(`${id} did not end after its host had died at ${where}, ${death.point}.`);
    }
    return death.point;
  }

  /** Every instance ended as it should, whatever died over it. */
  async judge(): Promise<void> {
    const effects = new Effects(this.#place.files);
    for (const [id, end] of this.#ends) {
      judgeEnd(id, end, effects);
      await judgeStored(id, end, this.#client);
    }
    await judgeEntities([...this.#ends.keys()], this.#client);
    this.#host?.kill();
    await this.#host?.death;
    // One host died once over each, so of the activities that were under way each ran at most twice.
    expect(effects.repeated).toBeLessThanOrEqual(5 * this.#ends.size);
  }

  async #live(): Promise<MortalHost> {
    this.#lives += 1;
    const { folder, files } = this.#place;
    const place = { app: APP, folder, clock: this.#clock };
    this.#host = startMortalHost(place, { LOAD_FILES: files, LOAD_LIFE: String(this.#lives) });
    this.#client.follow((await this.#host.ready)!.internalUrl);
    return this.#host;
  }
}

const together = async (lanes: Lane[], work: (lane: Lane) => Promise<void>): Promise<void> => {
  await Promise.all(lanes.map(work));
};

const outside = pointsNamedIn("host/triggers");
/** Those of engine and clock. */
const enginePoints = pointsNamedIn("host").filter((point) => !outside.includes(point));
/** What any kind has met, for the last test. */
const reached = new Set<string>();

test.each(KINDS)(
  "%s: a host that dies at any pass of any point loses nothing and doubles no result",
  async (kind) => {
    const lanes = Array.from({ length: LANES }, () => new Lane(kind));
    const met = new Set<string>();
    let passes = 0;
    let isOver = false;
    await together(lanes, async (lane) => {
      while (!isOver) {
        const point = await lane.dieAt(`*#${(passes += 1)}`);
        isOver ||= point === null;
        met.add(point ?? "");
      }
    });
    const left = enginePoints.filter((point) => !met.has(point));
    await together(lanes, async (lane) => {
      for (let point = left.pop(); point !== undefined; point = left.pop()) {
        met.add((await lane.dieAt(`${point}#1`)) ?? "");
      }
      await lane.judge();
    });
    expect(passes).toBeGreaterThan(5);
    met.forEach((point) => reached.add(point));
  },
  300_000,
);

test("no point of engine and clock is left out", () => {
  expect(enginePoints.length).toBeGreaterThan(10);
  // A signal from outside the orchestrations has a test of its own; "" is the end of an instance.
  expect(["", ...enginePoints]).toEqual([...reached, "signal-stored"].sort());
});

test("a signal that was acknowledged, or stored before its host died, is processed once", async () => {
  const { folder, files } = newPlace();
  const client = new PatientClient();
  const env = { LOAD_FILES: files, LOAD_LIFE: "1" };
  const first = startMortalHost({ app: APP, folder }, { ...env, HOST_CRASH_AT: "signal-stored#2" });
  client.follow((await first.ready)!.internalUrl);
  const path = "/durabletask/entities/notes/board?op=add";
  expect(await client.call("POST", path, "one")).toMatchObject({ status: 202 });
  const stored = client.call("POST", path, "two");
  expect(await first.death).toMatchObject({ point: "signal-stored" });
  client.leave();
  const second = startMortalHost({ app: APP, folder }, env);
  client.follow((await second.ready)!.internalUrl);
  // Its sender did not hear of it and asked again, which is another signal.
  expect(await stored).toMatchObject({ status: 202, asked: 2 });
  const read = async () => (await client.call("GET", "/durabletask/entities/notes/board")).body;
  let notes = await read();
  while ((notes as { two?: number }).two !== 2) {
    notes = await read();
  }
  expect(notes).toEqual({ one: 1, two: 2 });
});

test("the README names every point", () => {
  const readme = readFileSync(new URL("../../../host/README.md", import.meta.url), "utf8");
  for (const point of pointsNamedIn("host")) {
    expect(readme).toContain(`\`${point}\``);
  }
});
