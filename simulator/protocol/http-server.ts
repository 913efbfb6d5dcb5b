import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { HttpAnswer } from "./message.ts";
import type { Simulator } from "./simulator.ts";

const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves a simulator on 127.0.0.1, over HTTPS when there is a certificate; port 0 takes a free one. */
export async function startHttpServer(
  simulator: Simulator,
  port: number,
  onFailure: (error: Error) => void,
  /** PEM */
  tls?: { readonly certificate: string; readonly key: string },
): Promise<RunningServer> {
  const scheme = tls === undefined ? "http" : "https";
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    void serve(simulator, scheme, request, response).catch((error: unknown) => {
      response.destroy();
      onFailure(error as Error);
    });
  };
  const server =
    tls === undefined
      ? createServer(answer)
      : createTlsServer({ cert: tls.certificate, key: tls.key, minVersion: "TLSv1.2" }, answer);
  // Clients reuse connections over pauses of a virtual clock; the default of 5 s makes them race a closing socket.
  server.keepAliveTimeout = 60_000;
  await listen(server, port);
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
        setTimeout(() => {
          server.closeAllConnections();
        }, 2_000).unref();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`Port ${port} is already in use.`, { cause: error })
          : error,
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function serve(
  simulator: Simulator,
  scheme: "http" | "https",
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await readBody(request).catch(() => undefined);
  if (bytes === undefined) {
    // The client went away in the middle of its request: nothing was asked.
    response.destroy();
    return;
  }
  if (bytes === null) {
    response.writeHead(413, { connection: "close" }).end();
    return;
  }
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const answer: HttpAnswer = await simulator.answer({
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers,
    bytes,
    baseUrl: `${scheme}://${headers["host"] ?? "127.0.0.1"}`,
  });
  if (answer.delayMs !== undefined) await sleep(answer.delayMs);
  if (answer.isReset === true) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.status === 204 ? {} : { "content-length": String(answer.bytes.length) }),
  });
  if (answer.cutAt !== undefined) {
    // The head promises the whole body; the connection ends in the middle of it.
    response.write(answer.bytes.subarray(0, answer.cutAt), () => response.destroy());
    return;
  }
  response.end(answer.bytes);
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const chunk = part as Buffer;
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return null;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
