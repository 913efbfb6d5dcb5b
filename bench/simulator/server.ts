import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { startSimulator } from "../../simulator/start.ts";
import { fillLog } from "./filled-log.ts";
import type { ServerOptions, ServerReady, Usage } from "./server-process.ts";
import { answerStatically } from "./static-mock.ts";

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

process.on("message", (message: ServerOptions | "usage" | "stop") => {
  if (message === "usage") process.send?.(usage());
  else if (message === "stop") void running?.stop().then(() => process.exit(0));
  else void start(message);
});

// A measurement that was cut short leaves no server behind.
process.once("disconnect", () => process.exit(0));

let running: Running | null = null;

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage().rss, processorMs: (user + system) / 1_000 };
}

async function start(options: ServerOptions): Promise<void> {
  const began = performance.now();
  running = await serverOf(options);
  process.send?.({
    url: running.url,
    startMs: performance.now() - began,
    residentBytes: process.memoryUsage().rss,
  } satisfies ServerReady);
}

async function serverOf(options: ServerOptions): Promise<Running> {
  switch (options.kind) {
    case "simulator":
      return startSimulator({
        readSeed: () => options.seed,
        dataDir: options.dataDir ?? null,
        port: 0,
        clock: Date,
        // What is measured is the server, not the limits that it can play.
        throttling: "none",
      });
    case "fill":
      await fillLog(options);
      return { url: "", stop: () => Promise.resolve() };
    case "staticMock":
      return listen(answerStatically);
    case "echo":
      return listen((request, response) => {
        request.resume().once("end", () => {
          response.writeHead(200, { "content-type": "application/json", "content-length": 2 });
          response.end("{}");
        });
      });
  }
}

async function listen(answer: RequestListener): Promise<Running> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
