/*
 * Run by lmdb.test.ts in a process of its own: commits without waiting, reports each acknowledgement, and is killed.
 * Arguments: directory, durability, file for the report.
 */
import { openSync, writeSync } from "node:fs";
import { openLmdbStore } from "../../../host/store/lmdb-store.ts";
import { put, type Durability } from "../../../host/store/store.ts";

const [directory = "", durability = "strict", report = ""] = process.argv.slice(2);
const output = openSync(report, "a");
const store = openLmdbStore({ directory, durability: durability as Durability });
const acknowledged: number[] = [];
const write = async (n: number): Promise<void> => {
  // Both rows or none: a half-done commit would show.
  await store.commit([put("inbox", ["left", n], ""), put("history", ["right", n], "")]);
  acknowledged.push(n);
  writeSync(output, `${n}\n`);
};
for (let n = 0; acknowledged.length < 400; n += 1) {
  void write(n);
  if (n % 7 === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
process.kill(process.pid, "SIGKILL");
