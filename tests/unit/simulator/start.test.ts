import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { startSimulator, type RunningSimulator } from "../../../simulator/start.ts";
import { smallEstate } from "../../contract/simulator/small-estate.ts";

const FAULT = JSON.stringify({ path: "/x", behaviour: "status" });

let data: string;
let running: RunningSimulator | null;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "simulator-"));
  running = null;
});

afterEach(async () => {
  await running?.stop();
  rmSync(data, { recursive: true, force: true });
});

async function start(port = 0): Promise<RunningSimulator> {
  const simulator = await startSimulator({
    readSeed: smallEstate,
    dataDir: data,
    port,
    clock: { now: () => Date.parse("2026-03-02T06:00:00Z") },
  });
  running = simulator;
  return simulator;
}

async function stop(): Promise<void> {
  await running?.stop();
  running = null;
}

async function strike({ url }: RunningSimulator, units = 1): Promise<number> {
  const [tenant] = smallEstate().tenants;
  const response = await fetch(`${url}/simulator/scenarios/mass-deletion`, {
    method: "POST",
    body: JSON.stringify({ tenantId: tenant?.tenantId, units }),
  });
  return response.status;
}

async function strikes({ url }: RunningSimulator): Promise<number> {
  const response = await fetch(`${url}/simulator/journal?effectsOnly=true`);
  const { value } = (await response.json()) as { value: readonly { kind: string }[] };
  return value.filter(({ kind }) => kind === "scenario").length;
}

test("drops a record that a crash cut short and goes on", async () => {
  expect(await strike(await start())).toBe(200);
  await stop();
  appendFileSync(join(data, "transactions.log"), '1f2e3d4c\t{"at":17725');
  const second = await start();
  expect(await strike(second, 9)).toBe(200);
  await stop();
  expect(await strikes(await start())).toBe(2);
});

test("refuses a log that is damaged in the middle", async () => {
  await strike(await start());
  await stop();
  const file = join(data, "transactions.log");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('"at"', '"AT"'));
  await expect(start()).rejects.toThrow(/^The log .* is damaged at byte 0\.$/);
});

test("begins anew when the first start was cut short before anybody had an answer", async () => {
  await start();
  await stop();
  const file = join(data, "transactions.log");
  const lines = readFileSync(file, "utf8").split("\n");
  const seeded = lines.findIndex((line) => line.includes('"SEEDED"'));
  writeFileSync(
    file,
    lines
      .slice(0, seeded)
      .map((line) => `${line}\n`)
      .join(""),
  );
  expect(await strike(await start())).toBe(200);
});

test("refuses a data directory of a newer version with one sentence", async () => {
  await start();
  await stop();
  const file = join(data, "simulator.json");
  const description = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...description, format: 99 }));
  await expect(start()).rejects.toThrow(/^The data directory was written by a newer version/);
});

test("refuses a used port with one sentence", async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);
  const other = mkdtempSync(join(tmpdir(), "simulator-"));
  const second = startSimulator({
    readSeed: smallEstate,
    dataDir: other,
    port,
    clock: { now: () => 0 },
  });
  await expect(second).rejects.toThrow(`Port ${port} is already in use.`);
  rmSync(other, { recursive: true });
});

test("survives clients that break off or send addresses that are none", async () => {
  const simulator = await start();
  const { hostname, port } = new URL(simulator.url);
  const send = async (text: string, isBrokenOff: boolean) => {
    const socket = connect(Number(port), hostname);
    const answer: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => answer.push(chunk));
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(text);
    if (isBrokenOff) socket.resetAndDestroy();
    await once(socket, "close");
    return Buffer.concat(answer).toString();
  };
  const head = "Host: x\r\nConnection: close\r\n";
  await send(`PUT /v1.0/users HTTP/1.1\r\n${head}Content-Length: 100\r\n\r\nhalf`, true);
  expect(await send(`GET /%E0%A4%A/oauth2 HTTP/1.1\r\n${head}\r\n`, false)).toMatch(/ 404 /);
  expect(await send(`GET // HTTP/1.1\r\n${head}\r\n`, false)).toMatch(/ 40\d /);
  const faults = `${simulator.url}/simulator/faults`;
  expect((await fetch(faults, { method: "POST", body: FAULT })).status).toBe(201);
});
