import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "./child.ts";

/*
 * What a three-step workflow costs in code that is not ours: the request that starts it and waits for its end, the seven
 * invocations of the SDK with the histories that they replay, and the commits that durability needs, each measured alone
 * with nothing around it. No engine that runs the same app over HTTP and syncs before it goes on can be cheaper; how far
 * ours is from that is what our code costs.
 */

/** What a part answers: microseconds of processor time, all threads, for one workflow. */
interface PartAnswer {
  readonly microseconds: number;
}

const PARTS = [
  ["request", "Request and answer over node:http, both ends"],
  ["invocations", "Three activities and four turns in the SDK, with plain contexts"],
  ["commits", "Five commits of the same rows to lmdb, 64 workflows at a time"],
] as const;

const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "bench-floor-"));
process.stdout.write("| Part | Processor time of one workflow, µs |\n| --- | --: |\n");
let sum = 0;
for (const [part, title] of PARTS) {
  const child = fork(join(import.meta.dirname, "floor", `${part}.ts`), [join(folder, part)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { microseconds } = await messageOf<PartAnswer>(child);
  child.disconnect();
  sum += microseconds;
  process.stdout.write(`| ${title} | ${microseconds.toFixed(0)} |\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `| **Together** | **${sum.toFixed(0)}** |\n\nTwo processors that do nothing else would get ${Math.floor(2e6 / sum)} a second.\n`,
);
