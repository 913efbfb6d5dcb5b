import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import {
  killAll,
  preparePlace,
  startMortalHost,
  type MortalHost,
  type Place,
} from "./mortal-host.ts";
import { pointsNamedIn } from "./named-points.ts";

const TIMER_APP = fileURLToPath(new URL("timer-app", import.meta.url));
const QUEUE_APP = fileURLToPath(new URL("queue-app", import.meta.url));
const HOUR_MS = 3_600_000;
const STARTS_AT = "2026-03-02T06:00:00Z";
/** A message that nobody wrote down comes back after its minute. */
const LONGEST_MS = 150_000;

const folders: string[] = [];
afterAll(async () => {
  await killAll();
  for (const folder of folders) {
    // An Azurite that saves its last words may still write into the folder.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
});

function newPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "continuity-crash-"));
  folders.push(folder);
  return preparePlace(folder);
}

/** What the functions noted: the life of the host, and the rest of the line. */
function runsIn({ files }: Place): { life: string; what: string }[] {
  const file = join(files, "runs");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [life = "", ...rest] = line.split(" ");
      return { life, what: rest.join(" ") };
    });
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`${what} did not come.`);
    }
    await delay(50);
  }
}

const startTimers = ({ folder, files }: Place, life: string, crashAt = ""): MortalHost =>
  startMortalHost(
    { app: TIMER_APP, folder, clock: `virtual@${STARTS_AT}` },
    { LOAD_FILES: files, LOAD_LIFE: life, HOST_CRASH_AT: crashAt },
  );

/** An instant is stored before each hour, and a status after it. */
test.each([1, 2, 3, 4, 5, 6])(
  "a timer trigger whose host dies at pass %i of any point misses no hour, and time does not go back",
  async (pass) => {
    const place = newPlace();
    const first = await startTimers(place, "1", `*#${pass}`).death;
    expect(first.point).toBe(pass % 2 === 1 ? "clock-instant-stored" : "timer-trigger-run");
    const before = runsIn(place).length;
    const second = startTimers(place, "2");
    await until("the hours after", () => runsIn(place).length >= before + 4);
    second.kill();
    await second.death;

    const hours = runsIn(place).map(({ what }) => Date.parse(what));
    // The run whose end was not written down comes again; nothing else does.
    const isRepeated = first.point === "timer-trigger-run";
    const expected = hours.map(
      (_, index) =>
        Date.parse(STARTS_AT) + HOUR_MS * (index + 1 - (isRepeated && index >= before ? 1 : 0)),
    );
    expect(hours).toEqual(expected);
  },
  LONGEST_MS,
);

const startQueues = ({ folder, files }: Place, life: string, crashAt = ""): MortalHost =>
  startMortalHost(
    { app: QUEUE_APP, folder, clock: "virtual", hasAzurite: true },
    { LOAD_FILES: files, LOAD_LIFE: life, HOST_CRASH_AT: crashAt },
  );

/** Messages that are put into the queue at once, and the last thing that must be noted of each. */
const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  "queue-message-unrecorded": ["good-1", "good-2", "good-3"],
  "queue-message-taken": ["good-1", "good-2", "good-3"],
  "queue-message-processed": ["good-1", "good-2", "good-3"],
  "queue-message-poisoned": ["bad-1", "bad-2", "good-1"],
};

const queuePoints = pointsNamedIn("host/triggers").filter((point) => point.startsWith("queue-"));

test("no point of the triggers is left out", () => {
  expect(pointsNamedIn("host/triggers")).toEqual([...queuePoints, "timer-trigger-run"]);
  expect(queuePoints).toEqual(Object.keys(MESSAGES).sort());
});

/** The host dies at the second pass, while messages of the same batch are at other places. */
test.concurrent.each(queuePoints)(
  "no message is lost when the host dies at %s",
  async (point) => {
    const place = newPlace();
    const messages = MESSAGES[point]!;
    const first = startQueues(place, "1", `${point}#2`);
    const { url } = (await first.ready)!;
    // Its answer may be lost with the host, after the messages were stored.
    await fetch(`${url}/api/enqueue`, { method: "POST", body: messages.join(" ") }).catch(
      () => null,
    );
    expect(await first.death).toMatchObject({ signal: "SIGKILL", point });

    const second = startQueues(place, "2");
    const ends = messages.map((message) =>
      message.startsWith("bad") ? `poison-${message}` : message,
    );
    const isNoted = (what: string): boolean =>
      runsIn(place).some((run) => run.what.startsWith(`${what} `));
    await until("the messages", () => ends.every(isNoted));
    second.kill();
    await second.death;

    for (const message of messages) {
      const runs = runsIn(place).filter(({ what }) => what.startsWith(`${message} `));
      const counts = runs.map(({ what }) => Number(what.split(" ")[1]));
      // Each time it was taken counts; what the first host had begun runs at most once more.
      expect(counts).toEqual([...new Set(counts)].sort((left, right) => left - right));
      expect(counts.length).toBeLessThanOrEqual(2);
    }
  },
  LONGEST_MS + 30_000,
);
