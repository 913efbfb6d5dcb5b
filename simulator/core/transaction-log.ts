import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, write } from "node:fs";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";

const writeFile = promisify(write);
const syncFile = promisify(fdatasync);
const NO_EFFECT_WAIT_MS = 5;
const READ_BYTES = 4 * 1024 * 1024;

/** A place between two records: where the last one before it ends, how long its line is, and its checksum. */
export interface LogPosition {
  readonly offset: number;
  readonly lineBytes: number;
  readonly crc: string;
}

const BEGINNING: LogPosition = { offset: 0, lineBytes: 0, crc: "" };

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
 * L3. Lines without effect are written within a few milliseconds: thousands of reads a second share few writes.
 * L4. After a failed write the log accepts nothing more: what is in memory is then ahead of the disk.
 */
export class FileLog implements TransactionLog {
  readonly #file: number;
  readonly #path: string;
  readonly #beforeSync: () => void;
  #pending: string[] = [];
  #pendingEffects = 0;
  #isPumping = false;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | null = null;
  #waiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #syncing = 0;
  #position = BEGINNING;

  /** `beforeSync` makes durable what records refer to (the blobs). */
  constructor(path: string, beforeSync: () => void = () => undefined) {
    this.#path = path;
    this.#beforeSync = beforeSync;
    this.#file = openSync(path, "a+");
  }

  /** The end of the last record appended so far, written or not. */
  get position(): LogPosition {
    return this.#position;
  }

  /** Whether the log has this position: the record that ends there is whole and is that one. */
  has({ offset, lineBytes, crc }: LogPosition): boolean {
    if (offset === 0) return true;
    if (lineBytes < 1 || lineBytes > offset || fstatSync(this.#file).size < offset) return false;
    const bytes = Buffer.alloc(lineBytes);
    if (readSync(this.#file, bytes, 0, lineBytes, offset - lineBytes) < lineBytes) return false;
    const line = bytes.subarray(0, -1).toString("utf8");
    return bytes.at(-1) === 0x0a && crcOf(line) === crc && parseLine(line) !== undefined;
  }

  /** As described by `TransactionLog`, but only with what comes after a position that the log has. */
  replay(visit: (record: unknown) => void, from: LogPosition = BEGINNING): void {
    let damagedAt = -1;
    let { offset } = from;
    this.#position = from;
    for (const line of linesOf(this.#file, from.offset)) {
      if (damagedAt !== -1) {
        throw new Error(`The log ${this.#path} is damaged at byte ${damagedAt}.`);
      }
      const text = line.isWhole ? line.bytes.toString("utf8") : "";
      const record = parseLine(text);
      if (record === undefined) {
        damagedAt = offset;
      } else {
        visit(record);
        const lineBytes = line.bytes.length + 1;
        this.#position = { offset: offset + lineBytes, lineBytes, crc: crcOf(text) };
      }
      offset += line.bytes.length + 1;
    }
    if (damagedAt !== -1) ftruncateSync(this.#file, damagedAt);
  }

  /** Records up to a position, read from the disk while they are asked for. */
  *records(until: LogPosition): Generator {
    let offset = 0;
    for (const { bytes } of linesOf(this.#file, 0)) {
      if (offset >= until.offset) return;
      offset += bytes.length + 1;
      yield parseLine(bytes.toString("utf8"));
    }
  }

  append(record: unknown, isEffect: boolean): void {
    if (this.#failure !== null) throw this.#failure;
    const json = JSON.stringify(record);
    const crc = crc32(json).toString(16);
    const line = `${crc}\t${json}\n`;
    this.#pending.push(line);
    const lineBytes = Buffer.byteLength(line);
    this.#position = { offset: this.#position.offset + lineBytes, lineBytes, crc };
    if (isEffect) {
      this.#pendingEffects += 1;
      this.#startPump();
    } else {
      this.#startPumpSoon();
    }
  }

  durable(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#pendingEffects === 0 && this.#syncing === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** Settles when everything appended so far is on disk, also what is no effect. */
  flushed(): Promise<void> {
    // Counted like an effect, so that the next round of the pump syncs.
    this.#pendingEffects += 1;
    const settled = this.durable();
    if (this.#failure === null) this.#startPump();
    return settled;
  }

  async close(): Promise<void> {
    while (this.#failure === null && (this.#isPumping || this.#pending.length > 0)) {
      this.#startPump();
      await new Promise((resolve) => setImmediate(resolve));
    }
    clearTimeout(this.#timer);
    closeSync(this.#file);
  }

  #startPump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    // Requests handled in this turn of the event loop share one write.
    setImmediate(() => void this.#pump());
  }

  #startPumpSoon(): void {
    if (this.#isPumping || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#startPump();
    }, NO_EFFECT_WAIT_MS);
  }

  async #pump(): Promise<void> {
    do {
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
    } while (this.#pendingEffects > 0 || this.#waiters.length > 0);
    this.#isPumping = false;
    if (this.#pending.length > 0) this.#startPumpSoon();
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

/** The lines of a file from an offset on, without their line ends, read piece by piece. */
function* linesOf(
  file: number,
  offset: number,
): Generator<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  const piece = Buffer.alloc(READ_BYTES);
  let rest = Buffer.alloc(0);
  let position = offset;
  for (;;) {
    const count = readSync(file, piece, 0, piece.length, position);
    if (count === 0) break;
    position += count;
    const bytes = Buffer.concat([rest, piece.subarray(0, count)]);
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
      yield { bytes: bytes.subarray(start, end), isWhole: true };
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield { bytes: rest, isWhole: false };
}

function parseLine(line: string): unknown {
  const json = line.slice(line.indexOf("\t") + 1);
  if (!line.includes("\t") || crc32(json).toString(16) !== crcOf(line)) return undefined;
  return JSON.parse(json);
}

/** The checksum that a line says it has. */
function crcOf(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf("\t")));
}
