import { send, type Answer, type ConformanceHost } from "./conformance-host.ts";

/** The durable HTTP API at one of its two addresses. */
export interface Api {
  /** Origin of the address, e.g. `http://127.0.0.1:7071`. */
  readonly origin: string;
  /** A request; a body is sent as JSON, bytes as they are. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

function apiAt(origin: string, root: string, key: string | null): Api {
  return {
    origin,
    call: (method, path, body, headers = {}) =>
      send(origin, `${root}/${path}`, {
        method,
        headers: {
          ...(key !== null && { "x-functions-key": key }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && {
          body: body instanceof Uint8Array ? body : JSON.stringify(body),
        }),
      }),
  };
}

/** The API for local processes (`rpcBaseUrl`) and the one with keys: every claim holds at both. */
export const bothApis = (host: ConformanceHost): readonly Api[] => [
  apiAt(host.internalUrl, "/durabletask", null),
  apiAt(
    host.url,
    "/runtime/webhooks/durabletask",
    host.keys.systemKeys["durabletask_extension"] ?? "",
  ),
];

let count = 0;
/** An instance ID or entity key that no other test has. */
export const newId = (): string => `api-${(count += 1)}`;

export const statuses = async (answers: readonly Promise<Answer>[]): Promise<number[]> =>
  (await Promise.all(answers)).map(({ status }) => status);

/** Starts something that waits for the event `go`; resolves with its id. */
export async function startWaiting(host: ConformanceHost): Promise<string> {
  const id = newId();
  await host.start("collects", id, { name: "go", count: 1 });
  return id;
}

/** Starts something and waits for its end; resolves with its id. */
export async function startEnded(
  host: ConformanceHost,
  name = "chain",
  input: unknown = "x",
): Promise<string> {
  const id = newId();
  await host.start(name, id, input);
  await host.ended(id);
  return id;
}
