import { rmSync } from "node:fs";
import { resolve } from "node:path";

import { areas } from "./areas.ts";
import { createMemoryBlobStore, openFileBlobStore } from "./content/blob-store.ts";
import { SnapshotStore } from "./control/snapshot-store.ts";
import { Checkpoints } from "./core/checkpoint.ts";
import { createMemoryLog, FileLog } from "./core/transaction-log.ts";
import { openDataDirectory, type DataDirectory } from "./data-directory.ts";
import type { FaultFile } from "./faults/fault-file.ts";
import { startHttpServer } from "./protocol/http-server.ts";
import type { TlsIdentity } from "./protocol/local-authority.ts";
import { createSimulator, type Simulator } from "./protocol/simulator.ts";
import { createEstate } from "./seed/estate.ts";
import type { ThrottlingMode } from "./throttling/throttle.ts";

export interface SimulatorOptions {
  /** Gives the parsed seed file; called only when there is no data directory yet. */
  readonly readSeed: () => unknown;
  /** Null keeps everything in memory. */
  readonly dataDir: string | null;
  /** 0 takes a free port. */
  readonly port: number;
  readonly clock: { now(): number };
  /** HTTPS with a certificate authority of its own, kept in the data directory. */
  readonly tls?: boolean;
  /** Lets the clock jump to an instant (Unix milliseconds); given when this process owns a virtual clock. */
  readonly advance?: (instant: number) => Promise<void>;
  /** Default: "none". */
  readonly throttling?: ThrottlingMode;
  /** Reads that only `/beta` has are answered too; default: what the seed says. */
  readonly beta?: boolean;
  /** Bytes of the log after which its state is written out, so that a start reads only what came later. */
  readonly checkpointBytes?: number;
  /** Faults to begin with. */
  readonly faults?: FaultFile;
  /** Called when the disk no longer takes what must be kept; the simulator answers nothing more. */
  readonly onFailure?: (error: Error) => void;
}

export interface RunningSimulator {
  readonly url: string;
  /** The certificate (PEM) that clients must trust; null without TLS. */
  readonly authorityFile: string | null;
  stop(): Promise<void>;
}

/** Starts a Graph simulator on 127.0.0.1. Errors are one sentence for people. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { readSeed, dataDir } = options;
  if (options.tls === true && dataDir === null) {
    throw new Error("HTTPS needs a data directory for its certificate authority: give --data.");
  }
  const directory =
    dataDir === null ? null : openDataDirectory(dataDir, () => checkedSeed(readSeed));
  try {
    const { simulator, close } = await load(options, directory);
    await simulator.engine.durable();
    const tls =
      options.tls === true && dataDir !== null ? await openTls(resolve(dataDir, "tls")) : null;
    const server = await startHttpServer(
      simulator,
      options.port,
      options.onFailure ?? ((error) => process.stderr.write(`${String(error.stack)}\n`)),
      tls ?? undefined,
    ).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return {
      url: server.url,
      authorityFile: tls?.authorityFile ?? null,
      async stop() {
        await server.stop();
        await close();
        directory?.unlock();
      },
    };
  } catch (error) {
    directory?.unlock();
    throw error;
  }
}

/** Certificates are loaded only by those who want them. */
async function openTls(directory: string): Promise<TlsIdentity> {
  const { openTlsIdentity } = await import("./protocol/local-authority.ts");
  return openTlsIdentity(directory);
}

interface Loaded {
  readonly simulator: Simulator;
  readonly close: () => Promise<void>;
}

async function load(options: SimulatorOptions, directory: DataDirectory | null): Promise<Loaded> {
  const { readSeed, clock, advance } = options;
  const estate = createEstate(directory === null ? readSeed() : directory.seed);
  const blobs =
    directory === null ? createMemoryBlobStore() : openFileBlobStore(directory.contentPath);
  const fileLog =
    directory === null
      ? null
      : new FileLog(directory.logPath, () => {
          blobs.sync();
        });
  const log = fileLog ?? createMemoryLog();
  const simulator = createSimulator({
    estate,
    areas,
    log,
    blobs,
    clock,
    ...(advance === undefined ? {} : { advance }),
    ...(options.dataDir === null ? {} : { snapshots: new SnapshotStore(resolve(options.dataDir)) }),
    ...(options.throttling === undefined ? {} : { throttling: options.throttling }),
    ...(options.beta === undefined ? {} : { hasBeta: options.beta }),
    key: directory?.tokenKey ?? Buffer.alloc(32, estate.seed & 0xff),
  });
  const { engine } = simulator;
  const checkpoints =
    directory === null || fileLog === null
      ? null
      : new Checkpoints({
          path: directory.checkpointPath,
          engine,
          log: fileLog,
          ...(options.checkpointBytes === undefined ? {} : { tailBytes: options.checkpointBytes }),
        });
  const close = async () => {
    await checkpoints?.idle();
    await log.close();
    blobs.close();
  };
  checkpoints?.start();
  if (!engine.isSeeded && engine.hasHistory && directory !== null) {
    // The first start was cut short while it seeded; nobody has had an answer yet, so it begins anew.
    await close();
    rmSync(directory.logPath);
    return load(options, directory);
  }
  if (!engine.isSeeded) engine.seed(areas);
  if (options.faults !== undefined) simulator.applyFaults(options.faults);
  return { simulator, close };
}

function checkedSeed(readSeed: () => unknown): unknown {
  return createEstate(readSeed()).file;
}
