import { on } from "node:events";
import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { end, forkQuietly, messageOf, until } from "./child.ts";
import type { Contestant } from "./contestant.ts";
import { peerNode } from "./peers.ts";
import { startPostgres, type RunningPostgres } from "./postgres.ts";
import { privateMegabytes } from "./process-tree.ts";
import { inTime, type Plan, type Report } from "./scenarios.ts";

type DriverMessage =
  | { readonly type: "figure"; readonly name: string; readonly value: number | null }
  | { readonly type: "done"; readonly count?: number };

const DRIVER = join(import.meta.dirname, "peers", "embedded-driver.js");

async function start(file: string, url: string, gate: string): Promise<ChildProcess> {
  const child = forkQuietly(DRIVER, [file], {
    execPath: peerNode(),
    execArgv: ["--disable-warning=ExperimentalWarning"],
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

async function recover(file: string, url: string, gate: string, plan: Plan): Promise<number> {
  const before = await start(file, url, gate);
  await order(before, { type: "hold", count: plan.held });
  await end(before, "SIGKILL");
  writeFileSync(gate, "");
  const began = performance.now();
  const after = await start(file, url, gate);
  await until(async () => (await order(after, { type: "resumed" })) >= plan.held, 50);
  const seconds = (performance.now() - began) / 1_000;
  await end(after, "SIGKILL");
  return seconds;
}

/** An engine that is a library: its client, its workflows and its steps share one process. */
export const embedded = (about: {
  readonly name: string;
  readonly file: string;
  readonly durability: string;
  readonly isDurable: boolean;
}): Contestant => ({
  ...about,
  async measure(folder, plan, report) {
    await mkdir(folder, { recursive: true });
    const { file, isDurable } = about;
    const withDatabase = async (
      name: string,
      use: (database: RunningPostgres | null) => Promise<void>,
    ): Promise<void> => {
      const database = isDurable ? await startPostgres(join(folder, name)) : null;
      try {
        await use(database);
      } finally {
        await database?.stop();
      }
    };
    await withDatabase("rates", async (database) => {
      const child = await start(file, database?.url ?? "", "");
      await order(child, { type: "measure", plan }, report);
      await end(child, "SIGKILL");
    });
    if (isDurable) {
      await withDatabase("recovery", async (database) => {
        const gate = join(folder, "gate");
        const seconds = await inTime(plan, recover(file, database!.url, gate, plan));
        report("recovery", seconds ?? Number.NaN);
      });
    }
    await withDatabase("memory", async (database) => {
      const child = await start(file, database?.url ?? "", "");
      await order(child, { type: "finish", count: plan.finished });
      const ofDatabase = database === null ? 0 : privateMegabytes(database.pid);
      report("memory", privateMegabytes(child.pid!) + ofDatabase);
      await end(child, "SIGKILL");
    });
  },
});
