import { areas as allAreas } from "../areas.ts";
import { createMemoryBlobStore } from "../content/blob-store.ts";
import type { Area } from "../core/area.ts";
import type { JournalQuery, JournalRow } from "../core/journal.ts";
import { createMemoryLog } from "../core/transaction-log.ts";
import { createEstate } from "../seed/estate.ts";
import { bytesOfAnswer, parseAnswer } from "./message.ts";
import { createSimulator, type Simulator } from "./simulator.ts";

export interface InProcessAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly isReset: boolean;
  /** The JSON body; undefined when the answer has none. */
  readonly body: unknown;
}

/** A simulator in memory whose time the caller moves. */
export interface InProcessSimulator {
  readonly simulator: Simulator;
  /** `path` begins with `/v1.0`, `/simulator` or a tenant; `json` is sent as JSON. */
  fetch(
    path: string,
    init?: {
      readonly method?: string;
      readonly token?: string;
      readonly json?: unknown;
      readonly bytes?: Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<InProcessAnswer>;
  /** An application token of the first (or given) application of the seed. */
  token(tenantId: string, application?: number): Promise<string>;
  /** The tenant administrator's token with the given scopes (default: all). */
  delegatedToken(tenantId: string, scope?: string): Promise<string>;
  /** Unix milliseconds. */
  now(): number;
  advanceTo(instant: number | string): void;
  advanceBy(milliseconds: number): void;
  journal(query?: JournalQuery): readonly JournalRow[];
}

const BASE_URL = "http://simulator.test";

export function createInProcessSimulator(options: {
  readonly seed: unknown;
  readonly areas?: readonly Area[];
}): InProcessSimulator {
  const estate = createEstate(options.seed);
  const areas = options.areas ?? allAreas;
  let instant = estate.startsAt;
  const simulator = createSimulator({
    estate,
    areas,
    log: createMemoryLog(),
    blobs: createMemoryBlobStore(),
    clock: { now: () => instant },
    key: Buffer.alloc(32, 7),
  });
  simulator.engine.seed(areas);

  const send: InProcessSimulator["fetch"] = async (path, init = {}) => {
    const bytes =
      init.bytes ??
      (init.json === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(init.json), "utf8"));
    const answer = await simulator.answer({
      method: init.method ?? "GET",
      target: path,
      headers: {
        ...(init.json === undefined ? {} : { "content-type": "application/json" }),
        ...(init.token === undefined ? {} : { authorization: `Bearer ${init.token}` }),
        ...init.headers,
      },
      bytes,
      baseUrl: BASE_URL,
    });
    const isJson = /json/.test(answer.headers["content-type"] ?? "");
    return {
      status: answer.status,
      headers: answer.headers,
      bytes: bytesOfAnswer(answer),
      isReset: answer.isReset ?? false,
      body: isJson && answer.body.length > 0 ? parseAnswer(answer) : undefined,
    };
  };
  const tokenFor = async (tenantId: string, form: Record<string, string>) => {
    const answer = await send(`/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      bytes: Buffer.from(new URLSearchParams(form).toString()),
    });
    const body = answer.body as { access_token?: string; error_description?: string };
    if (body.access_token === undefined) throw new Error(body.error_description ?? "No token.");
    return body.access_token;
  };
  return {
    simulator,
    fetch: send,
    token: (tenantId, application = 0) =>
      tokenFor(tenantId, {
        grant_type: "client_credentials",
        client_id: estate.applications[application]?.clientId ?? "",
        client_secret: estate.applications[application]?.clientSecret ?? "",
        scope: "https://graph.microsoft.com/.default",
      }),
    delegatedToken: (tenantId, scope = ".default") =>
      tokenFor(tenantId, {
        grant_type: "password",
        client_id: estate.applications[0]?.clientId ?? "",
        username: estate.tenant(tenantId)?.admin.userPrincipalName ?? "",
        password: estate.tenant(tenantId)?.admin.password ?? "",
        scope,
      }),
    now: () => simulator.engine.now(),
    advanceTo(to) {
      instant = Math.max(instant, typeof to === "number" ? to : Date.parse(to));
      simulator.engine.advance();
    },
    advanceBy(milliseconds) {
      instant += milliseconds;
      simulator.engine.advance();
    },
    journal: (query = {}) => simulator.engine.journal.list(query),
  };
}
