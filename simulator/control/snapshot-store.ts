import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { constants } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

export const Snapshot = z.strictObject({
  name: z.string(),
  /** The simulator's instant at which it was made. */
  at: z.iso.datetime(),
  /** Number of the last transaction that it certainly holds. */
  sequence: z.int(),
  bytes: z.int(),
  /** Absolute path: what `continuity simulate --data` takes. */
  directory: z.string(),
});
export type Snapshot = z.infer<typeof Snapshot>;

const DESCRIPTION = "snapshot.json";

/**
 * S1. A checkpoint is copied before the log, whose copy then has its place; the log is copied before the content it
 * refers to: both only grow, so the copy of the content holds whatever the copy of the log names, and a line that the
 * copy cuts short is dropped like one that a crash cut short.
 * S2. A snapshot appears under its name only when it is whole and on disk.
 */
const FILES = [
  "simulator.json",
  "clock.json",
  "checkpoint.bin",
  "transactions.log",
  "content.dat",
] as const;

/** Copies of a data directory that a simulator can start from. */
export class SnapshotStore {
  readonly #dataDir: string;
  readonly #directory: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#directory = join(dataDir, "snapshots");
  }

  /** Makes a snapshot of everything that is on disk; null when the name is taken. */
  async create(
    name: string,
    state: { readonly at: string; readonly sequence: number },
  ): Promise<Snapshot | null> {
    const target = join(this.#directory, name);
    if ((await this.list()).some((snapshot) => snapshot.name === name)) return null;
    const part = `${target}.part`;
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    let bytes = 0;
    for (const file of FILES) {
      bytes += await copyIfThere(join(this.#dataDir, file), join(part, file));
    }
    const snapshot: Snapshot = { name, ...state, bytes, directory: target };
    await writeFile(join(part, DESCRIPTION), JSON.stringify(snapshot, null, 2));
    await syncFile(join(part, DESCRIPTION));
    await rename(part, target);
    return snapshot;
  }

  /** Oldest first. */
  async list(): Promise<Snapshot[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const snapshots: Snapshot[] = [];
    for (const name of names.filter((entry) => !entry.endsWith(".part"))) {
      const text = await readFile(join(this.#directory, name, DESCRIPTION), "utf8").catch(
        () => null,
      );
      if (text === null) continue;
      const parsed = Snapshot.safeParse(JSON.parse(text));
      if (parsed.success) {
        snapshots.push({ ...parsed.data, directory: join(this.#directory, name) });
      }
    }
    return snapshots.sort((left, right) => left.sequence - right.sequence);
  }
}

async function copyIfThere(from: string, to: string): Promise<number> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
  await syncFile(to);
  return (await stat(to)).size;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
