import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const FORMAT = 1;

const Description = z.object({
  format: z.int(),
  /** Signs access tokens (base64). */
  tokenKey: z.string(),
  seed: z.unknown(),
});

export interface DataDirectory {
  readonly isNew: boolean;
  readonly tokenKey: Uint8Array;
  /** The seed file as it was when the directory was made. */
  readonly seed: unknown;
  readonly logPath: string;
  readonly checkpointPath: string;
  readonly contentPath: string;
  unlock(): void;
}

/**
 * Opens or makes a data directory and locks it against a second simulator. `readSeed` is called only for a new one.
 * Throws with one clear sentence when it is locked, of a newer format or not a data directory.
 */
export function openDataDirectory(path: string, readSeed: () => unknown): DataDirectory {
  mkdirSync(path, { recursive: true });
  const unlock = lock(join(path, "lock"), path);
  try {
    const file = join(path, "simulator.json");
    const isNew = !existsSync(file);
    const description = isNew ? describe(file, readSeed()) : parse(file);
    return {
      isNew,
      tokenKey: Buffer.from(description.tokenKey, "base64"),
      seed: description.seed,
      logPath: join(path, "transactions.log"),
      checkpointPath: join(path, "checkpoint.bin"),
      contentPath: join(path, "content.dat"),
      unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function describe(file: string, seed: unknown): z.infer<typeof Description> {
  const description = {
    format: FORMAT,
    tokenKey: randomBytes(32).toString("base64"),
    seed,
  };
  const part = `${file}.part`;
  writeFileSync(part, JSON.stringify(description, null, 2), { mode: 0o600 });
  const handle = openSync(part, "r+");
  fsyncSync(handle);
  closeSync(handle);
  renameSync(part, file);
  return description;
}

function parse(file: string): z.infer<typeof Description> {
  const description = Description.parse(JSON.parse(readFileSync(file, "utf8")));
  if (description.format > FORMAT) {
    throw new Error(
      `The data directory was written by a newer version (format ${description.format}, this one knows ${FORMAT}).`,
    );
  }
  return description;
}

/** A file with the owner's process id; that of a process that no longer runs is taken over. */
function lock(file: string, directory: string): () => void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => {
        rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = Number(readFileSync(file, "utf8"));
      if (owner !== process.pid && isRunning(owner)) {
        throw new Error(`The data directory ${directory} is in use by process ${owner}.`, {
          cause: error,
        });
      }
      rmSync(file, { force: true });
    }
  }
  throw new Error(`The data directory ${directory} is in use.`);
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
