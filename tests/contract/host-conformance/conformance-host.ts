import { fileURLToPath } from "node:url";
import {
  eventually,
  secretsOf,
  send,
  startForkedHost,
  temporaryFolder,
  type Answer,
  type ForkedHost,
  type HostSetup,
} from "../host/forked-host.ts";

export { cleanUp, eventually, runUntilEnd, send, temporaryFolder } from "../host/forked-host.ts";
export type { Answer, ForkedHost } from "../host/forked-host.ts";

/** Absolute folder of a fixture app of this suite. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

type Options = NonNullable<Parameters<typeof send>[2]>;

/** A durable instance as the status query gives it. */
export interface Instance {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: string;
  // Whatever the orchestration makes of it.
  readonly output: unknown;
  readonly input: unknown;
  readonly customStatus: unknown;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
  readonly historyEvents?: readonly Record<string, unknown>[];
}

const ENDED = ["Completed", "Failed", "Terminated"];

export interface ConformanceHost extends ForkedHost {
  readonly folder: string;
  readonly keys: Awaited<ReturnType<typeof secretsOf>>["keys"];
  readonly identities: Awaited<ReturnType<typeof secretsOf>>["identities"];
  get(path: string, headers?: Options["headers"]): Promise<Answer>;
  post(path: string, body?: string | Uint8Array, headers?: Options["headers"]): Promise<Answer>;
  /** A request to the durable HTTP API for local processes, with a JSON body if any. */
  durable(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Runs an orchestration to its end; resolves with its output, or with its status when it did not complete. */
  run(orchestration: string, input?: unknown): Promise<unknown>;
  start(orchestration: string, instanceId: string, input?: unknown): Promise<void>;
  /** Raises an event; resolves with the status of the answer. */
  raise(instanceId: string, event: string, data: unknown): Promise<number>;
  status(instanceId: string, query?: string): Promise<Instance>;
  /** The status of an instance once it satisfies the condition. */
  until(instanceId: string, condition: (instance: Instance) => boolean): Promise<Instance>;
  /** The status of an instance once it has ended. */
  ended(instanceId: string): Promise<Instance>;
  send(method: string, path: string, options?: Omit<Options, "method">): Promise<Answer>;
}

/** A host as a real process, running one fixture app. */
export async function startConformanceHost(
  app: string,
  setup: Partial<HostSetup> = {},
): Promise<ConformanceHost> {
  const folder = setup.folder ?? (await temporaryFolder());
  const host = await startForkedHost({
    settings: { Values: {} },
    ...setup,
    app: fixture(app),
    folder,
  });
  const { keys, identities } = await secretsOf(folder);
  const durable: ConformanceHost["durable"] = (method, path, body) =>
    send(host.internalUrl, `/durabletask/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
  const start: ConformanceHost["start"] = async (orchestration, instanceId, input) => {
    const answer = await durable("POST", `orchestrators/${orchestration}/${instanceId}`, input);
    if (answer.status !== 202) {
      throw new Error(`The start of ${orchestration}: ${answer.status} ${answer.text}`);
    }
  };
  const status: ConformanceHost["status"] = async (instanceId, query = "") =>
    (await durable("GET", `instances/${instanceId}${query}`)).json() as Instance;
  const until: ConformanceHost["until"] = (instanceId, condition) =>
    eventually(async () => {
      const instance = await status(instanceId);
      return condition(instance) && instance;
    }, `the awaited status of ${instanceId}`);
  const ended: ConformanceHost["ended"] = (instanceId) =>
    until(instanceId, ({ runtimeStatus }) => ENDED.includes(runtimeStatus));
  let runs = 0;
  return {
    ...host,
    folder,
    keys,
    identities,
    durable,
    async run(orchestration, input) {
      runs += 1;
      const instanceId = `run-${runs}`;
      await start(orchestration, instanceId, input);
      const instance = await ended(instanceId);
      return instance.runtimeStatus === "Completed" ? instance.output : instance;
    },
    start,
    raise: async (instanceId, event, data) =>
      (await durable("POST", `instances/${instanceId}/raiseEvent/${event}`, data)).status,
    status,
    until,
    ended,
    get: (path, headers = {}) => send(host.url, path, { headers }),
    post: (path, body = "", headers = {}) =>
      send(host.url, path, { method: "POST", body, headers }),
    send: (method, path, options = {}) => send(host.url, path, { ...options, method }),
  };
}
