import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { FileLog } from "../../../../simulator/core/transaction-log.ts";

let directory: string;
let path: string;
let log: FileLog;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "log-"));
  path = join(directory, "transactions.log");
  log = new FileLog(path);
});

afterEach(async () => {
  await log.close();
  rmSync(directory, { recursive: true, force: true });
});

const written = (): number[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line.split("\t")[1] ?? "") as { number: number }).number);

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Fails by the test's own limit when the condition never holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

test("a record without effect is written by itself, and nobody has to wait for it", async () => {
  log.append({ number: 1 }, false);
  await log.durable();
  await until(() => written().length === 1);
  log.append({ number: 2 }, false);
  await until(() => written().length === 2);
});

test("an effect takes along what was appended before it, in order", async () => {
  for (let number = 0; number < 5; number += 1) log.append({ number }, number === 3);
  await log.durable();
  expect(written().slice(0, 4)).toEqual([0, 1, 2, 3]);
  await until(() => written().length === 5);
  expect(written()).toEqual([0, 1, 2, 3, 4]);
});

test("closing writes what still waits", async () => {
  log.append({ number: 1 }, false);
  log.append({ number: 2 }, false);
  await log.close();
  expect(written()).toEqual([1, 2]);
  log = new FileLog(path);
  const records: unknown[] = [];
  log.replay((record) => records.push(record));
  expect(records).toEqual([{ number: 1 }, { number: 2 }]);
});
