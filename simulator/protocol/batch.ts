import { z } from "zod";

import { jsonAnswer, type HttpAnswer, type HttpCall } from "./message.ts";

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
 * https://learn.microsoft.com/graph/json-batching
 */
export function answerBatch(call: HttpCall, run: (call: HttpCall) => HttpAnswer): HttpAnswer {
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
  const statuses = new Map<string, number>();
  const responses = [];
  for (const item of requests) {
    const dependencies = item.dependsOn ?? [];
    // Requests run in the order given, so a dependency must come first.
    if (dependencies.some((id) => !statuses.has(id))) {
      return refuse(`Request '${item.id}' depends on a request that does not come before it.`);
    }
    const hasFailed = dependencies.some((id) => (statuses.get(id) ?? 0) >= 400);
    const response = hasFailed ? failedDependency(item) : answerItem(call, item, run);
    statuses.set(item.id, response.status);
    responses.push(response);
  }
  return jsonAnswer(200, { responses });
}

function answerItem(call: HttpCall, item: Item, run: (call: HttpCall) => HttpAnswer) {
  const headers: Record<string, string | undefined> = {
    authorization: call.headers["authorization"],
  };
  for (const [name, value] of Object.entries(item.headers ?? {}))
    headers[name.toLowerCase()] = value;
  const path = item.url.replace(/^\/?v1\.0(?=\/)/, "");
  const answer = run({
    method: item.method,
    target: `/v1.0${path.startsWith("/") ? "" : "/"}${path}`,
    headers,
    bytes:
      item.body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(item.body), "utf8"),
    baseUrl: call.baseUrl,
  });
  const isJson = answer.headers["content-type"]?.startsWith("application/json") === true;
  const text = Buffer.from(answer.bytes);
  return {
    id: item.id,
    status: answer.status,
    headers: answer.headers,
    ...(answer.bytes.length === 0
      ? {}
      : {
          body: isJson ? (JSON.parse(text.toString("utf8")) as unknown) : text.toString("base64"),
        }),
  };
}

function failedDependency(item: Item) {
  return {
    id: item.id,
    status: 424,
    headers: { "content-type": "application/json" },
    body: {
      error: {
        code: "FailedDependency",
        message: "A request that this one depends on has failed.",
      },
    },
  };
}

function refuse(message: string): HttpAnswer {
  return jsonAnswer(400, { error: { code: "BadRequest", message } });
}
