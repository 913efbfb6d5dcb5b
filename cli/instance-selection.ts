import { InvalidArgumentError, type Command } from "commander";
import type { InstanceFilter, InstanceStatus, ManagementClient } from "./management-client.ts";

export interface SelectionOptions {
  readonly status?: readonly string[];
  readonly prefix?: string;
  /** ISO 8601. */
  readonly createdFrom?: string;
  readonly createdTo?: string;
}

function parseInstant(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError("It is a date such as 2026-03-02T06:00:00Z.");
  }
  return new Date(at).toISOString();
}

const parseStatuses = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** Options that choose instances by what they are. */
export const addSelectionOptions = (command: Command): Command =>
  command
    .option("--status <statuses>", "runtime statuses, separated by commas", parseStatuses)
    .option("--prefix <text>", "how the instance ID begins")
    .option("--created-from <date>", "created then or later", parseInstant)
    .option("--created-to <date>", "created then or earlier", parseInstant);

export const filterOf = (options: SelectionOptions): InstanceFilter => ({
  statuses: options.status ?? [],
  prefix: options.prefix ?? null,
  createdFrom: options.createdFrom ?? null,
  createdTo: options.createdTo ?? null,
});

/** Whether the options choose anything. */
export const isRange = ({ status, prefix, createdFrom, createdTo }: SelectionOptions): boolean =>
  [status, prefix, createdFrom, createdTo].some((option) => option !== undefined);

/**
 * The instances that a command is about: those named, or those of a range that it can be done to.
 * @throws Error when neither or both are given
 */
export async function selectIds(
  client: ManagementClient,
  ids: readonly string[],
  options: SelectionOptions,
  isSuitable: (status: InstanceStatus) => boolean,
): Promise<string[]> {
  if (ids.length > 0 === isRange(options)) {
    throw new Error(
      ids.length > 0
        ? "Name instances or choose a range of them, not both."
        : "Say which: instance IDs, or a range by --status, --prefix, --created-from or --created-to.",
    );
  }
  if (ids.length > 0) {
    return [...new Set(ids)];
  }
  const found: string[] = [];
  for await (const instance of client.list(filterOf(options))) {
    if (isSuitable(instance)) {
      found.push(instance.instanceId);
    }
  }
  return found;
}
