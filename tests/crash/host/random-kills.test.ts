import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { killAll } from "./mortal-host.ts";
import { pointsNamedIn } from "./named-points.ts";
import { killAtRandom, seededRandom } from "./random-kills.ts";

const folder = mkdtempSync(join(tmpdir(), "continuity-crash-"));

afterEach(async () => {
  await killAll();
  rmSync(folder, { recursive: true, force: true });
});

const seed = Number(process.env["CRASH_SEED"] ?? Math.floor(seededRandom(Date.now())() * 2 ** 31));

test(`a mixed load over which the host is killed 60 times loses and doubles nothing (CRASH_SEED=${seed})`, async () => {
  const { deaths, ended } = await killAtRandom({
    kills: 60,
    instances: 120,
    seed,
    folder,
    points: pointsNamedIn("host/durable"),
  });
  expect(ended).toBe(120);
  expect([...deaths.values()].reduce((sum, count) => sum + count, 0)).toBe(60);
  // Deaths of every kind were met; otherwise this would prove less than it says.
  expect(deaths.get("while starting")).toBeGreaterThan(0);
  expect(deaths.get("at a random moment")).toBeGreaterThan(0);
  expect(deaths.size).toBeGreaterThan(2);
}, 600_000);
