import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  cleanUp,
  eventually,
  send,
  startForkedHost,
  temporaryFolder,
  type ForkedHost,
} from "./forked-host.ts";

/** `functionTimeout` is one second here, and time is virtual: it stands while a function runs. */
let host: ForkedHost;
let keys: { readonly masterKey: string };
let silent: Server;

beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((resolve) => {
    silent.listen(0, "127.0.0.1", resolve);
  });
  const folder = await temporaryFolder();
  host = await startForkedHost({
    app: "hanging-esm",
    folder,
    settings: { Values: {} },
    args: ["--clock=virtual@2026-03-02T06:00:00Z"],
  });
  keys = JSON.parse(await readFile(join(folder, "data", "keys.json"), "utf8")) as typeof keys;
});

afterAll(async () => {
  await cleanUp();
  silent.closeAllConnections();
  silent.close();
});

async function outputOf(id: string, input: unknown): Promise<unknown> {
  const base = "/runtime/webhooks/durabletask";
  const headers = { "x-functions-key": keys.masterKey, "content-type": "application/json" };
  const body = JSON.stringify(input);
  await send(host.url, `${base}/orchestrators/goesOn/${id}`, { method: "POST", headers, body });
  return eventually(async () => {
    const answer = await send(host.url, `${base}/instances/${id}`, { headers });
    const status = answer.json() as { runtimeStatus: string; output: unknown };
    return status.runtimeStatus === "Completed" ? (status.output as object) : null;
  }, `${id} ends`);
}

test.each([
  ["neverEnds", () => null],
  ["neverAnswered", () => `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`],
])(
  "%s is ended by functionTimeout while time stands, and time goes on for everybody else",
  async (activity, input) => {
    expect(await outputOf(activity, { activity, input: input() })).toEqual([
      `Activity function '${activity}' failed:  Timeout value of 00:00:01 was exceeded by function: Functions.${activity}`,
      90,
    ]);
  },
);
