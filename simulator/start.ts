import { rmSync } from "node:fs";

import { areas } from "./areas.ts";
import { createMemoryBlobStore, openFileBlobStore } from "./content/blob-store.ts";
import { createMemoryLog, FileLog } from "./core/transaction-log.ts";
import { openDataDirectory, type DataDirectory } from "./data-directory.ts";
import { startHttpServer } from "./protocol/http-server.ts";
import { createSimulator, type Simulator } from "./protocol/simulator.ts";
import { createEstate } from "./seed/estate.ts";

export interface SimulatorOptions {
  /** Gives the parsed seed file; called only when there is no data directory yet. */
  readonly readSeed: () => unknown;
  /** Null keeps everything in memory. */
  readonly dataDir: string | null;
  /** 0 takes a free port. */
  readonly port: number;
  readonly clock: { now(): number };
  /** Lets the clock jump to an instant (Unix milliseconds); given when this process owns a virtual clock. */
  readonly advance?: (instant: number) => Promise<void>;
  /** Called when the disk no longer takes what must be kept; the simulator answers nothing more. */
  readonly onFailure?: (error: Error) => void;
}

export interface RunningSimulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Graph simulator on 127.0.0.1. Errors are one sentence for people. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { readSeed, dataDir } = options;
  const directory =
    dataDir === null ? null : openDataDirectory(dataDir, () => checkedSeed(readSeed));
  try {
    const { simulator, close } = await load(options, directory);
    await simulator.engine.durable();
    const server = await startHttpServer(
      simulator,
      options.port,
      options.onFailure ?? ((error) => process.stderr.write(`${String(error.stack)}\n`)),
    ).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return {
      url: server.url,
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

interface Loaded {
  readonly simulator: Simulator;
  readonly close: () => Promise<void>;
}

async function load(options: SimulatorOptions, directory: DataDirectory | null): Promise<Loaded> {
  const { readSeed, clock, advance } = options;
  const estate = createEstate(directory === null ? readSeed() : directory.seed);
  const blobs =
    directory === null ? createMemoryBlobStore() : openFileBlobStore(directory.contentPath);
  const log =
    directory === null
      ? createMemoryLog()
      : new FileLog(directory.logPath, () => {
          blobs.sync();
        });
  const simulator = createSimulator({
    estate,
    areas,
    log,
    blobs,
    clock,
    ...(advance === undefined ? {} : { advance }),
    key: directory?.tokenKey ?? Buffer.alloc(32, estate.seed & 0xff),
  });
  const close = async () => {
    await log.close();
    blobs.close();
  };
  const { engine } = simulator;
  log.replay((record) => {
    engine.replay(record);
  });
  if (!engine.isSeeded && engine.hasHistory && directory !== null) {
    // The first start was cut short while it seeded; nobody has had an answer yet, so it begins anew.
    await close();
    rmSync(directory.logPath);
    return load(options, directory);
  }
  if (!engine.isSeeded) engine.seed(areas);
  return { simulator, close };
}

function checkedSeed(readSeed: () => unknown): unknown {
  return createEstate(readSeed()).file;
}
