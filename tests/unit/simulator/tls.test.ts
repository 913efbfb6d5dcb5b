import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { startSimulator, type RunningSimulator } from "../../../simulator/start.ts";
import { OWNER, smallEstate } from "../../contract/simulator/small-estate.ts";

const run = promisify(execFile);

let data: string;
let simulator: RunningSimulator;
let authority: string;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "simulator-tls-"));
  simulator = await start(data);
  authority = simulator.authorityFile ?? "";
});

afterAll(async () => {
  await simulator.stop();
  rmSync(data, { recursive: true, force: true });
});

function start(dataDir: string | null): Promise<RunningSimulator> {
  return startSimulator({
    readSeed: smallEstate,
    dataDir,
    port: 0,
    clock: { now: () => Date.parse("2026-03-02T06:00:00Z") },
    tls: true,
  });
}

function ask(url: string, ca: string | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...(ca === undefined ? {} : { ca }), agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    sent.on("error", reject).end();
  });
}

test("a client that trusts the printed authority reaches it by name and by address; others do not", async () => {
  const ca = readFileSync(authority, "utf8");
  const { port } = new URL(simulator.url);
  for (const host of ["127.0.0.1", "localhost"]) {
    const { status } = await ask(`https://${host}:${port}/simulator/health`, ca);
    expect(status).toBe(200);
  }
  await expect(ask(`${simulator.url}/simulator/health`, undefined)).rejects.toThrow(
    /unable to verify|self.signed|local issuer/i,
  );
});

test("links in answers are https, and the authority outlives a restart", async () => {
  const ca = readFileSync(authority, "utf8");
  await simulator.stop();
  simulator = await start(data);
  expect(readFileSync(authority, "utf8")).toBe(ca);
  const { text } = await ask(`${simulator.url}/simulator/openapi.json`, ca);
  expect(text).toContain(`"url":"${simulator.url}/simulator"`);
});

// Windows has no modes of this kind.
(process.platform === "win32" ? test.skip : test)(
  "only the owner can read the authority's key",
  () => {
    expect(statSync(join(data, "tls", "ca-key.pem")).mode & 0o077).toBe(0);
  },
);

test("curl gets a token with --cacert", async () => {
  const curl = await run("curl", ["--version"]).catch(() => null);
  if (curl === null) return;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: smallEstate().applications[0]?.clientId ?? "",
    client_secret: "local-simulator-only",
    scope: "https://graph.microsoft.com/.default",
  });
  const url = `${simulator.url}/${OWNER}/oauth2/v2.0/token`;
  const { stdout } = await run("curl", ["-sS", "--cacert", authority, "-d", String(form), url]);
  expect(JSON.parse(stdout)).toMatchObject({ token_type: "Bearer" });
});

test("TLS without a data directory is refused in one sentence", async () => {
  await expect(start(null)).rejects.toThrow("HTTPS needs a data directory");
});
