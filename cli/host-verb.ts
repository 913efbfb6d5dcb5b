import type { Command } from "commander";
import { oneSentence } from "./command-line.ts";
import { findHost, type HostAddressOptions } from "./host-address.ts";
import { ManagementClient } from "./management-client.ts";
import type { Terminal } from "./terminal.ts";

/** Options of every command that talks to a running host. */
export interface HostFlags extends HostAddressOptions {
  readonly json?: true;
}

/** Arguments and options stand in the command once it runs. */
export interface HostVerb {
  readonly usage: string;
  readonly description: string;
  readonly configure?: (command: Command) => Command;
  readonly run: (client: ManagementClient, command: Command) => Promise<void>;
}

/** Adds commands that talk to a running host; what they throw becomes one sentence and exit code 1. */
export function addHostVerbs(
  parent: Command,
  terminal: Terminal,
  verbs: readonly HostVerb[],
): void {
  for (const { usage, description, configure, run } of verbs) {
    const command = parent.command(usage).description(description);
    configure?.(command);
    command
      .option("--url <address>", "address of the host (default: from the data directory)")
      .option("--key <key>", "key of its management API (default: from the data directory)")
      .option("--data <directory>", "data directory of `continuity start` or of a host", ".data")
      .option("--json", "write JSON, for scripts")
      .action(async () => {
        try {
          const host = await findHost(command.opts<HostFlags>());
          await run(new ManagementClient(host), command);
        } catch (error) {
          terminal.complain(oneSentence(error));
          terminal.fail();
        }
      });
  }
}
