import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync, write } from "node:fs";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";

const writeFile = promisify(write);
const syncFile = promisify(fdatasync);

/** An append-only list of JSON records. */
export interface TransactionLog {
  /** Calls back with every record written before, in order. Once, before the first append. */
  replay(visit: (record: unknown) => void): void;
  /** Appends a record. `isEffect` records are synced to disk; others are only written. */
  append(record: unknown, isEffect: boolean): void;
  /** Settles when every effect appended so far is on disk; rejects for good once writing has failed. */
  durable(): Promise<void>;
  close(): Promise<void>;
}

export function createMemoryLog(): TransactionLog {
  return {
    replay() {},
    append() {},
    durable: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/**
 * L1. One line is one transaction: `crc32 TAB json`. A line cut short by a crash was never acknowledged and is dropped.
 * L2. An effect is acknowledged only after `fdatasync`; all lines that wait while a sync runs share the next one.
 * L3. After a failed write the log accepts nothing more: what is in memory is then ahead of the disk.
 */
export class FileLog implements TransactionLog {
  readonly #file: number;
  readonly #path: string;
  readonly #beforeSync: () => void;
  #pending: string[] = [];
  #pendingEffects = 0;
  #isPumping = false;
  #failure: Error | null = null;
  #waiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #syncing = 0;

  /** `beforeSync` makes durable what records refer to (the blobs). */
  constructor(path: string, beforeSync: () => void = () => undefined) {
    this.#path = path;
    this.#beforeSync = beforeSync;
    this.#file = openSync(path, "a+");
  }

  replay(visit: (record: unknown) => void): void {
    const bytes = readFileSync(this.#path);
    let start = 0;
    while (start < bytes.length) {
      const end = bytes.indexOf(0x0a, start);
      const record = end === -1 ? undefined : parseLine(bytes.toString("utf8", start, end));
      if (record === undefined) {
        if (end !== -1 && bytes.indexOf(0x0a, end + 1) !== -1) {
          throw new Error(`The log ${this.#path} is damaged at byte ${start}.`);
        }
        ftruncateSync(this.#file, start);
        return;
      }
      visit(record);
      start = end + 1;
    }
  }

  append(record: unknown, isEffect: boolean): void {
    if (this.#failure !== null) throw this.#failure;
    const json = JSON.stringify(record);
    this.#pending.push(`${crc32(json).toString(16)}\t${json}\n`);
    if (isEffect) this.#pendingEffects += 1;
    if (!this.#isPumping) {
      this.#isPumping = true;
      // Requests handled in this turn of the event loop share one write.
      setImmediate(() => void this.#pump());
    }
  }

  durable(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#pendingEffects === 0 && this.#syncing === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  async close(): Promise<void> {
    while (this.#isPumping) await new Promise((resolve) => setImmediate(resolve));
    closeSync(this.#file);
  }

  async #pump(): Promise<void> {
    while (this.#pending.length > 0 || this.#waiters.length > 0) {
      const lines = this.#pending;
      const waiters = this.#waiters;
      this.#syncing = this.#pendingEffects;
      this.#pending = [];
      this.#waiters = [];
      this.#pendingEffects = 0;
      try {
        await this.#write(Buffer.from(lines.join(""), "utf8"));
        if (this.#syncing > 0) {
          this.#beforeSync();
          await syncFile(this.#file);
        }
      } catch (error) {
        this.#fail(error as Error, waiters);
        return;
      }
      this.#syncing = 0;
      for (const waiter of waiters) waiter.resolve();
    }
    this.#isPumping = false;
  }

  #fail(error: Error, waiters: readonly { reject: (error: Error) => void }[]): void {
    this.#failure = error;
    this.#isPumping = false;
    for (const waiter of [...waiters, ...this.#waiters]) waiter.reject(error);
    this.#waiters = [];
  }

  async #write(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const result = await writeFile(this.#file, bytes, written, bytes.length - written, null);
      written += result.bytesWritten;
    }
  }
}

function parseLine(line: string): unknown {
  const tab = line.indexOf("\t");
  const json = line.slice(tab + 1);
  if (tab === -1 || crc32(json).toString(16) !== line.slice(0, tab)) return undefined;
  return JSON.parse(json);
}
