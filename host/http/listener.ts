import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HostError, systemCodeOf } from "../host-error.ts";
import { BodyTooLargeError } from "./request-body.ts";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ListenerOptions {
  /** Interface to listen on. */
  readonly address: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Command line option by which a person chooses the port, for the message about a used one. */
  readonly portOption: string;
  readonly handle: RequestHandler;
  readonly onError: (error: unknown) => void;
}

export interface Listener {
  readonly port: number;
  /** Takes no new connections, waits a little for open requests, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1", "[::1]"]);

/**
 * Whether a request's `Host` is one that this listener answers to. A page of the internet can make its name resolve to
 * 127.0.0.1 (DNS rebinding); its requests then still carry that name.
 */
export function isExpectedHost(host: string | undefined, address: string): boolean {
  if (!LOOPBACK.has(address)) {
    return host !== undefined;
  }
  const name = (host ?? "").replace(/:\d+$/, "").toLowerCase();
  return LOOPBACK.has(name);
}

/** Sends a problem (RFC 9457) as the whole answer. */
export function sendProblem(response: ServerResponse, status: number, detail: string): void {
  response
    .writeHead(status, { "content-type": "application/problem+json" })
    .end(JSON.stringify({ type: "about:blank", status, detail }));
}

/** Sends a status without a body. */
export function sendEmpty(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

function listenError(error: unknown, options: ListenerOptions): unknown {
  const place = `${options.address}:${options.port}`;
  switch (systemCodeOf(error)) {
    case "EADDRINUSE":
      return new HostError(
        "port-used",
        `Port ${options.port} is already in use; stop what uses it or choose another with ${options.portOption}.`,
        error,
      );
    case "EACCES":
      return new HostError("port-used", `The system does not allow listening on ${place}.`, error);
    default:
      return error;
  }
}

/**
 * Listens for HTTP requests.
 * @throws HostError when the port is taken
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const server = createServer((request, response) => {
    if (!isExpectedHost(request.headers.host, options.address)) {
      sendProblem(response, 403, "This host answers only to its own address.");
      return;
    }
    options.handle(request, response).catch((error: unknown) => {
      if (error instanceof BodyTooLargeError && !response.headersSent) {
        response.writeHead(413, { connection: "close" }).end();
        return;
      }
      options.onError(error);
      if (response.headersSent) {
        response.destroy();
      } else {
        sendEmpty(response, 500);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, options)));
    server.listen(options.port, options.address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
