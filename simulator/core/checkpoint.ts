import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { crc32 } from "node:zlib";
import { z } from "zod";

import type { Engine, SavedEngine } from "./engine.ts";
import type { FileLog, LogPosition } from "./transaction-log.ts";

/** A start reads no more of the log than this, or than what the checkpoint before it is long. */
const TAIL_BYTES = 8 * 1024 * 1024;

const Header = z.object({
  /** Of the code that wrote it. */
  code: z.string(),
  log: z.object({ offset: z.int(), lineBytes: z.int(), crc: z.string() }),
  bytes: z.int(),
  crc: z.int(),
});

interface Checkpoint {
  readonly log: LogPosition;
  readonly bytes: number;
  readonly saved: SavedEngine;
}

/**
 * The world as it was at one place of the log, so that a start reads only what came afterwards.
 *
 * C1. The log is the truth and is never cut: a checkpoint that is torn, not of this log or not of this code is thrown
 *     away, and the start reads the whole log.
 * C2. It appears under its name only when it is whole and on disk, and when the log is on disk up to its place.
 * C3. It is taken between two transactions, and is written while others go on.
 * C4. All checkpoints together are no longer than the log: the next one waits until as much has been appended.
 */
export class Checkpoints {
  readonly #path: string;
  readonly #engine: Engine;
  readonly #log: FileLog;
  readonly #tailBytes: number;
  /** The log's length at which the next one is due. */
  #dueAt = 0;
  #writing: Promise<void> | null = null;

  constructor(options: {
    readonly path: string;
    readonly engine: Engine;
    readonly log: FileLog;
    readonly tailBytes?: number;
  }) {
    this.#path = options.path;
    this.#engine = options.engine;
    this.#log = options.log;
    this.#tailBytes = options.tailBytes ?? TAIL_BYTES;
    this.#dueAt = this.#tailBytes;
  }

  /** Brings an engine that has not begun to where the log ends. */
  start(): void {
    const checkpoint = this.#read();
    if (checkpoint === null) {
      rmSync(this.#path, { force: true });
    } else {
      const { saved, log } = checkpoint;
      this.#engine.load(saved, () => this.#log.records(log));
      this.#wait(checkpoint);
    }
    this.#log.replay((record) => {
      this.#engine.replay(record);
    }, checkpoint?.log);
    this.#engine.onTransaction(() => {
      if (this.#log.position.offset >= this.#dueAt) this.#takeSoon();
    });
  }

  /** Settles when none is being written. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  #takeSoon(): void {
    if (this.#writing !== null || !this.#engine.isSeeded) return;
    this.#writing = new Promise<void>((resolve) => {
      setImmediate(resolve);
    })
      .then(() => this.#take())
      .catch((error: unknown) => {
        // Whoever waits for the log hears of a full disk from there; without a checkpoint only the next start is slow.
        process.stderr.write(`No checkpoint was written: ${(error as Error).message}\n`);
        this.#dueAt = this.#log.position.offset + this.#tailBytes;
      })
      .finally(() => {
        this.#writing = null;
      });
  }

  async #take(): Promise<void> {
    const saved = this.#engine.save();
    const { position } = this.#log;
    const body = serialize(saved);
    const header = { code: codeHash(), log: position, bytes: body.length, crc: crc32(body) };
    await this.#log.flushed();
    const part = `${this.#path}.part`;
    await writeWhole(part, [Buffer.from(`${JSON.stringify(header)}\n`), body]);
    await rename(part, this.#path);
    await syncDirectory(dirname(this.#path));
    this.#wait({ log: position, bytes: body.length });
    this.#engine.forgetBefore(saved, () => this.#log.records(position));
  }

  #wait({ log, bytes }: Pick<Checkpoint, "log" | "bytes">): void {
    this.#dueAt = log.offset + Math.max(this.#tailBytes, bytes);
  }

  #read(): Checkpoint | null {
    try {
      const file = readFileSync(this.#path);
      const end = file.indexOf(0x0a);
      const header = Header.parse(JSON.parse(file.toString("utf8", 0, end)));
      const body = file.subarray(end + 1);
      const isWhole = body.length === header.bytes && crc32(body) === header.crc;
      if (!isWhole || header.code !== codeHash() || !this.#log.has(header.log)) return null;
      return { ...header, saved: deserialize(body) as SavedEngine };
    } catch {
      // Missing, torn or of another shape: the log has everything.
      return null;
    }
  }
}

async function writeWhole(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename last. Windows opens no directories, and needs none of this. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r").catch(() => null);
  if (directory === null) return;
  await directory.sync().catch(() => undefined);
  await directory.close();
}

let code: string | null = null;

/**
 * Changes with every change of the simulator: how state looks is nobody's promise, so a checkpoint serves only the
 * very code that wrote it.
 */
function codeHash(): string {
  if (code !== null) return code;
  const root = fileURLToPath(new URL("..", import.meta.url));
  const digest = createHash("sha256").update(process.versions.v8);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  for (const file of files) {
    if (/(?<!\.d)\.(ts|js)$/.test(file)) digest.update(file).update(readFileSync(join(root, file)));
  }
  code = digest.digest("hex");
  return code;
}
