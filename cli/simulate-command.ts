import {
  mkdirSync,
  openSync,
  fsyncSync,
  closeSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { Command } from "commander";

import { createClock, type ClockMemory } from "../clock/create-clock.ts";
import { startSimulator } from "../simulator/start.ts";
import { parsePort } from "./command-line.ts";

interface SimulateOptions {
  readonly seed?: string;
  readonly port: number;
  readonly data?: string;
  readonly clock: string;
  readonly exitWithParent?: true;
}

/** `continuity simulate`: the Graph simulator alone, for any client. */
export function createSimulateCommand(): Command {
  return new Command("simulate")
    .description("run the Microsoft Graph simulator on 127.0.0.1")
    .option("--seed <file>", "estate to build; needed for a new data directory, else ignored")
    .option("--port <number>", "port (0: a free one)", parsePort, 0)
    .option("--data <directory>", "where everything is kept (left out: in memory)")
    .option(
      "--clock <spec>",
      "system, x60, virtual, virtual@<instant> or the address of a clock's owner",
      "system",
    )
    .option("--exit-with-parent", "stop when the process that forked this one disappears")
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  try {
    await run(options);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}

async function run({ seed, port, data, clock: spec, exitWithParent }: SimulateOptions) {
  const clockFile = data === undefined ? null : join(data, "clock.json");
  const clock = await createClock(spec, {
    name: "simulator",
    memory: clockFile === null ? null : readMemory(clockFile),
    ...(clockFile === null
      ? {}
      : {
          persist: (memory: ClockMemory) => {
            writeMemory(clockFile, memory);
            return Promise.resolve();
          },
        }),
  });
  const stop = async (code: number): Promise<never> => {
    await simulator.stop();
    await clock.close();
    process.exit(code);
  };
  const simulator = await startSimulator({
    readSeed: () => readSeed(seed),
    dataDir: data ?? null,
    port,
    clock,
    ...(spec.startsWith("virtual") ? { advance: advanceOf(clock) } : {}),
    onFailure: (error) => {
      process.stderr.write(`The simulator stops: ${error.message}\n`);
      process.exit(1);
    },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(0));
  if (exitWithParent === true) {
    process.once("disconnect", () => void stop(0));
    // What is acknowledged is on disk already; a stop that hangs must not outlive the parent.
    process.once("disconnect", () => setTimeout(() => process.exit(0), 1_500).unref());
  }
  process.send?.({ type: "ready", url: simulator.url, pid: process.pid });
  process.stdout.write(`Microsoft Graph simulator at ${simulator.url}/v1.0\n`);
}

function advanceOf(clock: Awaited<ReturnType<typeof createClock>>) {
  return (instant: number): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimer(instant, resolve);
    });
}

function readSeed(file: string | undefined): unknown {
  if (file === undefined) throw new Error("A new simulator needs an estate: give --seed <file>.");
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`The seed file ${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function readMemory(file: string): ClockMemory | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ClockMemory;
  } catch {
    return null;
  }
}

function writeMemory(file: string, memory: ClockMemory): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(memory));
  const handle = openSync(`${file}.part`, "r+");
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.part`, file);
}
