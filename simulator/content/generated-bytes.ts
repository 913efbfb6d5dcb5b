import { createCipheriv } from "node:crypto";

import { createSequence, digest } from "../core/random.ts";

const WORDS =
  "agreement allocation annual approval archive audit balance board budget campaign carrier clause client contract continuity cost customer deadline delivery department design draft estimate evidence forecast goods growth incident inventory invoice item launch ledger legal margin market meeting minutes network notice offer order outlook partner payment plan policy price process product project proposal protection quality quarter recovery region renewal report request restore review risk sales schedule scope service shipment signature site sprint standard status storage strategy supplier support target tenant term test training transfer travel update vendor version warranty week".split(
    " ",
  );

/** Readable text of exactly `size` bytes that depends only on `key`. */
export function textBytesOf(key: string, size: number): Uint8Array {
  const next = createSequence("text", key);
  const parts: string[] = [];
  let length = 0;
  while (length < size) {
    const word = WORDS[Math.floor(next() * WORDS.length)] ?? "";
    const piece = next() < 0.08 ? `${word}.\n` : `${word} `;
    parts.push(piece);
    length += piece.length;
  }
  return Buffer.from(parts.join("").slice(0, size), "latin1");
}

/** What an encrypted file looks like: `size` bytes without pattern that depend only on `key`. */
export function randomBytesOf(key: string, size: number): Uint8Array {
  const cipher = createCipheriv("aes-128-ctr", digest("random", key), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}
