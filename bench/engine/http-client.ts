import { connect, type Socket } from "node:net";

/**
 * A pool of bare sockets that each carry one request at a time, so that on a small machine the figures are the
 * server's and not the client's.
 */
export class HttpClient {
  readonly #port: number;
  readonly #idle: Exchange[] = [];

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  /** The body of the answer; throws unless the status is 2xx. */
  async request(method: "GET" | "POST" | "DELETE", path: string, body = ""): Promise<string> {
    const exchange = this.#takeIdle() ?? (await openExchange(this.#port));
    const type = body === "" ? "" : "content-type: application/json\r\n";
    const answer = await exchange.ask(
      `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\n${type}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    if (answer.status >= 300) {
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.body}`);
    }
    this.#idle.push(exchange);
    return answer.body;
  }

  /** A connection that the server has not closed meanwhile. */
  #takeIdle(): Exchange | null {
    for (let exchange = this.#idle.pop(); exchange !== undefined; exchange = this.#idle.pop()) {
      if (exchange.isOpen()) {
        return exchange;
      }
    }
    return null;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}
interface Exchange {
  isOpen(): boolean;
  ask(request: string): Promise<Answer>;
}

async function openExchange(port: number): Promise<Exchange> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.setNoDelay(true);
    socket.once("error", reject);
  });
  let received = "";
  let waiting: PromiseWithResolversLike | null = null;
  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = null;
  };
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received += chunk;
    const answer = parseAnswer(received);
    if (answer !== null) {
      received = "";
      waiting?.resolve(answer);
      waiting = null;
    }
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("The server closed the connection.")));
  // A measurement that has ended must not keep the process.
  socket.unref();
  return {
    isOpen: () => !socket.destroyed && socket.readyState === "open",
    ask: (request) =>
      new Promise((resolve, reject) => {
        socket.ref();
        waiting = {
          resolve(answer) {
            socket.unref();
            resolve(answer);
          },
          reject,
        };
        socket.write(request);
      }),
  };
}

interface PromiseWithResolversLike {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** The whole answer if all of it is there, else null. */
function parseAnswer(text: string): Answer | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) {
    return null;
  }
  const head = text.slice(0, end);
  const status = Number(head.slice(9, 12));
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    return body.length < Number(length) ? null : { status, body };
  }
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    return body.endsWith("0\r\n\r\n") ? { status, body: chunksOf(body) } : null;
  }
  return { status, body };
}

function chunksOf(body: string): string {
  let text = "";
  for (let at = 0; ;) {
    const end = body.indexOf("\r\n", at);
    const length = Number.parseInt(body.slice(at, end), 16);
    if (!(length > 0)) {
      return text;
    }
    text += body.slice(end + 2, end + 2 + length);
    at = end + 2 + length + 2;
  }
}
