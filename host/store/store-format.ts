import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HostStoreError } from "./store.ts";

/** Layout of rows and keys. A higher number in a directory means that a newer version of the host wrote it. */
export const STORE_FORMAT = 1;

const FORMAT_FILE = "format.json";

interface FormatMark {
  readonly format: number;
  /** The database has been opened once: from then on an empty file, or none, is a loss. */
  readonly hasDatabase: boolean;
}

/**
 * Makes sure that this version may open the directory, before the database itself is touched; marks a new one.
 * Throws HostStoreError (`newer`, `damaged`, `unwritable`); never overwrites what it does not understand.
 */
export function claimStoreFormat(directory: string, databaseFile: string): void {
  const file = join(directory, FORMAT_FILE);
  if (!existsSync(file)) {
    if (existsSync(join(directory, databaseFile))) {
      throw new HostStoreError(
        "damaged",
        `The data directory ${directory} holds a database but no ${FORMAT_FILE}: it is damaged; restore it from a copy or choose another directory with --data.`,
      );
    }
    try {
      mkdirSync(directory, { recursive: true });
      // Two first starts may meet here, and either may be killed: the mark is there whole or not at all.
      const draft = `${file}.${process.pid}.tmp`;
      writeFileSync(draft, `${JSON.stringify({ format: STORE_FORMAT })}\n`, { flush: true });
      renameSync(draft, file);
    } catch (error) {
      throw storeErrorOf(directory, error);
    }
    return;
  }
  const mark = readMark(file);
  if (mark === null) {
    throw new HostStoreError(
      "damaged",
      `The file ${file} cannot be read as a format mark: the data directory is damaged; restore it from a copy or choose another directory with --data.`,
    );
  }
  if (mark.format > STORE_FORMAT) {
    throw new HostStoreError(
      "newer",
      `The data directory ${directory} was written by a newer version (format ${mark.format}, this one knows ${STORE_FORMAT}): update this program or choose another directory with --data.`,
    );
  }
  if (mark.hasDatabase && sizeOf(join(directory, databaseFile)) === 0) {
    throw new HostStoreError(
      "damaged",
      `The database of the data directory ${directory} is gone (${databaseFile} is missing or empty): restore the directory from a copy, or choose another one with --data.`,
    );
  }
}

/** Says that the directory has a database now, so that its loss is noticed; once is enough. */
export function markDatabase(directory: string): void {
  const file = join(directory, FORMAT_FILE);
  if (readMark(file)?.hasDatabase === true) {
    return;
  }
  const next = `${file}.next`;
  writeFileSync(next, `${JSON.stringify({ format: STORE_FORMAT, hasDatabase: true })}\n`, {
    flush: true,
  });
  renameSync(next, file);
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function readMark(file: string): FormatMark | null {
  try {
    const parsed = JSON.parse(readFileSync(file, "utf8")) as Partial<FormatMark> | null;
    return typeof parsed?.format === "number"
      ? { format: parsed.format, hasDatabase: parsed.hasDatabase === true }
      : null;
  } catch {
    return null;
  }
}

/** Puts a failure of the file system or the database into one sentence. */
export function storeErrorOf(directory: string, error: unknown): HostStoreError {
  if (error instanceof HostStoreError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|EDQUOT|No space left|MDB_MAP_FULL|There is not enough space/i.test(message)) {
    return new HostStoreError(
      "full",
      `The disk of the data directory ${directory} is full: free some space and start again; nothing acknowledged is lost.`,
      error,
    );
  }
  if (/EACCES|EPERM|EROFS|ENOTDIR|EEXIST|Permission denied|Read-only/i.test(message)) {
    return new HostStoreError(
      "unwritable",
      `The data directory ${directory} cannot be written (${message}).`,
      error,
    );
  }
  return new HostStoreError(
    "damaged",
    `The database in ${directory} cannot be read (${message}): restore the directory from a copy or choose another one with --data.`,
    error,
  );
}
