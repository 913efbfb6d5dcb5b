import { Command, Option } from "commander";
import { HostError } from "../host/host-error.ts";
import type { HostDurability, HostOptions } from "../host/host-options.ts";
import { startHost, type RunningHost } from "../host/start.ts";
import { HostStoreError } from "../host/store/store.ts";
import { parsePort } from "./command-line.ts";

interface HostFlags {
  readonly app: string;
  readonly port?: number;
  readonly internalPort?: number;
  readonly address?: string;
  readonly data?: string;
  readonly settings?: string;
  readonly clock: string;
  readonly clockRequires?: string;
  readonly durability: HostDurability;
  readonly azurite?: boolean;
  readonly exitWithParent?: boolean;
}

/** A process that ends because its parent did must be gone within two seconds. */
const PARENT_GRACE_MS = 1_500;
const PARENT_DRAIN_MS = 700;
/** A stop that hangs must not keep a terminal waiting. */
const STOP_GRACE_MS = 9_000;
const DRAIN_MS = 3_000;

const isForPeople = (error: unknown): boolean =>
  error instanceof HostError || error instanceof HostStoreError;

function fail(error: unknown): never {
  // A sentence for people needs no stack; anything else is a fault of ours and does.
  const text = error instanceof Error && !isForPeople(error) ? error.stack : messageOf(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Ends the process in an orderly way at most once; before the host stands there is nothing to drain. */
class Ending {
  #host: RunningHost | null = null;
  #isBegun = false;

  follow(host: RunningHost): void {
    this.#host = host;
  }

  begin(graceMs: number, hostGraceMs: number): void {
    if (this.#host === null) {
      process.exit(0);
    }
    if (this.#isBegun) {
      return;
    }
    this.#isBegun = true;
    setTimeout(() => process.exit(0), graceMs).unref();
    this.#host.stop(hostGraceMs).then(() => process.exit(0), fail);
  }
}

function endOnSignals(isChild: boolean): Ending {
  const ending = new Ending();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => ending.begin(STOP_GRACE_MS, DRAIN_MS));
  }
  if (isChild) {
    if (!process.connected) {
      fail(
        new HostError(
          "settings",
          "--exit-with-parent needs a parent that forked this process with a channel to it.",
        ),
      );
    }
    process.on("disconnect", () => ending.begin(PARENT_GRACE_MS, PARENT_DRAIN_MS));
  }
  return ending;
}

const hostOptionsOf = (flags: HostFlags): HostOptions => ({
  app: flags.app,
  clock: flags.clock,
  durability: flags.durability,
  hasAzurite: flags.azurite === true,
  ...(flags.clockRequires !== undefined && { clockRequires: flags.clockRequires.split(",") }),
  ...(flags.port !== undefined && { port: flags.port }),
  ...(flags.internalPort !== undefined && { internalPort: flags.internalPort }),
  ...(flags.address !== undefined && { address: flags.address }),
  ...(flags.data !== undefined && { data: flags.data }),
  ...(flags.settings !== undefined && { settings: flags.settings }),
});

/** What the app throws outside of an invocation cannot be answered to anybody; it must be seen, and the host goes on. */
function onStray(error: unknown): void {
  if (isForPeople(error)) {
    fail(error);
  }
  process.stderr.write(
    `Unhandled error in the app: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
}

async function run(flags: HostFlags): Promise<void> {
  process.on("unhandledRejection", onStray);
  process.on("uncaughtException", onStray);
  // Whoever read our output may be gone; that is no fault of the app, and saying so would fail again.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  const ending = endOnSignals(flags.exitWithParent === true);
  try {
    const host = await startHost(hostOptionsOf(flags));
    ending.follow(host);
    process.send?.({
      type: "ready",
      url: host.url,
      internalUrl: host.internalUrl,
      pid: process.pid,
    });
  } catch (error) {
    fail(error);
  }
}

/** `continuity host`: runs any built Functions v4 Node app on this machine. */
export const hostCommand = new Command("host")
  .description("run a built Azure Functions app (Node, v4 model) on this machine")
  .requiredOption("--app <directory>", "folder of the app, with host.json and package.json")
  .option("--port <number>", "port for the app (default 7071; 0 = any free)", parsePort)
  .option("--internal-port <number>", "port for local processes (default: any free)", parsePort)
  .option("--address <address>", "interface to listen on (default 127.0.0.1)")
  .option(
    "--data <directory>",
    "folder for everything that must survive (default <app>/.data/host)",
  )
  .option("--settings <file>", "settings file (default <app>/local.settings.json)")
  .option(
    "--clock <clock>",
    "system, x60 (any factor), virtual, virtual@<instant>, or the address of the clock's owner",
    "system",
  )
  .option(
    "--clock-requires <names>",
    "members without whom a virtual clock does not jump, separated by commas",
  )
  .addOption(
    new Option("--durability <kind>", "strict survives power cuts, relaxed only crashes")
      .choices(["strict", "relaxed"])
      .default("strict"),
  )
  .option("--azurite", "start Azurite in the data folder and use it as AzureWebJobsStorage")
  .option("--exit-with-parent", "stop when the process that forked this one disappears")
  .action(run);
