import { count, forEach } from "./each-instance.ts";
import type { HostFlags, HostVerb } from "./host-verb.ts";
import { addSelectionOptions, selectIds, type SelectionOptions } from "./instance-selection.ts";
import { hasEnded } from "./instance-text.ts";
import type { ControlVerb } from "./management-client.ts";
import { confirm, type Terminal } from "./terminal.ts";

interface ControlFlags extends HostFlags, SelectionOptions {
  readonly reason: string;
  readonly yes?: true;
}

interface Control {
  readonly verb: ControlVerb;
  readonly description: string;
  readonly done: string;
  /** Whether it can be done to an instance of that status; of a range only those are taken. */
  readonly takes: (runtimeStatus: string) => boolean;
  /** Whether it cannot be undone. */
  readonly isFinal: boolean;
}

const CONTROLS: readonly Control[] = [
  {
    verb: "terminate",
    description: "end instances at once; running activities are not stopped",
    done: "Terminated",
    takes: (status) => !hasEnded(status),
    isFinal: true,
  },
  {
    verb: "suspend",
    description: "halt instances until they are resumed",
    done: "Suspended",
    takes: (status) => !hasEnded(status) && status !== "Suspended",
    isFinal: false,
  },
  {
    verb: "resume",
    description: "let suspended instances go on",
    done: "Resumed",
    takes: (status) => status === "Suspended",
    isFinal: false,
  },
  {
    verb: "rewind",
    description: "take failed instances back to before their failure and try again",
    done: "Rewound",
    takes: (status) => status === "Failed",
    isFinal: false,
  },
];

/** terminate, suspend, resume and rewind. */
export const controlVerbs = (terminal: Terminal): HostVerb[] =>
  CONTROLS.map(({ verb, description, done, takes, isFinal }) => ({
    usage: `${verb} [instances...]`,
    description,
    configure(command) {
      addSelectionOptions(command).option("--reason <text>", "kept in the history", "");
      return isFinal ? command.option("--yes", "do not ask before many are ended") : command;
    },
    async run(client, command) {
      const flags = command.opts<ControlFlags>();
      const ids = await selectIds(client, command.args, flags, ({ runtimeStatus }) =>
        takes(runtimeStatus),
      );
      if (isFinal && ids.length > 1) {
        await confirm(terminal, `${verb} ${count(ids.length)}`, flags.yes === true);
      }
      await forEach(terminal, flags, ids, done, (instanceId) =>
        client.control(verb, instanceId, flags.reason),
      );
    },
  }));
