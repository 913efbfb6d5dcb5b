import { count, forEach } from "./each-instance.ts";
import type { HostFlags, HostVerb } from "./host-verb.ts";
import {
  addSelectionOptions,
  isRange,
  selectIds,
  type SelectionOptions,
} from "./instance-selection.ts";
import { hasEnded } from "./instance-text.ts";
import type { ManagementClient } from "./management-client.ts";
import { confirm, type Terminal } from "./terminal.ts";

interface PurgeFlags extends HostFlags, SelectionOptions {
  readonly yes?: true;
}

/** purge: named instances, or the finished ones of a range. */
export const purgeVerb = (terminal: Terminal): HostVerb => ({
  usage: "purge [instances...]",
  description: "delete instances with their history: those named, or the finished ones of a range",
  configure: (command) => addSelectionOptions(command).option("--yes", "do not ask"),
  async run(client, command) {
    const flags = command.opts<PurgeFlags>();
    const ids = await selectIds(client, command.args, flags, ({ runtimeStatus }) =>
      hasEnded(runtimeStatus),
    );
    if (isRange(flags)) {
      await purgeRange(client, terminal, flags, ids);
      return;
    }
    const live = flags.yes ? [] : await liveAmong(client, ids);
    if (ids.length > 1 || live.length > 0) {
      const still = live.length === 0 ? "" : `, of which ${live.length} still run`;
      await confirm(terminal, `delete ${count(ids.length)}${still}`, flags.yes === true);
    }
    await forEach(terminal, flags, ids, "Purged", (instanceId) => client.purge(instanceId));
  },
});

async function liveAmong(client: ManagementClient, ids: readonly string[]): Promise<string[]> {
  const live: string[] = [];
  for (const instanceId of ids) {
    if (!hasEnded((await client.show(instanceId)).runtimeStatus)) {
      live.push(instanceId);
    }
  }
  return live;
}

async function purgeRange(
  client: ManagementClient,
  terminal: Terminal,
  flags: PurgeFlags,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) {
    await confirm(terminal, `delete ${count(ids.length)}`, flags.yes === true);
  }
  let purged = 0;
  for (const instanceId of ids) {
    // One by one, so that exactly those go that were agreed to: others may have ended meanwhile.
    await client.purge(instanceId);
    purged += 1;
  }
  terminal.print(flags.json ? JSON.stringify({ purged }) : `Purged ${count(purged)}.`);
}
