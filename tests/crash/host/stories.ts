import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Answer, PatientClient } from "./mortal-host.ts";

/** Something that must never be: it was acknowledged and is gone, or answered in a way that no crash explains. */
export class BrokenPromise extends Error {}

export interface Ended {
  readonly runtimeStatus: string;
  readonly output: unknown;
}

export interface Stage {
  /** Who runs it: the instance ID, or the label of a child. */
  readonly label: string;
  /** How many activities each stage has; the next stage begins when all of one have ended. */
  readonly sizes: readonly number[];
}

/** One kind of orchestration: what its client does, and what must have come of it. */
export interface Story {
  /** Plays the client from the start of the instance to its end. */
  play(scene: Scene): Promise<Ended>;
  /** The activities whose tokens the output has, in its order. */
  readonly stages: (id: string) => readonly Stage[];
  /** What else the output has. */
  readonly value: (id: string) => unknown;
  readonly runtimeStatus?: string;
  /** It is purged at its end: nothing is left of it. */
  readonly isPurged?: boolean;
}

export interface Scene {
  readonly id: string;
  readonly client: PatientClient;
  /** Folder in which the activities note what they do. */
  readonly files: string;
  /** How long the timers of the story take. */
  readonly timerMs: number;
  /** How long its client waits between two of its requests. */
  readonly pauseMs: number;
}

const POLL_MS = 25;

/** The answer's status must be one of these; others only when an earlier answer may have been lost. */
function expectStatus(what: string, answer: Answer, first: number, repeated: readonly number[]) {
  if (answer.status !== first && !(answer.asked > 1 && repeated.includes(answer.status))) {
    throw new BrokenPromise(
      `${what} was answered with ${answer.status} when asked ${answer.asked} times.`,
    );
  }
}

/** Starts the instance once: a second start would replace one that has ended, as in Azure, so it looks before. */
async function start({ id, client }: Scene, kind: string, input: unknown = null): Promise<void> {
  for (;;) {
    const answer = await client.attempt("POST", `/durabletask/orchestrators/${kind}/${id}`, input);
    if (answer !== null) {
      expectStatus(`The start of ${id}`, answer, 202, []);
      return;
    }
    const { status } = await client.call("GET", `/durabletask/instances/${id}`);
    if (status !== 404) {
      return;
    }
  }
}

async function raise({ id, client, pauseMs }: Scene, name: string, data: unknown): Promise<void> {
  await delay(pauseMs);
  const path = `/durabletask/instances/${id}/raiseEvent/${name}`;
  // 410: the event was stored before the crash and the instance has ended since.
  expectStatus(`${name} for ${id}`, await client.call("POST", path, data), 202, [410]);
}

async function control(
  { id, client, pauseMs }: Scene,
  verb: string,
  repeated: number[],
): Promise<void> {
  await delay(pauseMs);
  const path = `/durabletask/instances/${id}/${verb}?reason=test`;
  expectStatus(`${verb} of ${id}`, await client.call("POST", path), 202, repeated);
}

const read = ({ id, client }: Scene): Promise<Answer> =>
  client.call("GET", `/durabletask/instances/${id}`);

/** Waits until the instance satisfies the condition. It was acknowledged, so it must be there. */
async function until(scene: Scene, condition: (status: Ended) => boolean): Promise<Ended> {
  for (;;) {
    const { status, body } = await read(scene);
    if (status !== 200 && status !== 202) {
      throw new BrokenPromise(`${scene.id} was acknowledged and is answered with ${status}.`);
    }
    if (condition(body)) {
      return body;
    }
    await delay(POLL_MS);
  }
}

const ended = (scene: Scene): Promise<Ended> =>
  until(scene, ({ runtimeStatus }) =>
    ["Completed", "Failed", "Terminated"].includes(runtimeStatus),
  );

const plain =
  (kind: string, input: (scene: Scene) => unknown = () => null): Story["play"] =>
  async (scene) => {
    await start(scene, kind, input(scene));
    return ended(scene);
  };

const own =
  (...sizes: number[]): Story["stages"] =>
  (id) => [{ label: id, sizes }];

/** Shared entities, so that instances wait for each other's locks. */
export const sharedNotes = (id: string): string => `shared-${Number(/\d+$/u.exec(id)) % 4}`;

const nothing = (): null => null;

export const STORIES: Readonly<Record<string, Story>> = {
  chain: { play: plain("chain"), stages: own(1, 1, 1), value: nothing },
  fanOut: { play: plain("fanOut"), stages: own(1, 5, 1), value: nothing },
  family: {
    play: plain("family"),
    stages: (id) =>
      ["named", "unnamed", "last"].map((child) => ({ label: `${id}/${child}`, sizes: [1, 1] })),
    value: nothing,
  },
  timers: {
    play: plain("timers", ({ timerMs }) => timerMs),
    stages: own(1, 1, 1),
    value: () => 0,
  },
  events: {
    async play(scene) {
      await start(scene, "events");
      // In the wrong order: the first that is waited for comes last.
      await raise(scene, "item-1", `${scene.id} b`);
      await raise(scene, "item-0", `${scene.id} a`);
      return ended(scene);
    },
    stages: own(1, 1),
    value: (id) => [`${id} a`, `${id} b`],
  },
  rounds: {
    async play(scene) {
      await start(scene, "rounds", { round: 0, tokens: [], value: [] });
      for (const item of [0, 1, 2]) {
        await raise(scene, `item-${item}`, item);
      }
      return ended(scene);
    },
    stages: own(1, 1, 1),
    value: () => [0, 1, 2],
  },
  entities: {
    play: plain("entities", ({ id }) => sharedNotes(id)),
    stages: own(1),
    value: () => [2, 4, 1, 5],
  },
  retried: { play: plain("retried"), stages: own(1), value: nothing },
  rewound: {
    async play(scene) {
      await start(scene, "rewound");
      await until(scene, ({ runtimeStatus }) => runtimeStatus === "Failed");
      writeFileSync(join(scene.files, `mended ${scene.id} 1.0`), "");
      // 410, 412: the rewind was stored before the crash, and the instance goes on or has ended since.
      await control(scene, "rewind", [410, 412]);
      return until(scene, ({ runtimeStatus }) => runtimeStatus === "Completed");
    },
    stages: own(1, 1),
    value: nothing,
  },
  suspended: {
    async play(scene) {
      await start(scene, "controlled");
      await control(scene, "suspend", [500]);
      await until(scene, ({ runtimeStatus }) => runtimeStatus === "Suspended");
      await raise(scene, "go", `${scene.id} goes`);
      await control(scene, "resume", [410, 500]);
      return ended(scene);
    },
    stages: own(1, 1),
    value: (id) => `${id} goes`,
  },
  terminated: {
    async play(scene) {
      await start(scene, "controlled");
      await control(scene, "terminate", [410]);
      return ended(scene);
    },
    stages: () => [],
    value: nothing,
    runtimeStatus: "Terminated",
  },
  purged: {
    async play(scene) {
      await start(scene, "chain");
      const end = await ended(scene);
      const path = `/durabletask/instances/${scene.id}`;
      const answer = await scene.client.call("DELETE", path);
      expectStatus(`The purge of ${scene.id}`, answer, 200, [404]);
      return end;
    },
    stages: own(1, 1, 1),
    value: nothing,
    isPurged: true,
  },
};

export const KINDS: readonly string[] = Object.keys(STORIES);
export const kindOf = (id: string): string => id.split("-")[0]!;
