import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface AzuritePorts {
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
}

/** Who keeps the Azurite of a data directory. */
export interface KeeperRecord {
  readonly pid: number;
  readonly parentPid: number;
  readonly ports: AzuritePorts;
  /** ISO instant, real time. */
  readonly startedAt: string;
}

/**
 * A keeper touches its file this often; one that has not for `STALE_MS` is gone, whoever has its process id now. After a
 * machine slept every file is stale for a moment, so one look is not enough to tell.
 */
export const HEARTBEAT_MS = 1_000;
export const STALE_MS = 10_000;

export const azuriteFolder = (dataDirectory: string): string => join(dataDirectory, "azurite");
export const keeperFile = (folder: string): string => join(folder, "keeper.json");

export const writeKeeper = (folder: string, record: KeeperRecord): Promise<void> =>
  writeFile(keeperFile(folder), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });

export const removeKeeper = (folder: string): Promise<void> =>
  rm(keeperFile(folder), { force: true });

/** Says that the keeper is still there. */
export async function touchKeeper(folder: string): Promise<void> {
  const now = new Date();
  await utimes(keeperFile(folder), now, now);
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

export interface FoundKeeper extends KeeperRecord {
  /** The process that started it is gone. */
  readonly isOrphan: boolean;
  /** It has not touched its file for long. */
  readonly isStale: boolean;
}

/** The keeper that seems to be at work in this folder, or null. */
export async function findKeeper(folder: string): Promise<FoundKeeper | null> {
  try {
    const file = keeperFile(folder);
    const record = JSON.parse(await readFile(file, "utf8")) as KeeperRecord;
    const { mtimeMs } = await stat(file);
    if (!isRunning(record.pid)) {
      return null;
    }
    return {
      ...record,
      isOrphan: !isRunning(record.parentPid),
      isStale: Date.now() - mtimeMs > STALE_MS,
    };
  } catch {
    return null;
  }
}
