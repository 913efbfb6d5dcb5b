import { closeSync, fdatasync, openSync, writeSync } from "node:fs";
import { promisify } from "node:util";

const syncFile = promisify(fdatasync);

/** How often a second this disk takes an appended kilobyte, each synced by itself: what one writer alone can get. */
export async function measureSyncCeiling(path: string, measureMs: number): Promise<number> {
  const file = openSync(path, "a");
  const line = Buffer.alloc(1_024, "x");
  const until = performance.now() + measureMs;
  let count = 0;
  while (performance.now() < until) {
    writeSync(file, line);
    await syncFile(file);
    count += 1;
  }
  closeSync(file);
  return count / (measureMs / 1_000);
}
