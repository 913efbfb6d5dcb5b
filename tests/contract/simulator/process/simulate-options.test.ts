import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { smallEstate } from "../small-estate.ts";
import { startSimulatorProcess, type SimulatorProcess } from "./simulator-process.ts";

let directory: string;
let seed: string;
let running: SimulatorProcess | null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "simulator-"));
  seed = join(directory, "seed.json");
  writeFileSync(seed, JSON.stringify(smallEstate()));
  running = null;
});

afterEach(async () => {
  await running?.kill();
  rmSync(directory, { recursive: true, force: true });
});

async function start(...more: readonly string[]): Promise<SimulatorProcess> {
  running = await startSimulatorProcess(["--seed", seed, ...more]);
  return running;
}

function faultFile(content: unknown): string {
  const file = join(directory, "faults.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const read = async ({ url }: SimulatorProcess, path: string) =>
  (await (await fetch(`${url}/simulator${path}`)).json()) as Record<string, unknown>;

test("begins with the faults of a file, and throttles as documented by the system's clock", async () => {
  const faults = faultFile({
    seeded: { seed: 3, rates: { serverError: 1 }, path: "/groups" },
    scripted: [{ path: "/users", behaviour: "status", status: 418 }],
  });
  const simulator = await start("--faults", faults);
  expect((await read(simulator, "/throttling"))["mode"]).toBe("documented");
  expect((await read(simulator, "/faults/seeded"))["seeded"]).toMatchObject({ seed: 3 });
  expect((await fetch(`${simulator.url}/v1.0/users`)).status).toBe(418);
  expect((await fetch(`${simulator.url}/v1.0/users`)).status).toBe(401);
  expect((await fetch(`${simulator.url}/v1.0/groups`)).status).toBeGreaterThanOrEqual(500);
});

test("says what is wrong with a fault file", async () => {
  const faults = faultFile({ seeded: { rates: { serverError: 7 } } });
  await expect(start("--faults", faults)).rejects.toThrow(
    /fault file .*seeded\.rates\.serverError/,
  );
});
