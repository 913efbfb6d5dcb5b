import { createHash } from "node:crypto";
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";

/** Bytes that clients handed in, kept once per content. */
export interface BlobStore {
  /** Stores bytes and returns their SHA-256 (hex). They are on disk once `sync` has returned. */
  put(bytes: Uint8Array): string;
  get(hash: string): Uint8Array;
  sync(): void;
  close(): void;
}

export function createMemoryBlobStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    put(bytes) {
      const hash = hashOf(bytes);
      if (!blobs.has(hash)) blobs.set(hash, Uint8Array.from(bytes));
      return hash;
    },
    get: (hash) => found(blobs.get(hash), hash),
    sync() {},
    close() {},
  };
}

const HEADER_BYTES = 36;

/**
 * One append-only file of records `length (4 bytes) · SHA-256 (32 bytes) · content`. A record cut short by a crash is
 * dropped when the file is opened; nothing refers to it, because events are written after the bytes they name.
 */
export function openFileBlobStore(path: string): BlobStore {
  const file = openSync(path, "a+");
  const places = new Map<string, { readonly offset: number; readonly length: number }>();
  let end = scan(file, places);
  let isDirty = false;
  return {
    put(bytes) {
      const hash = hashOf(bytes);
      if (places.has(hash)) return hash;
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(bytes.length, 0);
      header.write(hash, 4, "hex");
      writeAll(file, Buffer.concat([header, bytes]));
      places.set(hash, { offset: end + HEADER_BYTES, length: bytes.length });
      end += HEADER_BYTES + bytes.length;
      isDirty = true;
      return hash;
    },
    get(hash) {
      const place = found(places.get(hash), hash);
      const bytes = Buffer.alloc(place.length);
      let read = 0;
      while (read < place.length) {
        const count = readSync(file, bytes, read, place.length - read, place.offset + read);
        if (count === 0) throw new Error(`The content file ends inside blob ${hash}.`);
        read += count;
      }
      return bytes;
    },
    sync() {
      if (!isDirty) return;
      fdatasyncSync(file);
      isDirty = false;
    },
    close() {
      closeSync(file);
    },
  };
}

function scan(
  file: number,
  places: Map<string, { readonly offset: number; readonly length: number }>,
): number {
  const size = fstatSync(file).size;
  const header = Buffer.alloc(HEADER_BYTES);
  let offset = 0;
  while (offset + HEADER_BYTES <= size) {
    readSync(file, header, 0, HEADER_BYTES, offset);
    const length = header.readUInt32LE(0);
    if (offset + HEADER_BYTES + length > size) break;
    places.set(header.toString("hex", 4), { offset: offset + HEADER_BYTES, length });
    offset += HEADER_BYTES + length;
  }
  if (offset < size) ftruncateSync(file, offset);
  return offset;
}

function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function found<T>(value: T | undefined, hash: string): T {
  if (value === undefined) throw new Error(`There is no blob ${hash}.`);
  return value;
}
