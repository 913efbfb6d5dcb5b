import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HostError, systemCodeOf } from "../host-error.ts";
import type { HostKeys } from "./host-keys.ts";

const createKey = (): string => randomBytes(32).toString("base64url");

type Keys = Record<string, string>;

/** Whose keys: those of every function, those of extensions, or those of one function. */
export type KeyScope =
  | { readonly kind: "functions" }
  | { readonly kind: "system" }
  | { readonly kind: "function"; readonly name: string };

/** Name of the master key among the system keys. */
export const MASTER_KEY = "_master";

/** Without a prototype: names come from requests, and `constructor` is a name like any other. */
const keysFrom = (keys: Readonly<Keys>): Keys => Object.assign(Object.create(null) as Keys, keys);

/** The host's keys and the file that keeps them. */
export class KeyRing implements HostKeys {
  readonly #file: string;
  readonly functionKeys: Keys;
  readonly systemKeys: Keys;
  readonly functions: Record<string, Keys>;
  #masterKey: string;
  /** One write after the other: a later one holds what an earlier one changed. */
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string, keys: HostKeys) {
    this.#file = file;
    this.#masterKey = keys.masterKey;
    this.functionKeys = keysFrom(keys.functionKeys);
    this.systemKeys = keysFrom(keys.systemKeys);
    this.functions = Object.fromEntries(
      Object.entries(keys.functions).map(([name, own]) => [name, keysFrom(own)]),
    );
  }

  get masterKey(): string {
    return this.#masterKey;
  }

  /** The keys of a scope by name. */
  list(scope: KeyScope): Readonly<Keys> {
    return this.#keysOf(scope);
  }

  /** Sets a key, a random one when no value is given; `isNew` tells whether the name was unknown. */
  async set(
    scope: KeyScope,
    name: string,
    value = createKey(),
  ): Promise<{ value: string; isNew: boolean }> {
    if (scope.kind !== "function" && name.toLowerCase() === MASTER_KEY) {
      this.#masterKey = value;
      await this.save();
      return { value, isNew: false };
    }
    const keys = this.#keysOf(scope);
    const isNew = keys[name] === undefined;
    keys[name] = value;
    await this.save();
    return { value, isNew };
  }

  /** @returns false when there is no such key */
  async remove(scope: KeyScope, name: string): Promise<boolean> {
    const keys = this.#keysOf(scope);
    if (keys[name] === undefined) {
      return false;
    }
    delete keys[name];
    await this.save();
    return true;
  }

  /** Writes the file; a crash leaves the old or the new one. */
  save(): Promise<void> {
    const write = async (): Promise<void> => {
      const { masterKey, functionKeys, systemKeys, functions } = this;
      const text = JSON.stringify({ masterKey, functionKeys, systemKeys, functions }, null, 2);
      const draft = `${this.#file}.tmp`;
      await writeFile(draft, `${text}\n`, { mode: 0o600 });
      await rename(draft, this.#file);
    };
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }

  #keysOf(scope: KeyScope): Keys {
    switch (scope.kind) {
      case "functions":
        return this.functionKeys;
      case "system":
        return this.systemKeys;
      case "function":
        return (this.functions[scope.name] ??= keysFrom({}));
    }
  }
}

export const DURABLE_TASK_KEY = "durabletask_extension";

/** Reads `<data>/keys.json`, made with random keys at the first start. */
export async function readHostKeys(dataDirectory: string): Promise<KeyRing> {
  const file = join(dataDirectory, "keys.json");
  try {
    const keys = JSON.parse(await readFile(file, "utf8")) as Partial<HostKeys>;
    if (typeof keys.masterKey === "string") {
      return new KeyRing(file, {
        masterKey: keys.masterKey,
        functionKeys: keys.functionKeys ?? {},
        systemKeys: keys.systemKeys ?? {},
        functions: keys.functions ?? {},
      });
    }
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") {
      throw new HostError(
        "data-damaged",
        `${file} cannot be read; mend it, or delete it to get new keys.`,
        error,
      );
    }
  }
  const keys = new KeyRing(file, {
    masterKey: createKey(),
    functionKeys: { default: createKey() },
    systemKeys: { [DURABLE_TASK_KEY]: createKey() },
    functions: {},
  });
  await keys.save();
  return keys;
}
