import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PROCESS = fileURLToPath(new URL("host-process.mjs", import.meta.url));

export interface HostPlace {
  /** Absolute folder of the app. */
  readonly app: string;
  /** Data and settings; the same folder again is the next life of the same host. */
  readonly folder: string;
  readonly clock?: string;
  readonly hasAzurite?: boolean;
}

/** A folder for a host, with one in it for what its app notes; its settings are left as a host has changed them. */
export interface Place {
  readonly folder: string;
  readonly files: string;
}

export function preparePlace(folder: string): Place {
  const files = join(folder, "files");
  mkdirSync(files, { recursive: true });
  const settings = join(folder, "settings.json");
  if (!existsSync(settings)) {
    writeFileSync(settings, '{"Values":{}}');
  }
  return { folder, files };
}

export interface HostAddresses {
  readonly url: string;
  readonly internalUrl: string;
}

export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The crash point that it died at, or null. */
  readonly point: string | null;
  readonly stderr: string;
}

/** One life of a host: a process that serves until it is killed. */
export interface MortalHost {
  /** Null when it died before it was ready. */
  readonly ready: Promise<HostAddresses | null>;
  readonly death: Promise<Death>;
  kill(signal?: NodeJS.Signals): void;
  /** From now on it dies at this crash point, e.g. `*#3`; nothing if it is dead already. */
  dieAt(where: string): Promise<void>;
}

const alive = new Set<ChildProcess>();

/** Kills what still runs, for the end of a test that failed. */
export async function killAll(): Promise<void> {
  await Promise.all(
    [...alive].map((child) => {
      const gone = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      return gone;
    }),
  );
}

export function startMortalHost(
  { app, folder, clock = "system", hasAzurite = false }: HostPlace,
  env: Readonly<Record<string, string>> = {},
): MortalHost {
  const child = fork(
    PROCESS,
    [
      `--app=${app}`,
      `--data=${join(folder, "data")}`,
      `--settings=${join(folder, "settings.json")}`,
      "--port=0",
      `--clock=${clock}`,
      "--exit-with-parent",
      ...(hasAzurite ? ["--azurite"] : []),
    ],
    {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { PATH: process.env["PATH"], TZ: "UTC", NO_COLOR: "1", ...env },
    },
  );
  alive.add(child);
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const death = new Promise<Death>((resolve) => {
    child.once("close", (code, signal) => {
      alive.delete(child);
      const point = /^crash point (.+)$/mu.exec(stderr)?.[1] ?? null;
      resolve({ code, signal, point, stderr });
    });
  });
  const ready = new Promise<HostAddresses | null>((resolve) => {
    child.once("message", (message) => resolve(message as HostAddresses));
    void death.then(() => resolve(null));
  });
  return {
    ready,
    death,
    kill: (signal = "SIGKILL") => child.kill(signal),
    async dieAt(where) {
      if (child.connected) {
        const told = new Promise((resolve) => child.once("message", resolve));
        child.send(where);
        await told;
      }
    },
  };
}

export interface Answer {
  readonly status: number;
  // Bodies are whatever the caller expects them to be.
  readonly body: never;
  /** How often it was asked: above one, an earlier answer may have been lost with the host that gave it. */
  readonly asked: number;
}

interface Address {
  readonly url: string;
  readonly agent: Agent;
}

/** Before an interrupted request is sent again. */
const BACK_OFF_MS = 10;

/** Talks to whichever life is there; what a death interrupts is asked again of the next one. */
export class PatientClient {
  #waiting: ((address: Address) => void)[] = [];
  #address: Address | null = null;

  /** From now on requests go to the life at this internal address. */
  follow(url: string): void {
    this.leave();
    this.#address = { url, agent: new Agent({ keepAlive: true }) };
    for (const go of this.#waiting.splice(0)) {
      go(this.#address);
    }
  }

  /** Requests wait for the next life. */
  leave(): void {
    this.#address?.agent.destroy();
    this.#address = null;
  }

  /** Asks until there is an answer. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    for (let asked = 1; ; asked += 1) {
      const answer = await this.attempt(method, path, body);
      if (answer !== null) {
        return { ...answer, asked };
      }
    }
  }

  /** Asks once; null when the answer was lost, whatever became of what was asked. */
  async attempt(method: string, path: string, body?: unknown): Promise<Answer | null> {
    const address =
      this.#address ?? (await new Promise<Address>((resolve) => this.#waiting.push(resolve)));
    try {
      return { ...(await ask(address, method, path, body)), asked: 1 };
    } catch {
      await delay(BACK_OFF_MS);
      return null;
    }
  }
}

function ask(
  { url, agent }: Address,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: never }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const outgoing = request(new URL(path, url), { method, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("error", reject);
      response.once("end", () => {
        try {
          const parsed = text === "" ? null : (JSON.parse(text) as unknown);
          resolve({ status: response.statusCode!, body: parsed as never });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    outgoing.once("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
