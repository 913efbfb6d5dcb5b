import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { end, forkQuietly, freePort, keepTrack, messageOf, until } from "./child.ts";
import type { Contestant, RunningEngine } from "./contestant.ts";
import { HttpClient } from "./http-client.ts";
import { peerNode, restateServer } from "./peers.ts";
import { privateMegabytes } from "./process-tree.ts";
import { finish, scenariosOf, startMany, type BenchEngine } from "./scenarios.ts";

interface RunningRestate extends RunningEngine {
  readonly service: ChildProcess;
  readonly ingress: HttpClient;
}

interface Ports {
  readonly ingress: number;
  readonly admin: number;
  readonly node: number;
  readonly service: number;
}

async function choosePorts(): Promise<Ports> {
  const [ingress, admin, node, service] = await Promise.all([1, 2, 3, 4].map(freePort));
  return { ingress: ingress!, admin: admin!, node: node!, service: service! };
}

async function start(folder: string, ports: Ports, gate: string): Promise<RunningRestate> {
  mkdirSync(folder, { recursive: true });
  const service = forkQuietly(join(import.meta.dirname, "peers", "restate-service.js"), [], {
    execPath: peerNode(),
    env: { ...process.env, BENCH_GATE: gate, BENCH_PORT: String(ports.service) },
  });
  await messageOf(service);
  const server = spawn(
    restateServer(),
    [
      "--no-logo",
      `--base-dir=${folder}`,
      "--listen-mode=tcp",
      "--bind-ip=127.0.0.1",
      `--bind-port=${ports.node}`,
    ],
    {
      cwd: folder,
      stdio: "ignore",
      env: {
        ...process.env,
        DO_NOT_TRACK: "1",
        RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
        RESTATE_ADMIN__BIND_PORT: String(ports.admin),
      },
    },
  );
  keepTrack(server);
  await until(async () => (await fetch(`http://127.0.0.1:${ports.ingress}/restate/health`)).ok);
  await until(async () => {
    const answer = await fetch(`http://127.0.0.1:${ports.admin}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: `http://127.0.0.1:${ports.service}` }),
    });
    return answer.ok;
  });
  const ingress = new HttpClient(`http://127.0.0.1:${ports.ingress}`);
  const engine: BenchEngine = {
    async run(workflow, size) {
      await ingress.request("POST", `/bench/${workflow}`, String(size));
    },
  };
  return {
    service,
    ingress,
    measure: (scenario, plan, report) => scenariosOf(plan).get(scenario)!(engine, plan, report),
    finish: (count, limitMs) => finish(engine, count, limitMs),
    megabytes: () => privateMegabytes(server.pid!) + privateMegabytes(service.pid!),
    async stop() {
      await Promise.all([end(server, "SIGKILL"), end(service, "SIGKILL")]);
    },
  };
}

/** What the server's own configuration says of its log, so that a change of its defaults cannot go unnoticed. */
function durability(): string {
  const dump = spawnSync(restateServer(), ["--dump-config"], { encoding: "utf8" }).stdout;
  const section = (name: string): string =>
    new RegExp(`^\\[${name}\\]\\n([^[]*)`, "mu").exec(dump)?.[1] ?? "";
  const provider = /^default-provider = "(.+)"$/mu.exec(section("bifrost"))?.[1];
  const isFsyncDisabled = /^rocksdb-disable-wal-fsync = (.+)$/mu.exec(section("log-server"))?.[1];
  return `defaults: log "${provider}" of one node in RocksDB, rocksdb-disable-wal-fsync = ${isFsyncDisabled} for its log server`;
}

/** Restate's server with a service in Node, asked over HTTP from another process. */
export const restate: Contestant = {
  name: "Restate",
  durability,
  isDurable: true,
  start: async (folder) => start(folder, await choosePorts(), ""),
  async recover(folder, plan) {
    const ports = await choosePorts();
    const gate = `${folder}.gate`;
    const before = await start(folder, ports, gate);
    await startMany(plan.held, () => before.ingress.request("POST", "/bench/heldThree/send", "0"));
    await before.stop();
    writeFileSync(gate, "");
    const began = performance.now();
    const after = await start(folder, ports, gate);
    await until(
      async () => {
        after.service.send("resumed");
        return (await messageOf<number>(after.service)) >= plan.held;
      },
      50,
      2 * plan.limitMs,
    );
    const seconds = (performance.now() - began) / 1_000;
    await after.stop();
    return seconds;
  },
};
