import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { end, forkQuietly, messageOf, until } from "./child.ts";
import type { Contestant, RunningEngine } from "./contestant.ts";
import { HttpClient } from "./http-client.ts";
import { privateMegabytes, processorTicks } from "./process-tree.ts";
import {
  finish,
  scenariosOf,
  startMany,
  type BenchEngine,
  type Plan,
  type Report,
} from "./scenarios.ts";

const APP = join(import.meta.dirname, "app");
/** Seconds that a start waits for the end. */
const WAIT = 120;
const HOURLY_INSTANCES = 100;

interface RunningHost extends RunningEngine {
  readonly child: ChildProcess;
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
  const start = async (folder: string, gate = "", clock = "system"): Promise<RunningHost> => {
    const args = ["host", "--app", APP, "--port", "0", "--data", join(folder, "host")];
    const settings = ["--settings", join(folder, "local.settings.json"), "--clock", clock];
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
    return {
      child,
      internal,
      public: new HttpClient(ready.url),
      measure: (scenario, plan, report) => scenariosOf(plan).get(scenario)!(engine, plan, report),
      finish: (count, limitMs) => finish(engine, count, limitMs),
      megabytes: () => privateMegabytes(child.pid!),
      stop: () => end(child, "SIGTERM"),
    };
  };

  return {
    name: "continuity host",
    durability: () =>
      "--durability strict: lmdb, every commit is synced (in groups) before anything rests on it",
    isDurable: true,
    start: (folder) => start(folder),
    async recover(folder, plan) {
      mkdirSync(folder, { recursive: true });
      const gate = join(folder, "gate");
      const before = await start(folder, gate);
      await startMany(plan.held, () =>
        before.internal.request("POST", "/durabletask/orchestrators/heldThree"),
      );
      await end(before.child, "SIGKILL");
      writeFileSync(gate, "");
      const began = performance.now();
      const after = await start(folder, gate);
      await until(
        async () => Number(await after.public.request("GET", "/api/resumed")) >= plan.held,
        50,
        2 * plan.limitMs,
      );
      const seconds = (performance.now() - began) / 1_000;
      await after.stop();
      return seconds;
    },
    async measureAlone(folder, plan, report) {
      const host = await start(folder, "", "virtual@2026-03-02T06:00:00Z");
      await passVirtualDays(host, join(folder, "host", "data.mdb"), plan, report);
      await host.stop();
    },
  };
}

/** Instances that wait, poll and continue as new every hour, until all have done so for the plan's days. */
async function passVirtualDays(
  host: RunningHost,
  database: string,
  plan: Plan,
  report: Report,
): Promise<void> {
  const { child, internal } = host;
  const ticks = processorTicks(child.pid!);
  const began = performance.now();
  const ids = Array.from({ length: HOURLY_INSTANCES }, (_, index) => `hourly-${index}`);
  const hold = "/clock/holds/bench";
  await internal.request("POST", hold);
  const input = JSON.stringify({ round: 0, rounds: 24 * plan.days });
  await startMany(ids.length, (index) =>
    internal.request("POST", `/durabletask/orchestrators/hourly/${ids[index]}`, input),
  );
  await internal.request("DELETE", hold);
  for (const id of ids) {
    await until(async () => (await statusOf(internal, id)) === "Completed", 500, 10 * 60_000);
  }
  report("days wall", (performance.now() - began) / 1_000);
  report("days cpu", (processorTicks(child.pid!) - ticks) / 100);
  report("days memory", host.megabytes());
  report("days data", statSync(database).size / 2 ** 20);
  const history = await internal.request("GET", `/durabletask/instances/${ids[0]}/history`);
  report("days history", (JSON.parse(history) as { events: unknown[] }).events.length);
}

async function statusOf(internal: HttpClient, id: string): Promise<string> {
  const path = `/durabletask/instances/${id}?showInput=false`;
  const { runtimeStatus } = JSON.parse(await internal.request("GET", path)) as {
    runtimeStatus: string;
  };
  return runtimeStatus;
}
