import { type ChildProcess, fork, spawn, type ForkOptions } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** The next message of a child process; throws when it ends instead. */
export async function messageOf<T>(child: ChildProcess): Promise<T> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    const ended = once(child, "exit", { signal }).then(([code]) => {
      throw new Error(`A process of the benchmark ended with ${String(code)}.`);
    });
    const [message] = (await Promise.race([once(child, "message", { signal }), ended])) as [T];
    return message;
  } finally {
    waiting.abort();
  }
}

/** Ends a child with a signal and waits for it; nothing if it is gone already. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

const started = new Set<ChildProcess>();

/** Notes a child, so that `endStarted` ends it if whoever started it gives up first. */
export function keepTrack(child: ChildProcess): ChildProcess {
  started.add(child);
  child.once("exit", () => started.delete(child));
  return child;
}

/** Ends whatever still runs: a scenario that took too long leaves its processes behind. */
export async function endStarted(): Promise<void> {
  await Promise.all([...started].map((child) => end(child, "SIGKILL")));
}

export const forkQuietly = (file: string, args: string[], options: ForkOptions): ChildProcess =>
  keepTrack(fork(file, args, { stdio: ["ignore", "ignore", "inherit", "ipc"], ...options }));

/** Runs a program to its end; its output goes to standard error, or only its errors. Throws unless it succeeds. */
export async function runProgram(
  program: string,
  args: string[],
  options: { cwd?: string; uid?: number; gid?: number; isQuiet?: boolean } = {},
): Promise<void> {
  const { isQuiet = false, ...others } = options;
  const child = spawn(program, args, { ...others, stdio: ["ignore", isQuiet ? "ignore" : 2, 2] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) {
    throw new Error(`${program} ${args.join(" ")} ended with ${code}.`);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves when the probe does without an error; gives up after a minute unless told otherwise. */
export async function until(
  probe: () => Promise<boolean>,
  everyMs = 20,
  limitMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    try {
      if (await probe()) {
        return;
      }
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`Nothing was ready after ${limitMs / 1_000} s.`);
}
