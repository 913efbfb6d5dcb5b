import { request as openRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { sendEmpty } from "./listener.ts";
import type { InvocationOutcome } from "../worker/invocation.ts";

export interface StreamedCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Address at which the `@azure/functions` library takes requests when the app enabled streaming. */
  readonly proxyUrl: string;
  readonly invocationId: string;
  readonly headers: Readonly<Record<string, string>>;
}

const INVOCATION_ID_HEADER = "x-ms-invocation-id";
const HOP_HEADERS = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  INVOCATION_ID_HEADER,
]);

/** How long an answer may take to arrive from our own process once the function has ended, in real milliseconds. */
const ANSWER_PATIENCE_MS = 200;

function copyResponse(from: IncomingMessage, to: ServerResponse): void {
  to.statusCode = from.statusCode ?? 200;
  for (const [name, value] of Object.entries(from.headers)) {
    if (value !== undefined && !HOP_HEADERS.has(name)) {
      to.setHeader(name, value);
    }
  }
  from.pipe(to);
}

/**
 * Sends a request on to the app, which the library matches with the invocation by its id, and streams the answer back as
 * it comes. A function that fails before it answers is 500; one that returns nothing is 204; one that fails in the middle of
 * its answer cuts it off, so that nobody takes half of it for the whole.
 */
export async function forwardToApp(
  call: StreamedCall,
  invoke: () => Promise<InvocationOutcome>,
): Promise<void> {
  const { request, response } = call;
  const forwarded = openRequest(new URL(request.url ?? "/", call.proxyUrl), {
    method: request.method,
    agent: false,
    headers: {
      ...Object.fromEntries(
        Object.entries(call.headers).filter(([name]) => !HOP_HEADERS.has(name)),
      ),
      [INVOCATION_ID_HEADER]: call.invocationId,
      "x-forwarded-host": request.headers.host ?? "localhost",
      "x-forwarded-proto": "http",
    },
  });
  const answered = new Promise<boolean>((resolve) => {
    forwarded.on("response", (answer) => {
      resolve(true);
      copyResponse(answer, response);
      answer.on("error", () => response.destroy());
    });
  });
  // The library never answers a request whose function failed or returned nothing; we end those ourselves below.
  forwarded.on("error", () => undefined);
  request.pipe(forwarded);
  response.on("close", () => forwarded.destroy());

  const outcome = await invoke();
  // The library sends its answer before the invocation ends, but the bytes may still be on the way to us.
  const mayBeUnderWay = outcome.ok && outcome.returnValue === undefined;
  const patience = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), ANSWER_PATIENCE_MS).unref();
  });
  const hasAnswer = mayBeUnderWay && (await Promise.race([answered, patience]));
  if (!hasAnswer && !response.headersSent) {
    forwarded.destroy();
    sendEmpty(response, outcome.ok ? 204 : 500);
  } else if (!outcome.ok && !response.writableEnded) {
    forwarded.destroy();
    response.destroy();
  }
}
