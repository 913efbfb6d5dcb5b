import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { compileServers } from "./compiled.ts";

export type ServerKind = "simulator" | "echo" | "staticMock" | "fill";

export interface ServerOptions {
  readonly kind: ServerKind;
  readonly seed?: unknown;
  readonly dataDir?: string | null;
  /** How many requests `fill` leaves in the log. */
  readonly requests?: number;
}

export interface ServerReady {
  readonly url: string;
  /** From the call that starts the server to the moment it can answer; module loading is not in it. */
  readonly startMs: number;
  readonly residentBytes: number;
}

/** Of the server's process since its start. */
export interface Usage {
  readonly residentBytes: number;
  readonly processorMs: number;
}

export interface ServerProcess extends ServerReady {
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

let program: string | null = null;

/** Starts a server in a process of its own, so that client and server each have a core. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  program ??= compileServers();
  const child = fork(program, [], {
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.send(options);
  const ready = (await next(child)) as ServerReady;
  return {
    ...ready,
    async usage() {
      child.send("usage");
      return (await next(child)) as Usage;
    },
    async stop() {
      const ended = once(child, "exit");
      child.send("stop");
      await ended;
    },
  };
}

async function next(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The server process ended with ${String(code)}.`);
  });
  const [message] = (await Promise.race([once(child, "message"), ended])) as [unknown];
  return message;
}
