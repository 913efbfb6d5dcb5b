import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { JournalRow } from "../../../simulator/core/journal.ts";
import { OWNER, smallEstate } from "../../contract/simulator/small-estate.ts";

const FIXTURE = new URL("fixtures/checkpointing-simulator.ts", import.meta.url);
const ROUNDS = 6;

let data: string;
let child: ChildProcess | null = null;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "simulator-crash-"));
});

afterEach(async () => {
  await kill();
  rmSync(data, { recursive: true, force: true });
});

async function start(): Promise<string> {
  child = fork(FIXTURE, [data], { execArgv: ["--import", "tsx"] });
  const [message] = (await once(child, "message")) as [{ url: string }];
  return message.url;
}

async function kill(): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

async function tokenOf(url: string): Promise<string> {
  const [application] = smallEstate().applications;
  const answer = await fetch(`${url}/${OWNER}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: application?.clientId ?? "",
      client_secret: application?.clientSecret ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

const pathOf = (name: string) => `/v1.0/users/admin@contoso.com/drive/root:/${name}:/content`;

test("nothing acknowledged is lost or done twice when it is killed while checkpoints are written", async () => {
  const acknowledged: string[] = [];
  let checkpoints = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const url = await start();
    const authorization = `Bearer ${await tokenOf(url)}`;
    // Another moment in each round: what is under way then is cut off.
    const enough = acknowledged.length + 40 + 7 * round;
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let number = 0; ; number += 1) {
        const name = `file-${round}-${writer}-${number}.txt`;
        try {
          const answer = await fetch(`${url}${pathOf(name)}`, {
            method: "PUT",
            headers: { authorization },
            body: `content of ${name}`,
          });
          if (answer.status !== 201) return;
        } catch {
          return;
        }
        acknowledged.push(name);
        if (acknowledged.length === enough) await kill();
      }
    });
    await Promise.all(writers);
    const file = join(data, "checkpoint.bin");
    if (existsSync(file)) checkpoints += readFileSync(file).length > 0 ? 1 : 0;
  }
  expect(checkpoints).toBe(ROUNDS);
  expect(acknowledged.length).toBeGreaterThan(40 * ROUNDS);

  const url = await start();
  const headers = { authorization: `Bearer ${await tokenOf(url)}` };
  for (const name of acknowledged) {
    expect(await (await fetch(`${url}${pathOf(name)}`, { headers })).text()).toBe(
      `content of ${name}`,
    );
  }
  const answer = await fetch(`${url}/simulator/journal?effectsOnly=true&limit=10000`);
  const { value } = (await answer.json()) as { value: JournalRow[] };
  const paths = value.map(({ path }) => path);
  for (const name of acknowledged) {
    expect(paths.filter((path) => path.includes(`/${name}:`))).toHaveLength(1);
  }
  expect(value.map(({ sequence }) => sequence)).toEqual(
    [...new Set(value.map(({ sequence }) => sequence))].sort((left, right) => left - right),
  );
}, 240_000);
