import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { endStarted, runProgram } from "./child.ts";
import type { Contestant } from "./contestant.ts";
import { embedded } from "./embedded.ts";
import { ours } from "./ours.ts";
import { measureContestant } from "./measurement.ts";
import { installPeers, versionOf } from "./peers.ts";
import { postgresVersion } from "./postgres.ts";
import { restate } from "./restate.ts";
import { printTable, type Column } from "./table.ts";
import type { Plan } from "./scenarios.ts";

const FULL: Plan = {
  warmUpMs: 1_500,
  measureMs: 6_000,
  concurrencies: [16, 64, 512],
  latencySamples: 500,
  fanOuts: [1_000, 10_000],
  sequence: 1_000,
  held: 10_000,
  finished: 100_000,
  days: 90,
  limitMs: 60_000,
  rootPid: process.pid,
};

const QUICK: Plan = {
  ...FULL,
  warmUpMs: 500,
  measureMs: 2_000,
  latencySamples: 100,
  held: 1_000,
  finished: 2_000,
  days: 3,
  limitMs: 15_000,
};

const ROOT = join(import.meta.dirname, "..", "..");
const BUILD = join(import.meta.dirname, ".data", "build");

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "ours,restate,dbos,openworkflow,durabletask" },
    quick: { type: "boolean", default: false },
    repeat: { type: "string", default: "1" },
    entry: { type: "string" },
    profile: { type: "string" },
  },
});

const contestants: Record<string, () => Contestant> = {
  ours: () =>
    ours({
      entry: values.entry ?? join(BUILD, "cli", "continuity.js"),
      profiles: values.profile ?? null,
    }),
  restate: () => restate,
  dbos: () => embedded({ name: "DBOS", file: "./dbos.js", isDurable: true }),
  openworkflow: () =>
    embedded({ name: "OpenWorkflow", file: "./openworkflow.js", isDurable: true }),
  durabletask: () =>
    embedded({ name: "durabletask-js", file: "./durabletask.js", isDurable: false }),
};

/** Compiles the host and the app into folders of the benchmark, so that no one else's build is disturbed. */
async function build(): Promise<void> {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const compile = (...args: string[]): Promise<void> =>
    runProgram(process.execPath, [compiler, ...args], { cwd: ROOT });
  await compile("-p", join(import.meta.dirname, "app", "tsconfig.json"));
  if (values.entry === undefined) {
    const info = join(BUILD, ".tsbuildinfo");
    await compile("-p", "tsconfig.build.json", "--outDir", BUILD, "--tsBuildInfoFile", info);
  }
}

function versions(names: readonly string[]): string {
  const used = [`Node ${process.version} (ours)`];
  if (names.some((name) => name !== "ours")) {
    used.push(`Node ${versionOf(`node-${process.platform}-${process.arch}`)} (peers)`);
  }
  const packages: Record<string, readonly string[]> = {
    restate: ["@restatedev/restate-server", "@restatedev/restate-sdk"],
    dbos: ["@dbos-inc/dbos-sdk"],
    openworkflow: ["openworkflow"],
    durabletask: ["@microsoft/durabletask-js"],
  };
  for (const name of names) {
    used.push(...(packages[name] ?? []).map((name) => `${name} ${versionOf(name)}`));
  }
  if (names.includes("dbos") || names.includes("openworkflow")) {
    used.push(postgresVersion());
  }
  return used.join(", ");
}

const names = values.only.split(",");
const plan = values.quick ? QUICK : FULL;
const chosen = names.map((name) => {
  const contestant = contestants[name];
  if (contestant === undefined) {
    throw new Error(`There is no engine ${name}: ${Object.keys(contestants).join(", ")}.`);
  }
  return contestant();
});
await build();
if (names.some((name) => name !== "ours")) {
  await installPeers();
}
if (values.profile !== undefined) {
  mkdirSync(values.profile, { recursive: true });
}
const columns = chosen.map((contestant): Column => ({
  contestant,
  figures: new Map<string, number[]>(),
}));
// Engine after engine and again, so that a slow quarter of an hour of the machine does not fall on one of them alone.
for (let round = 0; round < Number(values.repeat); round += 1) {
  for (const { contestant, figures } of columns) {
    // PostgreSQL runs as somebody else and must be able to get there.
    const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "bench-engine-"));
    const { name } = contestant;
    try {
      await runProgram("chmod", ["755", folder]);
      await measureContestant(contestant, folder, plan, (figure, value) => {
        figures.set(figure, [...(figures.get(figure) ?? []), value]);
        process.stderr.write(`${name}: ${figure} ${value.toFixed(2)}\n`);
      });
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    } finally {
      await endStarted();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
printTable(columns, plan);
process.stdout.write(
  `\n${cpus().length} × ${cpus()[0]?.model ?? ""}, ${Math.round(totalmem() / 2 ** 30)} GB; ${versions(names)}; client on the same machine.\n`,
);
process.exit();
