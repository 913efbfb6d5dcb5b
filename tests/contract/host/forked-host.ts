import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../../dist/cli/continuity.js", import.meta.url));
const FIXTURES = fileURLToPath(new URL("./fixtures/", import.meta.url));

const children = new Set<ChildProcess>();
const folders: string[] = [];

/** A new folder that `cleanUp` removes. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "host-contract-"));
  folders.push(folder);
  return folder;
}

/** Ends what tests left running and removes their folders. */
export async function cleanUp(): Promise<void> {
  await Promise.all(
    [...children].map((child) => {
      const end = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      return end;
    }),
  );
  for (const folder of folders.splice(0)) {
    // An Azurite that saves its last words may still write into the folder.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

export interface HostSetup {
  /** Name of a fixture, or the absolute folder of an app. */
  readonly app: string;
  /** Holds data and settings; the same folder again is the next start of the same host. */
  readonly folder: string;
  readonly settings?: object;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ForkedHost {
  readonly pid: number;
  readonly url: string;
  readonly internalUrl: string;
  readonly child: ChildProcess;
  output(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve(child.exitCode);
    } else {
      child.once("exit", (code) => resolve(code));
    }
  });

async function launch(setup: HostSetup): Promise<{ child: ChildProcess; text: string[][] }> {
  if (!existsSync(COMMAND)) {
    throw new Error("These tests run the built command: run `npm run build` first.");
  }
  const settings = join(setup.folder, "settings.json");
  if (setup.settings !== undefined && !existsSync(settings)) {
    await writeFile(settings, JSON.stringify(setup.settings));
  }
  const args = [
    "host",
    `--app=${join(setup.app.startsWith("/") ? "" : FIXTURES, setup.app)}`,
    `--data=${join(setup.folder, "data")}`,
    `--settings=${settings}`,
    "--port=0",
    ...(setup.args ?? []),
  ];
  const child = fork(COMMAND, args, {
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { PATH: process.env["PATH"], NO_COLOR: "1", TZ: "UTC", ...setup.env },
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  const text: string[][] = [[], []];
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => text[index]?.push(chunk));
  }
  return { child, text };
}

/** Runs `continuity host` in a process of its own and waits until it is ready. */
export async function startForkedHost(setup: HostSetup): Promise<ForkedHost> {
  const { child, text } = await launch(setup);
  const output = (): string => text.flat().join("");
  const ready = await new Promise<{ url: string; internalUrl: string; pid: number }>(
    (resolve, reject) => {
      child.once("message", (message) => resolve(message as never));
      child.once("exit", (code) => reject(new Error(`The host ended (${code}): ${output()}`)));
    },
  );
  return {
    ...ready,
    child,
    output,
    stop() {
      child.kill("SIGTERM");
      return ended(child);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended(child);
    },
  };
}

/** Runs `continuity host` that is expected to end by itself. */
export async function runUntilEnd(setup: HostSetup): Promise<Ended> {
  const { child, text } = await launch(setup);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stderr: (text[1] ?? []).join("") };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
  json(): unknown;
}

/** One HTTP request on a connection of its own, with any header. */
export function send(
  base: string,
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string | string[]>>;
    readonly body?: string | Uint8Array;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const outgoing = request(
      {
        hostname,
        port,
        path,
        agent: false,
        method: options.method ?? "GET",
        headers: options.headers ?? {},
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const body = Buffer.concat(chunks);
          const text = body.toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            text,
            json: () => JSON.parse(text) as unknown,
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}

/** Waits until the probe gives something, at most some seconds. */
export async function eventually<T>(
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  what: string,
): Promise<T> {
  const startedAt = Date.now();
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false) {
      return found;
    }
    if (Date.now() - startedAt > 15_000) {
      throw new Error(`This did not come about in time: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Identity {
  readonly name: string;
  readonly objectId: string;
  readonly key: string;
}

/** The local identities and the keys that a host keeps. */
export async function secretsOf(folder: string): Promise<{
  identities: Identity[];
  keys: {
    masterKey: string;
    functionKeys: { default: string };
    systemKeys: Record<string, string>;
  };
}> {
  const settings = JSON.parse(await readFile(join(folder, "settings.json"), "utf8")) as {
    Host: { LocalIdentities: Identity[] };
  };
  const keys = JSON.parse(await readFile(join(folder, "data", "keys.json"), "utf8")) as never;
  return { identities: settings.Host.LocalIdentities, keys };
}
