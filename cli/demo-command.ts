import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { createNarrator } from "../demo/narrator.ts";
import { play } from "../demo/play.ts";
import { ACTS } from "../demo/progress.ts";
import { hasHeld } from "../demo/stage.ts";
import { oneSentence, parsePort } from "./command-line.ts";

interface DemoOptions {
  readonly data?: string;
  readonly port: number;
  readonly simulatorPort: number;
}

/** `continuity demo`: the three acts in a fresh directory, then an end; exit code 0 only if every check held. */
export function createDemoCommand(): Command {
  return new Command("demo")
    .description("play the three acts in a fresh directory and exit: 0 only if every check held")
    .option("--data <directory>", "play in this directory, or go on with what was begun there")
    .option("--port <number>", "port of the app (0: a free one)", parsePort, 0)
    .option(
      "--simulator-port <number>",
      "port of the Graph simulator (0: a free one)",
      parsePort,
      0,
    )
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const isTemporary = options.data === undefined;
  const dataPath = isTemporary
    ? await mkdtemp(join(tmpdir(), "m365-continuity-"))
    : resolve(options.data);
  try {
    const narrator = createNarrator(process.stdout);
    const { copy, results } = await play({
      dataPath,
      ports: { host: options.port, simulator: options.simulatorPort },
      narrator,
      isAgain: false,
    });
    await copy.stop();
    narrator.table(results);
    const isHeld = ACTS.every((act) => hasHeld(results[act]));
    finish(isHeld, results);
    if (isTemporary && isHeld) {
      await rm(dataPath, { recursive: true, force: true });
    } else {
      console.error(`What was played is kept in ${dataPath}.`);
    }
    process.exit(isHeld ? 0 : 1);
  } catch (error) {
    console.error(oneSentence(error));
    console.error(`What was played is kept in ${dataPath}.`);
    finish(false, { error: oneSentence(error) });
    process.exit(1);
  }
}

/** The last line of standard output, for scripts. */
function finish(isHeld: boolean, summary: unknown): void {
  process.stdout.write(`${isHeld ? "DEMO OK" : "DEMO FAILED"} ${JSON.stringify(summary)}\n`);
}
