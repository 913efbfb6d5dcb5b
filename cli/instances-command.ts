import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import type { RecordedHistory } from "../host/durable/recorded-history.ts";
import { addHostVerbs, type HostFlags, type HostVerb } from "./host-verb.ts";
import { controlVerbs } from "./instance-control.ts";
import { purgeVerb } from "./instance-purge.ts";
import { addSelectionOptions, filterOf, type SelectionOptions } from "./instance-selection.ts";
import { historyTable, instancesTable, instanceText, waitReasons } from "./instance-text.ts";
import {
  type ManagementClient,
  ManagementError,
  type InstanceStatus,
} from "./management-client.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** `continuity instances …`: looks at the orchestrations of a running host, and acts on them. */
export function createInstancesCommand(terminal: Terminal = processTerminal()): Command {
  const instances = new Command("instances").description(
    "look at the orchestrations of a running host, and act on them",
  );
  addHostVerbs(instances, terminal, [
    listVerb(terminal),
    showVerb(terminal),
    historyVerb(terminal),
    ...controlVerbs(terminal),
    raiseVerb(terminal),
    purgeVerb(terminal),
  ]);
  return instances;
}

function parseTop(text: string): number {
  const top = Number(text);
  if (!Number.isInteger(top) || top < 1) {
    throw new InvalidArgumentError("It is a whole number from 1.");
  }
  return top;
}

interface ListFlags extends HostFlags, SelectionOptions {
  readonly top?: number;
}

const listVerb = (terminal: Terminal): HostVerb => ({
  usage: "list",
  description: "list instances: all that match, oldest first",
  configure: (command) =>
    addSelectionOptions(command).option("--top <number>", "at most that many", parseTop),
  async run(client, command) {
    const flags = command.opts<ListFlags>();
    const found: InstanceStatus[] = [];
    for await (const instance of client.list(filterOf(flags), flags.top)) {
      found.push(instance);
    }
    if (flags.json) {
      const rows = found.map(({ input: _leftOut, ...status }) => status);
      terminal.print(JSON.stringify(rows, null, 2));
    } else {
      terminal.print(found.length === 0 ? "No instance matches." : instancesTable(found));
    }
  },
});

const showVerb = (terminal: Terminal): HostVerb => ({
  usage: "show <instance>",
  description: "show status, input, output, custom status and what it waits for",
  async run(client, command) {
    const [instanceId = ""] = command.args;
    const status = await client.show(instanceId);
    const waits = waitReasons(status, await readHistory(client, instanceId));
    terminal.print(
      command.opts<HostFlags>().json
        ? JSON.stringify({ ...status, waitsFor: waits }, null, 2)
        : instanceText(status, waits),
    );
  },
});

/** The history where the host gives it out; null elsewhere. */
async function readHistory(
  client: ManagementClient,
  instanceId: string,
): Promise<RecordedHistory | null> {
  try {
    return await client.history(instanceId);
  } catch (error) {
    if (error instanceof ManagementError && error.status === 404) {
      return null;
    }
    throw error;
  }
}

interface HistoryFlags extends HostFlags {
  readonly output?: string;
}

const historyVerb = (terminal: Terminal): HostVerb => ({
  usage: "history <instance>",
  description: "show the history; --json and --output give what `continuity replay` reads",
  configure: (command) =>
    command.option("--output <file>", "write the recorded history into a file"),
  async run(client, command) {
    const [instanceId = ""] = command.args;
    const { output, json } = command.opts<HistoryFlags>();
    const history = await client.history(instanceId);
    const text = JSON.stringify(history, null, 2);
    if (output !== undefined) {
      await writeFile(output, `${text}\n`);
      terminal.complain(`Wrote ${history.events.length} events of '${instanceId}' to ${output}.`);
    } else {
      terminal.print(json ? text : historyTable(history));
    }
  },
});

const raiseVerb = (terminal: Terminal): HostVerb => ({
  usage: "raise <instance> <event> [data]",
  description:
    "raise an external event; data is JSON, from standard input when left out or -, else null",
  async run(client, command) {
    const [instanceId = "", event = "", data] = command.args;
    const given = data === undefined || data === "-" ? await terminal.readInput() : data;
    const text = given === null || given.trim() === "" ? "null" : given;
    try {
      JSON.parse(text);
    } catch (error) {
      throw new Error(
        `The data of the event is no JSON: ${text.trim().slice(0, 80)} (a text needs quotes of its own).`,
        { cause: error },
      );
    }
    await client.raise(instanceId, event, text);
    terminal.print(
      command.opts<HostFlags>().json
        ? JSON.stringify({ instanceId, raised: event }, null, 2)
        : `Raised '${event}' for '${instanceId}'.`,
    );
  },
});
