import { oneSentence } from "./command-line.ts";
import type { HostFlags } from "./host-verb.ts";
import type { Terminal } from "./terminal.ts";

export const count = (number: number): string => `${number} instance${number === 1 ? "" : "s"}`;

/** Does it to one after the other; a failure does not keep the rest from being done. */
export async function forEach(
  terminal: Terminal,
  { json }: HostFlags,
  ids: readonly string[],
  doneWord: string,
  act: (instanceId: string) => Promise<void>,
): Promise<void> {
  const done: string[] = [];
  const failed: { instanceId: string; message: string }[] = [];
  for (const instanceId of ids) {
    try {
      await act(instanceId);
      done.push(instanceId);
      if (!json) {
        terminal.print(`${doneWord} '${instanceId}'.`);
      }
    } catch (error) {
      const said = oneSentence(error);
      const message = said.includes(instanceId) ? said : `'${instanceId}': ${said}`;
      failed.push({ instanceId, message });
      terminal.complain(message);
    }
  }
  if (json) {
    terminal.print(JSON.stringify({ done, failed }, null, 2));
  } else if (ids.length === 0) {
    terminal.print("No instance matches.");
  }
  if (failed.length > 0) {
    terminal.fail();
  }
}
