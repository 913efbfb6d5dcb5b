import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a host answers and what opens its management API. */
export interface HostAddress {
  /** Without a trailing slash. */
  readonly url: string;
  readonly key: string | null;
}

export interface HostAddressOptions {
  readonly url?: string;
  readonly key?: string;
  /** Data directory of `continuity start` or of a host. */
  readonly data: string;
}

/** Where a host answers that was started without a port of its own. */
const DEFAULT_URL = "http://127.0.0.1:7071";

interface RunFile {
  readonly host?: { readonly url?: string };
}

interface KeysFile {
  readonly masterKey?: string;
  readonly systemKeys?: { readonly durabletask_extension?: string };
}

/** What is said outright wins; the rest is read from the data directory. @throws Error when the address is none */
export async function findHost({ url, key, data }: HostAddressOptions): Promise<HostAddress> {
  const run = url === undefined ? await readJson<RunFile>(join(data, "run.json")) : null;
  const address = url ?? run?.host?.url ?? DEFAULT_URL;
  if (!URL.canParse(address) || !/^https?:/u.test(address)) {
    throw new Error(`"${address}" is no address of a host; it looks like ${DEFAULT_URL}.`);
  }
  // A key of this machine goes to nobody else's.
  const isHere = /^(127\.|localhost$|\[::1\]$)/u.test(new URL(address).hostname);
  return {
    url: address.replace(/\/+$/u, ""),
    key: key ?? (isHere ? await readKey(data) : null),
  };
}

async function readKey(data: string): Promise<string | null> {
  for (const folder of [join(data, "host"), data]) {
    const keys = await readJson<KeysFile>(join(folder, "keys.json"));
    const key = keys?.systemKeys?.durabletask_extension ?? keys?.masterKey;
    if (key !== undefined) {
      return key;
    }
  }
  return null;
}

async function readJson<T>(file: string): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return null;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${file} is no readable JSON document.`, { cause: error });
  }
}
