import type { StoreKey } from "./store.ts";

const compareTexts = (a: string, b: string): number => {
  if (a === b) {
    return 0;
  }
  // By UTF-8 bytes, as the database on disk orders them; for texts below U+D800 that is the order of `<`.
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
};

/** Orders keys element by element; numbers before texts, a shorter key before its extensions. */
export function compareKeys(a: StoreKey, b: StoreKey): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a[index]!;
    const right = b[index]!;
    if (typeof left === "number" && typeof right === "number") {
      if (left !== right) {
        return left - right;
      }
    } else if (typeof left === "string" && typeof right === "string") {
      const order = compareTexts(left, right);
      if (order !== 0) {
        return order;
      }
    } else {
      return typeof left === "number" ? -1 : 1;
    }
  }
  return a.length - b.length;
}

export function hasPrefix(key: StoreKey, prefix: StoreKey): boolean {
  return prefix.every((element, index) => key[index] === element);
}
