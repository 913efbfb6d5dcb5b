import { connect, type Socket } from "node:net";

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One HTTP request, ready to be written to a socket. */
export function requestBytes(
  url: string,
  request: {
    readonly method: string;
    readonly path: string;
    readonly token?: string;
    readonly body?: string;
    readonly type?: string;
  },
): Buffer {
  const { method, path, token, body = "", type = "application/json" } = request;
  const lines = [
    `${method} ${encodeURI(path)} HTTP/1.1`,
    `host: ${new URL(url).host}`,
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(body === "" ? [] : [`content-type: ${type}`]),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/**
 * Asks as fast as answers come, with a fixed number of connections that each wait for their answer. The client is a bare
 * socket, so that on a small machine the figures are the server's and not the client's.
 */
export async function measureClosedLoop(
  url: string,
  next: (connection: number) => Buffer,
  options: {
    readonly connections: number;
    readonly warmUpMs: number;
    readonly measureMs: number;
    /** Statuses from here on end the measurement: a figure over refusals says nothing. */
    readonly refuseFrom?: number;
  },
): Promise<LoadResult> {
  const { connections, warmUpMs, measureMs } = options;
  const from = performance.now() + warmUpMs;
  const until = from + measureMs;
  const latencies: number[] = [];
  await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const socket = await open(url);
      const ask = exchangeOver(socket);
      for (;;) {
        const began = performance.now();
        if (began >= until) break;
        const status = await ask(next(index));
        if (status >= (options.refuseFrom ?? 400)) throw new Error(`An answer was ${status}.`);
        const ended = performance.now();
        if (began >= from && ended <= until) latencies.push(ended - began);
      }
      socket.destroy();
    }),
  );
  latencies.sort((left, right) => left - right);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return {
    requestsPerSecond: latencies.length / (measureMs / 1_000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

function open(url: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      resolve(socket);
    });
    socket.setNoDelay(true);
    socket.once("error", reject);
  });
}

/** Writes a request and gives the status once the whole answer is there; one at a time. */
function exchangeOver(socket: Socket): (request: Buffer) => Promise<number> {
  let status = 0;
  let missing = -1;
  let head = "";
  let settle: ((status: number) => void) | null = null;
  let fail: ((error: Error) => void) | null = null;
  socket.on("data", (chunk: Buffer) => {
    if (missing >= 0) {
      missing -= chunk.length;
    } else {
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) return;
      status = Number(head.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? "0";
      missing = Number(length) - (head.length - end - 4);
    }
    if (missing > 0) return;
    head = "";
    missing = -1;
    settle?.(status);
  });
  socket.on("error", (error) => {
    fail?.(error);
  });
  socket.on("close", () => {
    fail?.(new Error("The server closed the connection."));
  });
  return (request) =>
    new Promise((resolve, reject) => {
      settle = resolve;
      fail = reject;
      socket.write(request);
    });
}
