import { createHash, timingSafeEqual } from "node:crypto";
import type { AuthLevel } from "./http-function.ts";

/** Access keys as the Functions host has them; the file is readable only by its owner. */
export interface HostKeys {
  /** Opens everything. */
  readonly masterKey: string;
  /** Open every function of level `function`. */
  readonly functionKeys: Readonly<Record<string, string>>;
  /** Open the routes of extensions, e.g. `durabletask_extension`. */
  readonly systemKeys: Readonly<Record<string, string>>;
  /** Keys of single functions, by function and key name. */
  readonly functions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares two secrets in a time that does not tell where they differ. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digest(one), digest(other));

const isAmong = (key: string, keys: Iterable<string>): boolean =>
  [...keys].some((candidate) => isSameSecret(candidate, key));

/** Whether a key opens a function of that level. */
export function opensFunction(
  keys: HostKeys,
  functionName: string,
  level: AuthLevel,
  key: string | null,
): boolean {
  if (level === "anonymous") {
    return true;
  }
  if (key === null) {
    return false;
  }
  if (isSameSecret(key, keys.masterKey)) {
    return true;
  }
  return (
    level === "function" &&
    isAmong(key, [
      ...Object.values(keys.functionKeys),
      ...Object.values(keys.functions[functionName] ?? {}),
    ])
  );
}

/** Whether a key opens the routes of the extension with that system key; the master key always does. */
export const opensExtension = (keys: HostKeys, name: string, key: string | null): boolean =>
  key !== null &&
  isAmong(
    key,
    [keys.masterKey, keys.systemKeys[name]].filter((known) => known !== undefined),
  );

/** The key a request carries: header `x-functions-key`, else query parameter `code`. */
export function keyOfRequest(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  query: URLSearchParams,
): string | null {
  const header = headers["x-functions-key"];
  return (typeof header === "string" ? header : null) ?? query.get("code");
}
