import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

import { type LoadResult, measureClosedLoop, requestBytes } from "./closed-loop.ts";
import { LARGE, seedOf, SMALL, tenantIdOf } from "./estates.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { measureSyncCeiling } from "./sync-ceiling.ts";
import { prepare, type Workload, workloadsOf } from "./workloads.ts";

const WARM_UP_MS = 1_000;
const MEASURE_MS = Number(process.env["BENCH_MEASURE_MS"] ?? 4_000);
const LOG_SIZES = [10_000, 100_000] as const;

const directory = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "bench-simulator-"));
try {
  await measureRequests();
  const syncs = await measureSyncCeiling(join(directory, "syncs"), MEASURE_MS);
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

interface Measured extends LoadResult {
  /** Processor time of the server for one HTTP request. */
  readonly processorMs: number;
}

/** Each row over the simulator and over a static mock, one right after the other. */
async function measureRequests(): Promise<void> {
  print(["Requests", "a second", "p50 ms", "p99 ms", "µs each", "of the mock", "its µs"]);
  print(["---", "--:", "--:", "--:", "--:", "--:", "--:"]);
  const echo = await startServer({ kind: "echo" });
  const nothing = requestBytes(echo.url, { method: "GET", path: "/v1.0/users/1" });
  const bare = await measure(echo, { connections: 16, next: () => nothing });
  printRates("(node:http that answers `{}`)", bare, null);
  await echo.stop();
  const mock = await startServer({ kind: "staticMock" });
  const simulator = await startServer({
    kind: "simulator",
    seed: seedOf(SMALL),
    dataDir: join(directory, "rates"),
  });
  for (const workload of await workloadsOf(simulator.url)) {
    const { name, requestsEach } = workload;
    const ours = await measure(simulator, workload);
    const theirs = await measure(mock, workload);
    printRates(requestsEach === 1 ? name : `${name} (× ${requestsEach})`, ours, theirs);
  }
  await simulator.stop();
  await mock.stop();
}

async function measure(
  server: ServerProcess,
  { connections, next }: Pick<Workload, "connections" | "next">,
): Promise<Measured> {
  const load = (measureMs: number) =>
    measureClosedLoop(server.url, next, { connections, warmUpMs: 0, measureMs });
  await load(WARM_UP_MS);
  const before = await server.usage();
  const result = await load(MEASURE_MS);
  const after = await server.usage();
  const requests = result.requestsPerSecond * (MEASURE_MS / 1_000);
  return { ...result, processorMs: (after.processorMs - before.processorMs) / requests };
}

function printRates(name: string, ours: Measured, theirs: Measured | null): void {
  const share = theirs === null ? null : ours.requestsPerSecond / theirs.requestsPerSecond;
  print([
    name,
    round(ours.requestsPerSecond),
    ours.p50Ms.toFixed(2),
    ours.p99Ms.toFixed(2),
    round(ours.processorMs * 1_000),
    share === null ? "" : `${(100 * share).toFixed(0)} %`,
    theirs === null ? "" : round(theirs.processorMs * 1_000),
  ]);
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
    (await server.usage()).residentBytes,
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

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en");
}
