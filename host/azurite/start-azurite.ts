import { fork, type ChildProcess } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HostError } from "../host-error.ts";
import { azuriteFolder, findKeeper, HEARTBEAT_MS, type AzuritePorts } from "./keeper-file.ts";

export interface AzuriteOptions {
  /** Azurite's files go to `<dataDir>/azurite`. */
  readonly dataDir: string;
  /** Fixed ports; free ones otherwise. */
  readonly ports?: AzuritePorts;
}

export interface RunningAzurite {
  readonly connectionString: string;
  readonly pid: number;
  readonly ports: AzuritePorts;
  /** Lets Azurite save and close. */
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 30_000;
const OLD_KEEPER_PATIENCE_MS = 30_000;
const OWNED_KEEPER_PATIENCE_MS = 3_000;
const STOP_PATIENCE_MS = 25_000;
const LOOK_AGAIN_MS = 50;

/** Azurite's well-known account; it is public and opens nothing but Azurite. */
const ACCOUNT = "devstoreaccount1";
const ACCOUNT_KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Connection string of an Azurite on these ports. */
export function azuriteConnectionString({ blob, queue, table }: AzuritePorts): string {
  const endpoint = (port: number): string => `http://127.0.0.1:${port}/${ACCOUNT}`;
  return [
    "DefaultEndpointsProtocol=http",
    `AccountName=${ACCOUNT}`,
    `AccountKey=${ACCOUNT_KEY}`,
    `BlobEndpoint=${endpoint(blob)}`,
    `QueueEndpoint=${endpoint(queue)}`,
    `TableEndpoint=${endpoint(table)}`,
  ].join(";");
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Free ports; all are taken at once so that they differ. */
async function findPorts(): Promise<AzuritePorts> {
  const servers = await Promise.all(
    [0, 1, 2].map(async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(0, "127.0.0.1", resolve);
      });
      return server;
    }),
  );
  const [blob = 0, queue = 0, table = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  );
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
  );
  return { blob, queue, table };
}

/** Waits until an earlier keeper of this folder has saved and ended. */
async function waitForOldKeeper(folder: string): Promise<void> {
  const startedAt = Date.now();
  for (;;) {
    const keeper = await findKeeper(folder);
    const waited = Date.now() - startedAt;
    if (keeper === null || (keeper.isStale && waited > 3 * HEARTBEAT_MS)) {
      return;
    }
    if (!keeper.isOrphan && waited > OWNED_KEEPER_PATIENCE_MS) {
      throw new HostError(
        "azurite",
        `Another process (${keeper.parentPid}) uses the Azurite in ${folder}; stop it or choose another data directory.`,
      );
    }
    if (waited > OLD_KEEPER_PATIENCE_MS) {
      throw new HostError(
        "azurite",
        `The Azurite that kept ${folder} before (process ${keeper.pid}) does not end; end it and start again.`,
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

async function forkKeeper(folder: string, ports: AzuritePorts): Promise<ChildProcess> {
  // Compiled this file ends in .js, under tsx in .ts; the keeper lies beside it in the same form.
  const extension = extname(fileURLToPath(import.meta.url));
  const keeper = fileURLToPath(new URL(`./keeper${extension}`, import.meta.url));
  const log = await open(join(folder, "azurite.log"), "a", 0o600);
  try {
    return fork(keeper, [folder, ...[ports.blob, ports.queue, ports.table].map(String)], {
      // A group of its own: neither Ctrl-C nor a kill of our group may hit it before it has saved.
      detached: true,
      stdio: ["ignore", log.fd, log.fd, "ipc"],
      execArgv: extension === ".ts" ? ["--import", "tsx"] : [],
    });
  } finally {
    await log.close();
  }
}

function ready(child: ChildProcess, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new HostError("azurite", `Azurite ${reason}; see ${join(folder, "azurite.log")}.`));
    };
    const timer = setTimeout(() => fail("did not get ready in time"), START_PATIENCE_MS);
    child.once("exit", () => fail("ended while it started"));
    child.once("error", () => fail("could not be started"));
    child.once("message", () => {
      clearTimeout(timer);
      child.removeAllListeners("exit");
      resolve();
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new HostError("azurite", `Azurite (process ${child.pid}) does not end.`)),
      STOP_PATIENCE_MS,
    );
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    // The keeper takes a broken channel for "save and end", which also holds when we die without a word.
    if (child.connected) {
      child.disconnect();
    }
  });
}

/**
 * Starts Azurite (queues, tables, blobs on 127.0.0.1) in a process that outlives ours long enough to save. Waits for an
 * Azurite of an earlier run on the same data that is still saving.
 * @throws HostError when the data is in use or Azurite does not start
 */
export async function startAzurite(options: AzuriteOptions): Promise<RunningAzurite> {
  const folder = azuriteFolder(options.dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await waitForOldKeeper(folder);
  const ports = options.ports ?? (await findPorts());
  const child = await forkKeeper(folder, ports);
  await ready(child, folder);
  return {
    connectionString: azuriteConnectionString(ports),
    pid: child.pid ?? 0,
    ports,
    stop: () => stop(child),
  };
}
