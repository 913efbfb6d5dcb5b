import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { end, freePort, keepTrack, runProgram, until } from "./child.ts";

export interface RunningPostgres {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Folder with initdb and postgres: on the path, or where Debian keeps it. Throws with what to install. */
function programs(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  for (const folder of versions.map((version) => join(root, version, "bin"))) {
    if (existsSync(join(folder, "initdb"))) {
      return folder;
    }
  }
  throw new Error("PostgreSQL is missing: apt-get install postgresql.");
}

export const postgresVersion = (): string =>
  spawnSync(join(programs(), "postgres"), ["--version"], { encoding: "utf8" }).stdout.trim();

let durabilityOfLast = "";

/** What the last cluster said when it was asked for its settings. */
export const postgresDurability = (): string => durabilityOfLast;

function askDurability(bin: string, url: string): string {
  const settings = ["fsync", "synchronous_commit", "full_page_writes"];
  const { stdout } = spawnSync(
    join(bin, "psql"),
    [url, "-At", ...settings.flatMap((setting) => ["-c", `SHOW ${setting}`])],
    { encoding: "utf8" },
  );
  const values = stdout.trim().split("\n");
  return `PostgreSQL: ${settings.map((setting, index) => `${setting} ${values[index]}`).join(", ")}`;
}

/** A new cluster with the defaults of PostgreSQL (fsync and synchronous_commit are on), on loopback. */
export async function startPostgres(folder: string): Promise<RunningPostgres> {
  const bin = programs();
  const data = join(folder, "postgres");
  mkdirSync(data, { recursive: true });
  if (NOBODY.uid !== undefined) {
    chownSync(data, NOBODY.uid, NOBODY.gid);
  }
  await runProgram(
    join(bin, "initdb"),
    ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-instructions"],
    { cwd: data, isQuiet: true, ...NOBODY },
  );
  const port = await freePort();
  const options = ["-p", String(port), "-k", data, "-h", "127.0.0.1", "-c", "max_connections=200"];
  const server: ChildProcess = spawn(join(bin, "postgres"), ["-D", data, ...options], {
    cwd: data,
    stdio: "ignore",
    ...NOBODY,
  });
  keepTrack(server);
  const url = `postgresql://bench@127.0.0.1:${port}/postgres`;
  await until(async () => {
    const probe = spawnSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]);
    return Promise.resolve(probe.status === 0);
  }, 100);
  durabilityOfLast = askDurability(bin, url);
  return { url, pid: server.pid!, stop: () => end(server, "SIGINT") };
}
