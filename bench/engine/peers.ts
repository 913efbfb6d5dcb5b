import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./child.ts";

/** The peers have a folder, a lockfile and a Node of their own; the project's own install knows nothing of them. */
const FOLDER = join(import.meta.dirname, "peers");
const MODULES = join(FOLDER, "node_modules");
const PLATFORM = `${process.platform}-${process.arch}`;

/** Installs the peers unless what is installed is newer than the lockfile. */
export async function installPeers(): Promise<void> {
  const installed = join(MODULES, ".package-lock.json");
  const lockfile = join(FOLDER, "package-lock.json");
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await runProgram(npm, ["ci", "--ignore-scripts", "--loglevel", "error"], { cwd: FOLDER });
  }
}

/** The Node that the peers run on; some of them need a newer one than we do. */
export const peerNode = (): string => join(MODULES, `node-${PLATFORM}`, "bin", "node");

export const restateServer = (): string =>
  join(MODULES, "@restatedev", `restate-server-${PLATFORM}`, "bin", "restate-server");

export const versionOf = (name: string): string =>
  (
    JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8")) as {
      readonly version: string;
    }
  ).version;
