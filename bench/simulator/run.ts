import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

import { type LoadResult, measureClosedLoop, requestBytes } from "./closed-loop.ts";
import { LARGE, seedOf, SMALL, tenantIdOf } from "./estates.ts";
import { type ServerKind, startServer } from "./server-process.ts";
import { measureSyncCeiling } from "./sync-ceiling.ts";
import { prepare, workloadsOf } from "./workloads.ts";

const WARM_UP_MS = 1_000;
const MEASURE_MS = Number(process.env["BENCH_MEASURE_MS"] ?? 4_000);
const LOG_SIZES = [10_000, 100_000] as const;

const directory = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "bench-simulator-"));
try {
  const echo = await measureOther("echo", "/v1.0/users/1");
  const mock = await measureOther("staticMock", "/v1.0/users?$top=100");
  const syncs = await measureSyncCeiling(join(directory, "syncs"), MEASURE_MS);
  print(["Requests", "a second", "p50 ms", "p99 ms", "of an echo server"]);
  print(["---", "--:", "--:", "--:", "--:"]);
  const row = (name: string, result: LoadResult, requestsEach = 1) => {
    const ratio = result.requestsPerSecond / echo.requestsPerSecond;
    print([
      requestsEach === 1 ? name : `${name} (× ${requestsEach})`,
      round(result.requestsPerSecond),
      result.p50Ms.toFixed(2),
      result.p99Ms.toFixed(2),
      `${(100 * ratio).toFixed(0)} %`,
    ]);
  };
  row("(node:http that answers `{}`)", echo);
  row("(static mock: 100 users from a list)", mock);
  await measureRequests(row);
  process.stdout.write(
    `\nThis disk alone: ${round(syncs)} synced appends a second, one after another.\n\n`,
  );
  print(["Start", "seconds", "MB resident"]);
  print(["---", "--:", "--:"]);
  await measureLargeEstate();
  for (const size of LOG_SIZES) await measureRestart(size);
  process.stdout.write(
    `\nNode ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? ""}\n`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measureOther(kind: ServerKind, path: string): Promise<LoadResult> {
  const server = await startServer({ kind });
  const bytes = requestBytes(server.url, { method: "GET", path });
  const result = await measureClosedLoop(server.url, () => bytes, loop(16));
  await server.stop();
  return result;
}

async function measureRequests(
  row: (name: string, result: LoadResult, requestsEach: number) => void,
): Promise<void> {
  const server = await startServer({
    kind: "simulator",
    seed: seedOf(SMALL),
    dataDir: join(directory, "rates"),
  });
  for (const { name, requestsEach, connections, next } of await workloadsOf(server.url)) {
    row(name, await measureClosedLoop(server.url, next, loop(connections)), requestsEach);
  }
  await server.stop();
}

async function measureLargeEstate(): Promise<void> {
  const server = await startServer({
    kind: "simulator",
    seed: seedOf(LARGE),
    dataDir: join(directory, "large"),
  });
  startRow("new directory: 5 × 100,000 users, 20,000 sites", server.startMs, server.residentBytes);
  const began = performance.now();
  for (let tenant = 0; tenant < LARGE.tenants; tenant += 1) {
    const { get, idsOf } = await prepare(server.url, tenant);
    const backup = "/solutions/backupRestore";
    for (const kind of ["mailbox", "drive", "site"]) await get(`${backup}/${kind}ProtectionUnits`);
    const users = await idsOf("/users?$top=500&$select=id");
    for (const id of users) {
      await get(`/users/${id}/drive/root/children`);
      await get(`/users/${id}/messages`);
    }
  }
  startRow(
    `… after reading 2,500 of its mailboxes and drives`,
    performance.now() - began,
    await server.memory(),
  );
  await server.stop();
}

async function measureRestart(requests: number): Promise<void> {
  const dataDir = join(directory, `log-${requests}`);
  const seed = seedOf(SMALL);
  const filling = await startServer({ kind: "fill", seed, dataDir, requests });
  await filling.stop();
  const megabytes = statSync(join(dataDir, "transactions.log")).size / 1_048_576;
  const server = await startServer({ kind: "simulator", seed, dataDir });
  const health = await fetch(`${server.url}/simulator/health`);
  if (!health.ok) throw new Error(`${tenantIdOf(0)} does not answer after a restart.`);
  startRow(
    `again, over ${requests.toLocaleString("en")} requests (${megabytes.toFixed(0)} MB of log)`,
    server.startMs,
    server.residentBytes,
  );
  await server.stop();
}

function startRow(name: string, ms: number, bytes: number): void {
  print([name, (ms / 1_000).toFixed(2), round(bytes / 1_048_576)]);
}

function loop(connections: number) {
  return { connections, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS };
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en");
}
