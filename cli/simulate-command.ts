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

import { Command, Option } from "commander";
import { z } from "zod";

import { createClock, type ClockMemory } from "../clock/create-clock.ts";
import { parseClock } from "../clock/clock-spec.ts";
import { startSimulator } from "../simulator/start.ts";
import { FaultFile } from "../simulator/faults/fault-file.ts";
import { THROTTLING_MODES, type ThrottlingMode } from "../simulator/throttling/throttle.ts";
import { parsePort } from "./command-line.ts";

interface SimulateOptions {
  readonly seed?: string;
  readonly port: number;
  readonly data?: string;
  readonly clock: string;
  readonly throttling?: ThrottlingMode;
  readonly faults?: string;
  readonly tls?: true;
  readonly beta?: true;
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
    .addOption(
      new Option(
        "--throttling <mode>",
        "limits of Microsoft Graph (left out: documented, but none where time stands still)",
      ).choices(THROTTLING_MODES),
    )
    .option("--faults <file>", "faults to begin with, sown or scripted")
    .option(
      "--tls",
      "HTTPS, with a certificate authority of its own in the data directory (official clients need it)",
    )
    .option("--beta", "answer reads that only Graph's beta has, below /beta")
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

async function run(options: SimulateOptions) {
  const { seed, port, data, clock: spec, exitWithParent } = options;
  const faults = options.faults === undefined ? null : readFaults(options.faults);
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
    tls: options.tls === true,
    ...(options.beta === undefined ? {} : { beta: options.beta }),
    throttling: options.throttling ?? usualThrottling(spec),
    ...(faults === null ? {} : { faults }),
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
  process.stdout.write(`Control and admin page at ${simulator.url}/simulator/\n`);
  if (simulator.authorityFile !== null) {
    process.stdout.write(`Clients must trust ${simulator.authorityFile}\n`);
  }
}

function advanceOf(clock: Awaited<ReturnType<typeof createClock>>) {
  return (instant: number): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimer(instant, resolve);
    });
}

/** Where time jumps it stands still while requests are made, and no quota would ever be refilled. */
function usualThrottling(spec: string): ThrottlingMode {
  const { kind } = parseClock(spec);
  return kind === "virtual" || kind === "member" ? "none" : "documented";
}

function readFaults(file: string): FaultFile {
  try {
    return FaultFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join(" ")
        : (error as Error).message;
    throw new Error(`The fault file ${file} cannot be read: ${reason}`, { cause: error });
  }
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
