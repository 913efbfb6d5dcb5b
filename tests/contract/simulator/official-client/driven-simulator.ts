import { startHttpServer } from "../../../../simulator/protocol/http-server.ts";
import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { validated, type ValidatedSimulator } from "../validated-simulator.ts";
import type { Transport } from "./transports.ts";

export interface DrivenSimulator extends ValidatedSimulator {
  stop(): Promise<void>;
}

/** A validated simulator that is spoken to over a socket, through a client of the caller's choice. */
export async function openDrivenSimulator(
  seed: unknown,
  transport: Transport,
): Promise<DrivenSimulator> {
  const simulator: InProcessSimulator = createInProcessSimulator({ seed });
  const server = await startHttpServer(simulator.simulator, 0, (error) => {
    throw error;
  });
  return { ...validated(simulator, transport(server.url)), stop: () => server.stop() };
}

export interface Entity {
  readonly id: string;
  readonly value: readonly Entity[];
  readonly [name: string]: unknown;
}

/** Calls paths below `/v1.0` in one tenant and expects a status. */
export class TenantCaller {
  readonly #simulator: InProcessSimulator;
  readonly tenantId: string;

  constructor(simulator: InProcessSimulator, tenantId: string) {
    this.#simulator = simulator;
    this.tenantId = tenantId;
  }

  get(path: string): Promise<Entity> {
    return this.ask("GET", path, 200);
  }

  /** The body of the answer, which must have the expected status. `content` is bytes or JSON. */
  async ask(method: string, path: string, status: number, content?: unknown): Promise<Entity> {
    const answer = await this.#simulator.fetch(`/v1.0${path}`, {
      method,
      token: await this.#simulator.token(this.tenantId),
      ...(content === undefined
        ? {}
        : content instanceof Uint8Array
          ? { bytes: content }
          : { json: content }),
    });
    if (answer.status !== status) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return (answer.body ?? { bytes: answer.bytes }) as Entity;
  }
}
