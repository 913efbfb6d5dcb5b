import type { RecordedHistory } from "../host/durable/recorded-history.ts";
import type { HostAddress } from "./host-address.ts";

/** The status of an instance, as the management API gives it. */
export interface InstanceStatus {
  readonly instanceId: string;
  readonly name: string;
  readonly runtimeStatus: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly customStatus: unknown;
  /** ISO 8601, whole seconds. */
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
}

export interface InstanceFilter {
  readonly statuses: readonly string[];
  readonly prefix: string | null;
  /** ISO 8601, inclusive. */
  readonly createdFrom: string | null;
  readonly createdTo: string | null;
}

export type ControlVerb = "terminate" | "suspend" | "resume" | "rewind";

/** The host said no, or there is none; the message is one sentence for people. */
export class ManagementError extends Error {
  override readonly name = "ManagementError";
  /** The HTTP status; null when nobody answered. */
  readonly status: number | null;

  constructor(status: number | null, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

const PAGE_SIZE = 100;
const CONTINUATION = "x-ms-continuation-token";

const PARTICIPLES: Readonly<Record<ControlVerb, string>> = {
  terminate: "terminated",
  suspend: "suspended",
  resume: "resumed",
  rewind: "rewound",
};

/** The management API of a running host. Every method throws ManagementError. */
export class ManagementClient {
  readonly #host: HostAddress;

  constructor(host: HostAddress) {
    this.#host = host;
  }

  /** All instances that match, page by page; at most `top` of them. Inputs are left out. */
  async *list(filter: InstanceFilter, top = Infinity): AsyncGenerator<InstanceStatus> {
    let token: string | null = null;
    let given = 0;
    do {
      const query = new URLSearchParams(filterQuery(filter));
      query.set("showInput", "false");
      query.set("top", String(Math.min(PAGE_SIZE, top - given)));
      const answer: Response = await this.#send(
        "GET",
        `instances?${query.toString()}`,
        token === null ? {} : { headers: { [CONTINUATION]: token } },
      );
      await expectOk(answer);
      const page = (await answer.json()) as InstanceStatus[];
      yield* page.slice(0, top - given);
      given += page.length;
      token = answer.headers.get(CONTINUATION);
    } while (token !== null && token !== "" && given < top);
  }

  async show(instanceId: string): Promise<InstanceStatus> {
    const answer = await this.#send("GET", this.#path(instanceId));
    await expectOk(answer, { 404: noInstance(instanceId) });
    return (await answer.json()) as InstanceStatus;
  }

  /** The recorded history of the current execution; 404 also for a host that gives none out. */
  async history(instanceId: string): Promise<RecordedHistory> {
    const answer = await this.#send("GET", `${this.#path(instanceId)}/history`);
    if (answer.status === 404) {
      await answer.body?.cancel();
      await this.show(instanceId);
      throw new ManagementError(
        404,
        `The host at ${this.#host.url} does not give out recorded histories; the embedded host does.`,
      );
    }
    await expectOk(answer);
    return (await answer.json()) as RecordedHistory;
  }

  async control(verb: ControlVerb, instanceId: string, reason: string): Promise<void> {
    const query = new URLSearchParams({ reason });
    const answer = await this.#send(
      "POST",
      `${this.#path(instanceId)}/${verb}?${query.toString()}`,
    );
    await expectOk(answer, {
      404: noInstance(instanceId),
      410: `The instance '${instanceId}' has ended already and cannot be ${PARTICIPLES[verb]}.`,
      412: `The instance '${instanceId}' has not failed; only a failed instance can be rewound.`,
    });
  }

  /** `json` is the event's data as JSON text. */
  async raise(instanceId: string, name: string, json: string): Promise<void> {
    const answer = await this.#send(
      "POST",
      `${this.#path(instanceId)}/raiseEvent/${encodeURIComponent(name)}`,
      { body: json, headers: { "content-type": "application/json" } },
    );
    await expectOk(answer, {
      404: noInstance(instanceId),
      410: `The instance '${instanceId}' has ended already; only one that runs takes events.`,
    });
  }

  /** Deletes an instance, whatever its status, with its history. */
  async purge(instanceId: string): Promise<void> {
    const answer = await this.#send("DELETE", this.#path(instanceId));
    await expectOk(answer, { 404: noInstance(instanceId) });
  }

  #path(instanceId: string): string {
    return `instances/${encodeURIComponent(instanceId)}`;
  }

  async #send(
    method: string,
    path: string,
    {
      body,
      headers = {},
    }: { readonly body?: string; readonly headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { url, key } = this.#host;
    let answer: Response;
    try {
      answer = await fetch(`${url}/runtime/webhooks/durabletask/${path}`, {
        method,
        headers: { ...headers, ...(key !== null && { "x-functions-key": key }) },
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      throw new ManagementError(
        null,
        `No host answers at ${url}; start one, or name another with --url or --data.`,
        error,
      );
    }
    if (answer.status === 401) {
      throw new ManagementError(
        401,
        key === null
          ? `The host at ${url} wants a key; give --key, or --data with the host's data directory.`
          : `The host at ${url} refuses the key; give its own with --key or --data.`,
      );
    }
    return answer;
  }
}

const noInstance = (instanceId: string): string => `There is no instance '${instanceId}'.`;

function filterQuery(filter: InstanceFilter): Record<string, string> {
  const { statuses, prefix, createdFrom, createdTo } = filter;
  return {
    ...(statuses.length > 0 && { runtimeStatus: statuses.join(",") }),
    ...(prefix !== null && { instanceIdPrefix: prefix }),
    ...(createdFrom !== null && { createdTimeFrom: createdFrom }),
    ...(createdTo !== null && { createdTimeTo: createdTo }),
  };
}

async function expectOk(
  answer: Response,
  sentences: Readonly<Record<number, string>> = {},
): Promise<void> {
  if (answer.ok) {
    return;
  }
  const known = sentences[answer.status];
  const text = await answer.text();
  throw new ManagementError(
    answer.status,
    known ?? explained(text) ?? `The host answered with the status ${answer.status}.`,
  );
}

/** The sentence in the body of an error. */
function explained(text: string): string | null {
  try {
    const body = JSON.parse(text) as { ExceptionMessage?: unknown; Message?: unknown };
    const message = body.ExceptionMessage ?? body.Message;
    return typeof message === "string" && message !== "" ? message : null;
  } catch {
    return null;
  }
}
