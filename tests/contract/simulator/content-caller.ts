import type {
  InProcessAnswer,
  InProcessSimulator,
} from "../../../simulator/protocol/in-process.ts";
import { OWNER, smallEstate } from "./small-estate.ts";
import { createValidatedSimulator } from "./validated-simulator.ts";

export interface Entity {
  readonly id: string;
  readonly value: readonly Entity[];
  readonly [name: string]: unknown;
}

export interface Called extends InProcessAnswer {
  readonly entity: Entity;
}

interface CallOptions {
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isDelegated?: boolean;
}

/** One tenant of `smallEstate`, every Graph answer checked against Microsoft's metadata. */
export class ContentCaller {
  readonly simulator: InProcessSimulator = createValidatedSimulator(smallEstate());

  async call(method: string, path: string, options: CallOptions = {}): Promise<Called> {
    const { isDelegated = false, ...rest } = options;
    const answer = await this.simulator.fetch(path.startsWith("/") ? `/v1.0${path}` : path, {
      method,
      token: isDelegated
        ? await this.simulator.delegatedToken(OWNER)
        : await this.simulator.token(OWNER),
      ...rest,
    });
    return { ...answer, entity: answer.body as Entity };
  }

  /** The entity of an answer that must have the expected status. */
  async ask(method: string, path: string, status: number, json?: unknown): Promise<Entity> {
    const content = json instanceof Uint8Array ? { bytes: json } : { json };
    const answer = await this.call(method, path, json === undefined ? {} : content);
    if (answer.status !== status) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.entity;
  }

  get(path: string): Promise<Entity> {
    return this.ask("GET", path, 200);
  }

  /** All elements of a list, over every page. */
  async list(path: string): Promise<Entity[]> {
    const page = await this.get(path);
    const next = page["@odata.nextLink"] as string | undefined;
    const rest = next === undefined ? [] : await this.list(next.split("/v1.0")[1] ?? "");
    return [...page.value, ...rest];
  }

  async text(path: string): Promise<string> {
    return Buffer.from((await this.call("GET", path)).bytes).toString("utf8");
  }

  /** Status and code of a refusal. */
  async refused(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<readonly [number, string]> {
    const { status, body } = await this.call(method, path, options);
    const { error } = (body ?? {}) as { readonly error?: { readonly code: string } };
    return [status, error?.code ?? ""];
  }

  /** Address of the OneDrive of the tenant's administrator. */
  async drive(): Promise<string> {
    return `/drives/${(await this.get("/users/admin@contoso.com/drive")).id}`;
  }

  /** A new file in a drive; gives the address of the item. */
  async file(drive: string, name: string, text: string): Promise<string> {
    const { id } = await this.ask("PUT", `${drive}/root:/${name}:/content`, 201, Buffer.from(text));
    return `${drive}/items/${id}`;
  }
}
