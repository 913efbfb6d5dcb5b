import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "@jest/globals";
import { openLmdbStore } from "../../../host/store/lmdb-store.ts";
import { HostStoreError, put, type Durability } from "../../../host/store/store.ts";
import { describeStoreContract } from "./store.contract.ts";

const directories: string[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "continuity-store-"));
  directories.push(directory);
  return directory;
}

afterEach(() => {
  for (const directory of directories.splice(0)) {
    rmSync(directory, { recursive: true, force: true });
  }
});

describeStoreContract("lmdb, strict", async () => openLmdbStore({ directory: newDirectory() }));
describeStoreContract("lmdb, relaxed", async () =>
  openLmdbStore({ directory: newDirectory(), durability: "relaxed" }),
);

function refusalOf(directory: string): HostStoreError {
  try {
    void openLmdbStore({ directory }).close();
  } catch (error) {
    if (error instanceof HostStoreError) {
      return error;
    }
    throw error;
  }
  throw new Error("The directory was opened.");
}

const isOneSentence = (text: string): boolean => /^[A-Z][^\n]*\.$/u.test(text);

test("what is closed is there again at the next opening, and each opening has a higher epoch", async () => {
  const directory = newDirectory();
  const first = openLmdbStore({ directory });
  await first.commit([put("inbox", ["a", 1], "kept")]);
  await first.close();

  const second = openLmdbStore({ directory });

  expect(second.get("inbox", ["a", 1])).toBe("kept");
  expect(second.epoch).toBe(first.epoch + 1);
  await second.close();
});

test("commits that were not waited for are written before the store closes", async () => {
  const directory = newDirectory();
  const store = openLmdbStore({ directory });
  const commits = Array.from({ length: 50 }, (_, n) => store.commit([put("inbox", [n], "")]));
  await store.close();
  await Promise.all(commits);

  const again = openLmdbStore({ directory });

  expect(again.range("inbox", {})).toHaveLength(50);
  await again.close();
});

test("a second opening of a directory in use is refused, and the first goes on", async () => {
  const directory = newDirectory();
  const store = openLmdbStore({ directory });

  const refusal = refusalOf(directory);

  expect(refusal.code).toBe("locked");
  expect(refusal.message).toContain(`in use by process ${process.pid}`);
  expect(isOneSentence(refusal.message)).toBe(true);
  await store.commit([put("inbox", ["a"], "still")]);
  expect(store.get("inbox", ["a"])).toBe("still");
  await store.close();
});

test("a directory that a newer version wrote is refused and left as it is", () => {
  const directory = newDirectory();
  const mark = join(directory, "format.json");
  writeFileSync(mark, '{"format":999}');

  const refusal = refusalOf(directory);

  expect(refusal.code).toBe("newer");
  expect(isOneSentence(refusal.message)).toBe(true);
  expect(readFileSync(mark, "utf8")).toBe('{"format":999}');
});

test.each([
  ["a file that is no database", () => Buffer.from("not a database".repeat(20))],
  ["a database that was cut off", (bytes: Buffer) => bytes.subarray(0, 40)],
  ["a database whose beginning was overwritten", (bytes: Buffer) => bytes.fill(0, 0, 8_192)],
  ["a database of which nothing is left", () => Buffer.alloc(0)],
])("%s is refused and never overwritten", async (_, damage) => {
  const directory = newDirectory();
  const store = openLmdbStore({ directory });
  await store.commit([put("inbox", ["a"], "1")]);
  await store.close();
  const file = join(directory, "data.mdb");
  writeFileSync(file, damage(readFileSync(file)));
  const before = readFileSync(file);

  const refusal = refusalOf(directory);

  expect(refusal.code).toBe("damaged");
  expect(isOneSentence(refusal.message)).toBe(true);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test.each([["no mark"], ["{"], ["{}"], ['{"format":"1"}']])(
  "a database with the format mark %j is damaged",
  async (mark) => {
    const directory = newDirectory();
    await openLmdbStore({ directory }).close();
    const file = join(directory, "format.json");
    if (mark === "no mark") {
      rmSync(file);
    } else {
      writeFileSync(file, mark);
    }

    const refusal = refusalOf(directory);

    expect(refusal.code).toBe("damaged");
    expect(isOneSentence(refusal.message)).toBe(true);
  },
);

/** Numbers that a writer was told are committed before it was killed. */
async function acknowledgedByKilledWriter(
  directory: string,
  durability: Durability,
): Promise<number[]> {
  const script = fileURLToPath(new URL("crashing-writer.ts", import.meta.url));
  const report = join(newDirectory(), "report");
  const child = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), script, directory, durability, report],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const signal = await new Promise((resolve) => child.once("close", (_, name) => resolve(name)));
  expect(signal).toBe("SIGKILL");
  return readFileSync(report, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

test.each<[Durability]>([["strict"], ["relaxed"]])(
  "%s: after kill -9 every acknowledged commit is whole, and the directory is free again",
  async (durability) => {
    const directory = newDirectory();
    const acknowledged = await acknowledgedByKilledWriter(directory, durability);
    expect(acknowledged.length).toBeGreaterThanOrEqual(400);

    const store = openLmdbStore({ directory, durability });

    const left = store.range("inbox", { prefix: ["left"] }).map(({ key }) => key[1]);
    const right = store.range("history", { prefix: ["right"] }).map(({ key }) => key[1]);
    expect(left).toEqual(right);
    expect(acknowledged.filter((n) => !left.includes(n))).toEqual([]);
    await store.close();
  },
);
