import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAll } from "./mortal-host.ts";
import { pointsNamedIn } from "./named-points.ts";
import { killAtRandom } from "./random-kills.ts";

/* npm run build && npx tsx tests/crash/host/kill-at-random.ts [--kills 1000] [--instances 1000] [--seed N] [--keep] */

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    instances: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    keep: { type: "boolean", default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), "continuity-kills-"));
const began = performance.now();
const print = (line: string): void => {
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  process.stdout.write(`${seconds.padStart(4)} s  ${line}\n`);
};
const kills = Number(values.kills);
print(`${kills} kills over ${values.instances} orchestrations, --seed ${values.seed}`);
try {
  const { deaths, ended, repeated } = await killAtRandom({
    kills,
    instances: Number(values.instances),
    seed: Number(values.seed),
    folder,
    points: pointsNamedIn("host/durable"),
    progress: print,
  });
  for (const [what, count] of [...deaths].sort((left, right) => right[1] - left[1])) {
    print(`  ${String(count).padStart(4)} × ${what}`);
  }
  print(
    `${ended} orchestrations ended, each with its one right result; ${repeated} activities ran again`,
  );
} catch (error) {
  print(`FAILED: ${error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = 1;
} finally {
  await killAll();
  if (values.keep || process.exitCode === 1) {
    print(`Everything is kept in ${folder}.`);
  } else {
    rmSync(folder, { recursive: true, force: true });
  }
}
