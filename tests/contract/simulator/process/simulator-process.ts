import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface SimulatorProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** `kill -9`, waited for. */
  kill(): Promise<void>;
  /** What SIGTERM gives: the exit code. */
  stop(): Promise<number | null>;
}

/** The built command: compiled once for all tests of this kind, a process of it is ready in half the time. */
const COMMAND = new URL("../../../../dist/cli/continuity.js", import.meta.url);

/** `continuity simulate` in a process of its own, ready to answer. Rejects with what it printed when it cannot start. */
export async function startSimulatorProcess(args: readonly string[]): Promise<SimulatorProcess> {
  const child = fork(COMMAND, ["simulate", ...args], {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ready = await Promise.race([
    once(child, "message").then(([message]) => message as { readonly url: string }),
    once(child, "close").then(() => null),
  ]);
  if (ready === null) throw new Error(errors.trim());
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  return {
    url: ready.url,
    child,
    kill: () => end("SIGKILL"),
    async stop() {
      await end("SIGTERM");
      return child.exitCode;
    },
  };
}
