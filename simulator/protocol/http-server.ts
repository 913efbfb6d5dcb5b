import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { bytesOfAnswer, type HttpAnswer, type HttpCall } from "./message.ts";
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
  const bytes = hasBody(request) ? await readBody(request) : NOTHING;
  if (bytes === "gone") {
    // The client went away in the middle of its request: nothing was asked.
    response.destroy();
    return;
  }
  if (bytes === "tooLarge") {
    response.writeHead(413, { connection: "close" }).end();
    return;
  }
  const answer: HttpAnswer = await simulator.answer({
    method: request.method ?? "GET",
    target: request.url ?? "/",
    // Node joins repeated headers; only `set-cookie`, which no request has, would be a list.
    headers: request.headers as HttpCall["headers"],
    bytes,
    baseUrl: `${scheme}://${request.headers["host"] ?? "127.0.0.1"}`,
  });
  if (answer.delayMs !== undefined) await sleep(answer.delayMs);
  if (answer.isReset === true) {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers, body } = answer;
  if (status === 204) response.writeHead(status, headers);
  else response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  if (answer.cutAt !== undefined) {
    // The head promises the whole body; the connection ends in the middle of it.
    const start = bytesOfAnswer(answer).subarray(0, answer.cutAt);
    response.write(start, () => response.destroy());
    return;
  }
  // Text leaves with the head in one write.
  response.end(body);
}

const NOTHING = new Uint8Array();

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

function readBody(request: IncomingMessage): Promise<Uint8Array | "gone" | "tooLarge"> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) resolve("tooLarge");
      else parts.push(chunk);
    });
    request.once("end", () => {
      const [only] = parts;
      resolve(only !== undefined && parts.length === 1 ? only : Buffer.concat(parts));
    });
    const leave = () => {
      resolve("gone");
    };
    request.once("error", leave);
    request.once("close", leave);
  });
}
