import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { end, forkQuietly, freePort, keepTrack, messageOf, until } from "./child.ts";
import type { Contestant } from "./contestant.ts";
import { HttpClient } from "./http-client.ts";
import { peerNode, restateServer } from "./peers.ts";
import { privateMegabytes } from "./process-tree.ts";
import { finish, inTime, measureScenarios, type BenchEngine, type Plan } from "./scenarios.ts";

interface RunningRestate {
  readonly server: ChildProcess;
  readonly service: ChildProcess;
  readonly ingress: HttpClient;
  readonly engine: BenchEngine;
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
  return { server, service, ingress, engine };
}

async function stop({ server, service }: RunningRestate, signal: NodeJS.Signals): Promise<void> {
  await Promise.all([end(server, signal), end(service, "SIGKILL")]);
}

async function recover(folder: string, plan: Plan): Promise<number> {
  const ports = await choosePorts();
  const gate = `${folder}.gate`;
  const before = await start(folder, ports, gate);
  let left = plan.held;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (left > 0) {
        left -= 1;
        await before.ingress.request("POST", "/bench/heldThree/send", "0");
      }
    }),
  );
  await stop(before, "SIGKILL");
  writeFileSync(gate, "");
  const began = performance.now();
  const after = await start(folder, ports, gate);
  await until(async () => {
    after.service.send("resumed");
    return (await messageOf<number>(after.service)) >= plan.held;
  }, 50);
  const seconds = (performance.now() - began) / 1_000;
  await stop(after, "SIGKILL");
  return seconds;
}

/** Restate's server with a service in Node, asked over HTTP from another process. */
export const restate: Contestant = {
  name: "Restate",
  durability: "defaults: replicated log of one node in RocksDB, its write-ahead log is synced",
  isDurable: true,
  async measure(folder, plan, report) {
    const running = await start(join(folder, "rates"), await choosePorts(), "");
    await measureScenarios(running.engine, plan, report);
    await stop(running, "SIGKILL");
    const seconds = await inTime(plan, recover(join(folder, "recovery"), plan));
    report("recovery", seconds ?? Number.NaN);
    const filled = await start(join(folder, "memory"), await choosePorts(), "");
    await finish(filled.engine, plan.finished);
    const { server, service } = filled;
    report("memory", privateMegabytes(server.pid!) + privateMegabytes(service.pid!));
    await stop(filled, "SIGKILL");
  },
};
