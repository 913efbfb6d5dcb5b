import { type ChildProcess, fork } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type RunningAzurite, startAzurite } from "../host/azurite/start-azurite.ts";
import { ACT_CLOCK_NAME } from "./act-clock.ts";
import { APP_FOLDER, COMMAND_FILE } from "./built-files.ts";
import { type DataDirectory, writeJson } from "./data-files.ts";
import type { Estate } from "./seed-file.ts";

/** Ports of one copy; 0 takes a free one. */
export interface Ports {
  readonly host: number;
  readonly simulator: number;
}

/** A copy that runs: addresses, and how to end it. */
export interface RunningCopy {
  readonly hostUrl: string;
  readonly internalUrl: string;
  readonly simulatorUrl: string;
  readonly storageConnection: string;
  /** Rejects when the host or the simulator ends by itself. */
  readonly unexpectedEnd: Promise<never>;
  stop(): Promise<void>;
  /** Kills host and simulator without a word, as a crash would; Azurite stays, and is stopped by `stop`. */
  kill(): Promise<void>;
}

interface Ready {
  readonly type: "ready";
  readonly url: string;
  readonly internalUrl?: string;
  readonly pid: number;
}

const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 8_000;

/** Starts Azurite, the host and the simulator on one clock, and writes `run.json` once all of them answer. */
export async function startCopy(options: {
  readonly directory: DataDirectory;
  readonly estate: Estate;
  readonly seedFile: string;
  readonly ports: Ports;
  /** Environment of the app besides the addresses that only become known here. */
  readonly settings: Readonly<Record<string, string>>;
}): Promise<RunningCopy> {
  const { directory, ports } = options;
  const started: { readonly stop: () => Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.splice(0).reverse()) {
      await part.stop();
    }
  };
  try {
    await mkdir(directory.logs, { recursive: true, mode: 0o700 });
    const azurite: RunningAzurite = await startAzurite({ dataDir: directory.azurite });
    started.push(azurite);
    // The host needs the simulator's address before it starts, and the simulator the clock of the host: the port is chosen first.
    const simulatorPort = ports.simulator === 0 ? await freePort() : ports.simulator;
    const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
    const host = await startChild(
      "host",
      [
        `--app=${APP_FOLDER}`,
        `--data=${directory.host}`,
        `--settings=${directory.settings}`,
        `--port=${ports.host}`,
        `--clock=virtual@${options.estate.startsAt}`,
        `--clock-requires=simulator,${ACT_CLOCK_NAME}`,
      ],
      directory.logs,
      {
        ...options.settings,
        AzureWebJobsStorage: azurite.connectionString,
        GraphBaseUrl: simulatorUrl,
        TokenAuthority: simulatorUrl,
      },
    );
    started.push(host);
    const internalUrl = host.ready.internalUrl as string;
    const simulator = await startChild(
      "simulate",
      [
        `--seed=${options.seedFile}`,
        `--data=${directory.simulator}`,
        `--port=${simulatorPort}`,
        `--clock=${internalUrl}`,
      ],
      directory.logs,
      {},
    );
    started.push(simulator);
    await writeJson(directory.runFile, {
      startedAt: new Date().toISOString(),
      launcher: { pid: process.pid },
      host: { pid: host.ready.pid, url: host.ready.url, internalUrl },
      simulator: { pid: simulator.ready.pid, url: simulator.ready.url },
      azurite: { pid: azurite.pid, ports: azurite.ports },
    });
    return {
      hostUrl: host.ready.url,
      internalUrl,
      simulatorUrl: simulator.ready.url,
      storageConnection: azurite.connectionString,
      unexpectedEnd: Promise.race([host.unexpectedEnd, simulator.unexpectedEnd]),
      stop,
      kill: async () => {
        await Promise.all([host.kill(), simulator.kill()]);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface RunningChild {
  readonly ready: Ready;
  readonly unexpectedEnd: Promise<never>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Forks one of our commands; it ends by itself when this process disappears. */
async function startChild(
  command: "host" | "simulate",
  args: readonly string[],
  logs: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningChild> {
  const child = fork(COMMAND_FILE, [command, ...args, "--exit-with-parent"], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C reaches the whole group; the launcher alone decides in which order the parts end.
    detached: process.platform !== "win32",
  });
  let lastWords = "";
  const log = createWriteStream(join(logs, `${command}.log`), { flags: "a", mode: 0o600 });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      log.write(chunk);
      lastWords = (lastWords + chunk.toString("utf8")).slice(-2_000);
    });
  }
  let isStopping = false;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(String(signal ?? code)));
  });
  const unexpectedEnd = ended.then((how): never | Promise<never> => {
    if (isStopping) {
      return new Promise<never>(() => undefined);
    }
    // Its own last words are for people when it could not start; they need no introduction.
    throw new Error(lastSentence(lastWords) || `The ${command} ended without a word (${how}).`);
  });
  // Nobody may be listening yet when it ends.
  unexpectedEnd.catch(() => undefined);
  const ready = await Promise.race([readiness(child, command), unexpectedEnd]);
  return {
    ready,
    unexpectedEnd,
    async stop() {
      isStopping = true;
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
      await ended;
      clearTimeout(killer);
    },
    async kill() {
      isStopping = true;
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function readiness(child: ChildProcess, command: string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`The ${command} was not ready within ${START_WITHIN_MS / 1000} seconds.`));
    }, START_WITHIN_MS);
    child.on("message", (message: Ready) => {
      if (message.type === "ready") {
        clearTimeout(timer);
        resolve(message);
      }
    });
    child.once("exit", () => clearTimeout(timer));
  });
}

const lastSentence = (text: string): string => text.trim().split("\n").at(-1) ?? "";

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
