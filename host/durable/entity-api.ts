import type { HostStore, StoreRange } from "../store/store.ts";
import type { Entities } from "./entities.ts";
import { entityIdOf, parseEntityId, type EntityRecord } from "./entity-record.ts";
import {
  answer,
  BadArgumentError,
  continuationToken,
  flag,
  instant,
  parameter,
  type ManagementAnswer,
  type ManagementRequest,
} from "./management-request.ts";

export interface EntityApiOptions {
  readonly store: HostStore;
  readonly entities: Entities;
}

const DEFAULT_PAGE_SIZE = 100;
/** Stands for the empty key in an address. */
const EMPTY_KEY = "$";

/** The routes below `entities`. */
export class EntityApi {
  readonly #options: EntityApiOptions;

  constructor(options: EntityApiOptions) {
    this.#options = options;
  }

  /** `segments` is what follows `entities` in the path. */
  handle(
    request: ManagementRequest,
    segments: readonly string[],
  ): Promise<ManagementAnswer> | ManagementAnswer {
    const [name, key] = segments;
    switch (`${request.method}/${segments.length}`) {
      case "GET/0":
        return this.#list(request, null);
      case "GET/1":
        return this.#list(request, name!);
      case "GET/2":
        return this.#read(name!, key!);
      case "POST/2":
        return this.#signal(name!, key!, parameter(request.query, "op") ?? "", request.body);
      case "DELETE/2":
        return this.#signal(name!, key!, "delete", request.body);
      default:
        return answer(404);
    }
  }

  #read(name: string, key: string): ManagementAnswer {
    const record = this.#options.entities.read(idOf(name, key));
    return record === null || !record.exists ? answer(404) : answer(200, stateOf(record));
  }

  async #signal(
    name: string,
    key: string,
    operation: string,
    body: Buffer,
  ): Promise<ManagementAnswer> {
    await this.#options.entities.signal(idOf(name, key), operation, inputOf(body));
    return answer(202);
  }

  #list(request: ManagementRequest, name: string | null): ManagementAnswer {
    const { query } = request;
    const from = instant(query, "lastOperationTimeFrom") ?? -Infinity;
    const to = instant(query, "lastOperationTimeTo") ?? Infinity;
    const top = Number(parameter(query, "top") ?? DEFAULT_PAGE_SIZE);
    if (!Number.isInteger(top) || top < 1) {
      throw new BadArgumentError(`top is no page size: ${top}`);
    }
    const hasState = flag(query, "fetchState", false);
    const page: unknown[] = [];
    let after = parseToken(continuationToken(request));
    const prefix = name === null ? "@" : entityIdOf({ name, key: "" });
    for (;;) {
      const range: StoreRange = {
        ...(after === null ? { from: [prefix] } : { after: [after] }),
        before: [`${prefix}\u{10ffff}`],
        limit: DEFAULT_PAGE_SIZE,
      };
      const rows = this.#options.store.range("entities", range);
      for (const { key, value } of rows) {
        after = key[0] as string;
        const record = JSON.parse(value) as EntityRecord;
        if (record.exists && record.lastOperationAt >= from && record.lastOperationAt <= to) {
          page.push({
            entityId: parseEntityId(record.entityId),
            lastOperationTime: new Date(record.lastOperationAt).toISOString(),
            ...(hasState ? { state: stateOf(record) } : {}),
          });
          if (page.length === top) {
            const token = Buffer.from(after).toString("base64url");
            return answer(200, page, { "x-ms-continuation-token": token });
          }
        }
      }
      if (rows.length < DEFAULT_PAGE_SIZE) {
        return answer(200, page);
      }
    }
  }
}

const idOf = (name: string, key: string): string =>
  entityIdOf({ name, key: key === EMPTY_KEY ? "" : key });

const stateOf = ({ state }: EntityRecord): unknown =>
  state === null ? null : (JSON.parse(state) as unknown);

/** JSON, or any other text as a JSON text; null for none. */
function inputOf(body: Buffer): string | null {
  const text = body.toString("utf8");
  if (text === "") {
    return null;
  }
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return JSON.stringify(text);
  }
}

const parseToken = (token: string | null): string | null =>
  token === null ? null : Buffer.from(token, "base64url").toString();
