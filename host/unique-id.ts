import { randomUUID } from "node:crypto";

/*
 * Identifiers that no two processes and no two calls share: random for the process, counted within it. They can be guessed,
 * so they name things and protect nothing. Thousands a second are made, and random ones cost more.
 */

const PROCESS = randomUUID().replaceAll("-", "");
let count = 0;

/** 32 hexadecimal digits. */
export function uniqueDigits(): string {
  count += 1;
  return PROCESS.slice(0, 20) + count.toString(16).padStart(12, "0");
}

/** The same in the form of a GUID. */
export function uniqueGuid(): string {
  count += 1;
  return GUID_HEAD + count.toString(16).padStart(12, "0");
}

const GUID_HEAD = `${PROCESS.slice(0, 8)}-${PROCESS.slice(8, 12)}-4${PROCESS.slice(13, 16)}-8${PROCESS.slice(17, 20)}-`;
