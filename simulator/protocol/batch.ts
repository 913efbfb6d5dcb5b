import { z } from "zod";

import {
  bytesOfAnswer,
  JSON_TYPE,
  jsonAnswer,
  textOfAnswer,
  type HttpAnswer,
  type HttpCall,
} from "./message.ts";

const MAX_REQUESTS = 20;

const Batch = z.strictObject({
  requests: z.array(
    z.strictObject({
      id: z.string().min(1),
      method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
      url: z.string().min(1),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
      dependsOn: z.array(z.string()).optional(),
    }),
  ),
});
type Item = z.infer<typeof Batch>["requests"][number];

/**
 * `POST /v1.0/$batch`: up to 20 requests, each answered on its own; one whose dependency failed gets 424.
 * `ids` are the headers of the batch itself; each item has its own.
 * https://learn.microsoft.com/graph/json-batching
 */
export function answerBatch(
  call: HttpCall,
  ids: Readonly<Record<string, string>>,
  run: (call: HttpCall) => HttpAnswer,
): HttpAnswer {
  const answer = answerItems(call, run);
  return { ...answer, headers: { ...answer.headers, ...ids } };
}

function answerItems(call: HttpCall, run: (call: HttpCall) => HttpAnswer): HttpAnswer {
  let input: unknown;
  try {
    input = JSON.parse(Buffer.from(call.bytes).toString("utf8"));
  } catch {
    return refuse("Unable to read JSON request payload.");
  }
  const parsed = Batch.safeParse(input);
  if (!parsed.success) {
    return refuse(`Invalid batch payload format: ${parsed.error.issues[0]?.message ?? ""}`);
  }
  const { requests } = parsed.data;
  if (requests.length > MAX_REQUESTS) {
    return refuse(`Number of batch request steps exceeds the maximum value of ${MAX_REQUESTS}.`);
  }
  if (new Set(requests.map(({ id }) => id)).size !== requests.length) {
    return refuse("Request ids in a batch must differ.");
  }
  const order = inOrderOfDependencies(requests);
  if (order === null) {
    return refuse("A request depends on one that the batch does not have, or on itself.");
  }
  const statuses = new Map<string, number>();
  const responses: string[] = [];
  let isReset = false;
  for (const item of order) {
    const hasFailed = (item.dependsOn ?? []).some((id) => (statuses.get(id) ?? 0) >= 400);
    const answer = hasFailed ? FAILED_DEPENDENCY : runItem(call, item, run);
    if (answer.isReset === true) isReset = true;
    statuses.set(item.id, answer.status);
    responses.push(responseOf(item, answer));
  }
  const body = `{"responses":[${responses.join(",")}]}`;
  const headers = { "content-type": JSON_TYPE };
  // The requests of a batch share one connection: a fault that breaks it for one breaks it for all.
  return { status: 200, headers, body, ...(isReset ? { isReset } : {}) };
}

/** Dependencies first, otherwise as given; null when one is missing or they form a circle. */
function inOrderOfDependencies(requests: readonly Item[]): readonly Item[] | null {
  const done = new Set<string>();
  const order: Item[] = [];
  while (order.length < requests.length) {
    const next = requests.find(
      ({ id, dependsOn = [] }) => !done.has(id) && dependsOn.every((wanted) => done.has(wanted)),
    );
    if (next === undefined) return null;
    done.add(next.id);
    order.push(next);
  }
  return order;
}

function runItem(call: HttpCall, item: Item, run: (call: HttpCall) => HttpAnswer): HttpAnswer {
  const headers: Record<string, string | undefined> = {
    authorization: call.headers["authorization"],
  };
  for (const [name, value] of Object.entries(item.headers ?? {}))
    headers[name.toLowerCase()] = value;
  const path = item.url.replace(/^\/?v1\.0(?=\/)/, "");
  return run({
    method: item.method,
    target: `/v1.0${path.startsWith("/") ? "" : "/"}${path}`,
    headers,
    bytes:
      item.body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(item.body), "utf8"),
    baseUrl: call.baseUrl,
  });
}

/** One response as JSON text, in which a JSON body stands as it is. */
function responseOf({ id }: Item, answer: HttpAnswer): string {
  const head = JSON.stringify({ id, status: answer.status, headers: spelled(answer.headers) });
  if (answer.body.length === 0) return head;
  const isJson = answer.headers["content-type"]?.startsWith("application/json") === true;
  const body = isJson
    ? textOfAnswer(answer)
    : JSON.stringify(Buffer.from(bytesOfAnswer(answer)).toString("base64"));
  return `${head.slice(0, -1)},"body":${body}}`;
}

const FAILED_DEPENDENCY: HttpAnswer = {
  ...jsonAnswer(424, {
    error: {
      code: "FailedDependency",
      message: "A request that this one depends on has failed.",
    },
  }),
  headers: { "content-type": "application/json" },
};

/** Names that are not simply written with a capital after each hyphen; those of Microsoft have none. */
const SPELLINGS: Readonly<Record<string, string>> = {
  "content-type": "Content-Type",
  "request-id": "request-id",
  "client-request-id": "client-request-id",
  etag: "ETag",
  "odata-version": "OData-Version",
  "ratelimit-limit": "RateLimit-Limit",
  "ratelimit-remaining": "RateLimit-Remaining",
  "ratelimit-reset": "RateLimit-Reset",
};

/** Inside a body a header's name has one spelling, which clients look up, unlike those of HTTP itself. */
function spelled(headers: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) result[SPELLINGS[name] ?? spell(name)] = value;
  }
  return result;
}

function spell(name: string): string {
  return name.startsWith("x-ms-")
    ? name
    : name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function refuse(message: string): HttpAnswer {
  return jsonAnswer(400, { error: { code: "BadRequest", message } });
}
