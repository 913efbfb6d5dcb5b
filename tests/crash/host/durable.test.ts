import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "@jest/globals";

const VICTIM = fileURLToPath(new URL("durable-victim.ts", import.meta.url));
const ENGINE = fileURLToPath(new URL("../../../host/durable", import.meta.url));

const directories: string[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "continuity-crash-"));
  directories.push(directory);
  return directory;
}

afterEach(() => {
  for (const directory of directories.splice(0)) {
    rmSync(directory, { recursive: true, force: true });
  }
});

interface Report {
  readonly results: Readonly<Record<string, unknown>>;
  /** Rows left in inboxes and timers. */
  readonly left: readonly number[];
  /** History rows of the purged instance. */
  readonly rows: number;
}

interface Victim {
  readonly files: string;
  /** Runs until it is done (null), or until it is killed. */
  live(options?: { crashAt?: string; killAfterMs?: number }): Promise<string | null>;
  report(): Report;
  /** How often each activity ran. */
  effects(): Map<string, number>;
}

function createVictim(instancesOfEachKind: number): Victim {
  const root = newDirectory();
  const files = newDirectory();
  return {
    files,
    async live({ crashAt = "", killAfterMs } = {}) {
      const child = spawn(
        process.execPath,
        ["--import", import.meta.resolve("tsx"), VICTIM, root, files, String(instancesOfEachKind)],
        {
          env: { ...process.env, HOST_CRASH_AT: crashAt },
          stdio: ["ignore", "ignore", "inherit"],
        },
      );
      if (killAfterMs !== undefined) {
        setTimeout(() => child.kill("SIGKILL"), killAfterMs).unref();
      }
      const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
        child.once("close", (...how) => resolve(how)),
      );
      expect(code ?? 0).toBe(0);
      return signal;
    },
    report: () => JSON.parse(readFileSync(join(files, "report.json"), "utf8")) as Report,
    effects() {
      const counts = new Map<string, number>();
      for (const line of readFileSync(join(files, "effects"), "utf8").split("\n").slice(0, -1)) {
        counts.set(line, (counts.get(line) ?? 0) + 1);
      }
      return counts;
    },
  };
}

const EXPECTED: Readonly<Record<string, unknown>> = {
  chain: 3,
  fan: 12,
  parent: 6,
  sleeper: 3,
  eternal: 5,
  summer: 7,
  failing: "mended",
};
/** Activities of one instance of each kind, and of the instance that is purged. */
const EFFECTS = 3 + 12 + 6 + 3 + 5;
const PURGED_EFFECTS = 3;

function expectNothingLost(victim: Victim, instances: number, deaths: number): void {
  const { results, left, rows } = victim.report();
  const expected = Object.entries(EXPECTED).flatMap(([kind, output]) =>
    Array.from({ length: instances }, (_, n) => [`${kind}-${n}`, output]),
  );
  expect(results).toEqual(Object.fromEntries(expected));
  expect(left).toEqual([0, 0]);
  expect(rows).toBe(0);
  const effects = victim.effects();
  expect(effects.size).toBe(EFFECTS * instances + PURGED_EFFECTS);
  // An activity may run again only because a host died while its result was not stored.
  expect(Math.max(...effects.values())).toBeLessThanOrEqual(deaths + 1);
}

/** Every point in the engine's code; one that is added is tested without anybody remembering to. */
const points = readdirSync(ENGINE)
  .flatMap((file) => [
    ...readFileSync(join(ENGINE, file), "utf8").matchAll(/crashPoint\(([^)]*)\)/gu),
  ])
  .flatMap(([, names]) => [...names!.matchAll(/"([a-z-]+)"/gu)].map(([, name]) => name!));

test("the points are known by name", () => {
  expect(points.toSorted()).toEqual([
    "activity-done",
    "activity-start",
    "continue-as-new-committed",
    "entity-committed",
    "entity-uncommitted",
    "message-stored",
    "purge-committed",
    "purge-uncommitted",
    "rewind-committed",
    "signal-stored",
    "start-committed",
    "start-uncommitted",
    "timer-due",
    "turn-committed",
    "turn-uncommitted",
  ]);
});

test.each(points)("a host that dies at %s loses nothing and doubles no result", async (point) => {
  const victim = createVictim(1);
  expect(await victim.live({ crashAt: point })).toBe("SIGKILL");
  expect(await victim.live()).toBeNull();
  expectNothingLost(victim, 1, 1);
});

test.each(["turn-uncommitted#9", "turn-committed#14", "activity-done#20", "entity-committed#5"])(
  "nor one that dies later, at %s",
  async (point) => {
    const victim = createVictim(1);
    expect(await victim.live({ crashAt: point })).toBe("SIGKILL");
    expect(await victim.live()).toBeNull();
    expectNothingLost(victim, 1, 1);
  },
);

test("a mixed load that is killed again and again at any moment loses nothing", async () => {
  const victim = createVictim(10);
  let deaths = 0;
  for (let round = 0; round < 8; round += 1) {
    // Loading takes about half a second; the kills spread over what comes after it.
    if ((await victim.live({ killAfterMs: 500 + round * 60 })) !== null) {
      deaths += 1;
    }
  }
  if (!existsSync(join(victim.files, "report.json"))) {
    expect(await victim.live()).toBeNull();
  }
  expectNothingLost(victim, 10, deaths);
}, 60_000);
