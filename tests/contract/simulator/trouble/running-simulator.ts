import { startSimulator } from "../../../../simulator/start.ts";
import { smallEstate } from "../small-estate.ts";

const START = Date.parse("2026-03-02T06:00:00Z");

interface Init {
  readonly method?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Journaled {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly fault?: string;
  readonly clientRequestId: string | null;
  readonly effects: readonly { readonly type: string }[];
}

/** A simulator that really listens, with a clock in the test's hands. */
export interface ListeningSimulator {
  readonly url: string;
  fetch(path: string, init?: Init): Promise<Response>;
  control(method: string, path: string, json?: unknown): Promise<Response>;
  journal(): Promise<readonly Journaled[]>;
  advance(milliseconds: number): void;
  stop(): Promise<void>;
}

/** `users` overrides the size of the first tenant. */
export async function listen(
  options: { readonly throttling?: "none" | "documented"; readonly users?: number } = {},
): Promise<ListeningSimulator> {
  let now = START;
  const seed = smallEstate();
  const [owner] = seed.tenants;
  if (owner === undefined) throw new Error("The small estate has no tenant.");
  owner.users = options.users ?? owner.users;
  const simulator = await startSimulator({
    readSeed: () => seed,
    dataDir: null,
    port: 0,
    clock: { now: () => now },
    ...(options.throttling === undefined ? {} : { throttling: options.throttling }),
  });
  const { url } = simulator;
  const control: ListeningSimulator["control"] = (method, path, json) =>
    fetch(`${url}/simulator${path}`, {
      method,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  const answer = await fetch(`${url}/${owner.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: seed.applications[0]?.clientId ?? "",
      client_secret: seed.applications[0]?.clientSecret ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return {
    url,
    control,
    fetch: (path, { method = "GET", json, headers = {} } = {}) =>
      fetch(`${url}/v1.0${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      }),
    async journal() {
      const { value } = (await (await control("GET", "/journal?limit=10000")).json()) as {
        value: readonly Journaled[];
      };
      return value;
    },
    advance(milliseconds) {
      now += milliseconds;
    },
    stop: () => simulator.stop(),
  };
}
