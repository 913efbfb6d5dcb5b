import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Barrier } from "./barrier.ts";
import {
  PatientClient,
  preparePlace,
  startMortalHost,
  type Death,
  type MortalHost,
} from "./mortal-host.ts";
import { BrokenPromise, KINDS, kindOf, STORIES, type Ended } from "./stories.ts";
import { Effects, judgeEnd, judgeEntities, judgeStored } from "./verdict.ts";

export interface RandomKills {
  readonly kills: number;
  readonly instances: number;
  /** The same seed makes the same plan of deaths and the same order of starts; what a death meets is up to the machine. */
  readonly seed: number;
  /** An empty folder. */
  readonly folder: string;
  /** Crash points among which some of the deaths choose. */
  readonly points: readonly string[];
  readonly progress?: (line: string) => void;
}

export interface Outcome {
  readonly lives: number;
  /** Deaths by what met them: `while starting`, `at a random moment`, or the name of a crash point. */
  readonly deaths: ReadonlyMap<string, number>;
  readonly ended: number;
  /** Runs of activities beyond the first. */
  readonly repeated: number;
}

const APP = fileURLToPath(new URL("load-app", import.meta.url));
/** Instances that are started at once; then one follows a kill, or as many as must, so that every death meets a mixed load. */
const LEAD = 36;
/** Timers and pauses of clients, so that an instance lives through some hosts. */
const LONGEST_WAIT_MS = 2_000;
/** Activities take as long as hosts live, so most deaths meet some, and an instance needs several hosts. */
const LONGEST_EFFECT_MS = 300;
/** How long after its release a host of the first kind of plan is killed at most; it is ready after about a half of it. */
const STARTING_MS = 600;
/** How long a host lives after it is ready, at most. */
const LIVING_MS = 200;
/** What is left when nobody kills any more ends within this, or never. */
const LAST_LIFE_MS = 120_000;
/** A host whose crash point is not passed so often is killed after this. */
const LONGEST_LIFE_MS = 300;

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Plan =
  | { readonly kind: "starting" | "living"; readonly ms: number }
  | { readonly kind: "point"; readonly crashAt: string }
  | { readonly kind: "none" };

function planDeath(random: () => number, points: readonly string[]): Plan {
  const choice = random();
  if (choice < 0.15) {
    return { kind: "starting", ms: random() * STARTING_MS };
  }
  if (choice < 0.6) {
    return { kind: "living", ms: random() * LIVING_MS };
  }
  const name = [...points, "*"][Math.floor(random() * (points.length + 1))]!;
  // Few passes meet recovery, many meet the load.
  const passes = name === "*" ? 80 : 8;
  return { kind: "point", crashAt: `${name}#${1 + Math.floor(random() ** 3 * passes)}` };
}

/** All instances of the load, each played by a client of its own that survives the hosts. */
class Load {
  readonly ids: readonly string[];
  readonly ends = new Map<string, Ended>();
  readonly failures: unknown[] = [];
  started = 0;
  readonly client = new PatientClient();
  /** Resolves when all instances have ended, or one has failed its client. */
  readonly over: Promise<void>;
  readonly #files: string;
  readonly #random: () => number;
  #end: () => void = () => undefined;

