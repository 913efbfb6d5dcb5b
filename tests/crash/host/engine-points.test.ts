import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
 * is no further pass; after each death a new host goes on with what is there. So every pass of every point is met.
 */

const APP = fileURLToPath(new URL("load-app", import.meta.url));
const HOUR_MS = 3_600_000;
/** Deaths that are tried at the same time: starting a host is what takes the time, and it takes one processor. */
const LANES = 2;

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

/** Plays one instance whose first host dies at the given pass. Resolves with the point, or null if it lived to the end. */
async function dieAt(kind: string, pass: number): Promise<string | null> {
  const { folder, files } = newPlace();
  const { clock, timerMs } = timesOf(kind);
  const client = new PatientClient();
  const live = async (life: number, env: Record<string, string>): Promise<MortalHost> => {
    const host = startMortalHost(
      { app: APP, folder, clock },
      { LOAD_FILES: files, LOAD_LIFE: String(life), ...env },
    );
    const addresses = await host.ready;
    if (addresses !== null) {
      client.follow(addresses.internalUrl);
    }
    return host;
  };

  const first = await live(1, { HOST_CRASH_AT: `*#${pass}` });
  const id = `${kind}-1`;
  let end: Ended | null = null;
  const played = STORIES[kind]!.play({ id, client, files, timerMs, pauseMs: 0 }).then((ended) => {
    end = ended;
  });
  const death = await Promise.race([first.death, played]);
  if (death === undefined) {
    first.kill();
    await first.death;
    return null;
  }
  client.leave();
  expect(death).toMatchObject({ signal: "SIGKILL", point: expect.any(String) });
  const second = await live(2, {});
  const unexpected = second.death.then(({ stderr }) => {
    throw new Error(`The second host ended: ${stderr}`);
  });
  await Promise.race([played, unexpected]);
  await judge(id, end!, files, client);
  unexpected.catch(() => undefined);
  second.kill();
  await second.death;
  return death.point;
}

async function judge(id: string, end: Ended, files: string, client: PatientClient): Promise<void> {
  const effects = new Effects(files);
  judgeEnd(id, end, effects);
  await judgeStored(id, end, client);
  await judgeEntities([id], client);
  // One host died once, so of the activities that were under way each ran at most twice.
  expect(effects.repeated).toBeLessThanOrEqual(5);
}

const reached = new Set<string>();

test.each(KINDS)(
  "%s: a host that dies at any pass of any point loses nothing and doubles no result",
  async (kind) => {
    let nextPass = 1;
    let isOver = false;
    const lane = async (): Promise<void> => {
      while (!isOver) {
        const point = await dieAt(kind, nextPass++);
        if (point === null) {
          isOver = true;
        } else {
          reached.add(point);
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(nextPass).toBeGreaterThan(5);
  },
  300_000,
);

test("no point of engine and clock is left out", () => {
  const outside = pointsNamedIn("host/triggers");
  const named = pointsNamedIn("host").filter((point) => !outside.includes(point));
  expect(named.length).toBeGreaterThan(10);
  // A signal from outside the orchestrations has a test of its own.
  expect([...reached, "signal-stored"].sort()).toEqual(named);
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
