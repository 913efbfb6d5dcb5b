import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { findDamage } from "../../../host/store/database-check.ts";
import { openLmdbStore } from "../../../host/store/lmdb-store.ts";
import { HostStoreError, put, remove, type HostStore } from "../../../host/store/store.ts";

/** A database with tables of several levels, long values and free pages, and what it holds. */
const folder = mkdtempSync(join(tmpdir(), "continuity-check-"));
const original = join(folder, "original");
const file = join(original, "data.mdb");
let bytes: Buffer;
let rows: unknown;

const contentOf = (store: HostStore): unknown => [
  store.range("instances", {}),
  store.range("payloads", {}),
  store.range("history", {}),
];

beforeAll(async () => {
  const store = openLmdbStore({ directory: original });
  for (let round = 0; round < 20; round += 1) {
    await store.commit(
      Array.from({ length: 100 }, (_, n) =>
        put("instances", [`i-${round}-${n}`], "x".repeat(n * 10)),
      ),
    );
    await store.commit([put("payloads", ["long", round], "y".repeat(20_000))]);
    await store.commit([
      remove("payloads", ["long", round - 5]),
      put("history", ["h"], `${round}`),
    ]);
  }
  rows = contentOf(store);
  await store.close();
  bytes = readFileSync(file);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let copies = 0;
/** A data directory whose database is this. */
function directoryWith(content: Buffer): string {
  const directory = mkdtempSync(join(folder, `copy-${++copies}-`));
  copyFileSync(join(original, "format.json"), join(directory, "format.json"));
  writeFileSync(join(directory, "data.mdb"), content);
  return directory;
}

/** "refused", or what a host would find. */
async function outcomeOf(content: Buffer): Promise<unknown> {
  const directory = directoryWith(content);
  try {
    const store = openLmdbStore({ directory });
    const found = contentOf(store);
    await store.close();
    return found;
  } catch (error) {
    if (error instanceof HostStoreError && error.code === "damaged") {
      expect(readFileSync(join(directory, "data.mdb")).equals(content)).toBe(true);
      return "refused";
    }
    throw error;
  }
}

test("a database that was closed has no damage", () => {
  expect(findDamage(file)).toBeNull();
});

test("a new database, and one that was never written to, have none either", async () => {
  const directory = join(folder, "new");
  const store = openLmdbStore({ directory });
  expect(findDamage(join(directory, "data.mdb"))).toBeNull();
  await store.close();
  expect(findDamage(join(directory, "data.mdb"))).toBeNull();
});

test("a database that a process is writing to is not taken for damaged", async () => {
  const directory = join(folder, "busy");
  const store = openLmdbStore({ directory });
  for (let n = 0; n < 200; n += 1) {
    const commit = store.commit([put("inbox", ["a", n % 7], "z".repeat(5_000))]);
    expect(findDamage(join(directory, "data.mdb"))).toBeNull();
    await commit;
  }
  await store.close();
});

test("cut off at whichever page, it is refused or nothing of it is missing", async () => {
  const pageSize = bytes.readUInt32LE(48);
  const pages = bytes.length / pageSize;
  const outcomes: unknown[] = [];
  for (let kept = 1; kept < pages; kept += Math.max(1, Math.floor(pages / 60))) {
    outcomes.push(await outcomeOf(bytes.subarray(0, kept * pageSize)));
  }
  outcomes.push(await outcomeOf(bytes.subarray(0, (pages - 1) * pageSize + 100)));
  expect(outcomes.filter((outcome) => outcome === "refused").length).toBeGreaterThan(50);
  for (const outcome of outcomes) {
    expect(outcome === "refused" ? rows : outcome).toEqual(rows);
  }
});

test("the refusal says what is wrong and what to do", () => {
  const directory = directoryWith(bytes);
  truncateSync(join(directory, "data.mdb"), Math.floor(bytes.length / 2));
  expect(() => openLmdbStore({ directory })).toThrow(
    /^The database .*data\.mdb is damaged \(page \d+ is missing: the file ends after \d+\) and was left as it is: restore the directory from a copy or choose another one with --data\.$/u,
  );
});

test("with any byte of its heads turned over, it is refused or nothing of it is missing", async () => {
  const pageSize = bytes.readUInt32LE(48);
  // What a head says, from the page's number to its last field, in both heads; not the padding behind it.
  const places = [0, pageSize].flatMap((head) =>
    Array.from({ length: 24 + 144 }, (_, at) => head + at),
  );
  let refused = 0;
  const accepted: [number, Buffer][] = [];
  for (const place of places) {
    const damaged = Buffer.from(bytes);
    damaged[place] = damaged[place]! ^ 0x01;
    if (findDamage(join(directoryWith(damaged), "data.mdb")) === null) {
      accepted.push([place, damaged]);
    } else {
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(places.length / 3);
  // Opening all of them takes minutes; with every one opened, and other bits turned over, nothing was missing either.
  for (const [place, damaged] of accepted.filter((_, index) => index % 8 === 0)) {
    expect({ place, outcome: await outcomeOf(damaged) }).toEqual({ place, outcome: rows });
  }
});
