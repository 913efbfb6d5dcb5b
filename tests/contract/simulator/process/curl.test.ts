import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { startSimulatorProcess, type SimulatorProcess } from "./simulator-process.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

let data: string;
const running: SimulatorProcess[] = [];

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "simulator-curl-"));
});

afterAll(async () => {
  for (const each of running) await each.kill();
  rmSync(data, { recursive: true, force: true });
});

/** The commands of the README's section about curl, with the address that was taken here. */
function documentedCommands(url: string): string {
  const readme = readFileSync(join(ROOT, "simulator/README.md"), "utf8");
  const [, section = ""] = readme.split("## Use it with curl");
  const blocks = (section.split("\n## ")[0] ?? "").matchAll(/```console\n([^]*?)```/g);
  return [...blocks]
    .map(([, block = ""]) => block.replaceAll(/^\$ /gm, ""))
    .join("echo\n")
    .replace(/^SIMULATOR=.*$/m, `SIMULATOR=${url}`);
}

const tools = ["bash", "curl", "jq"].every((name) => spawnSync(name, ["--version"]).status === 0);

// Where they are not installed nobody can follow the section either.
(tools ? test : test.skip).each([
  ["over http", []],
  ["with --tls", ["--tls"]],
])("the README's curl commands get what they are said to get, %s", async (name, more) => {
  const seed = join(ROOT, "demo/seeds/sample-estate.json");
  const directory = join(data, name.replaceAll(" ", "-"));
  const simulator = await startSimulatorProcess(["--seed", seed, "--data", directory, ...more]);
  running.push(simulator);
  const isTls = more.includes("--tls");
  const trust = isTls
    ? `curl() { command curl --cacert ${join(directory, "tls", "ca.pem")} "$@"; }\n`
    : "";
  const url = isTls ? simulator.url.replace("127.0.0.1", "localhost") : simulator.url;
  const script = `set -euo pipefail\n${trust}${documentedCommands(url)}`;
  const { stdout } = await run("bash", ["-c", script]);
  const [users, backup, role] = stdout.split("\n").map((line) => JSON.parse(line) as object);
  expect(users).toMatchObject({
    value: Array.from({ length: 3 }, () => ({
      displayName: expect.any(String),
      userType: "Member",
    })),
  });
  expect(backup).toMatchObject({ serviceStatus: { status: "enabled" } });
  expect(role).toMatchObject({ roleDefinitionId: "9d3e04ba-3ee4-4d1b-a3a7-9aef423a09be" });
});
