import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
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

const APP = fileURLToPath(new URL("load-app", import.meta.url));

let root: string;
let server: Server;
let waiting: ServerResponse[];
let address: string;
let onArrival: () => void;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "continuity-crash-"));
  waiting = [];
  onArrival = () => undefined;
  server = createServer((_request, response) => {
    waiting.push(response);
    onArrival();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/recovery`;
});
afterEach(async () => {
  await killAll();
  server.close();
  server.closeAllConnections();
  rmSync(root, { recursive: true, force: true });
});

/** Resolves when so many hosts wait at the barrier. */
const arrived = (count: number): Promise<void> =>
  new Promise((resolve) => {
    onArrival = () => {
      if (waiting.length >= count) {
        resolve();
      }
    };
    onArrival();
  });

const release = (status = 200): void => {
  for (const response of waiting.splice(0)) {
    response.writeHead(status).end();
  }
};

const newPlace = (name: string): Place => preparePlace(join(root, name));

const start = (
  { folder, files }: Place,
  life: string,
  env: Record<string, string> = {},
): MortalHost =>
  startMortalHost({ app: APP, folder }, { LOAD_FILES: files, LOAD_LIFE: life, ...env });

const atBarrier = (): Record<string, string> => ({ HOST_RECOVERY_BARRIER: address });

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
  const hosts = places.map((place) => start(place, "2", atBarrier()));
  let readyCount = 0;
  hosts.forEach((host) => void host.ready.then(() => (readyCount += 1)));
  await arrived(2);
  expect(readyCount).toBe(0);

  release();

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
    const hosts = ["2", "3"].map((life) => start(place, life, atBarrier()));
    await arrived(2);

    release();

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
  const hosts = ["1", "2"].map((life) => start(place, life, atBarrier()));
  await arrived(2);

  release();

  const outcomes = await Promise.all(hosts.map((host) => host.ready));
  expect(outcomes.filter((addresses) => addresses !== null)).toHaveLength(1);
  const loser = hosts[outcomes.indexOf(null)]!;
  const { code, stderr } = await loser.death;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The data directory .* is in use by process \d+: [^\n]*\.\n$/u);
});

test("a barrier that refuses is said in one sentence", async () => {
  const host = start(newPlace("refused"), "1", atBarrier());
  await arrived(1);

  release(503);

  expect(await host.death).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The recovery barrier http[^\n]* it answered 503\.\n$/u),
  });
});
