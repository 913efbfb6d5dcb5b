import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { end, forkQuietly, messageOf, until } from "./child.ts";
import type { Contestant } from "./contestant.ts";
import { HttpClient } from "./http-client.ts";
import { privateMegabytes } from "./process-tree.ts";
import { finish, inTime, measureScenarios, type BenchEngine, type Plan } from "./scenarios.ts";

const APP = join(import.meta.dirname, "app");
/** Seconds that a start waits for the end. */
const WAIT = 120;

interface RunningHost {
  readonly child: ChildProcess;
  readonly engine: BenchEngine;
  readonly internal: HttpClient;
  readonly public: HttpClient;
}

export interface OurOptions {
  /** Compiled entry of the command line. */
  readonly entry: string;
  /** Where the host's CPU profiles go, or null. */
  readonly profiles: string | null;
}

/** The embedded host, run by its command, asked over HTTP from another process. */
export function ours({ entry, profiles }: OurOptions): Contestant {
  const start = async (folder: string, gate: string): Promise<RunningHost> => {
    const args = ["host", "--app", APP, "--port", "0", "--data", join(folder, "host")];
    const settings = ["--settings", join(folder, "local.settings.json")];
    const child = forkQuietly(
      entry,
      [...args, ...settings, "--durability", "strict", "--exit-with-parent"],
      {
        env: { ...process.env, BENCH_GATE: gate, AzureWebJobsStorage: "" },
        execArgv: profiles === null ? [] : ["--cpu-prof", "--cpu-prof-dir", profiles],
      },
    );
    const ready = await messageOf<{ url: string; internalUrl: string }>(child);
    const internal = new HttpClient(ready.internalUrl);
    const engine: BenchEngine = {
      async run(workflow, size) {
        await internal.request(
          "POST",
          `/durabletask/orchestrators/${workflow}?timeout=${WAIT}`,
          String(size),
        );
      },
    };
    return { child, engine, internal, public: new HttpClient(ready.url) };
  };

  const recover = async (folder: string, plan: Plan): Promise<number> => {
    const gate = join(folder, "gate");
    const before = await start(folder, gate);
    let left = plan.held;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (left > 0) {
          left -= 1;
          await before.internal.request("POST", "/durabletask/orchestrators/heldThree");
        }
      }),
    );
    await end(before.child, "SIGKILL");
    writeFileSync(gate, "");
    const began = performance.now();
    const after = await start(folder, gate);
    await until(
      async () => Number(await after.public.request("GET", "/api/resumed")) >= plan.held,
      50,
    );
    const seconds = (performance.now() - began) / 1_000;
    await end(after.child, "SIGTERM");
    return seconds;
  };

  return {
    name: "continuity host",
    durability: "strict: lmdb, every commit is synced (in groups) before anything rests on it",
    isDurable: true,
    async measure(folder, plan, report) {
      await mkdir(folder, { recursive: true });
      const host = await start(join(folder, "rates"), "");
      await measureScenarios(host.engine, plan, report);
      await end(host.child, "SIGTERM");
      const seconds = await inTime(plan, recover(join(folder, "recovery"), plan));
      report("recovery", seconds ?? Number.NaN);
      const filled = await start(join(folder, "memory"), "");
      await finish(filled.engine, plan.finished);
      report("memory", privateMegabytes(filled.child.pid!));
      await end(filled.child, "SIGTERM");
    },
  };
}
