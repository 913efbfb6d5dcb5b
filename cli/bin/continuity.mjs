#!/usr/bin/env node
// Plain JavaScript without syntax that an old Node could trip over: its first task is to say that Node is too old.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
if (!isSupported) {
  console.error(
    `m365-continuity needs Node 20.19 or later, 22.12 or later, or 24 and above; this is Node ${process.versions.node}.`,
  );
  process.exit(1);
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const entry = new URL("../../dist/cli/continuity.js", import.meta.url);
const isDevelopmentCommand = ["start", "demo"].includes(process.argv[2] ?? "");

// `start` and `demo` always run what the sources say; the compiler and the page's build skip what has not changed.
if (isDevelopmentCommand || !existsSync(entry)) {
  for (const [script, ...args] of [
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
    ["dashboard/build.mjs"],
  ]) {
    const { status } = spawnSync(process.execPath, [script, ...args], {
      cwd: root,
      // Standard output belongs to the command; what a build says is for people.
      stdio: ["ignore", 2, 2],
    });
    if (status !== 0) {
      console.error("The build failed; nothing was started.");
      process.exit(1);
    }
  }
}
await import(entry.href);
