import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Where everything of one copy stands. */
export interface DataDirectory {
  readonly path: string;
  readonly host: string;
  readonly simulator: string;
  readonly azurite: string;
  readonly settings: string;
  readonly runFile: string;
  readonly progressFile: string;
  readonly witness: string;
  readonly logs: string;
}

export const dataDirectory = (path: string): DataDirectory => ({
  path,
  host: join(path, "host"),
  simulator: join(path, "simulator"),
  azurite: path,
  settings: join(path, "local.settings.json"),
  runFile: join(path, "run.json"),
  progressFile: join(path, "acts.json"),
  witness: join(path, "witness"),
  logs: join(path, "logs"),
});

/** Reads a JSON file; null when it is not there. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return null;
    }
    throw error;
  }
}

/** Writes a JSON file so that a reader, and a restart after a crash, sees the old text or the new one. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  const part = `${file}.part`;
  const handle = await open(part, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}

export const removeFile = (file: string): Promise<void> => rm(file, { force: true });
