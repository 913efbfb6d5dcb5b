import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Where hosts wait before they open their data directory (HOST_RECOVERY_BARRIER), each by its own path. */
export class Barrier implements AsyncDisposable {
  readonly #server: Server;
  readonly #arrived = new Map<string, ServerResponse>();
  readonly #released = new Map<string, number>();
  #onArrival: () => void = () => undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      const name = request.url!.slice(1);
      const status = this.#released.get(name);
      if (status === undefined) {
        this.#arrived.set(name, response);
        this.#onArrival();
      } else {
        response.writeHead(status).end();
      }
    });
  }

  static async open(): Promise<Barrier> {
    const barrier = new Barrier();
    await new Promise<void>((resolve) => {
      barrier.#server.listen(0, "127.0.0.1", resolve);
    });
    return barrier;
  }

  /** The setting that makes a host wait here under a name. */
  env(name: string): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { HOST_RECOVERY_BARRIER: `http://127.0.0.1:${port}/${name}` };
  }

  /** Resolves when all of these wait. */
  arrived(...names: string[]): Promise<void> {
    return new Promise((resolve) => {
      this.#onArrival = () => {
        if (names.every((name) => this.#arrived.has(name))) {
          resolve();
        }
      };
      this.#onArrival();
    });
  }

  /** Lets one go on, or pass without a stop when it comes; a status other than 200 turns it away. */
  release(name: string, status = 200): void {
    this.#released.set(name, status);
    this.#arrived.get(name)?.writeHead(status).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
