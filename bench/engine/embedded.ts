import { on } from "node:events";
import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { end, forkQuietly, messageOf, until } from "./child.ts";
import type { Contestant } from "./contestant.ts";
import { peerNode } from "./peers.ts";
import { postgresDurability, startPostgres, type RunningPostgres } from "./postgres.ts";
import { privateMegabytes } from "./process-tree.ts";
import type { Report } from "./scenarios.ts";

type DriverMessage =
  | { readonly type: "figure"; readonly name: string; readonly value: number | null }
  | { readonly type: "done"; readonly count?: number };

const DRIVER = join(import.meta.dirname, "peers", "embedded-driver.js");

async function start(file: string, url: string, gate: string): Promise<ChildProcess> {
  const child = forkQuietly(DRIVER, [file], {
    execPath: peerNode(),
    execArgv: ["--no-warnings"],
    env: { ...process.env, BENCH_GATE: gate, BENCH_POSTGRES: url },
  });
  await messageOf(child);
  return child;
}

/** Tells the driver to do something and waits until it is done. */
async function order(child: ChildProcess, request: object, report?: Report): Promise<number> {
  // One listener for all: of two messages that come together, a listener for the next one would miss the second.
  const listening = new AbortController();
  child.send(request);
  try {
    for await (const [message] of on(child, "message", {
      signal: listening.signal,
      close: ["exit"],
    }) as AsyncIterable<[DriverMessage]>) {
      if (message.type === "done") {
        return message.count ?? 0;
      }
      report?.(message.name, message.value ?? Number.NaN);
    }
    throw new Error("The engine's process ended.");
  } finally {
    listening.abort();
  }
}

/** An engine that is a library: its client, its workflows and its steps share one process. */
export const embedded = (about: {
  readonly name: string;
  readonly file: string;
  readonly isDurable: boolean;
}): Contestant => {
  const { name, file, isDurable } = about;
  const launchDatabase = async (folder: string): Promise<RunningPostgres | null> => {
    await mkdir(folder, { recursive: true });
    return isDurable ? startPostgres(folder) : null;
  };
  return {
    name,
    isDurable,
    durability: () =>
      isDurable ? postgresDurability() : "none: in memory, a ceiling and no competitor",
    async start(folder) {
      const database = await launchDatabase(folder);
      const child = await start(file, database?.url ?? "", "");
      return {
        async measure(scenario, plan, report) {
          await order(child, { type: "measure", scenario, plan }, report);
        },
        finish: (count, limitMs) => order(child, { type: "finish", count, limitMs }),
        megabytes: () =>
          privateMegabytes(child.pid!) + (database === null ? 0 : privateMegabytes(database.pid)),
        async stop() {
          await end(child, "SIGKILL");
          await database?.stop();
        },
      };
    },
    recover: !isDurable
      ? null
      : async (folder, plan) => {
          const database = await launchDatabase(folder);
          const url = database?.url ?? "";
          const gate = join(folder, "gate");
          const before = await start(file, url, gate);
          await order(before, { type: "hold", count: plan.held });
          await end(before, "SIGKILL");
          writeFileSync(gate, "");
          const began = performance.now();
          const after = await start(file, url, gate);
          await until(
            async () => (await order(after, { type: "resumed" })) >= plan.held,
            50,
            2 * plan.limitMs,
          );
          const seconds = (performance.now() - began) / 1_000;
          await end(after, "SIGKILL");
          await database?.stop();
          return seconds;
        },
  };
};
