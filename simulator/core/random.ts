import { hash } from "node:crypto";

/** 16 bytes that depend on all parts and on nothing else. */
export function digest(...parts: readonly (string | number)[]): Buffer {
  return hash("sha256", parts.join("\u0000"), "buffer").subarray(0, 16);
}

/** A number in [0, 1) that depends on all parts and on nothing else. */
export function fraction(...parts: readonly (string | number)[]): number {
  return digest(...parts).readUInt32LE(0) / 0x1_0000_0000;
}

/** Spells 16 bytes as a version 4 GUID (the six fixed bits are overwritten). */
export function guidOf(bytes: Uint8Array): string {
  const copy = Buffer.from(bytes.subarray(0, 16));
  copy[6] = ((copy[6] ?? 0) & 0x0f) | 0x40;
  copy[8] = ((copy[8] ?? 0) & 0x3f) | 0x80;
  const hex = copy.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A GUID that depends on all parts and on nothing else. */
export function guidFrom(...parts: readonly (string | number)[]): string {
  return guidOf(digest(...parts));
}

/** A fast repeatable sequence of numbers in [0, 1) (mulberry32) for generated names and texts. */
export function createSequence(...parts: readonly (string | number)[]): () => number {
  let state = digest(...parts).readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
