import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { createNarrator } from "../demo/narrator.ts";
import { type Played, play } from "../demo/play.ts";
import { oneSentence, parsePort } from "./command-line.ts";

interface StartOptions {
  readonly data: string;
  readonly port: number;
  readonly simulatorPort: number;
  readonly fresh: boolean;
  readonly again: boolean;
}

/** `continuity start`: everything on this machine, the three acts in view, then serving until Ctrl-C. */
export function createStartCommand(): Command {
  return new Command("start")
    .description("start everything on this machine, play the three acts and keep serving")
    .option("--data <directory>", "where everything is kept", ".data")
    .option("--port <number>", "port of the app (0: a free one)", parsePort, 7071)
    .option("--simulator-port <number>", "port of the Graph simulator", parsePort, 7072)
    .option("--again", "play the acts again on the data that is there", false)
    .option("--fresh", "throw the data away and start over", false)
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const dataPath = resolve(options.data);
  try {
    if (options.fresh) {
      await rm(dataPath, { recursive: true, force: true });
    }
    const narrator = createNarrator(process.stdout);
    const stopping = onceStopped();
    const played = await Promise.race([
      play({
        dataPath,
        ports: { host: options.port, simulator: options.simulatorPort },
        narrator,
        isAgain: options.again,
      }),
      stopping,
    ]);
    if (played === "stop") {
      // The host and the simulator end when this process does; what they acknowledged is on disk.
      process.exit(0);
    }
    narrator.table(played.results);
    printAddresses(played);
    const end = await Promise.race([stopping, played.copy.unexpectedEnd]);
    console.log(`\n${end === "stop" ? "Stopping; everything is kept." : ""}`);
    await played.copy.stop();
    process.exit(0);
  } catch (error) {
    console.error(oneSentence(error));
    process.exit(1);
  }
}

function printAddresses({ copy, people, directory }: Played): void {
  const { requester, approver } = people;
  console.log(`
  ${pc.bold("Dashboard")}   ${pc.cyan(`${copy.hostUrl}/api/dashboard`)}
  ${pc.bold("API")}         ${copy.hostUrl}/api/openapi.json
  ${pc.bold("Graph")}       ${copy.simulatorUrl}/v1.0
  ${pc.bold("Sign in as")}  ${requester.name} (${requester.roles.join(", ")})   ${requester.key}
              ${approver.name} (${approver.roles.join(", ")})   ${approver.key}
  ${pc.dim(`Kept in ${directory.path}. Ctrl-C stops; the next start goes on from here.`)}
`);
}

const onceStopped = (): Promise<"stop"> =>
  new Promise((resolve) => {
    process.once("SIGINT", () => resolve("stop"));
    process.once("SIGTERM", () => resolve("stop"));
  });
