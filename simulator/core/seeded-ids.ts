import { digest, guidOf } from "./random.ts";
import { RecentMap } from "./recent-map.ts";

/** For each kind of object; each is a string of 36 characters and its number, in both directions. */
const REMEMBERED_IDS = 10_000;

/**
 * Ids of generated objects that can be turned back into the object's number. Hundreds of thousands of users and sites
 * then need no table: an id carries its number in its last four bytes, masked by the rest, and is valid only if the
 * rest is what that number gives.
 */
export class SeededIds {
  readonly #scope: readonly (string | number)[];
  // A map for each kind, so that a look-up need not put a key together.
  readonly #guids = new Map<string, RecentMap<number, string>>();
  readonly #indexes = new Map<string, RecentMap<string, number | null>>();

  constructor(...scope: readonly (string | number)[]) {
    this.#scope = scope;
  }

  /** The GUID of object `index` (0 to 2^32 - 1) of a kind such as "user". */
  guid(kind: string, index: number): string {
    let guids = this.#guids.get(kind);
    if (guids === undefined) {
      guids = new RecentMap(REMEMBERED_IDS);
      this.#guids.set(kind, guids);
    }
    return guids.get(index, () => this.#makeGuid(kind, index));
  }

  /** The number behind a GUID made by `guid`, or null for any other text. */
  indexOf(kind: string, guid: string): number | null {
    if (guid.length > 36) return null;
    let indexes = this.#indexes.get(kind);
    if (indexes === undefined) {
      indexes = new RecentMap(REMEMBERED_IDS);
      this.#indexes.set(kind, indexes);
    }
    return indexes.get(guid, () => this.#findIndex(kind, guid));
  }

  #makeGuid(kind: string, index: number): string {
    const bytes = digest(...this.#scope, kind, index);
    bytes.writeUInt32BE((index ^ this.#mask(kind, bytes)) >>> 0, 12);
    return guidOf(bytes);
  }

  #findIndex(kind: string, guid: string): number | null {
    const hex = guid.replaceAll("-", "");
    if (hex.length !== 32 || !/^[0-9a-f]{32}$/i.test(hex)) return null;
    const bytes = Buffer.from(hex, "hex");
    const index = (bytes.readUInt32BE(12) ^ this.#mask(kind, bytes)) >>> 0;
    return this.guid(kind, index) === guid.toLowerCase() ? index : null;
  }

  #mask(kind: string, bytes: Uint8Array): number {
    const head = Buffer.from(bytes.subarray(0, 6)).toString("hex");
    return digest(...this.#scope, kind, "mask", head).readUInt32BE(0);
  }
}
