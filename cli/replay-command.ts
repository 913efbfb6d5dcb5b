import { Console } from "node:console";
import { Command } from "commander";
import pc from "picocolors";
import {
  HistoryFileError,
  listHistoryFiles,
  readHistoryFile,
} from "../host/replay/history-files.ts";
import { openReplayApp, type ReplayApp } from "../host/replay/replay-app.ts";
import type { Replay } from "../host/replay/replay-history.ts";
import { oneSentence } from "./command-line.ts";
import { replayText } from "./replay-text.ts";

interface ReplayFlags {
  readonly app: string;
  readonly settings?: string;
  readonly json?: true;
}

/** `problem` says in a sentence why a file could not be replayed. */
type FileResult =
  ({ readonly file: string } & Replay) | { readonly file: string; readonly problem: string };

/** `continuity replay`: replays recorded histories against the app's code of today. */
export function createReplayCommand(): Command {
  return new Command("replay")
    .description("replay recorded histories against today's code and say where they diverge")
    .argument("<history>", "a file that `continuity instances history` wrote, or a folder of them")
    .option("--app <directory>", "folder of the built app", ".")
    .option("--settings <file>", "settings file (default <app>/local.settings.json)")
    .option("--json", "write JSON, for scripts")
    .action(async (path: string, flags: ReplayFlags) => {
      // Standard output belongs to the result; what the app prints while it is loaded is for people.
      globalThis.console = new Console(process.stderr);
      try {
        const isClean = await run(path, flags);
        // The app may have timers and connections of its own, which nobody waits for.
        process.exit(isClean ? 0 : 1);
      } catch (error) {
        process.stderr.write(`${oneSentence(error)}\n`);
        process.exit(1);
      }
    });
}

async function run(
  path: string,
  { app: directory, settings, json }: ReplayFlags,
): Promise<boolean> {
  const files = await listHistoryFiles(path);
  const app = await openReplayApp({
    app: directory,
    ...(settings !== undefined && { settings }),
  });
  const results: FileResult[] = [];
  for (const file of files) {
    const result = await replayFile(app, file);
    results.push(result);
    if (!json) {
      await write("problem" in result ? `${pc.red("✘")} ${result.problem}` : replayText(result));
    }
  }
  await app.stop();
  const clean = results.filter((result) => "divergence" in result && result.divergence === null);
  if (json) {
    await write(JSON.stringify(results, null, 2));
  } else if (files.length > 1) {
    await write(`${clean.length} of ${files.length} histories replay cleanly.`);
  }
  return clean.length === files.length;
}

async function replayFile(app: ReplayApp, file: string): Promise<FileResult> {
  try {
    return { file, ...(await app.replay(await readHistoryFile(file))) };
  } catch (error) {
    const problem =
      error instanceof HistoryFileError
        ? error.message
        : `${file} could not be replayed: ${oneSentence(error)}`;
    return { file, problem };
  }
}

/** Resolves when the text is written: the process ends soon after. */
const write = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(`${text}\n`, () => resolve());
  });