  constructor(count: number, random: () => number, files: string) {
    const ids = Array.from({ length: count }, (_, n) => `${KINDS[n % KINDS.length]}-${n}`);
    this.ids = ids
      .map((id) => ({ id, at: random() }))
      .sort((left, right) => left.at - right.at)
      .map(({ id }) => id);
    this.#files = files;
    this.#random = random;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Starts instances until so many have been. */
  startUntil(count: number): void {
    for (; this.started < Math.min(count, this.ids.length); this.started += 1) {
      const id = this.ids[this.started]!;
      const { client } = this;
      const [timerMs, pauseMs] = [
        this.#random() * LONGEST_WAIT_MS,
        this.#random() * LONGEST_WAIT_MS,
      ];
      const scene = { id, client, files: this.#files, timerMs, pauseMs };
      void STORIES[kindOf(id)]!.play(scene).then(
        (end) => {
          this.ends.set(id, end);
          if (this.ends.size === this.ids.length) {
            this.#end();
          }
        },
        (error: unknown) => {
          this.failures.push(error);
          this.#end();
        },
      );
    }
  }
}

/** Kills hosts until there were enough, while a mixed load goes on; then lets it end and judges every instance. */
export async function killAtRandom(options: RandomKills): Promise<Outcome> {
  const { kills, instances, seed, folder, points, progress = () => undefined } = options;
  const random = seededRandom(seed);
  const { files } = preparePlace(folder);
  const load = new Load(instances, seededRandom(seed + 1), files);
  // The next host waits there with its own code loaded, so that a life begins when the last one has ended.
  const barrier = await Barrier.open();
  const deaths = new Map<string, number>();
  let lives = 0;
  let died = 0;
  const prepare = (): { host: MortalHost; plan: Plan; life: number } => {
    lives += 1;
    const plan: Plan = lives > kills ? { kind: "none" } : planDeath(random, points);
    const host = startMortalHost(
      { app: APP, folder },
      {
        LOAD_FILES: files,
        LOAD_LIFE: String(lives),
        LOAD_EFFECT_MS: String(LONGEST_EFFECT_MS),
        ...barrier.env(String(lives)),
        ...(plan.kind === "point" && { HOST_CRASH_AT: plan.crashAt }),
      },
    );
    return { host, plan, life: lives };
  };

  let next = prepare();
  try {
    for (;;) {
      const { host, plan, life } = next;
      barrier.release(String(life));
      const isLast = plan.kind === "none";
      if (!isLast) {
        next = prepare();
      }
      load.startUntil(isLast ? instances : LEAD + Math.ceil((instances * died) / kills));
      const death = await live(host, plan, load);
      if (load.failures.length > 0) {
        throw load.failures[0];
      }
      if (death === null) {
        break;
      }
      died += 1;
      deaths.set(death, (deaths.get(death) ?? 0) + 1);
      if (died % 50 === 0) {
        const { size } = load.ends;
        progress(`${died} kills, ${load.started - size} orchestrations under way, ${size} ended`);
      }
    }
    const effects = new Effects(files);
    for (const id of load.ids) {
      judgeEnd(id, load.ends.get(id)!, effects);
      await judgeStored(id, load.ends.get(id)!, load.client);
    }
    await judgeEntities(load.ids, load.client);
    return { lives, deaths, ended: load.ends.size, repeated: effects.repeated };
  } finally {
    load.client.leave();
    next.host.kill();
    await next.host.death;
    await barrier[Symbol.asyncDispose]();
  }
}

/** Lets a host live until its death as planned, and says what met it; null when the load is over and it still lives. */
async function live(host: MortalHost, plan: Plan, load: Load): Promise<string | null> {
  const { client } = load;
  const death = host.death.then((how) => {
    client.leave();
    return how;
  });
  if (plan.kind === "starting") {
    await Promise.race([delay(plan.ms), host.ready]);
    host.kill();
    return describe(await death, "while starting");
  }
  const addresses = await host.ready;
  if (addresses === null) {
    return describe(await death, "while starting");
  }
  client.follow(addresses.internalUrl);
  if (plan.kind === "none") {
    const how = await Promise.race([
      load.over,
      death,
      delay(LAST_LIFE_MS, "late" as const, { ref: false }),
    ]);
    if (how === "late") {
      const open = load.ids.filter((id) => !load.ends.has(id));
      throw new BrokenPromise(
        `These have not ended in a host that nobody kills: ${open.join(" ")}`,
      );
    }
    return how === undefined ? null : describe(how, "at the end");
  }
  await Promise.race([delay(plan.kind === "living" ? plan.ms : LONGEST_LIFE_MS), death]);
  host.kill();
  return describe(await death, "at a random moment");
}

function describe({ signal, point, code, stderr }: Death, otherwise: string): string {
  if (signal !== "SIGKILL") {
    throw new BrokenPromise(`A host ended by itself with ${code ?? signal}: ${stderr}`);
  }
  return point ?? otherwise;
}
